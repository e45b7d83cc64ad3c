#include "check/report.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "check/latency.h"

namespace cairn::check {
namespace {

struct Column {
  std::string_view name;
  uint32_t per_mille;
};
constexpr std::array<Column, 5> kPercentiles{
    {{"p50", 500}, {"p90", 900}, {"p99", 990}, {"p99.9", 999}, {"max", 1000}}};

struct Summary {
  int64_t duration_ns = 0;                   // from the first start to the last end
  std::vector<LatencyHistogram> by_address;  // of the answered requests
  LatencyHistogram total;

  double NumbersPerSecond() const {
    return duration_ns == 0 ? 0 : static_cast<double>(total.count()) * 1e9 / static_cast<double>(duration_ns);
  }
};

Summary Summarize(const History& history) {
  Summary summary;
  summary.by_address.resize(history.addresses().size());
  if (history.size() == 0) return summary;
  int64_t first = INT64_MAX;
  int64_t last = 0;
  for (const Operation& operation : history.operations()) {
    first = std::min(first, operation.start_ns);
    last = std::max(last, operation.end_ns);
    if (operation.outcome != Outcome::kNumber) continue;
    summary.by_address[operation.address].Add(operation.end_ns - operation.start_ns);
  }
  for (const LatencyHistogram& histogram : summary.by_address) summary.total.Merge(histogram);
  summary.duration_ns = last - first;
  return summary;
}

// "1 duplicate", "2,000 duplicates".
std::string Count(uint64_t count, std::string_view noun) {
  return Format("{} {}{}", Grouped(count), noun, count == 1 ? "" : "s");
}

void AppendLine(std::string& text, std::string_view name, uint64_t count, const std::string& remark) {
  text += Format("  {:<22}{:>16}{}{}\n", name, Grouped(count), remark.empty() ? "" : "   ", remark);
}

std::string CountsTable(const Verdict& verdict, const Summary& summary) {
  std::string text = "Requests\n";
  std::string range;
  if (verdict.lowest) range = Format("{} to {}", Grouped(*verdict.lowest), Grouped(*verdict.highest));
  AppendLine(text, "numbers", verdict.numbers, range);
  AppendLine(text, "indeterminate", verdict.indeterminate,
             "timeout, reset or 5xx: the counter may have moved");
  AppendLine(text, "failed", verdict.failed, "never executed");
  AppendLine(text, "malformed", verdict.malformed, "success without a number");
  text += Format("  {:<22}{:>14.3f} s   {:.0f} numbers/s\n", "duration",
                 static_cast<double>(summary.duration_ns) / 1e9, summary.NumbersPerSecond());
  text += "\nChecks\n";
  AppendLine(text, "duplicates", verdict.duplicates, "");
  AppendLine(text, "backwards", verdict.backwards, "arrived before a smaller number was asked for");
  AppendLine(text, "out of turn", verdict.connection_backwards,
             "smaller than the one before on its connection");
  AppendLine(text, "missing", verdict.missing, Format("in {}", Count(verdict.jumps, "jump")));
  AppendLine(text, "  explained", verdict.explained, "by lost answers");
  AppendLine(text, "  unexplained", verdict.unexplained(), Format("budget {}", Grouped(verdict.gap_budget)));
  return text;
}

std::string LatencyLine(std::string_view name, size_t width, const LatencyHistogram& histogram) {
  std::string text = Format("  {:<{}}{:>14}", name, width, Grouped(histogram.count()));
  for (const Column& column : kPercentiles) {
    text += Format("{:>11.3f}", static_cast<double>(histogram.PercentileNs(column.per_mille)) / 1e6);
  }
  return text + "\n";
}

std::string LatencyTable(const History& history, const Summary& summary) {
  size_t width = std::string_view("address").size();
  for (const std::string& address : history.addresses()) width = std::max(width, address.size());
  std::string text =
      Format("Latency of the answered requests, in ms\n  {:<{}}{:>14}", "address", width, "numbers");
  for (const Column& column : kPercentiles) text += Format("{:>11}", column.name);
  text += "\n";
  for (size_t i = 0; i < summary.by_address.size(); ++i) {
    text += LatencyLine(history.addresses()[i], width, summary.by_address[i]);
  }
  return text + LatencyLine("total", width, summary.total);
}

std::string_view Name(ViolationKind kind) {
  switch (kind) {
    case ViolationKind::kDuplicate:
      return "duplicate";
    case ViolationKind::kBackwards:
      return "backwards";
    case ViolationKind::kConnection:
      return "out_of_turn";
    case ViolationKind::kMalformed:
      return "malformed";
  }
  std::unreachable();
}

// Addresses, the only foreign text in a report, are printable ASCII.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string JsonLatency(std::string_view name, const LatencyHistogram& histogram) {
  std::string json =
      Format("{{\"address\":{},\"count\":{},\"min\":{}", name, histogram.count(), histogram.min_ns());
  for (const Column& column : kPercentiles) {
    json += Format(",{}:{}", Quoted(column.name), histogram.PercentileNs(column.per_mille));
  }
  return json + "}";
}

std::string JsonOperation(const Operation& operation, const History& history) {
  return Format("{{\"start_ns\":{},\"end_ns\":{},\"address\":{},\"connection\":{},\"number\":{}}}",
                operation.start_ns, operation.end_ns, Quoted(history.addresses()[operation.address]),
                operation.connection,
                operation.outcome == Outcome::kNumber ? Format("{}", operation.number) : "null");
}

std::string JsonViolations(const History& history, const Verdict& verdict) {
  std::string json;
  for (const Violation& violation : verdict.examples) {
    if (!json.empty()) json += ",";
    json += Format("{{\"kind\":{},\"text\":{},\"first\":{},\"second\":{}}}", Quoted(Name(violation.kind)),
                   Quoted(Describe(violation, history)),
                   JsonOperation(history.operations()[violation.first], history),
                   JsonOperation(history.operations()[violation.second], history));
  }
  return "[" + json + "]";
}

std::string JsonJumps(const History& history, const Verdict& verdict) {
  std::string json;
  for (const Jump& jump : verdict.largest_jumps) {
    if (!json.empty()) json += ",";
    json += Format("{{\"missing\":{},\"explained\":{},\"text\":{},\"below\":{},\"above\":{}}}", jump.missing,
                   jump.explained, Quoted(Describe(jump, history)),
                   JsonOperation(history.operations()[jump.below], history),
                   JsonOperation(history.operations()[jump.above], history));
  }
  return "[" + json + "]";
}

}  // namespace

