// `for` expressions and the `%{ for }` of templates.

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {

// A `for`: its parts, and what is found while it runs.
struct Evaluator::Loop {
  explicit Loop(Node loop);

  Node node, key_name, value_name, collection, key, value, condition;
  Value elements;  // what it goes over, without marks of its own

  Marks marks = Marks::kNone;  // of the collection, conditions and keys: they go to the result
  bool is_known = true;        // whether the result will be
};

Evaluator::Loop::Loop(Node loop) : node(loop) {
  for (const Node child : loop.children()) {
    if (child.kind() == NodeKind::kIdentifier) {
      key_name = value_name;
      value_name = child;
    } else if (!collection) {
      collection = child;
    } else if (!key && loop.kind() == NodeKind::kForObject) {
      key = child;
    } else if (!value) {
      value = child;
    } else {
      condition = child;
    }
  }
}

// Whether there is something to go over.
bool Evaluator::StartLoop(Loop& loop, const Context& context) {
  const Value collection = Evaluate(loop.collection, context);
  const Type type = collection.type();
  loop.is_known = false;
  std::string summary;
  std::string detail;
  if (collection.IsNull()) {
    summary = "Iteration over null value";
    detail = "A null value cannot be used as the collection in a 'for' expression.";
  } else if (type.IsDynamic()) {
    return false;  // without marks, as with the peer
  } else if (type.IsPrimitive()) {
    summary = "Iteration over non-iterable value";
    detail = Format("A value of type {} cannot be used as the collection in a 'for' expression.",
                    type.FriendlyName());
  } else {
    loop.marks = collection.marks();
    loop.elements = collection.WithoutMarks();
    loop.is_known = collection.IsKnown();
    return loop.is_known;
  }
  Report(context,
         {.summary = std::move(summary),
          .detail = std::move(detail),
          .subject = loop.collection.range(),
          .context = loop.node.range()},
         loop.collection);
  return false;
}

// Finds a condition that is wrong for any element once, before it is for each of them.
bool Evaluator::CheckCondition(Loop& loop, const Context& context) {
  if (!loop.condition) return true;
  const auto [value, failed] = Try(loop.condition, context);
  if (failed) return false;
  Diagnostic mistake{
      .summary = "Condition is null", .subject = loop.condition.range(), .context = loop.node.range()};
  if (value.IsNull()) {
    mistake.detail = "The value of the 'if' clause must not be null.";
  } else if (const auto converted = Convert(value, Type::Bool()); !converted) {
    mistake.summary = "Invalid 'for' condition";
    mistake.detail = Format("The 'if' clause value is invalid: {}.", converted.error().message);
  } else {
    return true;
  }
  Report(context, std::move(mistake), loop.condition);
  return false;
}

// Whether the element is to be in the result. That something is wrong is said once.
bool Evaluator::Includes(Loop& loop, const Context& context) {
  if (!loop.condition) return true;
  const Value value = Evaluate(loop.condition, context);
  std::string mistake;
  if (value.IsNull()) {
    mistake = "The value of the 'if' clause must not be null.";
  } else if (value.IsKnown()) {
    const auto converted = Convert(value, Type::Bool());
    if (converted) {
      loop.marks = loop.marks | converted->marks();
      return converted->AsBool();
    }
    mistake = Format("The 'if' clause value is invalid: {}.", converted.error().message);
  } else {
    loop.marks = loop.marks | value.marks();
  }
  if (!mistake.empty() && loop.is_known) {
    Report(context,
           {.summary = "Invalid 'for' condition",
            .detail = std::move(mistake),
            .subject = loop.condition.range(),
            .context = loop.node.range()},
           loop.condition);
  }
  loop.is_known = false;
  return false;
}

// Calls `body` in a context for each element that the condition lets through.
template <typename Body>
void Evaluator::Repeat(Loop& loop, const Context& context, Body body) {
  if (!StartLoop(loop, context)) return;
  Value key = Value::Dynamic();
  Value value = Value::Dynamic();
  std::array<ChildScope::Local, 2> locals{{{loop.value_name.name(), &value}, {}}};
  if (loop.key_name) locals[1] = {loop.key_name.name(), &key};
  const ChildScope scope(*context.scope, std::span(locals.data(), loop.key_name ? 2 : 1));
  Context inner = context;
  inner.scope = &scope;
  if (!CheckCondition(loop, inner)) {
    loop.is_known = false;
    loop.marks = Marks::kNone;
    return;
  }
  const TypeKind kind = loop.elements.kind();
  const bool is_sequence = kind == TypeKind::kList || kind == TypeKind::kTuple;
  const bool is_set = kind == TypeKind::kSet;
  const std::span<const Value> elements = loop.elements.elements();
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!StartRound(loop.node, context)) {
      loop.is_known = false;
      return;
    }
    value = elements[i];
    if (loop.key_name) {
      key = is_set ? value : is_sequence ? Value::Int(int64_t(i)) : Value::String(loop.elements.name(i));
    }
    if (Includes(loop, inner)) body(inner);
  }
}

