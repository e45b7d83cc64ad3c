#include <boost/json.hpp>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/base64.h"
#include "hcl/convert.h"
#include "hcl/value_marks.h"
#include "infra/plan_file.h"
#include "infra/plan_file_format.h"
#include "provider/value_msgpack.h"
#include "state/address_parser.h"
#include "state/digest.h"
#include "state/state_format.h"

namespace cairn::infra {
namespace {

using boost::json::array;
using boost::json::object;
using data::Json;

// Takes values out of JSON. What is not there or of another kind is an error of the file as a whole, told at
// the end; meanwhile something empty is returned.
class Reader {
 public:
  bool ok() const { return wrong_.empty(); }
  const std::string& wrong() const { return wrong_; }
  void Refuse(std::string what) {
    if (ok()) wrong_ = std::move(what);
  }

  const Json* Find(const object& json, std::string_view name) { return json.if_contains(name); }
  const Json& Get(const object& json, std::string_view name) {
    static const Json null;
    const Json* found = json.if_contains(name);
    if (found == nullptr) Refuse(Format("there is no {:?}", name));
    return found == nullptr ? null : *found;
  }
  const object& Object(const Json& json) {
    static const object none;
    if (!json.is_object()) Refuse("an object was expected");
    return json.is_object() ? json.get_object() : none;
  }
  const array& Array(const Json& json) {
    static const array none;
    if (!json.is_array()) Refuse("an array was expected");
    return json.is_array() ? json.get_array() : none;
  }
  std::string Text(const Json& json) {
    if (!json.is_string()) Refuse("a text was expected");
    return json.is_string() ? std::string(json.get_string()) : std::string();
  }
  std::string Text(const object& json, std::string_view name) {
    const Json* found = json.if_contains(name);
    return found == nullptr ? std::string() : Text(*found);
  }
  bool Flag(const object& json, std::string_view name) {
    const Json* found = json.if_contains(name);
    if (found != nullptr && !found->is_bool()) Refuse("true or false was expected");
    return found != nullptr && found->is_bool() && found->get_bool();
  }
  uint64_t Number(const Json& json, uint64_t max) {
    const bool fits = json.is_int64() && json.get_int64() >= 0 && uint64_t(json.get_int64()) <= max;
    if (!fits) Refuse("a number is out of its range");
    return fits ? uint64_t(json.get_int64()) : 0;
  }
  template <typename Enum>
  Enum Choice(const object& json, std::string_view name, Enum last) {
    const Json* found = json.if_contains(name);
    return found == nullptr ? Enum(0) : Enum(Number(*found, uint64_t(last)));
  }
  std::string Bytes(const Json& json) {
    auto bytes = hcl::DecodeBase64(Text(json));
    if (!bytes) Refuse("something is no base64");
    return bytes ? std::move(*bytes) : std::string();
  }
  hcl::Value Unpacked(const Json& json) {
    auto value = provider::FromMsgpack(Bytes(json), hcl::Type::Dynamic());
    if (!value) Refuse(value.error().message);
    return value ? std::move(*value) : hcl::Value();
  }
  template <typename Parse>
  auto Address(const std::string& text, Parse parse) -> typename decltype(parse(text))::value_type {
    auto address = parse(text);
    if (!address) Refuse(Format("{:?} is no address", text));
    if (!address) return {};
    return std::move(*address);
  }
  state::InstanceAddress Instance(const std::string& text) {
    return Address(text, [](const std::string& one) { return state::ParseInstanceAddress(one); });
  }
  state::ModuleInstance Module(const std::string& text) {
    if (text.empty()) return {};
    return Address(text, [](const std::string& one) { return state::ParseModuleInstance(one); });
  }

