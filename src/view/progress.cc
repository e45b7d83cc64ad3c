#include "view/progress.h"

#include <array>
#include <cstddef>
#include <vector>

#include "base/strings.h"
#include "hcl/unicode.h"

namespace cairn::view {
namespace {

using plan::Action;

constexpr size_t kIdCharactersMax = 80;  // in lines that come again and again

// A text that may be shown.
std::string TextOf(const hcl::Value* value) {
  if (!value || value->Has(hcl::Marks::kSensitive) || !value->HasContent()) return {};
  return value->type().Is(hcl::TypeKind::kString) ? std::string(value->AsString()) : "";
}

// "Creat", "ing"; the peer's words differ between people and machines, these are for people.
std::string_view Verb(Action action) {
  switch (action) {
    case Action::kCreate:
      return "Creating";
    case Action::kUpdate:
      return "Modifying";
    case Action::kDelete:
      return "Destroying";
    case Action::kRead:
      return "Reading";
    default:
      return "Applying";
  }
}

std::string_view Noun(Action action) {
  switch (action) {
    case Action::kCreate:
      return "Creation";
    case Action::kUpdate:
      return "Modifications";
    case Action::kDelete:
      return "Destruction";
    case Action::kRead:
      return "Read";
    default:
      return "Apply";
  }
}

std::string Lower(std::string_view text) {
  std::string out(text);
  out[0] = ToLower(out[0]);
  return out;
}

std::string IdSuffix(const Event& event) {
  if (event.id_key.empty() || event.id_value.empty()) return {};
  return Format(" [{}={}]", event.id_key, event.id_value);
}

// With its middle left out.
std::string Truncated(const std::string& id) {
  std::vector<size_t> starts;
  for (size_t at = 0; at < id.size();) {
    size_t length = 0;
    hcl::DecodeCharacter(std::string_view(id).substr(at), length);
    starts.push_back(at);
    at += length;
  }
  if (starts.size() <= kIdCharactersMax) return id;
  constexpr size_t kHalf = kIdCharactersMax / 2;
  // Left, dots and right are 80 characters together.
  return id.substr(0, starts[kHalf - 1]) + "..." + id.substr(starts[starts.size() - (kHalf - 2)]);
}

std::string_view EphemeralVerb(EphemeralAction action) {
  constexpr std::array<std::string_view, 3> kVerbs = {"Opening", "Renewing", "Closing"};
  return kVerbs[size_t(action)];
}

std::string_view EphemeralNoun(EphemeralAction action) {
  constexpr std::array<std::string_view, 3> kNouns = {"Opening", "Renewal", "Closing"};
  return kNouns[size_t(action)];
}

std::string ApplyLine(const Event& event, const std::string& name) {
  switch (event.kind) {
    case EventKind::kApplyStart:
      return Format("[reset][bold]{}: {}...{}[reset]", name, Verb(event.action), IdSuffix(event));
    case EventKind::kApplyProgress: {
      const std::string id = event.id_key.empty() || event.id_value.empty()
                                 ? ""
                                 : event.id_key + "=" + Truncated(event.id_value) + ", ";
      return Format("[reset][bold]{}: Still {}... [{}{} elapsed][reset]", event.address.ToString(),
                    Lower(Verb(event.action)), id, FormatElapsed(event.elapsed));
    }
    default:
      return Format("[reset][bold]{}: {} complete after {}{}", name, Noun(event.action),
                    FormatElapsed(event.elapsed), IdSuffix(event));
  }
}

std::string Markup(const Event& event) {
  std::string name = event.address.ToString();
  if (!event.deposed.empty()) name += Format(" (deposed object {})", event.deposed);
  switch (event.kind) {
    case EventKind::kRefreshStart:
      return Format("[reset][bold]{}: Refreshing state...{}", name, IdSuffix(event));
    case EventKind::kApplyStart:
    case EventKind::kApplyProgress:
    case EventKind::kApplyComplete:
      return event.action == Action::kNoOp ? "" : ApplyLine(event, name);
    case EventKind::kProvisionStart:
      return Format("[reset][bold]{}: Provisioning with '{}'...[reset]", name, event.provisioner);
    case EventKind::kImportPlan:
      return Format("[reset][bold]{}: Preparing import... [id={}]", name, event.id_value);
    case EventKind::kImportStart:
      return Format("[reset][bold]{}: Importing... [id={}]", name, event.id_value);
    case EventKind::kImportComplete:
      return Format("[reset][bold]{}: Import complete [id={}]", name, event.id_value);
    case EventKind::kSingleImportStart:
      return Format("[reset][bold]{}: Importing from ID {:?}...", name, event.id_value);
    case EventKind::kSingleImportPrepared:
      return Format("[reset][bold][green]{}: Import prepared![reset]\n[reset][green]  Prepared {} for import",
                    name, event.address.resource.type());
    case EventKind::kEphemeralStart:
      return Format("[reset][bold]{}: {}...[reset]", name, EphemeralVerb(event.ephemeral));
    case EventKind::kEphemeralProgress:
      return Format("[reset][bold]{}: Still {}... [{} elapsed][reset]", name,
                    Lower(EphemeralVerb(event.ephemeral)), FormatElapsed(event.elapsed));
    case EventKind::kEphemeralComplete:
      return Format("[reset][bold]{}: {} complete after {}", name, EphemeralNoun(event.ephemeral),
                    FormatElapsed(event.elapsed));
    case EventKind::kEphemeralDeferred:
      return Format("[reset][bold]{}: Configuration unknown, deferring...[reset]", name);
    default:
      return {};
  }
}

}  // namespace

ObjectId FindId(const hcl::Value& object, bool or_name) {
  if (!object.HasContent() || !object.type().Is(hcl::TypeKind::kObject)) return {};
  if (object.Has(hcl::Marks::kSensitive)) return {};
  const std::string id = TextOf(object.Find("id"));
  if (!id.empty() || !or_name) return id.empty() ? ObjectId{} : ObjectId{"id", id};
  if (const std::string name = TextOf(object.Find("name")); !name.empty()) return {"name", name};
  const hcl::Value* tags = object.Find("tags");
  if (!tags || !tags->HasContent() || tags->Has(hcl::Marks::kSensitive)) return {};
  if (!tags->type().Is(hcl::TypeKind::kMap) && !tags->type().Is(hcl::TypeKind::kObject)) return {};
  const std::string name = TextOf(tags->Find("Name"));
  return name.empty() ? ObjectId{} : ObjectId{"tags.Name", name};
}

std::string HumanLine(const Event& event, const Colours& colours) {
  if (event.kind == EventKind::kProvisionProgress) {
    return colours(Format("[reset][bold]{} ({}):[reset] ", event.address.ToString(), event.provisioner)) +
           event.output;
  }
  return colours(Markup(event));
}

std::string FormatElapsed(std::chrono::seconds elapsed) {
  const auto seconds = elapsed.count();
  if (seconds < 60) return Format("{}s", seconds);
  if (seconds < 3600) return Format("{}m{}s", seconds / 60, seconds % 60);
  return Format("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace cairn::view
