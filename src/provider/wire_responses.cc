#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "hcl/unicode.h"
#include "hcl/value_json.h"
#include "provider/value_msgpack.h"
#include "provider/wire.h"
#include "provider/wire_messages.h"

namespace cairn::provider {

namespace {

using hcl::Type;
using hcl::Value;

constexpr size_t kPathStepsMax = 1000;
constexpr size_t kListMax = 100'000;  // diagnostics, paths, imported resources

std::unexpected<Error> Malformed(std::string_view what) {
  return Fail(ErrorCode::kInvalid, Format("{} is malformed", what));
}

// A DynamicValue: MessagePack, or else JSON, or else null.
Result<Value> DecodeValue(std::string_view message, const Type& type) {
  std::string_view msgpack, json;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) msgpack = reader.bytes();
    if (reader.field() == 2) json = reader.bytes();
  }
  if (!reader.ok()) return Malformed("a value");
  if (!msgpack.empty()) return FromMsgpack(msgpack, type);
  if (!json.empty()) return hcl::FromJsonText(json, type);
  return Value::Null(type);
}

Result<hcl::ValuePath> DecodePath(std::string_view message) {
  hcl::ValuePath path;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    if (path.size() == kPathStepsMax) return Fail(ErrorCode::kOverloaded, "a path has too many steps");
    WireReader step(reader.bytes());
    std::optional<hcl::PathStep> decoded;
    while (step.Next()) {
      if (step.field() == 1) decoded = hcl::PathStep::Attribute(step.bytes());
      if (step.field() == 2) decoded = hcl::PathStep::Index(Value::String(step.bytes()));
      if (step.field() == 3) decoded = hcl::PathStep::Index(Value::Int(step.number()));
    }
    if (!step.ok() || !decoded) return Malformed("a path");
    path.push_back(std::move(*decoded));
  }
  if (!reader.ok()) return Malformed("a path");
  return path;
}

// Reads the fields of an answer. Each function takes its field if that is the one at hand.
class Answer {
 public:
  Answer(std::string_view message, const Type& type) : reader_(message), type_(type) {}

  // False at the end, or after a failure.
  bool Next() { return result_.has_value() && reader_.Next(); }
  Result<> Finish() {
    if (result_ && !reader_.ok()) return Malformed("the answer");
    return result_;
  }

  Answer& Dynamic(uint32_t field, Value& value) {
    if (reader_.field() == field && result_) Keep(DecodeValue(reader_.bytes(), type_), value);
    return *this;
  }
  Answer& Text(uint32_t field, std::string& text) {
    if (reader_.field() == field) text = reader_.bytes();
    return *this;
  }
  Answer& Text(uint32_t field, std::optional<std::string>& text) {
    if (reader_.field() == field) text = reader_.bytes();
    return *this;
  }
  Answer& Boolean(uint32_t field, bool& value) {
    if (reader_.field() == field) value = reader_.boolean();
    return *this;
  }
  Answer& Diagnostic(uint32_t field, Diagnostics& list) {
    if (reader_.field() == field && result_) result_ = DecodeDiagnostic(reader_.bytes(), list);
    return *this;
  }
  Answer& Path(uint32_t field, std::vector<hcl::ValuePath>& list);
  Answer& Deferral(uint32_t field, std::optional<Deferred>& deferred);
  Answer& Time(uint32_t field, std::optional<RenewTime>& time);

 private:
  void Keep(Result<Value> decoded, Value& value) {
    if (decoded) {
      value = std::move(*decoded);
    } else {
      result_ = std::unexpected(decoded.error());
    }
  }

  WireReader reader_;
  const Type& type_;
  Result<> result_;
};

Answer& Answer::Path(uint32_t field, std::vector<hcl::ValuePath>& list) {
  if (reader_.field() != field || !result_) return *this;
  auto path = DecodePath(reader_.bytes());
  if (!path) {
    result_ = std::unexpected(path.error());
  } else if (list.size() == kListMax) {
    result_ = Fail(ErrorCode::kOverloaded, "there are too many paths");
  } else {
    list.push_back(std::move(*path));
  }
  return *this;
}

Answer& Answer::Deferral(uint32_t field, std::optional<Deferred>& deferred) {
  if (reader_.field() != field) return *this;
  deferred = Deferred::kUnknown;
  WireReader reader(reader_.bytes());
  while (reader.Next()) {
    const bool is_reason = reader.field() == 1 && reader.number() >= 0 && reader.number() <= 3;
    if (is_reason) deferred = static_cast<Deferred>(reader.number());
  }
  if (!reader.ok()) result_ = Malformed("a deferral");
  return *this;
}

// google.protobuf.Timestamp.
Answer& Answer::Time(uint32_t field, std::optional<RenewTime>& time) {
  if (reader_.field() != field) return *this;
  int64_t seconds = 0, nanoseconds = 0;
  WireReader reader(reader_.bytes());
  while (reader.Next()) {
    if (reader.field() == 1) seconds = reader.number();
    if (reader.field() == 2) nanoseconds = reader.number();
  }
  constexpr int64_t kSecondsMax = 9'000'000'000;  // what nanoseconds in 64 bits can hold, the year 2255
  const bool in_range =
      seconds >= -kSecondsMax && seconds <= kSecondsMax && nanoseconds >= 0 && nanoseconds < 1'000'000'000;
  if (!reader.ok() || !in_range) {
    result_ = Malformed("a time");
  } else {
    time = RenewTime(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds));
  }
  return *this;
}

}  // namespace