Value Evaluator::ForTuple(Node node, const Context& context) {
  Loop loop(node);
  std::vector<Value> elements;
  Repeat(loop, context, [&](const Context& inner) { elements.push_back(Evaluate(loop.value, inner)); });
  return (loop.is_known ? Value::Tuple(std::move(elements)) : Value::Dynamic()).WithMarks(loop.marks);
}

Value Evaluator::ForObject(Node node, const Context& context) {
  Loop loop(node);
  const bool groups = node.has_ellipsis();
  std::unordered_map<std::string, std::vector<Value>> values;
  Repeat(loop, context, [&](const Context& inner) {
    const auto report = [&](std::string_view summary, std::string detail) {
      Report(inner,
             {.summary = std::string(summary),
              .detail = std::move(detail),
              .subject = loop.key.range(),
              .context = node.range()},
             loop.key);
    };
    const Value key = Evaluate(loop.key, inner);
    if (!key.IsKnown()) loop.marks = loop.marks | key.marks();
    const auto name = Convert(key, Type::String());
    if (!key.HasContent() || !name) {
      if (key.IsNull() && loop.is_known) {
        report("Invalid object key", "Key expression in 'for' expression must not produce a null value.");
      } else if (!name && loop.is_known) {
        report("Invalid object key",
               Format("The key expression produced an invalid result: {}.", name.error().message));
      }
      loop.is_known = false;
      return;
    }
    loop.marks = loop.marks | name->marks();
    Value value = Evaluate(loop.value, inner);
    std::vector<Value>& same = values[std::string(name->AsString())];
    if (groups || same.empty()) {
      same.push_back(std::move(value));
    } else {
      report("Duplicate object key",
             Format("Two different items produced the key {} in this 'for' expression. If duplicates are "
                    "expected, use the ellipsis (...) after the value expression to enable grouping by key.",
                    Quote(name->AsString())));
    }
  });
  if (!loop.is_known) return Value::Dynamic().WithMarks(loop.marks);
  std::vector<NamedValue> attributes;
  attributes.reserve(values.size());
  for (auto& [name, same] : values) {
    attributes.push_back({name, groups ? Value::Tuple(std::move(same)) : std::move(same.front())});
  }
  return Value::Object(std::move(attributes)).WithMarks(loop.marks);
}

// What was found before something unknown is not kept, as with the peer; nor are the marks.
Value Evaluator::ForDirective(Node node, const Context& context) {
  Loop loop(node);
  std::string text;
  bool is_known = true;
  Repeat(loop, context, [&](const Context& inner) {
    const Value part = TemplateParts(loop.value, inner);
    is_known = is_known && part.IsKnown();
    if (!is_known) return;
    loop.marks = loop.marks | part.marks();
    Append(text, part.AsString());
  });
  if (!loop.is_known) return Value::Unknown(Type::String());
  if (!is_known) return Value::Unknown(Type::String()).WithMarks(loop.marks);
  return Value::String(text).WithMarks(loop.marks);
}

}  // namespace cairn::hcl
