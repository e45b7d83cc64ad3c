#include "infra/check_rules.h"

#include <utility>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::infra {
namespace {

using hcl::Marks;
using hcl::Value;
using plan::CheckStatus;

// Whether a message of these marks may be shown; if not, a warning.
bool MayBeShown(Marks marks, const hcl::SourceRange& range, hcl::Diagnostics& diagnostics) {
  const bool sensitive = (marks & Marks::kSensitive) != Marks::kNone;
  if (!sensitive && (marks & Marks::kEphemeral) == Marks::kNone) return true;
  const std::string_view kind = sensitive ? "sensitive" : "ephemeral";
  const std::string_view way =
      sensitive
          ? "carefully using the nonsensitive() function if the expression will not reveal the sensitive data"
          : "using the ephemeralasnull() function on the references to not reveal ephemeral data";
  diagnostics.AddWarning(
      Format("Error message refers to {} values", kind),
      Format(
          "The error expression used to explain this condition refers to {0} values, so Terraform will not "
          "display the resulting message.\n\nYou can correct this by removing references to {0} values, or "
          "by {1}.",
          kind, way),
      range);
  return false;
}

// Empty, and often a diagnostic, where there is none that may be shown.
std::string MessageOf(const config::CheckRule& rule, const hcl::Scope& scope, hcl::Diagnostics& diagnostics) {
  hcl::Diagnostics found;
  const Value text = rule.error_message.Evaluate(scope, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return {};
  const hcl::SourceRange range = rule.error_message.range();
  const auto invalid = [&](const std::string& why) {
    diagnostics.AddError("Invalid error message", Format("Unsuitable value for error message: {}.", why),
                         range);
    return std::string();
  };
  const auto message = hcl::Convert(text.WithoutMarksWithin(), hcl::Type::String());
  if (!message) return invalid(message.error().Text());
  if (!message->IsKnown()) return {};
  if (message->IsNull()) return invalid("must not be null");
  if (!MayBeShown(text.MarksWithin(), range, diagnostics)) return {};
  return std::string(Trim(message->AsString()));
}

// Messages of variables are looked at only where they are needed.
std::string MessageOfVariable(const config::CheckRule& rule, const hcl::Scope& scope,
                              hcl::Diagnostics& diagnostics) {
  hcl::Diagnostics found;
  std::string message = MessageOf(rule, scope, found);
  if (!message.empty()) return message;
  const bool hidden = !found.empty() && !found.has_errors();
  diagnostics.Append(std::move(found));
  return hidden ? "The error message included a sensitive value, so it will not be displayed."
                : "Failed to evaluate condition error message.";
}

CheckStatus CheckRule(const config::CheckRule& rule, const hcl::Scope& scope, std::string_view summary,
                      hcl::Severity severity, hcl::Diagnostics& diagnostics,
                      std::vector<std::string>& failures) {
  if (!rule.condition || !rule.error_message) return CheckStatus::kError;
  const bool of_variable = summary == kInvalidVariable;
  hcl::Diagnostics found;
  const Value condition = rule.condition.Evaluate(scope, found);
  std::string message;
  if (!of_variable) message = MessageOf(rule, scope, found);
  const bool failed = found.has_errors();
  diagnostics.Append(std::move(found));
  if (failed) return CheckStatus::kError;
  if (!condition.IsKnown()) return CheckStatus::kUnknown;
  const auto invalid = [&](std::string detail) {
    diagnostics.Add({.severity = severity,
                     .summary = "Invalid condition result",
                     .detail = std::move(detail),
                     .subject = rule.condition.range()});
    return CheckStatus::kError;
  };
  if (condition.IsNull()) return invalid("Condition expression must return either true or false, not null.");
  const auto met = hcl::Convert(condition.WithoutMarks(), hcl::Type::Bool());
  if (!met) return invalid(Format("Invalid condition result value: {}.", met.error().message));
  if (met->AsBool()) return CheckStatus::kPass;

  if (of_variable) message = MessageOfVariable(rule, scope, diagnostics);
  std::string detail = message;
  if (message.empty()) {
    detail =
        "This check failed, but has an invalid error message as described in the other accompanying "
        "messages.";
  } else {
    failures.push_back(std::move(message));
  }
  if (of_variable) {
    detail += Format("\n\nThis was checked by the validation rule at {}.", PlaceOf(rule.range));
  }
  diagnostics.Add({.severity = severity,
                   .summary = std::string(summary),
                   .detail = std::move(detail),
                   .subject = rule.condition.range(),
                   .values = hcl::Explain(rule.condition.node(), scope)});
  return CheckStatus::kFail;
}

// The worst counts: what is not known yet is worse than what is met.
int WeightOf(CheckStatus status) {
  return status == CheckStatus::kPass ? 0 : int(status) + 1;
}

}  // namespace

std::string PlaceOf(const hcl::SourceRange& range) {
  const hcl::Position begin = range.start_position();
  const hcl::Position end = range.end_position();
  return Format("{}:{},{}-{}", range.source->name(), begin.line, begin.column, end.column);
}

CheckStatus CheckRules(const std::vector<config::CheckRule>& rules, const hcl::Scope& scope,
                       std::string_view summary, hcl::Severity severity, hcl::Diagnostics& diagnostics,
                       std::vector<std::string>& failures) {
  CheckStatus status = CheckStatus::kPass;
  for (const config::CheckRule& rule : rules) {
    const CheckStatus one = CheckRule(rule, scope, summary, severity, diagnostics, failures);
    if (WeightOf(one) > WeightOf(status)) status = one;
  }
  return status;
}

}  // namespace cairn::infra
