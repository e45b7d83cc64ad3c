#include "hcl/module_references.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/references.h"

namespace cairn::hcl {
namespace {

enum class Kind {
  kAttribute,
  kSelf,
  kModule,
  kResource
};  // kAttribute: one of an object that is always there

// What a reference is to.
struct Subject {
  Kind kind = Kind::kAttribute;
  std::string_view root = {};  // of a kResource: "data", "ephemeral" or empty
  std::string_view name = {};
  std::string_view type = {};   // of a kResource
  bool has_key = false;         // of a kResource
  std::string_view next = {};   // of a kResource: the attribute behind it, if there is one
  SourceRange next_range = {};  // of that
  SourceRange range = {};
};

class Checker {
 public:
  Checker(const ModuleNames& names, Diagnostics& diagnostics) : names_(names), diagnostics_(diagnostics) {}

  bool Check(const std::vector<Reference>& references) {
    const size_t before = diagnostics_.size();
    std::vector<Subject> subjects;
    for (const Reference& reference : references) {
      if (std::optional<Subject> subject = Read(reference)) subjects.push_back(*std::move(subject));
    }
    if (diagnostics_.size() > before) return false;
    for (const Subject& subject : subjects) CheckDeclared(subject);
    if (diagnostics_.size() > before) return false;
    for (const Subject& subject : subjects) CheckAttribute(subject);
    return diagnostics_.size() == before;
  }

 private:
  std::optional<Subject> Refuse(std::string detail, SourceRange subject) {
    diagnostics_.AddError("Invalid reference", std::move(detail), std::move(subject));
    return std::nullopt;
  }

  std::optional<Subject> Read(const Reference& reference) {
    const std::string_view root = reference.root;
    if (root == "self") return Subject{.kind = Kind::kSelf, .root = root, .range = reference.root_range()};
    if (root == "template" || root == "lazy" || root == "arg") {
      diagnostics_.AddError(
          "Reserved symbol name",
          Format("The symbol name {} is reserved for use in a future Terraform version. If you are using a "
                 "provider "
                 "that already uses this as a resource type name, add the prefix \"resource.\" to force "
                 "interpretation as a resource type name.",
                 Quote(root)),
          reference.root_range());
      return std::nullopt;
    }
    for (const std::string_view object : {"count", "each", "local", "module", "path", "terraform", "var"}) {
      if (root == object) return ReadAttribute(reference);
    }
    return ReadResource(reference);
  }

  // `object.name`, and of a module's object one step more.
  std::optional<Subject> ReadAttribute(const Reference& reference) {
    const std::string root = Quote(reference.root);
    if (reference.steps.empty()) {
      return Refuse(
          Format("The {} object cannot be accessed directly. Instead, access one of its attributes.", root),
          reference.root_range());
    }
    if (!reference.steps[0].is_attribute) {
      return Refuse(Format("The {} object does not support this operation.", root),
                    reference.steps[0].range());
    }
    Subject subject{.root = reference.root, .name = reference.steps[0].name, .range = RangeTo(reference, 0)};
    if (reference.root != "module") return subject;
    subject.kind = Kind::kModule;
    size_t step = 1;
    if (reference.steps.size() > step && !reference.steps[step].is_attribute) ++step;
    if (reference.steps.size() > step && !reference.steps[step].is_attribute) {
      return Refuse("Module instance objects do not support this operation.", reference.steps[step].range());
    }
    subject.range = RangeTo(reference, std::min(step, reference.steps.size() - 1));
    return subject;
  }

