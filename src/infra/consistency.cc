#include "infra/consistency.h"

#include <algorithm>
#include <span>

#include "base/strings.h"
#include "hcl/console_print.h"

namespace cairn::infra {
namespace {

using hcl::AttributeSchema;
using hcl::BlockSchema;
using hcl::Nesting;
using hcl::PathStep;
using hcl::TypeKind;
using hcl::Value;
using hcl::ValuePath;

const Value& MemberOf(const Value& object, std::string_view name) {
  static const Value none;
  if (!object.HasContent()) return none;
  const Value* found = object.Find(name);
  return found != nullptr ? *found : none;
}

bool IsNamed(const Value& value) {
  return value.kind() == TypeKind::kObject || value.kind() == TypeKind::kMap;
}

// Nulls of any types are equal here, and unknown values whatever is known about them.
bool Same(const Value& a, const Value& b) {
  if (a.IsNull() || b.IsNull()) return a.IsNull() && b.IsNull();
  if (!a.IsKnown() || !b.IsKnown()) return !a.IsKnown() && !b.IsKnown();
  if (a == b) return true;
  if (a.kind() != b.kind() || a.type().IsPrimitive() || a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (IsNamed(a) && a.name(i) != b.name(i)) return false;
    if (!Same(a.elements()[i], b.elements()[i])) return false;
  }
  return true;
}

// Collects what is wrong, and where.
class Checker {
 public:
  std::vector<Inconsistency> Take() { return std::move(found_); }

 protected:
  void Report(std::string message) { found_.push_back({path_, std::move(message)}); }
  size_t count() const { return found_.size(); }

  template <typename Body>
  void At(PathStep step, Body body) {
    path_.push_back(std::move(step));
    body();
    path_.pop_back();
  }

  // Pairs of elements of two lists or maps of equal keys; false, and a report, where these differ.
  template <typename Body>
  void ForPairs(const Value& a, const Value& b, Body body) {
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
      const PathStep step =
          IsNamed(a) ? PathStep::Index(Value::String(a.name(i))) : PathStep::Index(Value::Int(int64_t(i)));
      At(step, [&] { body(a.elements()[i], b.elements()[i]); });
    }
  }

  // Whether the blocks or elements correspond: as many, of the same keys.
  bool Corresponds(const Value& from, const Value& to, std::string_view what) {
    if (from.size() != to.size()) {
      Report(Format("{} count changed from {} to {}", what, from.size(), to.size()));
      return false;
    }
    for (size_t i = 0; IsNamed(from) && i < from.size(); ++i) {
      if (from.name(i) == to.name(i)) continue;
      Report(Format("{} key {:?} has vanished", what, std::string(from.name(i))));
      return false;
    }
    return true;
  }

 private:
  ValuePath path_;
  std::vector<Inconsistency> found_;
};

class ResultChecker : public Checker {
 public:
  void CheckObject(const BlockSchema& schema, const Value& planned, const Value& actual) {
    if (!planned.IsKnown()) return;
    if (planned.IsNull() && !actual.IsNull()) return Report("was absent, but now present");
    if (actual.IsNull() && !planned.IsNull()) return Report("was present, but now absent");
    if (planned.IsNull()) return;
    for (const AttributeSchema& attribute : schema.attributes) {
      At(PathStep::Attribute(attribute.name), [&] {
        const Value& was = MemberOf(planned, attribute.name);
        const Value& now = MemberOf(actual, attribute.name);
        if (!attribute.sensitive) return CheckValue(was, now);
        ResultChecker silent;
        silent.CheckValue(was, now);
        if (silent.count() > 0) Report("inconsistent values for sensitive attribute");
      });
    }
    for (const hcl::NestedBlock& block : schema.blocks) {
      At(PathStep::Attribute(block.name),
         [&] { CheckBlocks(block, MemberOf(planned, block.name), MemberOf(actual, block.name)); });
    }
  }

