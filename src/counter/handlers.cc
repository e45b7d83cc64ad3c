#include "counter/handlers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/strings.h"
#include "base/text_escape.h"
#include "http/uri.h"

namespace cairn::counter {

namespace {

using http::Field;

constexpr std::string_view kPath = "/get-number";
constexpr std::string_view kWrongMethod = R"({"error": "Only GET HTTP method is supported."})";
constexpr std::string_view kUnavailable = R"({"error": "No number can be given at the moment."})";
constexpr std::string_view kNotFound = "404 page not found\n";

constexpr Field kNoStore = {"Cache-Control", "no-store"};
constexpr Field kNoSniff = {"X-Content-Type-Options", "nosniff"};
constexpr Field kRetryAfter = {"Retry-After", "1"};
constexpr Field kText = {"Content-Type", "text/plain; charset=utf-8"};
constexpr Field kHtml = {"Content-Type", "text/html; charset=utf-8"};
constexpr Field kJson = {"Content-Type", "application/json"};

void Respond(http::Exchange& exchange, int status, std::span<const Field> fields, std::string_view body) {
  http::ResponseHead head;
  head.status = status;
  head.fields = fields;
  exchange.Respond(head, body);
}

// Whether the client names JSON among what it accepts; "*/*" does not, since the original's text is the
// default.
bool WantsJson(const http::RequestHead& request) {
  for (const Field& field : request.fields) {
    if (!EqualsIgnoreCase(field.name, "accept")) continue;
    for (const std::string_view range : Split(field.value, ',')) {
      const auto parts = Split(range, ';');
      const auto refused = [](std::string_view parameter) {
        const std::string_view text = Trim(parameter);
        return text == "q=0" || text == "q=0.0" || text == "q=0.00" || text == "q=0.000";
      };
      if (EqualsIgnoreCase(Trim(parts[0]), "application/json") && std::ranges::none_of(parts, refused))
        return true;
    }
  }
  return false;
}

// A decoded path as a URL's path: what is not plain is escaped again.
std::string EscapePath(std::string_view path) {
  constexpr std::string_view kPlain = "-_.~$&+,/:;=@";
  std::string escaped;
  for (const char c : path) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alphanumeric || kPlain.contains(c)) {
      escaped += c;
    } else {
      escaped += Format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

void Redirect(http::Exchange& exchange, std::string_view path) {
  const http::RequestHead& request = exchange.request();
  std::string location = EscapePath(path);
  if (!request.query.empty()) location += "?" + std::string(request.query);
  const bool readable = request.method == "GET" || request.method == "HEAD";
  const std::string body =
      readable ? Format("<a href=\"{}\">Moved Permanently</a>.\n\n", EscapeMarkup(location)) : "";
  const std::array<Field, 3> fields = {{kNoStore, {"Location", location}, kHtml}};
  Respond(exchange, 301, std::span(fields).first(readable ? 3 : 2), body);
}

}  // namespace

NumberHandler::NumberHandler(const Clock& clock, NumberSource& source, Instruments& instruments,
                             const Logger& logger, Options options)
    : clock_(clock),
      source_(source),
      instruments_(instruments),
      logger_(logger),
      failure_log_(clock, std::chrono::seconds(1)),
      options_(options) {}

net::Task<void> NumberHandler::Handle(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const bool plain = request.path == kPath && request.method == "GET";
  return plain ? GiveNumber(exchange) : AnswerOther(exchange);
}

net::Task<void> NumberHandler::GiveNumber(http::Exchange& exchange) {
  const TimePoint start = clock_.Now();
  const Result<int64_t> number = co_await source_.Next(start + options_.request_timeout);
  if (number) {
    instruments_.OnNumber();
    const bool json = WantsJson(exchange.request());
    const std::array<Field, 2> fields = {json ? kJson : kText, kNoStore};
    std::array<char, 40> text;
    char* end = std::ranges::copy(json ? std::string_view("{\"number\": ") : "{number: ", text.data()).out;
    end = std::to_chars(end, text.data() + text.size(), *number).ptr;
    *end++ = '}';
    Respond(exchange, 200, fields, {text.data(), static_cast<size_t>(end - text.data())});
  } else {
    AnswerFailure(exchange, number.error());
  }
  instruments_.request_seconds().Observe(std::chrono::duration<double>(clock_.Now() - start).count());
}

void NumberHandler::AnswerFailure(http::Exchange& exchange, const Error& error) {
  instruments_.OnFailure(error.code);
  if (failure_log_.Allow()) {
    logger_.Warn(
        "no number can be given",
        {{"kind", ToString(error.code)}, {"why", error.message}, {"suppressed", failure_log_.suppressed()}});
  }
  const std::array<Field, 3> fields = {kJson, kNoStore, kRetryAfter};
  Respond(exchange, 503, fields, kUnavailable);
}

// All but the plain request, in the order in which Go's ServeMux decides.
net::Task<void> NumberHandler::AnswerOther(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const std::array<Field, 3> text = {kText, kNoStore, kNoSniff};
  if (request.path == "*") {
    Respond(exchange, 200, std::span(text).subspan(1, 1), "");
    co_return;
  }
  const Result<std::string> decoded = http::PercentDecode(request.path);
  const std::string path = decoded.value_or("");
  const std::string clean = http::CleanPath(path);
  if (clean != path) {
    Redirect(exchange, clean);
  } else if (path != kPath) {
    Respond(exchange, 404, text, kNotFound);
  } else if (request.method != "GET") {
    Respond(exchange, 400, std::span(text).first(2), kWrongMethod);
  } else {
    co_await GiveNumber(exchange);
  }
}

net::Task<void> AdminHandler::Handle(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const std::array<Field, 2> text = {kText, kNoStore};
  if (request.method != "GET" && request.method != "HEAD") {
    const std::array<Field, 3> fields = {kText, kNoStore, {"Allow", "GET, HEAD"}};
    Respond(exchange, 405, fields, "405 method not allowed\n");
  } else if (request.path == "/livez") {
    Respond(exchange, 200, text, "ok\n");
  } else if (request.path == "/readyz") {
    const std::string why = unready_();
    Respond(exchange, why.empty() ? 200 : 503, text, why.empty() ? "ok\n" : why + "\n");
  } else if (request.path == "/metrics") {
    const std::array<Field, 2> fields = {{{"Content-Type", metrics::kTextContentType}, kNoStore}};
    Respond(exchange, 200, fields, registry_.Text());
  } else {
    Respond(exchange, 404, text, kNotFound);
  }
  co_return;
}

}  // namespace cairn::counter