  // `type.name`, `data.type.name` and the like.
  std::optional<Subject> ReadResource(const Reference& reference) {
    const std::string_view root = reference.root;
    const bool has_prefix = root == "data" || root == "ephemeral" || root == "resource";
    const std::vector<TraversalStep>& steps = reference.steps;
    if (has_prefix && steps.size() < 2) {
      const std::string_view what = root == "data"        ? "data source type and the resource name"
                                    : root == "ephemeral" ? "ephemeral resource type and the resource name"
                                                          : "resource type and the resource name";
      return Refuse(
          Format("The {} object must be followed by two attribute names: the {}.", Quote(root), what),
          reference.range());
    }
    if (has_prefix && !steps[0].is_attribute) {
      return Refuse("The \"data\" object does not support this operation.", steps[0].range());
    }
    const size_t at = has_prefix ? 1 : 0;
    if (steps.size() <= at || !steps[at].is_attribute) {
      const std::string_view what = root == "data"        ? "a data source"
                                    : root == "ephemeral" ? "an ephemeral resource"
                                                          : "a resource type";
      return Refuse(
          Format("A reference to {} must be followed by at least one attribute access, specifying the "
                 "resource name.",
                 what),
          steps.size() <= at ? reference.root_range() : steps[at].range());
    }
    Subject subject{.kind = Kind::kResource,
                    .root = has_prefix && root != "resource" ? root : std::string_view(),
                    .name = steps[at].name,
                    .type = has_prefix ? steps[0].name : root};
    size_t last = at;
    if (steps.size() > last + 1 && !steps[last + 1].is_attribute) {
      subject.has_key = true;
      ++last;
    }
    subject.range = RangeTo(reference, last);
    if (steps.size() > last + 1 && steps[last + 1].is_attribute) {
      subject.next = steps[last + 1].name;
      subject.next_range = steps[last + 1].range();
    }
    return subject;
  }

  static SourceRange RangeTo(const Reference& reference, size_t step) {
    SourceRange range = reference.root_range();
    range.end = reference.steps[step].range().end;
    return range;
  }

  void CheckDeclared(const Subject& subject) {
    if (subject.kind == Kind::kResource) return CheckResource(subject);
    if (subject.kind == Kind::kSelf && !names_.has_self) {
      diagnostics_.AddError(
          "Invalid \"self\" reference",
          "The \"self\" object is not available in this context. This object can be used only in "
          "resource provisioner, connection, and postcondition blocks.",
          subject.range);
    }
    if (subject.kind == Kind::kModule && !names_.module_calls.contains(subject.name)) {
      diagnostics_.AddError("Reference to undeclared module",
                            Format("No module call named {} is declared in {}.{}", Quote(subject.name),
                                   names_.module, DidYouMean(subject.name, names_.module_calls)),
                            subject.range);
    }
  }

  void CheckResource(const Subject& subject) {
    const ModuleNames::Resources& declared = subject.root == "data"        ? names_.data
                                             : subject.root == "ephemeral" ? names_.ephemeral
                                                                           : names_.managed;
    const std::string address = Format("{}.{}", subject.type, subject.name);
    const auto found = declared.find(address);
    if (found == declared.end()) {
      const bool is_data = subject.root.empty() && names_.data.contains(address);
      const std::string_view article = subject.root == "ephemeral" ? "An" : "A";
      diagnostics_.AddError(
          "Reference to undeclared resource",
          Format("{} {} resource {} {} has not been declared in {}.{}", article,
                 subject.root.empty() ? "managed" : subject.root, Quote(subject.type), Quote(subject.name),
                 names_.module,
                 is_data ? Format("\n\nDid you mean the data resource data.{}?", address) : std::string()),
          subject.range);
      return;
    }
    const ModuleNames::Resource& resource = found->second;
    const std::string prefix = subject.root.empty() ? std::string() : Format("{}.", subject.root);
    if (subject.has_key && !resource.has_count && !resource.has_for_each) {
      diagnostics_.AddError(
          "Unexpected resource instance key",
          Format("Because {}{} does not have \"count\" or \"for_each\" set, references to it must "
                 "not include an index key. Remove the bracketed index to refer to the single "
                 "instance of this resource.",
                 prefix, address),
          subject.range);
    }
    if (!subject.has_key && !subject.next.empty() && (resource.has_count || resource.has_for_each)) {
      diagnostics_.AddError(
          "Missing resource instance key",
          Format(
              "Because {0}{1} has \"{2}\" set, its attributes must be accessed on specific instances.\n\nFor "
              "example, to correlate with indices of a referring resource, use:\n    {0}{1}[{3}]",
              prefix, address, resource.has_count ? "count" : "for_each",
              resource.has_count ? "count.index" : "each.key"),
          subject.range);
    }
    if (subject.next.empty() || !resource.schema || resource.schema->FindAttribute(subject.next) ||
        resource.schema->FindBlock(subject.next)) {
      return;
    }
    diagnostics_.AddError("Unsupported attribute",
                          Format("This object has no argument, nested block, or exported attribute named {}.",
                                 Quote(subject.next)),
                          subject.next_range);
  }

