#include "view/json_writer.h"

#include <algorithm>
#include <cstddef>

#include "hcl/value_json.h"

namespace cairn::view {
namespace {

// As hcl's, but for what only HTML needs.
void AppendPlainString(std::string& out, std::string_view text) {
  std::string escaped;
  hcl::AppendJsonString(escaped, text);
  for (size_t i = 0; i < escaped.size(); ++i) {
    const std::string_view rest = std::string_view(escaped).substr(i, 6);
    const bool html = rest == "\\u003c" || rest == "\\u003e" || rest == "\\u0026";
    if (html) {
      out += rest == "\\u003c" ? '<' : rest == "\\u003e" ? '>' : '&';
      i += 5;
      continue;
    }
    out += escaped[i];
    if (escaped[i] == '\\') out += escaped[++i];
  }
}

// Whether nothing of it is to be said: it is neither unknown nor has parts.
bool IsPlain(const Node& node) {
  return node.kind != Node::Kind::kArray && node.kind != Node::Kind::kObject && !node.unknown;
}

// Of something unknown that has parts once it is known, the peer says that it has none, and not that it is
// not sensitive.
bool IsPlainForSensitive(const Node& node) {
  return !node.sensitive && node.shape != Node::Kind::kArray && node.shape != Node::Kind::kObject &&
         node.kind != Node::Kind::kArray && node.kind != Node::Kind::kObject;
}

}  // namespace

void JsonWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  comma_ = false;
}

void JsonWriter::Close(char bracket) {
  out_ += bracket;
  comma_ = true;
}

void JsonWriter::Separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonWriter::Key(std::string_view name) {
  String(name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::String(std::string_view text) {
  Separate();
  if (for_html_) {
    hcl::AppendJsonString(out_, text);
  } else {
    AppendPlainString(out_, text);
  }
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  out_ += json;
}

void JsonWriter::Known(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return Raw("null");
    case Node::Kind::kBool:
      return Bool(node.truth);
    case Node::Kind::kNumber:
      return Raw(node.text);
    case Node::Kind::kString:
      return String(node.text);
    case Node::Kind::kArray:
      BeginArray();
      for (const Node& item : node.items) Known(item);
      return EndArray();
    case Node::Kind::kObject:
      BeginObject();
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (node.items[i].unknown) continue;
        Key(node.names[i]);
        Known(node.items[i]);
      }
      return EndObject();
  }
}

void JsonWriter::Unknown(const Node& node) {
  if (node.kind == Node::Kind::kArray) {
    BeginArray();
    for (const Node& item : node.items) Unknown(item);
    return EndArray();
  }
  if (node.kind != Node::Kind::kObject) return Bool(node.unknown);
  BeginObject();
  for (size_t i = 0; i < node.items.size(); ++i) {
    if (IsPlain(node.items[i])) continue;
    Key(node.names[i]);
    Unknown(node.items[i]);
  }
  EndObject();
}

void JsonWriter::Sensitive(const Node& node) {
  if (node.sensitive) return Bool(true);
  const Node::Kind kind = node.unknown ? node.shape : node.kind;
  if (kind == Node::Kind::kArray) {
    BeginArray();
    for (const Node& item : node.items) Sensitive(item);
    return EndArray();
  }
  if (kind != Node::Kind::kObject) return Bool(false);
  BeginObject();
  for (size_t i = 0; i < node.items.size(); ++i) {
    if (IsPlainForSensitive(node.items[i])) continue;
    Key(node.names[i]);
    Sensitive(node.items[i]);
  }
  EndObject();
}

}  // namespace cairn::view
