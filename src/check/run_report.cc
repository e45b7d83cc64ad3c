#include "check/run_report.h"

#include "base/strings.h"
#include "base/text_escape.h"
#include "check/report.h"

namespace cairn::check {
namespace {

std::string ErrorsLine(const RunVerdict& verdict) {
  return Format("FAIL: {} of {} requests got no number (allowed: {})", Grouped(verdict.errors),
                Grouped(verdict.errors + verdict.numbers.numbers), Grouped(*verdict.errors_max));
}

}  // namespace

Result<ErrorLimit> ParseErrorLimit(std::string_view text) {
  ErrorLimit limit;
  limit.percent = text.ends_with('%');
  const auto count = ParseInt<uint64_t>(limit.percent ? text.substr(0, text.size() - 1) : text);
  if (!count || (limit.percent && *count > 100)) {
    return Fail(ErrorCode::kInvalid,
                Format("{} is not a whole number or a percentage, such as 12 or 5%", Quote(text)));
  }
  limit.count = *count;
  return limit;
}

RunVerdict JudgeRun(const History& history, const CheckOptions& options,
                    const std::optional<ErrorLimit>& errors_max) {
  RunVerdict verdict;
  verdict.numbers = Check(history, options);
  verdict.errors = history.size() - verdict.numbers.numbers;
  if (errors_max)
    verdict.errors_max = errors_max->percent ? history.size() * errors_max->count / 100 : errors_max->count;
  return verdict;
}

std::string RunSummary(const RunVerdict& verdict) {
  if (verdict.numbers.ok && verdict.too_many_errors()) return ErrorsLine(verdict);
  return VerdictLine(verdict.numbers);
}

std::string RunText(const History& history, const RunVerdict& verdict, std::span<const Failure> failures) {
  std::string text;
  if (verdict.too_many_errors()) text += ErrorsLine(verdict) + "\n";
  text += TextReport(history, verdict.numbers);
  if (!failures.empty()) text += "\nRequests without a number\n";
  for (const Failure& failure : failures) {
    text += Format("  {:>12}   {}: ", Grouped(failure.count), history.addresses()[failure.address]);
    AppendEscaped(text, failure.what, /*quoting=*/false);
    text += "\n";
  }
  return text;
}

std::string RunJson(const History& history, const RunVerdict& verdict, std::span<const Failure> failures) {
  std::string list;
  for (const Failure& failure : failures) {
    list += Format("{}{{\"address\":{},\"what\":{},\"count\":{}}}", list.empty() ? "" : ",",
                   Quote(history.addresses()[failure.address]), Quote(failure.what), failure.count);
  }
  std::string numbers = JsonReport(history, verdict.numbers);
  numbers.pop_back();  // its line feed
  return Format(
      "{{\"ok\":{},\"summary\":{},\"errors\":{{\"count\":{},\"max\":{}}},\"failures\":[{}],\"numbers\":{}}}"
      "\n",
      verdict.ok(), Quote(RunSummary(verdict)), verdict.errors,
      verdict.errors_max ? Format("{}", *verdict.errors_max) : "null", list, numbers);
}

}  // namespace cairn::check
