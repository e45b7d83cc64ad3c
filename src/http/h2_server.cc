#include "http/h2_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "http/allowance.h"
#include "http/h2_exchange.h"
#include "http/h2_session.h"

namespace cairn::http {

namespace {

// Streams reset by the client, or for its mistakes, cost work that nobody wants (CVE-2023-44487,
// CVE-2025-8671). Each one that ends regularly makes up for another.
constexpr double kResetsMax = 100;
constexpr double kResetsPerSecond = 10;

// The round trip that separates the two GOAWAYs of a graceful end (RFC 9113, section 6.8), if the client does
// not answer the PING.
constexpr Duration kRoundTripMax = std::chrono::seconds(1);
constexpr std::array<uint8_t, 8> kLeavingPing = {'l', 'e', 'a', 'v', 'i', 'n', 'g', '.'};

// As in HTTP/1: closing at once would reset the connection and could destroy what was just sent.
constexpr Duration kLingerTimeout = std::chrono::seconds(2);
constexpr size_t kLingerBytesMax = 1024 * 1024;
constexpr size_t kLingerReadBytes = 4096;

H2SessionOptions SessionOptions(const ServerOptions& options) {
  H2SessionOptions result;
  result.server = true;
  result.peer_streams_max = options.http2_streams_max;
  result.message = options.message;
  result.write_timeout = options.write_timeout;
  return result;
}

class H2ServerConnection final : public H2Session, public H2ExchangeOwner, public DrainableConnection {
 public:
  H2ServerConnection(ServerCore& core, net::Stream& stream)
      : H2Session(stream, SessionOptions(core.options())),
        core_(core),
        resets_(kResetsMax, kResetsPerSecond, core.loop().Now()),
        idle_since_(core.loop().Now()) {
    core_.connections().PushBack(*this);
  }

  void OnDraining() override { Replan(); }

  net::Task<void> Serve(Buffer received) {
    sender_ = Send();
    sender_.Start();
    Feed(received.view());
    received.Consume(received.size());
    co_await Receive();
    over_.clear();
    to_start_.clear();
    exchanges_.clear();
    co_await Drained();
    if (!broken()) co_await Linger();
  }

 private:
  enum class Leaving : uint8_t { kNo, kAnnouncing, kAnnounced, kAwaitingPing, kFinal };

  // H2ExchangeOwner:
  void OnRequest(H2ServerExchange& exchange) override { to_start_.push_back(&exchange); }
  void OnResponse() override {
    if (core_.draining()) AnnounceLeaving();
  }
  void OnOver(H2ServerExchange& exchange) override { over_.push_back(&exchange); }

  // H2Session:
  H2Stream* OpenStream(int32_t) override {
    if (exchanges_.size() >= core_.options().http2_streams_max) return nullptr;
    auto exchange = std::make_unique<H2ServerExchange>(core_, *this, *this);
    exchange->index = exchanges_.size();
    exchanges_.push_back(std::move(exchange));
    return exchanges_.back().get();
  }

  void OnReset() override {
    if (!resets_.Spend(core_.loop().Now())) too_many_resets_ = true;
  }