  void CheckValue(const Value& planned, const Value& actual) {
    if (!planned.IsKnown()) return;
    if (planned.IsNull() || actual.IsNull()) {
      if (planned.IsNull() && actual.IsNull()) return;
      return Report(planned.IsNull() ? Format("was null, but now {}", Shown(actual))
                                     : Format("was {}, but now null", Shown(planned)));
    }
    if (!actual.IsKnown()) return Report("was known, but now unknown");
    if (planned.type().IsPrimitive() || planned.kind() != actual.kind()) {
      if (!(planned == actual)) Report(Format("was {}, but now {}", Shown(planned), Shown(actual)));
      return;
    }
    if (planned.kind() == TypeKind::kSet) return CheckSet(planned, actual);
    if (!IsNamed(planned)) {
      if (planned.size() > actual.size()) Report(Format("element {} has vanished", actual.size()));
      if (planned.size() < actual.size()) Report(Format("new element {} has appeared", planned.size()));
      return ForPairs(planned, actual, [&](const Value& was, const Value& now) { CheckValue(was, now); });
    }
    for (size_t i = 0; i < planned.size(); ++i) {
      const std::string name(planned.name(i));
      const Value* now = actual.Find(name);
      const PathStep step = planned.kind() == TypeKind::kObject ? PathStep::Attribute(name)
                                                                : PathStep::Index(Value::String(name));
      if (now == nullptr) {
        Report(Format("element {:?} has vanished", name));
      } else {
        At(step, [&] { CheckValue(planned.elements()[i], *now); });
      }
    }
    for (size_t i = 0; i < actual.size(); ++i) {
      if (planned.Find(actual.name(i)) == nullptr) {
        Report(Format("new element {:?} has appeared", std::string(actual.name(i))));
      }
    }
  }

 private:
  static std::string Shown(const Value& value) { return hcl::PrintValue(value); }

  static bool Compatible(const Value& planned, const Value& actual) {
    ResultChecker checker;
    checker.CheckValue(planned, actual);
    return checker.count() == 0;
  }

  // Every element has a partner on the other side.
  void CheckSet(const Value& planned, const Value& actual) {
    if (planned == actual) return;
    const auto has_partner = [](const Value& one, const Value& others, bool one_is_planned) {
      return std::ranges::any_of(others.elements(), [&](const Value& other) {
        return one_is_planned ? Compatible(one, other) : Compatible(other, one);
      });
    };
    for (const Value& was : planned.elements()) {
      if (!has_partner(was, actual, true)) {
        Report(Format("planned set element {} does not correlate with any element in actual", Shown(was)));
      }
    }
    for (const Value& now : actual.elements()) {
      if (!has_partner(now, planned, false)) {
        Report(Format("actual set element {} does not correlate with any element in plan", Shown(now)));
      }
    }
    if (planned.IsWhollyKnown() && planned.size() != actual.size()) {
      Report(Format("length changed from {} to {}", planned.size(), actual.size()));
    }
  }

  void CheckBlocks(const hcl::NestedBlock& block, const Value& planned, const Value& actual) {
    if (block.nesting == Nesting::kSingle || block.nesting == Nesting::kGroup) {
      return CheckObject(*block.block, planned, actual);
    }
    if (!planned.IsKnown() || !actual.IsKnown() || planned.IsNull() || actual.IsNull()) return;
    if (block.nesting == Nesting::kSet) {
      if (planned.IsWhollyKnown()) CheckSetOfBlocks(block, planned, actual);
      return;
    }
    if (!Corresponds(planned, actual, "block")) return;
    ForPairs(planned, actual,
             [&](const Value& was, const Value& now) { CheckObject(*block.block, was, now); });
  }

  void CheckSetOfBlocks(const hcl::NestedBlock& block, const Value& planned, const Value& actual) {
    for (const Value& was : planned.elements()) {
      const bool has_partner = std::ranges::any_of(actual.elements(), [&](const Value& now) {
        ResultChecker checker;
        checker.CheckObject(*block.block, was, now);
        return checker.count() == 0;
      });
      if (!has_partner)
        Report(Format("planned set element {} does not correlate with any element in actual", Shown(was)));
    }
    if (planned.size() != actual.size()) {
      Report(Format("block set length changed from {} to {}", planned.size(), actual.size()));
    }
  }
};

class PlanChecker : public Checker {
 public:
  void CheckObject(const BlockSchema& schema, const Value& prior, const Value& config, const Value& planned) {
    if (planned.IsNull() && !config.IsNull()) return Report("planned for absence but config wants existence");
    if (config.IsNull() && !planned.IsNull()) return Report("planned for existence but config wants absence");
    if (planned.IsNull() || !planned.IsKnown()) return;
    CheckAttributes(schema.attributes, prior, config, planned);
    for (const hcl::NestedBlock& block : schema.blocks) {
      At(PathStep::Attribute(block.name), [&] {
        CheckBlocks(block, MemberOf(prior, block.name), MemberOf(config, block.name),
                    MemberOf(planned, block.name));
      });
    }
  }

