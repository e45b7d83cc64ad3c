#pragma once

// Numbers of the language: binary floating point with a mantissa of up to 512 bits, rounded to nearest even,
// as cty has them; zero has a sign ("-0"), and there are infinities, but no NaN. A whole number that fits in
// 64 bits is kept as such, and costs no allocation.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/shared.h"

namespace cairn::hcl {

// Results of at least 2^kNumberExponentMax (about 1e19728) are infinite, below its inverse zero. The peer
// goes on to 2^31, where one number printed takes 650 MB.
inline constexpr int kNumberExponentMax = 65'536;

// A value. Thread-safe to copy and read.
//
// A number remembers the precision that cty would give it, because digits and quotients depend on it: 512
// bits when parsed from text, 64 from a machine integer (`length(x)`), 53 from a double; an operation has the
// larger of its operands', but % has the first one's.
class Number {
 public:
  Number() : Number(int64_t{0}) {}
  explicit Number(int64_t value);  // of 64 bits
  explicit Number(double value);   // of 53 bits; not NaN

  // Decimal digits with an optional sign, fraction and exponent ("-1.5e3", ".5", "2."), as the language, JSON
  // and strings that are converted to numbers have them, an exponent of two ("1p10") or "Inf", as Go reads
  // them; 512 bits. kInvalid for anything else, kOverloaded for an exponent out of range.
  static Result<Number> Parse(std::string_view text);
  // A whole number in base 2 to 62 with an optional sign, of as many bits as it needs, and 64 at least.
  static Result<Number> ParseWhole(std::string_view text, int base);

  // The shortest decimal that says which number it is at its precision; never an exponent ("0.3", "+Inf",
  // "-0").
  std::string ToString() const;
  // No less than the length of that text, and not much more.
  size_t TextSizeMax() const;
  // Of a finite number, with so many digits after the point, rounded to nearest even: "%.2f" and "%.2e" of C.
  // Without `decimals`: the shortest one, as of ToString.
  std::string ToFixed(size_t decimals) const;
  std::string ToScientific(std::optional<size_t> decimals) const;
  // In at most 10 significant digits, with an exponent where that is shorter: as sets are ordered by.
  std::string ToHashText() const;

  bool IsWhole() const;
  bool IsInfinite() const;
  int Sign() const;                        // -1, 0, 1
  std::optional<int64_t> AsInt64() const;  // exactly, or nothing
  double AsDouble() const;                 // the nearest

  Number Negated() const;
  Number Floor() const;
  Number Ceil() const;
  // Inf - Inf and 0 * Inf, which are no numbers, give 0: who must object (operations.h) asks before.
  friend Number operator+(const Number& a, const Number& b);
  friend Number operator-(const Number& a, const Number& b);
  friend Number operator*(const Number& a, const Number& b);  // as precise as it needs, up to 512 bits
  // Division by zero gives an infinity. kInvalid where there is no number: 0/0, Inf/Inf.
  static Result<Number> Divide(const Number& a, const Number& b);
  // With the sign of `a`: -5 % 3 = -2; a % 0 = a. kInvalid for infinities.
  static Result<Number> Modulo(const Number& a, const Number& b);

  // By value.
  friend int Compare(const Number& a, const Number& b);
  friend bool operator<(const Number& a, const Number& b) { return Compare(a, b) < 0; }
  // Whole numbers by value, others by their text: 0.1 of 53 bits equals 0.1 of 512.
  friend bool operator==(const Number& a, const Number& b);

 private:
  friend class Value;
  struct Big;  // an MPFR number
  class Operand;

  Number(int64_t value, uint32_t precision) : small_(value), precision_(precision) {}
  explicit Number(Big* big);  // takes it over, and keeps it if small_ cannot hold it

  Ref<Big> big_;  // null: small_. Never a number that small_ can hold
  int64_t small_ = 0;
  uint32_t precision_ = 64;  // in bits
};

}  // namespace cairn::hcl
