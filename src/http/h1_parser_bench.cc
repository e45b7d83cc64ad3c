// Cost of parsing one request head: what a load generator sends, what a browser sends, and an API client's
// POST.

#include <benchmark/benchmark.h>

#include <string_view>

#include "http/h1_parser.h"

namespace cairn::http {
namespace {

constexpr std::string_view kMinimal = "GET /get-number HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

constexpr std::string_view kCurl =
    "GET /get-number HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";

constexpr std::string_view kBrowser =
    "GET /static/app/main.js?version=20261123 HTTP/1.1\r\n"
    "Host: shop.example.com\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Referer: https://shop.example.com/catalogue/items?page=2\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

void ParseRequest(benchmark::State& state, std::string_view bytes) {
  H1RequestParser parser{MessageLimits{}};
  for (auto _ : state) {
    parser.Reset();
    benchmark::DoNotOptimize(bytes);
    if (parser.Parse(bytes) != H1Progress::kDone) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parser.head());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes.size()));
}

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nCache-Control: no-store\r\n"
    "Date: Mon, 23 Nov 2026 05:00:00 GMT\r\n\r\n";

void ParseResponse(benchmark::State& state) {
  H1ResponseParser parser{MessageLimits{}};
  for (auto _ : state) {
    parser.Reset("GET");
    if (parser.Parse(kResponse) != H1Progress::kDone) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parser.head());
  }
}

BENCHMARK_CAPTURE(ParseRequest, minimal, kMinimal);
BENCHMARK_CAPTURE(ParseRequest, curl, kCurl);
BENCHMARK_CAPTURE(ParseRequest, browser, kBrowser);
BENCHMARK(ParseResponse);

}  // namespace
}  // namespace cairn::http
