#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hcl/console_print.h"
#include "hcl/convert.h"
#include "hcl/operations.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// What reads is written as what reads to the same value, also by its type.
void CheckJson(const Value& value) {
  const auto text = ToJsonText(value);
  Require(text.has_value());
  const auto again = FromJsonText(*text);
  Require(again && *again == value);
  const auto typed = FromJsonText(*text, value.type());
  Require(typed && *typed == value);
  const auto described = ToJsonText(value, Type::Dynamic());
  const auto dynamic = FromJsonText(*described, Type::Dynamic());
  Require(!dynamic || *dynamic == value);  // types may be nested too deeply for it
  PrintValue(value);
  PrintType(value.type());
}

// What two values have in common, both can become.
void CheckConversions(const Value& a, const Value& b) {
  const Type types[] = {a.type(), b.type()}, reversed[] = {b.type(), a.type()};
  const auto unified = Unify(types);
  Require(unified.has_value() == Unify(reversed).has_value());
  if (unified) {
    for (const Value& value : {a, b}) {
      const auto converted = Convert(value, *unified);
      Require(!converted || *Convert(*converted, *unified) == *converted);
    }
  } else {
    MismatchMessage(a.type(), b.type());
  }
  const Type any = Type::Dynamic();
  for (const Type& collection : {Type::List(any), Type::Set(any), Type::Map(any)}) {
    const auto converted = Convert(a, collection);
    if (!converted || !converted->HasContent()) continue;
    const Value set =
        Value::Set(converted->type().element(), {converted->elements().begin(), converted->elements().end()});
    for (const Value& element : converted->elements()) Require(set.Contains(element));
  }
  Require(Equal(a, b).AsBool() == Equal(b, a).AsBool());
}

}  // namespace
}  // namespace cairn::hcl

// Two JSON texts, parted by a newline, or one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(text.find('\n'), size);
  const JsonTextLimits limits{.depth_max = 40};
  const auto a = FromJsonText(text.substr(0, end), limits);
  if (!a) return 0;
  CheckJson(*a);
  const auto b = FromJsonText(text.substr(std::min(end + 1, size)), limits);
  if (b) CheckConversions(*a, *b);
  return 0;
}