  void OnFrame(const nghttp2_frame& frame) override {
    if (frame.hd.type == NGHTTP2_SETTINGS) settings_received_ = true;
    const bool is_ack = frame.hd.type == NGHTTP2_PING && (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
    if (is_ack && leaving_ == Leaving::kAwaitingPing &&
        std::ranges::equal(frame.ping.opaque_data, kLeavingPing)) {
      Leave();
    }
  }

  void OnGoAwaySent() override {
    if (leaving_ == Leaving::kAnnouncing) leaving_ = Leaving::kAnnounced;
    if (core_.closing()) BeginRoundTrip();
  }

  void OnStep() override;
  void OnTurn() override;
  TimePoint NextTurn() const override;

  TimePoint HeadDeadline() const {
    const TimePoint since = settings_received_ ? header_block_began() : began_;
    return !settings_received_ || in_header_block() ? since + core_.options().head_timeout : kNever;
  }
  TimePoint IdleDeadline() const {
    return exchanges_.empty() ? idle_since_ + core_.options().idle_timeout : kNever;
  }

  void AnnounceLeaving();
  void BeginRoundTrip();
  void Leave();
  net::Task<void> Linger();

  ServerCore& core_;
  Allowance resets_;
  const TimePoint began_ = core_.loop().Now();
  TimePoint idle_since_;
  TimePoint ping_deadline_;
  Leaving leaving_ = Leaving::kNo;
  bool settings_received_ = false;
  bool too_many_resets_ = false;
  std::vector<std::unique_ptr<H2ServerExchange>> exchanges_;
  std::vector<H2ServerExchange*> to_start_;
  std::vector<H2ServerExchange*> over_;
  net::Task<void> sender_;
};

// Destroys the exchanges that are over, and with them handlers of streams that were reset.
void H2ServerConnection::OnStep() {
  while (!over_.empty()) {
    H2ServerExchange* exchange = over_.back();
    over_.pop_back();
    std::erase(to_start_, exchange);
    if (exchange->completed()) resets_.Earn(1);
    const size_t index = exchange->index;
    std::swap(exchanges_[index], exchanges_.back());
    exchanges_[index]->index = index;
    exchanges_.pop_back();
    if (exchanges_.empty()) {
      idle_since_ = core_.loop().Now();
      Replan();
    }
  }
  if (std::exchange(too_many_resets_, false)) Terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void H2ServerConnection::OnTurn() {
  OnStep();
  const std::vector<H2ServerExchange*> starting = std::exchange(to_start_, {});
  for (H2ServerExchange* exchange : starting) exchange->Start();
  const TimePoint now = core_.loop().Now();
  if (core_.closing()) {
    AnnounceLeaving();
    BeginRoundTrip();
  }
  if (leaving_ == Leaving::kAwaitingPing && now >= ping_deadline_) Leave();
  if (now >= HeadDeadline()) Terminate(NGHTTP2_ENHANCE_YOUR_CALM);
  if (now >= IdleDeadline()) Terminate(NGHTTP2_NO_ERROR);
}

TimePoint H2ServerConnection::NextTurn() const {
  if (terminated()) return kNever;
  const TimePoint deadline = std::min(HeadDeadline(), IdleDeadline());
  return leaving_ == Leaving::kAwaitingPing ? std::min(deadline, ping_deadline_) : deadline;
}

void H2ServerConnection::AnnounceLeaving() {
  if (leaving_ != Leaving::kNo) return;
  leaving_ = Leaving::kAnnouncing;
  nghttp2_submit_shutdown_notice(handle());
}

// What the client sends after its answer, it sends knowing that we leave.
void H2ServerConnection::BeginRoundTrip() {
  if (leaving_ != Leaving::kAnnounced) return;
  leaving_ = Leaving::kAwaitingPing;
  ping_deadline_ = core_.loop().Now() + kRoundTripMax;
  nghttp2_submit_ping(handle(), NGHTTP2_FLAG_NONE, kLeavingPing.data());
  Replan();
}

// What was not seen by now may be sent again elsewhere; what was is finished.
void H2ServerConnection::Leave() {
  leaving_ = Leaving::kFinal;
  nghttp2_submit_goaway(handle(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(handle()),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

net::Task<void> H2ServerConnection::Linger() {
  transport().FinishWriting();
  const TimePoint deadline = core_.loop().Now() + kLingerTimeout;
  Buffer dropped;
  for (size_t bytes = 0; bytes < kLingerBytesMax;) {
    const net::Io io = transport().TryRead(dropped.Room(kLingerReadBytes));
    bytes += io.bytes;
    if (io.status == net::IoStatus::kOk) continue;
    if (io.status != net::IoStatus::kWouldBlock) co_return;
    if (const bool in_time = co_await transport().Readable(deadline); !in_time) co_return;
  }
}

}  // namespace

net::Task<void> ServeH2(ServerCore& core, net::Stream& stream, Buffer& received) {
  H2ServerConnection connection(core, stream);
  co_await connection.Serve(std::move(received));
}

}  // namespace cairn::http
