#include <string>

#include "hcl/functions_table.h"
#include "hcl/timestamp.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Value> FormattedDate(Arguments arguments) {
  const Result<Timestamp> time = ParseTimestamp(arguments[1].AsString());
  if (!time) return Refuse(time.error().message, 1);
  const Result<std::string> text = FormatDate(arguments[0].AsString(), *time);
  if (!text) return Refuse(text.error().message, 0);
  return Value::String(*text);
}

FunctionResult<Value> AddTime(Arguments arguments) {
  const Result<Timestamp> time = ParseTimestamp(arguments[0].AsString());
  if (!time) return Refuse(time.error().message);
  const Result<std::chrono::nanoseconds> duration = ParseDuration(arguments[1].AsString());
  if (!duration) return Refuse(duration.error().message);
  return Value::String(FormatTimestamp(Add(*time, *duration)));
}

FunctionResult<Value> CompareTimes(Arguments arguments) {
  const Result<Timestamp> a = ParseTimestamp(arguments[0].AsString(), TimestampRules::kLenient);
  if (!a) return Refuse(a.error().message, 0);
  const Result<Timestamp> b = ParseTimestamp(arguments[1].AsString(), TimestampRules::kLenient);
  if (!b) return Refuse(b.error().message, 1);
  const std::strong_ordering order = a->Compare(*b);
  return Value::Int(order < 0 ? -1 : order > 0 ? 1 : 0);
}

Value TextOf(std::chrono::system_clock::time_point time) {
  return Value::String(FormatTimestamp(Timestamp::FromClock(time)));
}

}  // namespace

void AddTimeFunctions(FunctionList& list, const FunctionWorld& world) {
  list.emplace_back("formatdate", Plain({OfString("format"), OfString("time")}, Type::String(),
                                        "A point in time by a pattern.", FormattedDate));
  Function time_add = Plain({OfString("timestamp"), OfString("duration")}, Type::String(),
                            "A point in time and a duration.", AddTime);
  time_add.refine = {};  // as with the peer
  list.emplace_back("timeadd", std::move(time_add));
  list.emplace_back("timecmp", Plain({OfString("timestamp_a"), OfString("timestamp_b")}, Type::Number(),
                                     "-1, 0 or 1: whether the first point in time is before the second, the "
                                     "same or after it.",
                                     CompareTimes));
  if (world.now) {
    Function timestamp =
        Plain({}, Type::String(), "The time now.", [now = world.now](Arguments) { return TextOf(now()); });
    if (world.planning) timestamp.call = UnknownResult;
    list.emplace_back("timestamp", std::move(timestamp));
  }
  if (world.plan_time) {
    list.emplace_back("plantimestamp", Plain({}, Type::String(), "The time that planning began.",
                                             [time = *world.plan_time](Arguments) { return TextOf(time); }));
  }
}

}  // namespace cairn::hcl
