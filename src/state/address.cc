#include "state/address.h"

#include <tuple>
#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"

namespace cairn::state {
namespace {

constexpr size_t kHashSeed = 0x9e3779b97f4a7c15;

size_t Mix(size_t seed, size_t hash) {
  return (seed ^ hash) * kHashSeed + (seed >> 29);
}

size_t HashText(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

std::strong_ordering CompareText(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;
}

// Of two shared representations, or null ones that stand for what is empty.
template <typename Rep>
bool SameRep(const hcl::Ref<Rep>& a, const hcl::Ref<Rep>& b) {
  if (a.get() == b.get()) return true;
  return a && b && a->hash == b->hash && a->Content() == b->Content();
}

int ModeRank(ResourceMode mode) {
  return mode == ResourceMode::kData ? 0 : mode == ResourceMode::kManaged ? 1 : 2;
}

const std::string& EmptyText() {
  static const std::string kEmpty;
  return kEmpty;
}

std::string Joined(std::string module, std::string_view rest) {
  if (!module.empty()) module += '.';
  module += rest;
  return module;
}

}  // namespace

struct InstanceKey::Text : hcl::Shared {
  explicit Text(std::string_view of) : text(of), hash(HashText(of)) {}
  std::string_view Content() const { return text; }

  std::string text;
  size_t hash;
};

InstanceKey InstanceKey::Int(int64_t number) {
  InstanceKey key;
  key.kind_ = Kind::kInt;
  key.number_ = number;
  return key;
}

InstanceKey InstanceKey::String(std::string_view text) {
  InstanceKey key;
  key.kind_ = Kind::kString;
  key.text_ = hcl::Ref<Text>(new Text(text));
  return key;
}

std::string_view InstanceKey::text() const {
  return text_->text;
}

std::string InstanceKey::ToString() const {
  if (kind_ == Kind::kNone) return "";
  std::string out = "[";
  if (kind_ == Kind::kInt) {
    out += std::to_string(number_);
  } else {
    hcl::AppendQuoted(out, text_->text);
  }
  return out += ']';
}

hcl::Value InstanceKey::ToValue() const {
  switch (kind_) {
    case Kind::kNone:
      break;
    case Kind::kInt:
      return hcl::Value::Int(number_);
    case Kind::kString:
      return hcl::Value::String(text_->text);
  }
  return {};
}

size_t InstanceKey::Hash() const {
  return Mix(size_t(kind_), kind_ == Kind::kString ? text_->hash : size_t(number_));
}

bool InstanceKey::operator==(const InstanceKey& other) const {
  return kind_ == other.kind_ && number_ == other.number_ && SameRep(text_, other.text_);
}

std::strong_ordering InstanceKey::operator<=>(const InstanceKey& other) const {
  if (kind_ != other.kind_) return kind_ <=> other.kind_;
  return kind_ == Kind::kString ? CompareText(text_->text, other.text_->text) : number_ <=> other.number_;
}

struct ModulePath::Rep : hcl::Shared {
  explicit Rep(std::vector<std::string> of) : names(std::move(of)), hash(names.size()) {
    for (const std::string& name : names) hash = Mix(hash, HashText(name));
  }
  const std::vector<std::string>& Content() const { return names; }

