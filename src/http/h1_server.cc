#include "http/h1_server.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "http/h1_exchange.h"
#include "http/h1_io.h"
#include "http/h1_parser.h"

namespace cairn::http {

namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// After so many reads without waiting, the other connections of the loop get a turn.
constexpr int kReadsInARowMax = 16;

// A closed connection may still hold bytes that the peer is sending. Closing at once would reset it and could
// destroy the response; they are read and dropped for this long at most.
constexpr Duration kLingerTimeout = std::chrono::seconds(2);
constexpr size_t kLingerBytesMax = 1024 * 1024;

constexpr TimePoint kNoHeadYet{};

class H1ServerConnection final : public H1ServerExchange, public DrainableConnection {
 public:
  H1ServerConnection(ServerCore& core, net::Stream& stream, Buffer& received)
      : H1ServerExchange(core, stream), received_(received) {
    core_.connections().PushBack(*this);
  }

  void OnDraining() override { stream_.WakeReaders(); }

  net::Task<bool> Serve() {
    Buffer& in = receiver_.in();
    H1RequestParser parser(core_.options().message);
    for (;;) {
      const Preface preface = LookForPreface();
      if (preface == Preface::kWhole) {
        received_.Swap(in);
        co_return true;
      }
      const bool parseable = !in.empty() && preface == Preface::kNo;
      const H1Progress progress = parseable ? parser.Parse(in.view()) : H1Progress::kNeedMore;
      if (progress == H1Progress::kDone) {
        if (const bool usable = co_await ServeRequest(parser.head(), parser.consumed()); !usable) break;
        parser.Reset();
        continue;
      }
      if (progress == H1Progress::kError) {
        RespondError(parser.error().status, ErrorBody::kWith);
        break;
      }
      if (const bool received = co_await Fill(); !received) break;
    }
    co_await Close();
    co_return false;
  }

 private:
  enum class Preface { kNo, kPart, kWhole };

  Preface LookForPreface() {
    const std::string_view in = receiver_.in().view();
    if (!first_request_ || !core_.options().http2 || in.empty()) return Preface::kNo;
    const size_t compared = std::min(in.size(), kHttp2Preface.size());
    if (in.substr(0, compared) != kHttp2Preface.substr(0, compared)) return Preface::kNo;
    return compared == kHttp2Preface.size() ? Preface::kWhole : Preface::kPart;
  }

  // Sends what is waiting and receives more of a head. False when the connection is over.
  net::Task<bool> Fill() {
    if (const bool sent = co_await SendAnswers(); !sent) co_return false;
    if (++reads_in_a_row_ > kReadsInARowMax) {
      reads_in_a_row_ = 0;
      co_await core_.loop().Yield();
    }
    Buffer& in = receiver_.in();
    for (;;) {
      const bool idle = in.empty();
      if (idle && core_.closing()) co_return EndIdle();
      if (!idle && head_deadline_ == kNoHeadYet)
        head_deadline_ = core_.loop().Now() + core_.options().head_timeout;
      const net::Io io = TryFill(stream_, in);
      if (io.status == net::IoStatus::kOk) co_return true;
      if (io.status != net::IoStatus::kWouldBlock) {
        broken_ = true;
        co_return false;
      }
      reads_in_a_row_ = 0;
      const TimePoint deadline = idle ? core_.loop().Now() + core_.options().idle_timeout : head_deadline_;
      if (const bool in_time = co_await stream_.Readable(deadline); !in_time) {
        if (idle) co_return EndIdle();
        RespondError(408, ErrorBody::kWith);
        co_return false;
      }
    }
  }

  // Nothing is on its way to the client, so that there is nothing to linger for.
  bool EndIdle() {
    linger_ = false;
    return false;
  }

  // False when the connection must not be used again.
  net::Task<bool> ServeRequest(const RequestHead& head, size_t head_bytes) {
    first_request_ = false;
    head_deadline_ = kNoHeadYet;
    if (!Begin(head, head_bytes)) co_return false;
    const InFlight in_flight(core_);
    net::Task<void> handling = core_.handler().Handle(*this);
    handling.Start();
    if (!handling.done()) {
      // Answers to earlier, pipelined requests do not wait for this one.
      if (const bool sent = co_await Flush(); !sent) co_return false;
      co_await handling.Ended();
    }
    co_return co_await End();
  }

  // A request is in flight until its answer has been sent.
  net::Task<bool> SendAnswers() {
    if (out_.empty()) co_return true;
    const InFlight in_flight(core_);
    co_return co_await Flush();
  }

  // Sends what is left and closes without destroying it.
  net::Task<void> Close() {
    if (broken_) co_return;
    if (const bool sent = co_await SendAnswers(); !sent) co_return;
    stream_.FinishWriting();
    if (!linger_) co_return;
    Buffer& in = receiver_.in();
    const TimePoint deadline = core_.loop().Now() + kLingerTimeout;
    for (size_t dropped = 0; dropped < kLingerBytesMax;) {
      in.Consume(in.size());
      const net::Io io = TryFill(stream_, in);
      if (io.status == net::IoStatus::kOk) {
        dropped += io.bytes;
      } else if (io.status != net::IoStatus::kWouldBlock) {
        co_return;
      } else if (const bool in_time = co_await stream_.Readable(deadline); !in_time) {
        co_return;
      }
    }
  }

  struct InFlight {
    explicit InFlight(ServerCore& server) : core(server) { ++core.requests_in_flight; }
    ~InFlight() { --core.requests_in_flight; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ServerCore& core;
  };

  Buffer& received_;
  TimePoint head_deadline_ = kNoHeadYet;
  int reads_in_a_row_ = 0;
  bool first_request_ = true;
  bool linger_ = true;
};

}  // namespace

net::Task<bool> ServeH1(ServerCore& core, net::Stream& stream, Buffer& received) {
  H1ServerConnection connection(core, stream, received);
  co_return co_await connection.Serve();
}

}  // namespace cairn::http
