#include "hcl/type_constraint.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/eval.h"
#include "hcl/references.h"
#include "hcl/scope.h"

namespace cairn::hcl {
namespace {

bool IsPrimitiveName(std::string_view name) {
  return name == "bool" || name == "string" || name == "number";
}

bool IsCollectionName(std::string_view name) {
  return name == "list" || name == "set" || name == "map";
}

Type PrimitiveOf(std::string_view name) {
  return name == "bool" ? Type::Bool() : name == "string" ? Type::String() : Type::Number();
}

Type CollectionOf(std::string_view name, Type element) {
  if (name == "list") return Type::List(std::move(element));
  return name == "set" ? Type::Set(std::move(element)) : Type::Map(std::move(element));
}

// What the type constructor `name` needs between its parentheses; empty if there is no such constructor.
std::string ArgumentRule(std::string_view name) {
  if (IsCollectionName(name)) {
    return Format("The {} type constructor requires one argument specifying the element type.", name);
  }
  if (name == "object") {
    return "The object type constructor requires one argument specifying the attribute types and values as a "
           "map.";
  }
  if (name == "tuple") {
    return "The tuple type constructor requires one argument specifying the element types as a list.";
  }
  return {};
}

// As deep as the expression is, which its parser bounds.
class Reader {
 public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  TypeConstraint Read(Node expression) {
    if (expression.kind() == NodeKind::kError) return {};  // the parser has reported it
    if (const std::string_view word = AsKeyword(expression); !word.empty()) return ReadWord(expression, word);
    const std::optional<StaticCall> call = AsCall(expression);
    if (!call) {
      return Refuse(
          "A type specification is either a primitive type keyword (bool, number, string) or a complex type "
          "constructor call, like list(string).",
          expression.range());
    }
    return ReadCall(expression, *call);
  }

 private:
  struct Attribute {
    TypeConstraint constraint = {};
    bool optional = false;
    std::optional<Value> fallback = {};
  };

  TypeConstraint Refuse(std::string detail, SourceRange subject, std::optional<SourceRange> context = {}) {
    diagnostics_.AddError("Invalid type specification", std::move(detail), std::move(subject),
                          std::move(context));
    return {};
  }

  TypeConstraint ReadWord(Node expression, std::string_view word) {
    if (IsPrimitiveName(word)) return {.type = PrimitiveOf(word)};
    if (word == "any") return {};
    const std::string rule = ArgumentRule(word);
    if (!rule.empty()) return Refuse(rule, expression.range());
    return Refuse(Format("The keyword {} is not a valid type specification.", Quote(word)),
                  expression.range());
  }

  TypeConstraint ReadCall(Node expression, const StaticCall& call) {
    if (IsPrimitiveName(call.name)) {
      return Refuse(Format("Primitive type keyword {} does not expect arguments.", Quote(call.name)),
                    call.arguments_range);
    }
    if (call.name == "any") {
      return Refuse("Type constraint keyword \"any\" does not expect arguments.", call.arguments_range);
    }
    const std::string rule = ArgumentRule(call.name);
    if (rule.empty()) {
      if (call.name == "optional") {
        return Refuse("Keyword \"optional\" is valid only as a modifier for object type attributes.",
                      call.name_range);
      }
      return Refuse(Format("Keyword {} is not a valid type constructor.", Quote(call.name)),
                    expression.range());
    }
    if (call.arguments.size() != 1) {
      SourceRange subject = call.arguments_range;
      if (call.arguments.size() > 1) {
        subject = call.arguments[1].range();
        subject.end = call.arguments.back().range().end;
      }
      return Refuse(rule, subject, call.arguments_range);
    }
    if (call.name == "object") return ReadObject(expression, call.arguments[0]);
    if (call.name == "tuple") return ReadTuple(expression, call.arguments[0]);
    TypeConstraint element = Read(call.arguments[0]);
    TypeConstraint collection{.type = CollectionOf(call.name, std::move(element.type))};
    AddChild(collection, "", std::move(element.defaults));
    return Complete(std::move(collection));
  }

  TypeConstraint ReadTuple(Node expression, Node argument) {
    const std::optional<std::vector<Node>> nodes = AsList(argument);
    if (!nodes) {
      return Refuse("Tuple type constructor requires a list of element types.", argument.range(),
                    expression.range());
    }
    TypeConstraint tuple;
    std::vector<Type> types;
    for (size_t i = 0; i < nodes->size(); ++i) {
      TypeConstraint element = Read((*nodes)[i]);
      types.push_back(std::move(element.type));
      AddChild(tuple, std::to_string(i), std::move(element.defaults));
    }
    tuple.type = Type::Tuple(std::move(types));
    return Complete(std::move(tuple));
  }

