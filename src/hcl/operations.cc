#include "hcl/operations.h"

#include <algorithm>
#include <limits>

namespace cairn::hcl {
namespace {

enum class Answer { kNo, kYes, kUnknown };

Answer AnswerOf(bool is_true) {
  return is_true ? Answer::kYes : Answer::kNo;
}

Value ToValue(Answer answer, Marks marks) {
  const Value out =
      answer == Answer::kUnknown ? Value::UnknownNotNull(Type::Bool()) : Value::Bool(answer == Answer::kYes);
  return out.WithMarks(marks);
}

// What an operand that is a number, or will be one, lies between.
struct Range {
  explicit Range(const Value& value) {
    if (value.HasContent()) {
      min = max = value.AsNumber();
    } else if (!value.IsKnown()) {
      min = value.refinement().min;
      max = value.refinement().max;
    }
  }
  std::optional<Number> min, max;
};

Answer IsLess(const Value& a, const Value& b) {
  if (a.HasContent() && b.HasContent()) return AnswerOf(a.AsNumber() < b.AsNumber());
  const Range left(a), right(b);
  if (left.max && right.min && *left.max < *right.min) return Answer::kYes;
  if (left.min && right.max && *right.max < *left.min) return Answer::kNo;
  return Answer::kUnknown;
}

bool LiesWithin(const Number& number, const Refinement& bounds) {
  if (bounds.min) {
    const int order = Compare(number, *bounds.min);
    if (order < 0 || (order == 0 && !bounds.min_inclusive)) return false;
  }
  if (!bounds.max) return true;
  const int order = Compare(number, *bounds.max);
  return order < 0 || (order == 0 && bounds.max_inclusive);
}

// Whether `unknown` may turn out to be `known`, as far as types and refinements say.
bool MayBecome(const Value& unknown, const Value& known) {
  const Refinement& refinement = unknown.refinement();
  if (known.IsNull()) return !refinement.not_null;
  if (!Conforms(known.type(), unknown.type())) return false;
  if (unknown.type().IsDynamic()) return true;
  if (known.kind() == TypeKind::kString) return known.AsString().starts_with(refinement.prefix);
  if (known.kind() == TypeKind::kNumber) return LiesWithin(known.AsNumber(), refinement);
  if (!known.type().IsCollection()) return true;
  const Range length(Length(known.WithoutMarks()));
  return !(length.max && *length.max < Number(refinement.length_min)) &&
         !(length.min && refinement.length_max && Number(*refinement.length_max) < *length.min);
}

// Whether nothing within is of a type that is not known yet.
bool HasKnownType(const Value& value) {
  if (value.IsNull() || !value.type().HasDynamic()) return true;
  return value.IsKnown() && std::ranges::all_of(value.elements(), HasKnownType);
}

Answer AreEqual(const Value& a, const Value& b);

Answer AreElementsEqual(const Value& a, const Value& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    const Answer answer = AreEqual(a.elements()[i], b.elements()[i]);
    if (answer != Answer::kYes) return answer;
  }
  return Answer::kYes;
}

// Of values of one type.
Answer HaveEqualContent(const Value& a, const Value& b) {
  switch (a.kind()) {
    case TypeKind::kBool:
      return AnswerOf(a.AsBool() == b.AsBool());
    case TypeKind::kNumber:
      return AnswerOf(a.AsNumber() == b.AsNumber());
    case TypeKind::kString:
      return AnswerOf(a.AsString() == b.AsString());
    case TypeKind::kSet:
      if (!a.IsWhollyKnown() || !b.IsWhollyKnown()) return Answer::kUnknown;
      break;
    case TypeKind::kMap:
      if (a.size() != b.size()) return Answer::kNo;
      for (size_t i = 0; i < a.size(); ++i) {
        if (a.name(i) != b.name(i)) return Answer::kNo;
      }
      break;
    default:
      break;
  }
  return a.size() == b.size() ? AreElementsEqual(a, b) : Answer::kNo;
}

// Whatever the marks.
Answer AreEqual(const Value& a, const Value& b) {
  if (!a.IsKnown() || !b.IsKnown()) {
    const bool is_decided = (a.IsKnown() && !MayBecome(b, a)) || (b.IsKnown() && !MayBecome(a, b));
    return is_decided ? Answer::kNo : Answer::kUnknown;
  }
  if (a.IsNull() || b.IsNull()) return AnswerOf(a.IsNull() && b.IsNull());
  if (!HasKnownType(a) || !HasKnownType(b)) {
    const bool may_be = Conforms(a.type(), b.type()) || Conforms(b.type(), a.type());
    return may_be ? Answer::kUnknown : Answer::kNo;
  }
  return a.type() == b.type() ? HaveEqualContent(a, b) : Answer::kNo;
}

Answer Either(Answer a, Answer b) {
  if (a == Answer::kYes || b == Answer::kYes) return Answer::kYes;
  return a == Answer::kUnknown || b == Answer::kUnknown ? Answer::kUnknown : Answer::kNo;
}

Answer Opposite(Answer answer) {
  return answer == Answer::kUnknown ? answer : AnswerOf(answer == Answer::kNo);
}

Marks MarksOf(const Value& a, const Value& b) {
  return a.marks() | b.marks();
}

Value UnknownNumber(const Value& a, const Value& b) {
  return Value::UnknownNotNull(Type::Number()).WithMarks(MarksOf(a, b));
}

Value NumberFrom(const Number& number, const Value& a, const Value& b) {
  return Value::Number(number).WithMarks(MarksOf(a, b));
}

Result<Value> NumberOr(const Result<Number>& number, const Value& a, const Value& b, const char* objection) {
  if (!number) return Fail(ErrorCode::kInvalid, objection);
  return NumberFrom(*number, a, b);
}

bool AreKnown(const Value& a, const Value& b) {
  return a.IsKnown() && b.IsKnown();
}

}  // namespace