Result<> DecodeDiagnostic(std::string_view message, Diagnostics& list) {
  if (list.size() == kListMax) return Fail(ErrorCode::kOverloaded, "there are too many diagnostics");
  Diagnostic diagnostic;
  WireReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (reader.number() == 2) diagnostic.severity = hcl::Severity::kWarning;
        break;
      case 2:
        diagnostic.summary = hcl::Normalize(reader.bytes());
        break;
      case 3:
        diagnostic.detail = hcl::Normalize(reader.bytes());
        break;
      case 4: {
        auto path = DecodePath(reader.bytes());
        if (!path) return std::unexpected(path.error());
        diagnostic.attribute = std::move(*path);
        break;
      }
    }
  }
  if (!reader.ok()) return Malformed("a diagnostic");
  list.push_back(std::move(diagnostic));
  return {};
}

Capabilities DecodeCapabilities(std::string_view message) {
  Capabilities capabilities;
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) capabilities.plan_destroy = reader.boolean();
    if (reader.field() == 2) capabilities.schema_optional = reader.boolean();
    if (reader.field() == 3) capabilities.move_resource_state = reader.boolean();
  }
  return capabilities;
}

Result<Diagnostics> DecodeDiagnostics(std::string_view message, uint32_t field) {
  Diagnostics list;
  const Type none;
  Answer answer(message, none);
  while (answer.Next()) answer.Diagnostic(field, list);
  if (auto finished = answer.Finish(); !finished) return std::unexpected(finished.error());
  return list;
}

Result<std::string> DecodeStop(std::string_view message) {
  std::string problem;
  const Type none;
  Answer answer(message, none);
  while (answer.Next()) answer.Text(1, problem);
  if (auto finished = answer.Finish(); !finished) return std::unexpected(finished.error());
  return problem;
}

Result<> Decode(std::string_view message, const Type& type, UpgradeStateResponse& response) {
  response.state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) answer.Dynamic(1, response.state).Diagnostic(2, response.diagnostics);
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, ReadResourceResponse& response) {
  response.state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Dynamic(1, response.state)
        .Diagnostic(2, response.diagnostics)
        .Text(3, response.private_data)
        .Deferral(4, response.deferred);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, PlanResponse& response) {
  response.planned_state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Dynamic(1, response.planned_state)
        .Path(2, response.requires_replace)
        .Text(3, response.planned_private)
        .Diagnostic(4, response.diagnostics)
        .Boolean(5, response.legacy_type_system)
        .Deferral(6, response.deferred);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, ApplyResponse& response) {
  response.state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Dynamic(1, response.state)
        .Text(2, response.private_data)
        .Diagnostic(3, response.diagnostics)
        .Boolean(4, response.legacy_type_system);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, MoveStateResponse& response) {
  response.state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Dynamic(1, response.state).Diagnostic(2, response.diagnostics).Text(3, response.private_data);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, ReadDataSourceResponse& response) {
  response.state = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Dynamic(1, response.state).Diagnostic(2, response.diagnostics).Deferral(3, response.deferred);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, OpenEphemeralResponse& response) {
  response.result = Value::Null(type);
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Diagnostic(1, response.diagnostics)
        .Time(2, response.renew_at)
        .Dynamic(3, response.result)
        .Text(4, response.private_data)
        .Deferral(5, response.deferred);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, RenewEphemeralResponse& response) {
  Answer answer(message, type);
  while (answer.Next()) {
    answer.Diagnostic(1, response.diagnostics).Time(2, response.renew_at).Text(3, response.private_data);
  }
  return answer.Finish();
}

Result<> Decode(std::string_view message, const Type& type, CallFunctionResponse& response) {
  response.result = Value::Null(type);
  std::optional<std::string> error;
  Answer answer(message, type);
  while (answer.Next()) answer.Dynamic(1, response.result).Text(2, error);
  if (auto finished = answer.Finish(); !finished || !error) return finished;
  response.error.emplace();
  WireReader reader(*error);
  while (reader.Next()) {
    if (reader.field() == 1) response.error->text = hcl::Normalize(reader.bytes());
    if (reader.field() == 2) response.error->argument = reader.number();
  }
  if (!reader.ok()) return Malformed("the function's error");
  return {};
}

Result<> DecodeImport(std::string_view message, const TypeFinder& type_of, ImportResponse& response) {
  std::optional<std::string> resource;
  const Type none;
  Answer answer(message, none);
  while (answer.Next()) {
    answer.Text(1, resource).Diagnostic(2, response.diagnostics).Deferral(3, response.deferred);
    if (!resource) continue;
    if (response.resources.size() == kListMax) {
      return Fail(ErrorCode::kOverloaded, "there are too many resources");
    }
    ImportedResource imported;
    const Type nothing;
    Answer name(*resource, nothing);
    while (name.Next()) name.Text(1, imported.type_name);
    const auto type = type_of(imported.type_name);
    if (!type) return std::unexpected(type.error());
    imported.state = Value::Null(*type);
    Answer parts(*resource, *type);
    while (parts.Next()) parts.Dynamic(2, imported.state).Text(3, imported.private_data);
    if (auto finished = parts.Finish(); !finished) return finished;
    response.resources.push_back(std::move(imported));
    resource.reset();
  }
  return answer.Finish();
}

}  // namespace cairn::provider