 private:
  std::string wrong_;
};

hcl::ValuePath ReadPath(Reader& reader, const Json& json) {
  hcl::ValuePath path;
  for (const Json& step : reader.Array(json)) {
    if (step.is_string()) {
      path.push_back(hcl::PathStep::Attribute(reader.Text(step)));
    } else if (step.is_array() && step.get_array().size() == 1) {
      path.push_back(hcl::PathStep::Index(reader.Unpacked(step.get_array()[0])));
    } else {
      reader.Refuse("something is no step of a path");
    }
  }
  return path;
}

hcl::Value ReadValue(Reader& reader, const Json& json) {
  constexpr auto kAllMarks =
      unsigned(hcl::Marks::kSensitive | hcl::Marks::kEphemeral | hcl::Marks::kDeprecated);
  const object& members = reader.Object(json);
  const hcl::Value value = reader.Unpacked(reader.Get(members, "value"));
  const Json* marks = reader.Find(members, "marks");
  if (marks == nullptr) return value;
  std::vector<hcl::MarkedPath> marked;
  for (const Json& one : reader.Array(*marks)) {
    const array& pair = reader.Array(one);
    if (pair.size() != 2) {
      reader.Refuse("marks are a path and a number");
      continue;
    }
    marked.push_back({ReadPath(reader, pair[0]), hcl::Marks(reader.Number(pair[1], kAllMarks))});
  }
  return hcl::WithMarkedPaths(value, marked);
}

plan::Change ReadChange(Reader& reader, const Json& json) {
  const object& members = reader.Object(json);
  plan::Change change{.action = reader.Choice(members, "action", plan::Action::kForget),
                      .before = ReadValue(reader, reader.Get(members, "before")),
                      .after = ReadValue(reader, reader.Get(members, "after")),
                      .generated_config = reader.Text(members, "generated_config")};
  if (reader.Find(members, "importing"))
    change.importing = plan::Importing{reader.Text(members, "importing")};
  return change;
}

plan::ResourceChange ReadResourceChange(Reader& reader, const Json& json) {
  const object& members = reader.Object(json);
  plan::ResourceChange one{
      .address = reader.Instance(reader.Text(members, "address")),
      .deposed = reader.Text(members, "deposed"),
      .change = ReadChange(reader, reader.Get(members, "change")),
      .reason = reader.Choice(members, "reason", plan::ActionReason::kReadBecauseCheckNested),
      .create_before_destroy = reader.Flag(members, "create_before_destroy")};
  one.previous_address = one.address;
  if (reader.Find(members, "previous_address")) {
    one.previous_address = reader.Instance(reader.Text(members, "previous_address"));
  }
  one.provider = reader.Address(reader.Text(members, "provider"), [](const std::string& text) {
    return state::ParseProviderConfigAddress(text);
  });
  one.schema_version = reader.Number(reader.Get(members, "schema_version"), INT64_MAX);
  if (const Json* bytes = reader.Find(members, "private")) one.planned_private = reader.Bytes(*bytes);
  if (const Json* paths = reader.Find(members, "required_replace")) {
    for (const Json& path : reader.Array(*paths)) one.required_replace.push_back(ReadPath(reader, path));
  }
  if (const Json* needed = reader.Find(members, "dependencies")) {
    for (const Json& text : reader.Array(*needed)) {
      const auto parse = [](const std::string& name) { return state::ParseResourceAddress(name); };
      one.dependencies.push_back(reader.Address(reader.Text(text), parse).config());
    }
  }
  return one;
}

plan::CheckResult ReadCheck(Reader& reader, const Json& json) {
  const object& members = reader.Object(json);
  plan::CheckResult check{.kind = reader.Choice(members, "kind", plan::CheckKind::kVariable),
                          .module = reader.Module(reader.Text(members, "module")).path(),
                          .name = reader.Text(members, "name"),
                          .status = reader.Choice(members, "status", plan::CheckStatus::kError)};
  if (check.kind == plan::CheckKind::kResource) {
    const auto parse = [](const std::string& text) { return state::ParseResourceAddress(text); };
    check.resource = reader.Address(reader.Text(members, "resource"), parse).resource;
  }
  for (const Json& item : reader.Array(reader.Get(members, "objects"))) {
    const object& one = reader.Object(item);
    plan::CheckObject found{.module = reader.Module(reader.Text(one, "module")),
                            .status = reader.Choice(one, "status", plan::CheckStatus::kError)};
    if (const Json* key = reader.Find(one, "key")) {
      const hcl::Value value = reader.Unpacked(*key);
      if (value.HasContent() && value.type().Is(hcl::TypeKind::kString)) {
        found.key = state::InstanceKey::String(value.AsString());
      } else if (value.HasContent() && value.type().Is(hcl::TypeKind::kNumber)) {
        found.key = state::InstanceKey::Int(value.AsNumber().AsInt64().value_or(0));
      } else {
        reader.Refuse("a key is a text or a number");
      }
    }
    for (const Json& text : reader.Array(reader.Get(one, "failures")))
      found.failures.push_back(reader.Text(text));
    check.objects.push_back(std::move(found));
  }
  return check;
}

plan::Plan ReadPlan(Reader& reader, const object& members) {
  plan::Plan plan{.mode = reader.Choice(members, "mode", plan::Mode::kRefreshOnly),
                  .applyable = reader.Flag(members, "applyable"),
                  .complete = reader.Flag(members, "complete"),
                  .errored = reader.Flag(members, "errored"),
                  .timestamp = reader.Text(members, "timestamp")};
  const auto each = [&](std::string_view name) -> const array& {
    return reader.Array(reader.Get(members, name));
  };
  for (const Json& json : each("variables")) {
    const object& one = reader.Object(json);
    plan.variables.push_back({.name = reader.Text(one, "name"),
                              .value = ReadValue(reader, reader.Get(one, "value")),
                              .sensitive = reader.Flag(one, "sensitive")});
  }
  for (const Json& one : each("resources")) plan.resources.push_back(ReadResourceChange(reader, one));
  for (const Json& one : each("drift")) plan.drift.push_back(ReadResourceChange(reader, one));
  for (const Json& json : each("outputs")) {
    const object& one = reader.Object(json);
    plan.outputs.push_back({.name = reader.Text(one, "name"),
                            .change = ReadChange(reader, reader.Get(one, "change")),
                            .sensitive = reader.Flag(one, "sensitive")});
  }
  for (const Json& json : each("relevant_attributes")) {
    const object& one = reader.Object(json);
    plan.relevant_attributes.push_back({.resource = reader.Instance(reader.Text(one, "resource")),
                                        .path = ReadPath(reader, reader.Get(one, "path"))});
  }
  for (const Json& one : each("checks")) plan.checks.push_back(ReadCheck(reader, one));
  for (const Json& one : each("targets")) {
    const auto parse = [](const std::string& text) { return state::ParseTarget(text); };
    plan.targets.push_back(reader.Address(reader.Text(one), parse));
  }
  for (const Json& one : each("force_replace"))
    plan.force_replace.push_back(reader.Instance(reader.Text(one)));
  return plan;
}

std::map<std::string, std::string> ReadTexts(Reader& reader, const Json& json) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : reader.Object(json)) texts.emplace(name, reader.Bytes(text));
  return texts;
}