 private:
  void CheckAttributes(std::span<const AttributeSchema> attributes, const Value& prior, const Value& config,
                       const Value& planned) {
    for (const AttributeSchema& attribute : attributes) {
      At(PathStep::Attribute(attribute.name), [&] {
        CheckAttribute(attribute, MemberOf(prior, attribute.name), MemberOf(config, attribute.name),
                       MemberOf(planned, attribute.name));
      });
    }
  }

  void CheckAttribute(const AttributeSchema& attribute, const Value& prior, const Value& config,
                      const Value& planned) {
    if (attribute.write_only) {
      if (!planned.IsNull()) Report("planned value for a write-only attribute must be null");
      return;
    }
    if (Same(planned, config)) return;
    if (Same(planned, prior) && !prior.IsNull() && !config.IsNull()) return;
    if (attribute.computed && config.IsNull()) return;
    if (attribute.nested && planned.HasContent() && config.HasContent()) {
      return CheckNested(attribute, prior, config, planned);
    }
    if (attribute.sensitive) return Report("sensitive planned value does not match config value");
    if (!attribute.optional && !attribute.required) {
      return Report(Format("planned value {} for a non-computed attribute", hcl::PrintValue(planned)));
    }
    if (prior.IsNull()) {
      Report(Format("planned value {} does not match config value {}", hcl::PrintValue(planned),
                    hcl::PrintValue(config)));
    } else {
      Report(Format("planned value {} does not match config value {} nor prior value {}",
                    hcl::PrintValue(planned), hcl::PrintValue(config), hcl::PrintValue(prior)));
    }
  }

  void CheckNested(const AttributeSchema& attribute, const Value& prior, const Value& config,
                   const Value& planned) {
    const auto& attributes = attribute.nested->attributes;
    switch (attribute.nested->nesting) {
      case Nesting::kSingle:
      case Nesting::kGroup:
        return CheckAttributes(attributes, prior, config, planned);
      case Nesting::kList:
      case Nesting::kMap:
        if (!Corresponds(config, planned, "element")) return;
        return ForPairs(config, planned, [&](const Value& wanted, const Value& given) {
          CheckAttributes(attributes, PriorOf(prior, planned, given), wanted, given);
        });
      case Nesting::kSet:  // which element is which cannot be said
        if (config.IsWhollyKnown() && planned.size() != config.size()) {
          Report(Format("count in plan ({}) disagrees with count in config ({})", planned.size(),
                        config.size()));
        }
        return;
    }
  }

  void CheckBlocks(const hcl::NestedBlock& block, const Value& prior, const Value& config,
                   const Value& planned) {
    if (!config.IsKnown() || !planned.IsKnown()) return;
    if (block.nesting == Nesting::kSingle || block.nesting == Nesting::kGroup) {
      return CheckObject(*block.block, prior, config, planned);
    }
    if (planned.IsNull()) return Report("attribute representing nested block must not be null");
    if (config.IsNull()) return;
    if (planned.size() != config.size()) {
      return Report(Format("block count in plan ({}) disagrees with count in config ({})", planned.size(),
                           config.size()));
    }
    if (block.nesting == Nesting::kSet || !Corresponds(config, planned, "block")) return;
    ForPairs(config, planned, [&](const Value& wanted, const Value& given) {
      CheckObject(*block.block, PriorOf(prior, planned, given), wanted, given);
    });
  }

  // What `prior` has where `planned` has `given`, one of its elements.
  static Value PriorOf(const Value& prior, const Value& planned, const Value& given) {
    if (!prior.HasContent()) return Value();
    const size_t i = size_t(&given - planned.elements().data());
    if (IsNamed(planned)) return MemberOf(prior, planned.name(i));
    return i < prior.size() ? prior.elements()[i] : Value();
  }
};

}  // namespace

std::string Inconsistency::ToString() const {
  return path.empty() ? message : hcl::ToString(path) + ": " + message;
}

std::vector<Inconsistency> CheckPlan(const BlockSchema& schema, const Value& prior, const Value& config,
                                     const Value& planned) {
  PlanChecker checker;
  checker.CheckObject(schema, prior, config, planned);
  return checker.Take();
}

std::vector<Inconsistency> CheckResult(const BlockSchema& schema, const Value& planned, const Value& actual) {
  ResultChecker checker;
  checker.CheckObject(schema, planned, actual);
  return checker.Take();
}

}  // namespace cairn::infra
