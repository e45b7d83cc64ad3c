#pragma once

// JSON as Go writes it: one line, no blanks, members in the order given.

#include <cstdint>
#include <string>
#include <string_view>

#include "view/node.h"

namespace cairn::view {

class JsonWriter {
 public:
  // `for_html`: <, > and & in texts are escaped, as in everything but the lines of -json.
  explicit JsonWriter(bool for_html = true) : for_html_(for_html) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view name);
  void String(std::string_view text);
  void Bool(bool value) { Raw(value ? "true" : "false"); }
  void Int(int64_t value) { Raw(std::to_string(value)); }
  void Raw(std::string_view json);  // one value

  void Member(std::string_view name, std::string_view text) { Key(name), String(text); }
  void Member(std::string_view name, const char* text) { Key(name), String(text); }
  void Member(std::string_view name, const std::string& text) { Key(name), String(text); }
  void Member(std::string_view name, bool value) { Key(name), Bool(value); }
  void Member(std::string_view name, int64_t value) { Key(name), Int(value); }
  void RawMember(std::string_view name, std::string_view json) { Key(name), Raw(json); }
  // Nothing for an empty text.
  void OptionalMember(std::string_view name, std::string_view text) {
    if (!text.empty()) Member(name, text);
  }

  // What is known of it: unknown attributes are left out, unknown elements null.
  void Known(const Node& node);
  // True where something is unknown. Attributes that are known are left out.
  void Unknown(const Node& node);
  // True where something is sensitive. Attributes that are not are left out.
  void Sensitive(const Node& node);

  const std::string& text() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();

  std::string out_;
  bool for_html_;
  bool comma_ = false;  // before the next value
};

}  // namespace cairn::view
