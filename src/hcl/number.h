#pragma once

// Numbers of the language: binary floating point with a 512-bit mantissa, rounded to nearest even, as cty has
// them; and infinities, never NaN. A whole number that fits in 64 bits is kept as such, and costs no
// allocation.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::hcl {

// A value; 16 bytes. Thread-safe to copy and read.
//
// A number remembers the precision that cty would give it, because a quotient's digits depend on it: 512 bits
// when parsed from text, 64 from a machine integer (`length(x)`), 53 from a double; an operation has the
// larger of its operands'.
class Number {
 public:
  Number() : Number(int64_t{0}) {}
  explicit Number(int64_t value);  // of 64 bits
  explicit Number(double value);   // of 53 bits; not NaN

  // Decimal digits with an optional sign, fraction and exponent ("-1.5e3"), as the language, JSON and strings
  // that are converted to numbers have them; 512 bits. kInvalid for anything else, kOverloaded for an
  // exponent out of range.
  static Result<Number> Parse(std::string_view text);

  // The shortest decimal that reads back as this number at its precision; never an exponent ("0.3", "Inf" as
  // cty says it).
  std::string ToString() const;

  bool IsWhole() const;
  bool IsInfinite() const;
  int Sign() const;                        // -1, 0, 1
  std::optional<int64_t> AsInt64() const;  // exactly, or nothing
  double AsDouble() const;                 // the nearest

  Number Negated() const;
  friend Number operator+(const Number& a, const Number& b);
  friend Number operator-(const Number& a, const Number& b);
  friend Number operator*(const Number& a, const Number& b);
  // Division by zero gives an infinity or, for 0/0, kInvalid: callers say so to the user.
  static Result<Number> Divide(const Number& a, const Number& b);
  static Result<Number> Modulo(const Number& a, const Number& b);  // sign of `a`: -5 % 3 = -2
  Number Floor() const;
  Number Ceil() const;

  // By value; precision does not matter.
  friend int Compare(const Number& a, const Number& b);
  friend bool operator==(const Number& a, const Number& b) { return Compare(a, b) == 0; }
  friend bool operator<(const Number& a, const Number& b) { return Compare(a, b) < 0; }

 private:
  struct Big;  // an MPFR number and its precision, shared and immutable
  std::shared_ptr<const Big> big_;
  int64_t small_ = 0;
};

}  // namespace cairn::hcl