std::string VerdictLine(const Verdict& verdict) {
  if (verdict.ok) {
    std::string line =
        Format("PASS: {}, all different, increasing in real time", Count(verdict.numbers, "number"));
    if (verdict.missing > 0) {
      line += Format("; {} missing, {} explained by lost answers", Grouped(verdict.missing),
                     Grouped(verdict.explained));
    }
    return line;
  }
  std::vector<std::string> wrong;
  if (verdict.numbers == 0) wrong.push_back("no number was received");
  if (verdict.duplicates > 0) wrong.push_back(Count(verdict.duplicates, "duplicate"));
  if (verdict.backwards > 0)
    wrong.push_back(Count(verdict.backwards, "number") + " followed by smaller ones");
  if (verdict.connection_backwards > 0) {
    wrong.push_back(Count(verdict.connection_backwards, "number") + " out of turn on a connection");
  }
  if (verdict.malformed > 0) wrong.push_back(Count(verdict.malformed, "answer") + " without a number");
  if (verdict.unexplained() > verdict.gap_budget) {
    wrong.push_back(Format("{} missing without a reason (budget {})", Count(verdict.unexplained(), "number"),
                           Grouped(verdict.gap_budget)));
  }
  std::string line = "FAIL: ";
  for (size_t i = 0; i < wrong.size(); ++i) line += (i == 0 ? "" : ", ") + wrong[i];
  return line;
}

std::string TextReport(const History& history, const Verdict& verdict) {
  const Summary summary = Summarize(history);
  std::string text =
      VerdictLine(verdict) + "\n\n" + CountsTable(verdict, summary) + "\n" + LatencyTable(history, summary);
  if (!verdict.examples.empty()) text += "\nViolations, with examples of each kind\n";
  for (const Violation& violation : verdict.examples) text += Format("  {}\n", Describe(violation, history));
  if (!verdict.largest_jumps.empty()) text += "\nLargest jumps\n";
  for (const Jump& jump : verdict.largest_jumps) text += Format("  {}\n", Describe(jump, history));
  return text;
}

std::string JsonReport(const History& history, const Verdict& verdict) {
  const Summary summary = Summarize(history);
  std::string json = Format("{{\"ok\":{},\"summary\":{}", verdict.ok, Quoted(VerdictLine(verdict)));
  json += Format(",\"requests\":{{\"number\":{},\"indeterminate\":{},\"failed\":{},\"malformed\":{}}}",
                 verdict.numbers, verdict.indeterminate, verdict.failed, verdict.malformed);
  json += Format(",\"lowest\":{},\"highest\":{},\"duration_ns\":{}",
                 verdict.lowest ? Format("{}", *verdict.lowest) : "null",
                 verdict.highest ? Format("{}", *verdict.highest) : "null", summary.duration_ns);
  json += Format(",\"duplicates\":{},\"backwards\":{},\"out_of_turn\":{}", verdict.duplicates,
                 verdict.backwards, verdict.connection_backwards);
  json +=
      Format(",\"gaps\":{{\"jumps\":{},\"missing\":{},\"explained\":{},\"unexplained\":{},\"budget\":{}}}",
             verdict.jumps, verdict.missing, verdict.explained, verdict.unexplained(), verdict.gap_budget);
  json += ",\"latency_ns\":[";
  for (size_t i = 0; i < summary.by_address.size(); ++i) {
    json += JsonLatency(Quoted(history.addresses()[i]), summary.by_address[i]) + ",";
  }
  json += JsonLatency("null", summary.total);
  json += Format("],\"violations\":{},\"largest_jumps\":{}}}\n", JsonViolations(history, verdict),
                 JsonJumps(history, verdict));
  return json;
}

}  // namespace cairn::check