SavedPlan ReadSaved(Reader& reader, const object& members) {
  SavedPlan saved{.plan = ReadPlan(reader, reader.Object(reader.Get(members, "plan"))),
                  .files = ReadTexts(reader, reader.Get(members, "files")),
                  .modules = ReadTexts(reader, reader.Get(members, "modules")),
                  .locks = reader.Bytes(reader.Get(members, "locks")),
                  .workspace = reader.Text(members, "workspace")};
  hcl::Diagnostics diagnostics;
  auto state = state::ReadState(reader.Text(members, "state"), diagnostics);
  if (state) {
    saved.refreshed = std::move(*state);
  } else {
    reader.Refuse("its state cannot be read");
  }
  return saved;
}

}  // namespace

Result<SavedPlan> ReadPlanFile(std::string_view text) {
  const auto fail = [](std::string message) { return Fail(ErrorCode::kInvalid, std::move(message)); };
  if (text.starts_with("PK")) {
    return fail("it is a plan of Terraform, which only Terraform can apply; make one by \"plan -out\"");
  }
  const size_t line = text.find('\n');
  if (!IsPlanFile(text) || line == std::string_view::npos) return fail("it is no plan");
  const std::vector<std::string_view> words =
      Split(text.substr(kPlanFileMagic.size(), line - kPlanFileMagic.size()), ' ');
  if (words.size() != 2 || words[0] != kPlanFileVersion) {
    return fail("it was made by another version of this program; plan again");
  }
  const std::string_view rest = text.substr(line + 1);
  if (state::Sha256Hex(rest) != words[1]) {
    return fail("it is damaged: its checksum does not fit; plan again");
  }
  const Result<Json> json = data::ParseJson(rest, {.bytes_max = kPlanFileBytesMax});
  if (!json) return fail(json.error().message);
  Reader reader;
  SavedPlan saved = ReadSaved(reader, reader.Object(*json));
  if (!reader.ok()) return fail("it makes no sense: " + reader.wrong());
  return saved;
}

Result<> AddSchemas(const SchemaSource& schemas, plan::Plan& plan) {
  for (std::vector<plan::ResourceChange>* changes : {&plan.resources, &plan.drift}) {
    for (plan::ResourceChange& change : *changes) {
      const auto schema = schemas.FindResource(change.provider.provider(), change.address.resource);
      if (!schema) return std::unexpected(schema.error());
      change.schema = (*schema)->block;
      const bool same_version = uint64_t((*schema)->version) == change.schema_version;
      for (const hcl::Value* value : {&change.change.before, &change.change.after}) {
        if (same_version && (value->IsNull() || hcl::Convert(*value, change.schema->type))) continue;
        return Fail(ErrorCode::kConflict,
                    Format("{} is not of its provider's schema", change.address.ToString()));
      }
    }
  }
  return {};
}

}  // namespace cairn::infra
