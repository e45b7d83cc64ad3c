#include <string>

#include "hcl/console_print.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {

// What `type` gives is no string, so nothing can be done with it but to print it: a tuple that holds the
// text, with a mark of its own.
void AddConsoleFunctions(FunctionList& list) {
  Function type{.parameters = {{.name = "value",
                                .allow_null = true,
                                .allow_unknown = true,
                                .allow_dynamic = true,
                                .allow_marked = true}},
                .type = Always(Type::Tuple({Type::String()})),
                .call = [](std::span<const Value> arguments, const Type&) -> FunctionResult<Value> {
                  const Value& value = arguments[0];
                  const std::string text = value.Has(kTypeMark) ? "type" : PrintType(value.type());
                  return Value::Tuple({Value::String(text)}).WithMarks(value.marks() | kTypeMark);
                },
                .description = "The type of a value, to look at."};
  list.emplace_back("type", std::move(type));
}

}  // namespace cairn::hcl
