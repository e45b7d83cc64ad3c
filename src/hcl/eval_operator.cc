#include <boost/container/small_vector.hpp>
#include <utility>

#include "base/strings.h"
#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/operations.h"

namespace cairn::hcl {
namespace {

// The type of an operator's operands, dynamic where they may be anything, and of its result.
struct Types {
  Type operand;
  Type result;
};

Types TypesOf(TokenKind op) {
  switch (op) {
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kNot:
      return {Type::Bool(), Type::Bool()};
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
      return {Type::Dynamic(), Type::Bool()};
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
      return {Type::Number(), Type::Bool()};
    default:
      return {Type::Number(), Type::Number()};
  }
}

Result<Value> Apply(TokenKind op, const Value& a, const Value& b) {
  switch (op) {
    case TokenKind::kAnd:
      return And(a, b);
    case TokenKind::kOr:
      return Or(a, b);
    case TokenKind::kEqual:
      return Equal(a, b);
    case TokenKind::kNotEqual:
      return NotEqual(a, b);
    case TokenKind::kLess:
      return LessThan(a, b);
    case TokenKind::kLessEqual:
      return LessThanOrEqual(a, b);
    case TokenKind::kGreater:
      return GreaterThan(a, b);
    case TokenKind::kGreaterEqual:
      return GreaterThanOrEqual(a, b);
    case TokenKind::kPlus:
      return Add(a, b);
    case TokenKind::kMinus:
      return Subtract(a, b);
    case TokenKind::kStar:
      return Multiply(a, b);
    case TokenKind::kSlash:
      return Divide(a, b);
    default:
      return Modulo(a, b);
  }
}

constexpr std::string_view kNullOperand = "argument must not be null";

Diagnostic Failed(Node node, std::string_view why) {
  return {.summary = "Operation failed",
          .detail = Format("Error during operation: {}.", why),
          .subject = node.range()};
}

}  // namespace

// Whether `value` could be converted to `type`.
bool Evaluator::ToOperand(Node node, Node operand, std::string_view which, const Type& type, Value& value,
                          const Context& context) {
  if (type.IsDynamic()) return true;
  auto converted = Convert(value, type);
  if (converted) {
    value = *std::move(converted);
    return true;
  }
  Report(context,
         {.summary = "Invalid operand",
          .detail = Format("Unsuitable value for {} operand: {}.", which, converted.error().message),
          .subject = operand.range(),
          .context = node.range()},
         operand);
  return false;
}

Value Evaluator::Unary(Node node, const Context& context) {
  const TokenKind op = node.op();
  const Types types = TypesOf(op);
  const Node operand = node.child(0);
  auto [value, failed] = Try(operand, context);
  const bool fits = ToOperand(node, operand, "unary", types.operand, value, context);
  if (failed || !fits) return Value::Unknown(types.result);
  if (value.IsNull()) {
    Report(context, Failed(node, kNullOperand), node);
    return Value::Unknown(types.result);
  }
  return op == TokenKind::kNot ? Not(value) : Negate(value);
}

// `a + b + c` is deep to the left: taken from there on, it needs no recursion.
Value Evaluator::BinaryChain(Node node, const Context& context) {
  boost::container::small_vector<Node, 4> operators;
  Node first = node;
  for (; first.kind() == NodeKind::kBinary; first = first.child(0)) operators.push_back(first);
  Outcome left = Try(first, context);
  for (size_t i = operators.size(); i-- > 0;) {
    Outcome right = Try(operators[i].child(1), context);
    left = Binary(operators[i], std::move(left), std::move(right), context);
  }
  return std::move(left.value);
}

Evaluator::Outcome Evaluator::Binary(Node node, Outcome left, Outcome right, const Context& context) {
  const TokenKind op = node.op();
  const Types types = TypesOf(op);
  const bool left_fits = ToOperand(node, node.child(0), "left", types.operand, left.value, context);
  const bool right_fits = ToOperand(node, node.child(1), "right", types.operand, right.value, context);
  const Outcome failure{Value::Unknown(types.result), true};
  if (left.failed || right.failed || !left_fits || !right_fits) return failure;
  if (!types.operand.IsDynamic() && (left.value.IsNull() || right.value.IsNull())) {
    Report(context, Failed(node, kNullOperand), node);
    return failure;
  }
  Result<Value> result = Apply(op, left.value, right.value);
  if (!result) {
    Report(context, Failed(node, result.error().message), node);
    return failure;
  }
  return {*std::move(result)};
}

}  // namespace cairn::hcl
