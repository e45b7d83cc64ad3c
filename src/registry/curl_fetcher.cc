#include "registry/curl_fetcher.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "data/json.h"
#include "registry/capture.h"

namespace cairn::registry {
namespace {

constexpr std::string_view kMark = "\n@cairn ";  // before what curl says about the answer
constexpr auto kFirstPause = std::chrono::milliseconds(250);
constexpr size_t kReadBytes = size_t{256} << 10;

using Sink = std::function<Result<>(std::string_view)>;

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

bool HasControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// One line of curl's configuration.
std::string Option(std::string_view name, std::string_view value) {
  std::string line = std::string(name) + " = \"";
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\"\n";
}

Error ErrorOf(int curl_code, const std::string& said, const std::string& url) {
  const size_t colon = said.find(") ");
  std::string why =
      colon == std::string::npos ? Format("curl ended with {}", curl_code) : said.substr(colon + 2);
  why = why.substr(0, why.find('\n'));
  ErrorCode code = ErrorCode::kUnavailable;
  if (curl_code == 3 || curl_code == 1 || curl_code == 47) code = ErrorCode::kInvalid;
  if (curl_code == 28) code = ErrorCode::kTimeout;
  if (curl_code == 35 || curl_code == 51 || curl_code == 58 || curl_code == 60) code = ErrorCode::kDenied;
  return Error{code, Format("Get \"{}\": {}", url, why)};
}

Result<HttpAnswer> AnswerOf(std::string_view said, const std::string& url) {
  const size_t mark = said.rfind(kMark);
  if (mark == std::string_view::npos) return Fail(ErrorCode::kInternal, "curl said nothing about " + url);
  said.remove_prefix(mark + kMark.size());
  const size_t line = said.find('\n');
  const size_t blank = said.find(' ');
  const std::optional<int> status = ParseInt<int>(said.substr(0, blank));
  if (!status || line == std::string_view::npos)
    return Fail(ErrorCode::kInternal, "curl said nothing about " + url);
  HttpAnswer answer{.status = *status, .url = std::string(said.substr(blank + 1, line - blank - 1))};
  const Result<data::Json> fields = data::ParseJson(said.substr(line + 1));
  if (!fields || !fields->is_object()) return answer;
  for (const auto& [name, values] : fields->as_object()) {
    if (!values.is_array()) continue;
    for (const data::Json& value : values.as_array()) {
      if (value.is_string()) answer.fields.emplace_back(std::string(name), std::string(value.as_string()));
    }
  }
  return answer;
}

struct Request {
  const HttpLimits& limits;
  Duration timeout;
  const std::string& certificates;
  const std::string& url;
  const std::vector<std::string>& headers;
};

std::string ConfigOf(const Request& request) {
  const HttpLimits& limits = request.limits;
  std::string config = "silent\nshow-error\nlocation\ngloboff\n" + Option("url", request.url);
  config += Option("proto", "=http,https") + Option("max-redirs", std::to_string(limits.redirects_max));
  if (request.url.starts_with("https:")) config += Option("proto-redir", "=https");
  if (!request.certificates.empty()) config += Option("cacert", request.certificates);
  config += Option("connect-timeout", Format("{:.3f}", Seconds(limits.connect_timeout)));
  config += Option("max-time", Format("{:.3f}", Seconds(request.timeout)));
  config += "write-out = \"%{stderr}\\n@cairn %{http_code} %{url_effective}\\n%{header_json}\"\n";
  for (const std::string& header : request.headers) config += Option("header", header);
  return config;
}

// Runs curl once; `sink` gets the body.
Result<HttpAnswer> Run(const Request& request, const Sink& sink) {
  const Capture input(ConfigOf(request));
  const Capture said;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return FailErrno(errno, "pipe");
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  SubprocessOptions options;
  options.argv = {"curl", "--disable", "--config", "-"};
  options.stdin_fd = input.fd();
  options.stdout_fd = write_end.get();
  options.stderr_fd = said.fd();
  options.die_with_parent = true;
  Result<Subprocess> curl = Subprocess::Start(options);
  if (!curl) return std::unexpected(curl.error().In("the curl program"));
  write_end.reset();

  std::string buffer(kReadBytes, '\0');
  for (;;) {
    const ssize_t count = ::read(read_end.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    if (const Result<> taken = sink(std::string_view(buffer).substr(0, static_cast<size_t>(count))); !taken) {
      return std::unexpected(taken.error().In(request.url));  // curl ends with its owner
    }
  }
  const ExitStatus status = curl->Wait();
  if (status.ok()) return AnswerOf(said.Text(), request.url);
  return std::unexpected(ErrorOf(status.code, said.Text(), request.url));
}

bool IsPassing(const Result<HttpAnswer>& answer) {
  if (!answer) return answer.error().code == ErrorCode::kUnavailable;
  constexpr int kPassing[] = {408, 429, 500, 502, 503, 504};
  return std::ranges::find(kPassing, answer->status) != std::end(kPassing);
}

// As often as the limits allow; `restart` undoes what the sink got.
Result<HttpAnswer> RunWithRetries(const Request& request, const Sink& sink,
                                  const std::function<void()>& restart) {
  if (HasControlCharacter(request.url) || std::ranges::any_of(request.headers, HasControlCharacter)) {
    return Fail(ErrorCode::kInvalid, "a URL or a header has a control character");
  }
  auto pause = kFirstPause;
  for (int attempt = 0;; ++attempt) {
    restart();
    Result<HttpAnswer> answer = Run(request, sink);
    if (attempt == request.limits.retries_max || !IsPassing(answer)) return answer;
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace

Result<HttpAnswer> CurlFetcher::Get(const std::string& url, const std::vector<std::string>& headers) {
  std::string body;
  Result<HttpAnswer> answer = RunWithRetries(
      {limits_, limits_.answer_timeout, certificates_, url, headers},
      [&](std::string_view piece) -> Result<> {
        if (piece.size() > limits_.body_bytes_max - body.size()) {
          return Fail(ErrorCode::kOverloaded,
                      Format("answers with more than {} bytes", limits_.body_bytes_max));
        }
        body += piece;
        return {};
      },
      [&] { body.clear(); });
  if (answer) answer->body = std::move(body);
  return answer;
}

Result<HttpAnswer> CurlFetcher::Download(const std::string& url, const std::vector<std::string>& headers,
                                         const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return FailErrno(errno, "cannot create " + path);
  uint64_t size = 0;
  const auto write = [&](std::string_view piece) -> Result<> {
    size += piece.size();
    if (size > limits_.download_bytes_max) {
      return Fail(ErrorCode::kOverloaded, Format("holds more than {} bytes", limits_.download_bytes_max));
    }
    while (!piece.empty()) {
      const ssize_t count = ::write(file.get(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return FailErrno(errno, "cannot write " + path);
      piece.remove_prefix(static_cast<size_t>(count));
    }
    return {};
  };
  Result<HttpAnswer> answer =
      RunWithRetries({limits_, limits_.download_timeout, certificates_, url, headers}, write, [&] {
        size = 0;
        (void)!::ftruncate(file.get(), 0);
        ::lseek(file.get(), 0, SEEK_SET);
      });
  if (!answer || answer->status != 200) ::unlink(path.c_str());
  return answer;
}

}  // namespace cairn::registry