  TypeConstraint ReadObject(Node expression, Node argument) {
    const auto pairs = AsPairs(argument);
    if (!pairs) {
      return Refuse(
          "Object type constructor requires a map whose keys are attribute names and whose values are the "
          "corresponding attribute types.",
          argument.range(), expression.range());
    }
    std::map<std::string, Attribute> attributes;
    for (const auto& [key, value] : *pairs) {
      const std::string_view name = AsKeyword(key);
      if (name.empty()) {
        Refuse("Object constructor map keys must be attribute names.", key.range(), expression.range());
        continue;
      }
      const auto [place, is_new] = attributes.try_emplace(std::string(Value::String(name).AsString()));
      if (!is_new) {
        Refuse("Object constructor map keys must be unique.", key.range(), expression.range());
      } else if (std::optional<Attribute> attribute = ReadAttribute(value)) {
        place->second = *std::move(attribute);
      } else {
        attributes.erase(place);
      }
    }
    TypeConstraint object;
    std::vector<ObjectAttribute> types;
    for (auto& [name, attribute] : attributes) {
      types.push_back({name, std::move(attribute.constraint.type), attribute.optional});
      AddChild(object, name, std::move(attribute.constraint.defaults));
      if (attribute.fallback) object.defaults.values.emplace(name, *std::move(attribute.fallback));
    }
    object.type = Type::Object(std::move(types));
    return Complete(std::move(object));
  }

  std::optional<Attribute> ReadAttribute(Node node) {
    const std::optional<StaticCall> call = AsCall(node);
    if (!call || call->name != "optional") return Attribute{.constraint = Read(node)};
    const size_t count = call->arguments.size();
    if (count < 1) {
      Refuse("Optional attribute modifier requires the attribute type as its argument.",
             call->arguments_range, node.range());
      return std::nullopt;
    }
    Attribute attribute{.optional = count == 1};
    std::optional<Value> fallback;
    if (count == 2) {
      const size_t before = diagnostics_.size();
      Value value = Evaluate(call->arguments[1], MapScope(), diagnostics_);
      attribute.optional = diagnostics_.size() == before;
      if (attribute.optional) fallback = std::move(value);
    } else if (count > 2) {
      Refuse(
          "Optional attribute modifier expects at most two arguments: the attribute type, and a default "
          "value.",
          call->arguments_range, node.range());
    }
    attribute.constraint = Read(call->arguments[0]);
    if (!fallback) return attribute;
    auto converted = Convert(*fallback, attribute.constraint.type);
    if (converted) {
      attribute.fallback = *std::move(converted);
    } else {
      diagnostics_.AddError(
          "Invalid default value for optional attribute",
          Format("This default value is not compatible with the attribute's type constraint: {}.",
                 converted.error().message),
          call->arguments[1].range());
    }
    return attribute;
  }

  static void AddChild(TypeConstraint& constraint, std::string step, Defaults defaults) {
    if (!defaults.empty()) constraint.defaults.children.emplace(std::move(step), std::move(defaults));
  }

  static TypeConstraint Complete(TypeConstraint constraint) {
    if (!constraint.defaults.empty()) constraint.defaults.type = constraint.type;
    return constraint;
  }

  Diagnostics& diagnostics_;
};

// "string", "list", "map": how types were written once.
void RefuseQuoted(Node string, Diagnostics& diagnostics) {
  const std::string word = StringValue(string);
  if (word != "string" && word != "list" && word != "map") {
    diagnostics.AddError("Invalid legacy variable type hint",
                         "To provide a full type expression, remove the surrounding quotes and give the type "
                         "expression directly.",
                         string.range());
    return;
  }
  const std::string hint =
      word == "string"
          ? std::string(".")
          : Format(
                " and write {0}(string) instead to explicitly indicate that the {0} elements are "
                "strings.",
                word);
  diagnostics.AddError(
      "Invalid quoted type constraints",
      Format("Terraform 0.11 and earlier required type constraints to be given in quotes, but that "
             "form is now deprecated and will be removed in a future version of Terraform. Remove "
             "the quotes around {}{}",
             Quote(word), hint),
      string.range());
}

}  // namespace

TypeConstraint ReadTypeConstraint(Node expression, Diagnostics& diagnostics) {
  return Reader(diagnostics).Read(expression);
}

TypeConstraint ReadVariableType(Node expression, Diagnostics& diagnostics) {
  if (expression.kind() == NodeKind::kString) {
    RefuseQuoted(expression, diagnostics);
    return {};
  }
  const std::string_view word = AsKeyword(expression);
  if (word == "list") return {.type = Type::List(Type::Dynamic())};
  if (word == "map") return {.type = Type::Map(Type::Dynamic())};
  return ReadTypeConstraint(expression, diagnostics);
}

}  // namespace cairn::hcl