Value Equal(const Value& a, const Value& b) {
  return ToValue(AreEqual(a, b), a.MarksWithin() | b.MarksWithin());
}

Value NotEqual(const Value& a, const Value& b) {
  return ToValue(Opposite(AreEqual(a, b)), a.MarksWithin() | b.MarksWithin());
}

Value LessThan(const Value& a, const Value& b) {
  return ToValue(IsLess(a, b), MarksOf(a, b));
}

Value LessThanOrEqual(const Value& a, const Value& b) {
  return ToValue(Either(IsLess(a, b), AreEqual(a, b)), MarksOf(a, b));
}

Value GreaterThan(const Value& a, const Value& b) {
  return LessThan(b, a);
}

Value GreaterThanOrEqual(const Value& a, const Value& b) {
  return LessThanOrEqual(b, a);
}

Result<Value> Add(const Value& a, const Value& b) {
  if (!AreKnown(a, b)) return UnknownNumber(a, b);
  const Number left = a.AsNumber(), right = b.AsNumber();
  if (left.IsInfinite() && right.IsInfinite() && left.Sign() != right.Sign()) {
    return Fail(ErrorCode::kInvalid, "can't compute sum of opposing infinities");
  }
  return NumberFrom(left + right, a, b);
}

Result<Value> Subtract(const Value& a, const Value& b) {
  if (!AreKnown(a, b)) return UnknownNumber(a, b);
  const Number left = a.AsNumber(), right = b.AsNumber();
  if (left.IsInfinite() && right.IsInfinite() && left.Sign() == right.Sign()) {
    return Fail(ErrorCode::kInvalid, "can't subtract infinity from itself");
  }
  return NumberFrom(left - right, a, b);
}

Result<Value> Multiply(const Value& a, const Value& b) {
  if (!AreKnown(a, b)) return UnknownNumber(a, b);
  const Number left = a.AsNumber(), right = b.AsNumber();
  if ((left.IsInfinite() && right.Sign() == 0) || (right.IsInfinite() && left.Sign() == 0)) {
    return Fail(ErrorCode::kInvalid, "can't multiply zero by infinity");
  }
  return NumberFrom(left * right, a, b);
}

Result<Value> Divide(const Value& a, const Value& b) {
  if (!AreKnown(a, b)) return UnknownNumber(a, b);
  return NumberOr(Number::Divide(a.AsNumber(), b.AsNumber()), a, b,
                  "can't divide zero by zero or infinity by infinity");
}

Result<Value> Modulo(const Value& a, const Value& b) {
  if (!AreKnown(a, b)) return UnknownNumber(a, b);
  return NumberOr(Number::Modulo(a.AsNumber(), b.AsNumber()), a, b,
                  "can't use modulo with zero and infinity");
}

Value Negate(const Value& a) {
  if (!a.IsKnown()) return UnknownNumber(a, a);
  return NumberFrom(a.AsNumber().Negated(), a, a);
}

Value And(const Value& a, const Value& b) {
  const Answer answer = AreKnown(a, b) ? AnswerOf(a.AsBool() && b.AsBool()) : Answer::kUnknown;
  return ToValue(answer, MarksOf(a, b));
}

Value Or(const Value& a, const Value& b) {
  const Answer answer = AreKnown(a, b) ? AnswerOf(a.AsBool() || b.AsBool()) : Answer::kUnknown;
  return ToValue(answer, MarksOf(a, b));
}

Value Not(const Value& a) {
  return ToValue(a.IsKnown() ? AnswerOf(!a.AsBool()) : Answer::kUnknown, a.marks());
}

Value Length(const Value& collection) {
  const Type& type = collection.type();
  const Marks marks = collection.marks();
  const auto exactly = [&](size_t length) { return Value::Int(int64_t(length)).WithMarks(marks); };
  const auto between = [&](int64_t min, int64_t max) {
    return Value::Unknown(Type::Number(), {.not_null = true, .min = Number(min), .max = Number(max)})
        .WithMarks(marks);
  };
  if (type.Is(TypeKind::kTuple)) return exactly(type.elements().size());
  if (type.Is(TypeKind::kObject)) return exactly(type.attributes().size());
  if (!collection.IsKnown()) {
    const Refinement& known = collection.refinement();
    return between(known.length_min, known.length_max.value_or(std::numeric_limits<int64_t>::max()));
  }
  // Unknown elements of a set may turn out to be equal to others.
  const bool is_fixed = !type.Is(TypeKind::kSet) || collection.size() == 1 || collection.IsWhollyKnown();
  return is_fixed ? exactly(collection.size()) : between(1, int64_t(collection.size()));
}

bool Conforms(const Type& given, const Type& wanted) {
  if (wanted.IsDynamic()) return true;
  if (given.kind() != wanted.kind()) return false;
  if (!given.HasDynamic() && !wanted.HasDynamic()) return given == wanted;
  if (given.IsPrimitive()) return true;
  if (given.IsCollection()) return Conforms(given.element(), wanted.element());
  if (given.Is(TypeKind::kTuple)) return std::ranges::equal(given.elements(), wanted.elements(), Conforms);
  return std::ranges::equal(given.attributes(), wanted.attributes(),
                            [](const ObjectAttribute& a, const ObjectAttribute& b) {
                              return a.name == b.name && Conforms(a.type, b.type);
                            });
}

}  // namespace cairn::hcl
