#include "data/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <cmath>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::data {
namespace {

namespace json = boost::json;
using json::error_code;
using Text = json::string_view;

std::string_view View(Text text) {
  return {text.data(), text.size()};
}

// Builds a value from the parser's events. Boost's own handler is not used because its doubles can be off by
// a bit in the last place; here the text of a double is converted again, exactly.
struct Handler {
  static constexpr size_t max_object_size = json::object::max_size();
  static constexpr size_t max_array_size = json::array::max_size();
  static constexpr size_t max_key_size = json::string::max_size();
  static constexpr size_t max_string_size = json::string::max_size();

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(size_t count, error_code&) { return stack.push_object(count), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(size_t count, error_code&) { return stack.push_array(count), true; }
  bool on_key_part(Text part, size_t, error_code&) { return stack.push_chars(part), true; }
  bool on_key(Text part, size_t, error_code&) { return stack.push_key(part), true; }
  bool on_string_part(Text part, size_t, error_code&) { return stack.push_chars(part), true; }
  bool on_string(Text part, size_t, error_code&) { return stack.push_string(part), true; }
  bool on_number_part(Text part, error_code&) { return number += View(part), true; }
  bool on_int64(int64_t value, Text, error_code&) { return number.clear(), stack.push_int64(value), true; }
  bool on_uint64(uint64_t value, Text, error_code&) { return number.clear(), stack.push_uint64(value), true; }
  bool on_double(double value, Text part, error_code& error) {
    number += View(part);
    double exact = 0;
    const auto [end, status] = std::from_chars(number.data(), number.data() + number.size(), exact);
    // Out of range is either too large, or so small that it is 0 in effect, which the first reading tells
    // apart.
    if (status == std::errc::result_out_of_range) exact = std::abs(value) < 1 ? 0 * value : INFINITY;
    number.clear();
    if (!std::isfinite(exact)) {
      error = json::make_error_code(json::error::exponent_overflow);
      return false;
    }
    stack.push_double(exact);
    return true;
  }
  bool on_bool(bool value, error_code&) { return stack.push_bool(value), true; }
  bool on_null(error_code&) { return stack.push_null(), true; }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

  json::value_stack stack;
  std::string number;  // the part of a number that was seen before the last call
};

std::string PlaceOf(std::string_view text, size_t offset) {
  size_t line = 1;
  size_t column = 1;
  for (const char c : text.substr(0, offset)) {
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n' ? 1 : 0;
  }
  return Format("line {}, column {}", line, column);
}

class Serializer {
 public:
  Serializer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void Append(const Json& value) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        break;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        break;
      case json::kind::int64:
        AppendNumber(value.get_int64());
        break;
      case json::kind::uint64:
        AppendNumber(value.get_uint64());
        break;
      case json::kind::double_:
        AppendDouble(value.get_double());
        break;
      case json::kind::string:
        AppendString(View(value.get_string()));
        break;
      case json::kind::array:
        AppendAll('[', value.get_array(), ']', [this](const Json& element) { Append(element); });
        break;
      case json::kind::object:
        AppendAll('{', value.get_object(), '}', [this](const json::key_value_pair& member) {
          AppendString(View(member.key()));
          out_ += pretty_ ? ": " : ":";
          Append(member.value());
        });
        break;
    }
  }

 private:
  template <typename Range, typename AppendOne>
  void AppendAll(char open, const Range& range, char close, AppendOne append_one) {
    out_ += open;
    ++depth_;
    bool first = true;
    for (const auto& one : range) {
      if (!first) out_ += ',';
      first = false;
      NewLine();
      append_one(one);
    }
    --depth_;
    if (!first) NewLine();
    out_ += close;
  }

  void NewLine() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  void AppendString(std::string_view text) {
    out_ += '"';
    AppendEscaped(out_, text, /*quoting=*/true);
    out_ += '"';
  }

  void AppendNumber(auto value) {
    char text[32];
    out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  }

  void AppendDouble(double value) {
    if (!std::isfinite(value)) {
      out_ += "null";
      return;
    }
    const size_t begin = out_.size();
    AppendNumber(value);
    if (out_.find_first_of(".e", begin) == std::string::npos) out_ += ".0";
  }

  std::string& out_;
  bool pretty_;
  size_t depth_ = 0;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Fail(ErrorCode::kOverloaded, Format("more than {} bytes of JSON", limits.bytes_max));
  }
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<Handler> parser(options);
  parser.handler().stack.reset();
  error_code error;
  const size_t parsed = parser.write_some(/*more=*/false, text.data(), text.size(), error);
  if (!error && parsed < text.size()) error = json::make_error_code(json::error::extra_data);
  if (!error) return parser.handler().stack.release();

  const ErrorCode code = error == json::error::too_deep ? ErrorCode::kOverloaded : ErrorCode::kInvalid;
  return Fail(code, Format("{}: {}", PlaceOf(text, parsed), error.message()));
}

std::string SerializeJson(const Json& value, JsonStyle style) {
  std::string out;
  Serializer(out, style == JsonStyle::kPretty).Append(value);
  return out;
}

}  // namespace cairn::data
