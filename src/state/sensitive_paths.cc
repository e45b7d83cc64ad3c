#include "state/sensitive_paths.h"

#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"
#include "hcl/value_json.h"
#include "state/json_text.h"

namespace cairn::state {
namespace {

std::optional<hcl::PathStep> ReadStep(JsonReader& json, hcl::Diagnostics& diagnostics) {
  std::string type;
  std::string_view value;
  json.EnterObject();
  while (const auto name = json.NextName()) {
    if (*name == "type" && json.Peek() == JsonKind::kString) {
      type = json.TakeString();
    } else if (*name == "value") {
      value = json.Take();
    } else {
      json.Take();
    }
  }
  constexpr char kSummary[] = "Error unmarshaling path step";
  if (type == "get_attr") {
    if (value.starts_with('"')) return hcl::PathStep::Attribute(UnquoteJson(value));
    diagnostics.AddError(kSummary, "Failed to unmarshal get attr step name: a string is required");
  } else if (type == "index") {
    auto key = hcl::FromJsonText(value.empty() ? "null" : value, hcl::Type::Dynamic());
    if (key) return hcl::PathStep::Index(std::move(*key));
    diagnostics.AddError(kSummary, Format("Failed to unmarshal index step key: {}", key.error().message));
  } else {
    diagnostics.AddError("Unsupported path step",
                         Format("Unsupported path step type {}", hcl::GoQuoted(type)));
  }
  return std::nullopt;
}

}  // namespace

void ReadPaths(std::string_view text, std::vector<hcl::ValuePath>& out, hcl::Diagnostics& diagnostics) {
  if (text == "[]" || text == "null") return;
  const auto is = [&](JsonReader& json, JsonKind kind) {
    if (json.Peek() == kind) return true;
    diagnostics.AddError("Error unmarshaling path steps",
                         "\"sensitive_attributes\" must be a list of paths, each a list of steps.");
    return false;
  };
  JsonReader json(text);
  if (!is(json, JsonKind::kArray)) return;
  json.EnterArray();
  while (json.NextElement()) {
    if (!is(json, JsonKind::kArray)) return;
    json.EnterArray();
    hcl::ValuePath path;
    while (json.NextElement()) {
      if (!is(json, JsonKind::kObject)) return;
      auto step = ReadStep(json, diagnostics);
      if (!step) return;
      path.push_back(std::move(*step));
    }
    out.push_back(std::move(path));
  }
}

}  // namespace cairn::state