  void CheckAttribute(const Subject& subject) {
    if (subject.kind != Kind::kAttribute) return;
    const std::string_view root = subject.root;
    if (root == "local" && !names_.locals.contains(subject.name)) {
      diagnostics_.AddError("Reference to undeclared local value",
                            Format("A local value with the name {} has not been declared.{}",
                                   Quote(subject.name), DidYouMean(subject.name, names_.locals)),
                            subject.range);
    } else if (root == "var" && !names_.variables.contains(subject.name)) {
      std::string suggestion = DidYouMean(subject.name, names_.variables);
      if (suggestion.empty()) {
        suggestion =
            Format(" This variable can be declared with a variable {} {{}} block.", Quote(subject.name));
      }
      diagnostics_.AddError("Reference to undeclared input variable",
                            Format("An input variable with the name {} has not been declared.{}",
                                   Quote(subject.name), suggestion),
                            subject.range);
    } else if (root == "path" && subject.name != "cwd" && subject.name != "module" &&
               subject.name != "root") {
      RefuseAttribute(subject, DidYouMean(subject.name, {"cwd", "module", "root"}));
    } else if (root == "terraform" && subject.name != "workspace" && subject.name != "applying") {
      RefuseAttribute(
          subject,
          " The only supported attributes are terraform.workspace, the name of the currently-selected "
          "workspace, and terraform.applying, a boolean which is true only during apply.");
    } else if (root == "each") {
      CheckEach(subject);
    } else if (root == "count") {
      CheckCount(subject);
    }
  }

  void CheckEach(const Subject& subject) {
    if (subject.name != "key" && subject.name != "value") {
      RefuseAttribute(
          subject,
          " The supported attributes are each.key and each.value, the current key and value pair of the "
          "\"for_each\" attribute set.");
    } else if (!names_.has_each && subject.name == "value") {
      diagnostics_.AddError(
          "each.value cannot be used in this context",
          "A reference to \"each.value\" has been used in a context in which it is unavailable, such "
          "as when the configuration no longer contains the value in its \"for_each\" expression. "
          "Remove this reference to each.value in your configuration to work around this error.",
          subject.range);
    } else if (!names_.has_each) {
      diagnostics_.AddError(
          "Reference to \"each\" in context without for_each",
          "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when "
          "the \"for_each\" argument is set.",
          subject.range);
    }
  }

  void CheckCount(const Subject& subject) {
    if (subject.name != "index") {
      RefuseAttribute(
          subject,
          " The only supported attribute is count.index, which is the index of each instance of a resource "
          "block that has the \"count\" argument set.");
    } else if (!names_.has_count) {
      diagnostics_.AddError(
          "Reference to \"count\" in non-counted context",
          "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, "
          "and only when the \"count\" argument is set.",
          subject.range);
    }
  }

  void RefuseAttribute(const Subject& subject, const std::string& hint) {
    const std::string root = Quote(subject.root);
    diagnostics_.AddError(
        Format("Invalid {} attribute", root),
        Format("The {} object does not have an attribute named {}.{}", root, Quote(subject.name), hint),
        subject.range);
  }

  static std::string DidYouMean(std::string_view given, const ModuleNames::Names& names) {
    const std::string_view near = NearestName(given, {names.begin(), names.end()});
    return near.empty() ? std::string() : Format(" Did you mean {}?", Quote(near));
  }

  const ModuleNames& names_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool CheckReferences(Node expression, const ModuleNames& names, Diagnostics& diagnostics) {
  return Checker(names, diagnostics).Check(References(expression));
}

}  // namespace cairn::hcl