  std::vector<std::string> names;
  size_t hash;
};

ModulePath::ModulePath(std::vector<std::string> names) {
  if (!names.empty()) rep_ = hcl::Ref<Rep>(new Rep(std::move(names)));
}

const std::vector<std::string>& ModulePath::names() const {
  static const std::vector<std::string> kNone;
  return rep_ ? rep_->names : kNone;
}

ModulePath ModulePath::Child(std::string_view name) const {
  std::vector<std::string> longer = names();
  longer.emplace_back(name);
  return ModulePath(std::move(longer));
}

ModulePath ModulePath::Parent() const {
  std::vector<std::string> shorter = names();
  if (!shorter.empty()) shorter.pop_back();
  return ModulePath(std::move(shorter));
}

std::string ModulePath::ToString() const {
  std::string out;
  for (const std::string& name : names()) out += (out.empty() ? "module." : ".module.") + name;
  return out;
}

size_t ModulePath::Hash() const {
  return rep_ ? rep_->hash : 0;
}

bool ModulePath::operator==(const ModulePath& other) const {
  return SameRep(rep_, other.rep_);
}

std::strong_ordering ModulePath::operator<=>(const ModulePath& other) const {
  if (rep_.get() == other.rep_.get()) return std::strong_ordering::equal;
  const auto &a = names(), &b = other.names();
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

struct ModuleInstance::Rep : hcl::Shared {
  explicit Rep(std::vector<ModuleStep> of) : steps(std::move(of)), hash(steps.size()) {
    std::vector<std::string> names;
    for (const ModuleStep& step : steps) {
      hash = Mix(Mix(hash, HashText(step.name)), step.key.Hash());
      names.push_back(step.name);
    }
    path = ModulePath(std::move(names));
  }
  const std::vector<ModuleStep>& Content() const { return steps; }

  std::vector<ModuleStep> steps;
  ModulePath path;
  size_t hash;
};

ModuleInstance::ModuleInstance(std::vector<ModuleStep> steps) {
  if (!steps.empty()) rep_ = hcl::Ref<Rep>(new Rep(std::move(steps)));
}

const std::vector<ModuleStep>& ModuleInstance::steps() const {
  static const std::vector<ModuleStep> kNone;
  return rep_ ? rep_->steps : kNone;
}

ModuleInstance ModuleInstance::Child(std::string_view name, InstanceKey key) const {
  std::vector<ModuleStep> longer = steps();
  longer.push_back({std::string(name), std::move(key)});
  return ModuleInstance(std::move(longer));
}

ModuleInstance ModuleInstance::Parent() const {
  std::vector<ModuleStep> shorter = steps();
  if (!shorter.empty()) shorter.pop_back();
  return ModuleInstance(std::move(shorter));
}

ModulePath ModuleInstance::path() const {
  return rep_ ? rep_->path : ModulePath();
}

std::string ModuleInstance::ToString() const {
  std::string out;
  for (const ModuleStep& step : steps()) {
    out += out.empty() ? "module." : ".module.";
    out += step.name;
    if (step.key) out += step.key.ToString();
  }
  return out;
}

size_t ModuleInstance::Hash() const {
  return rep_ ? rep_->hash : 0;
}

bool ModuleInstance::operator==(const ModuleInstance& other) const {
  return SameRep(rep_, other.rep_);
}

std::strong_ordering ModuleInstance::operator<=>(const ModuleInstance& other) const {
  if (rep_.get() == other.rep_.get()) return std::strong_ordering::equal;
  const auto &a = steps(), &b = other.steps();
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

struct ResourceName::Rep : hcl::Shared {
  Rep(ResourceMode of_mode, std::string_view of_type, std::string_view called)
      : mode(of_mode),
        type(of_type),
        name(called),
        hash(Mix(Mix(size_t(of_mode), HashText(of_type)), HashText(called))) {}
  auto Content() const { return std::tie(mode, type, name); }

  ResourceMode mode;
  std::string type;
  std::string name;
  size_t hash;
};

ResourceName::ResourceName(ResourceMode mode, std::string_view type, std::string_view name)
    : rep_(new Rep(mode, type, name)) {}

ResourceMode ResourceName::mode() const {
  return rep_ ? rep_->mode : ResourceMode::kManaged;
}

const std::string& ResourceName::type() const {
  return rep_ ? rep_->type : EmptyText();
}

const std::string& ResourceName::name() const {
  return rep_ ? rep_->name : EmptyText();
}

std::string ResourceName::ToString() const {
  static constexpr std::string_view kPrefixes[] = {"", "data.", "ephemeral."};
  std::string out(kPrefixes[size_t(mode())]);
  out += type();
  out += '.';
  return out += name();
}

size_t ResourceName::Hash() const {
  return rep_ ? rep_->hash : 0;
}

bool ResourceName::operator==(const ResourceName& other) const {
  return SameRep(rep_, other.rep_);
}

std::strong_ordering ResourceName::operator<=>(const ResourceName& other) const {
  if (rep_.get() == other.rep_.get()) return std::strong_ordering::equal;
  if (mode() != other.mode()) return ModeRank(mode()) <=> ModeRank(other.mode());
  if (const auto order = CompareText(type(), other.type()); order != 0) return order;
  return CompareText(name(), other.name());
}

std::string ConfigResource::ToString() const {
  return Joined(module.ToString(), resource.ToString());
}

size_t ConfigResource::Hash() const {
  return Mix(module.Hash(), resource.Hash());
}

std::string ResourceAddress::ToString() const {
  return Joined(module.ToString(), resource.ToString());
}

size_t ResourceAddress::Hash() const {
  return Mix(module.Hash(), resource.Hash());
}

std::string InstanceAddress::ToString() const {
  return resource_address().ToString() + key.ToString();
}

size_t InstanceAddress::Hash() const {
  return Mix(Mix(module.Hash(), resource.Hash()), key.Hash());
}

struct ProviderConfigAddress::Rep : hcl::Shared {
  Rep(ModulePath in, std::string_view of_provider, std::string_view called)
      : module(std::move(in)),
        provider(of_provider),
        alias(called),
        hash(Mix(Mix(module.Hash(), HashText(of_provider)), HashText(called))) {}
  auto Content() const { return std::tie(module, provider, alias); }

  ModulePath module;
  std::string provider;
  std::string alias;
  size_t hash;
};

ProviderConfigAddress::ProviderConfigAddress(ModulePath module, std::string_view provider,
                                             std::string_view alias)
    : rep_(new Rep(std::move(module), provider, alias)) {}

const ModulePath& ProviderConfigAddress::module() const {
  static const ModulePath kRoot;
  return rep_ ? rep_->module : kRoot;
}

const std::string& ProviderConfigAddress::provider() const {
  return rep_ ? rep_->provider : EmptyText();
}

const std::string& ProviderConfigAddress::alias() const {
  return rep_ ? rep_->alias : EmptyText();
}

std::string ProviderConfigAddress::ToString() const {
  std::string out = Joined(module().ToString(), "provider[\"" + provider() + "\"]");
  if (!alias().empty()) out += '.' + alias();
  return out;
}

size_t ProviderConfigAddress::Hash() const {
  return rep_ ? rep_->hash : 0;
}

bool ProviderConfigAddress::operator==(const ProviderConfigAddress& other) const {
  return SameRep(rep_, other.rep_);
}

std::string Target::ToString() const {
  if (kind == Kind::kModule) return module.ToString();
  return Joined(module.ToString(), resource.ToString()) + key.ToString();
}

bool Target::Contains(const ModuleInstance& other) const {
  if (kind != Kind::kModule) return false;
  const auto &own = module.steps(), &its = other.steps();
  if (its.size() < own.size()) return false;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i].name != its[i].name) return false;
    const bool any_key = i + 1 == own.size() && !own[i].key;
    if (!any_key && own[i].key != its[i].key) return false;
  }
  return true;
}

bool Target::Contains(const ResourceAddress& other) const {
  if (kind == Kind::kModule) return Contains(other.module);
  return kind == Kind::kResource && module == other.module && resource == other.resource;
}

bool Target::Contains(const InstanceAddress& other) const {
  if (kind == Kind::kModule) return Contains(other.module);
  if (module != other.module || resource != other.resource) return false;
  return kind == Kind::kResource || key == other.key;
}

bool Target::Contains(const ConfigResource& other) const {
  const auto& steps = module.steps();
  const auto& names = other.module.names();
  if (names.size() < steps.size()) return false;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].key || steps[i].name != names[i]) return false;
  }
  if (kind == Kind::kModule) return true;
  return kind == Kind::kResource && names.size() == steps.size() && resource == other.resource;
}

}  // namespace cairn::state
