#include "hcl/number.h"

#include <gmp.h>
#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>

namespace cairn::hcl {
namespace {

constexpr uint32_t kParsePrecision = 512;
constexpr uint32_t kProductPrecision = 512;

uint64_t Magnitude(int64_t value) {
  return value < 0 ? -uint64_t(value) : uint64_t(value);
}

// The bits that a whole number needs without the zeros at its end.
uint32_t MinPrecision(int64_t value) {
  const uint64_t size = Magnitude(value);
  return value == 0 ? 0 : uint32_t(std::bit_width(size) - size_t(std::countr_zero(size)));
}

class Scratch {
 public:
  explicit Scratch(uint32_t precision) { mpfr_init2(value_, mpfr_prec_t(precision)); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }

 private:
  mpfr_t value_;
};

class Integer {
 public:
  Integer() { mpz_init(value_); }
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;
  ~Integer() { mpz_clear(value_); }
  operator mpz_ptr() { return value_; }

 private:
  mpz_t value_;
};

// 0.DIGITS * 10^exponent; no zero at the end.
struct Decimal {
  std::string digits;
  int64_t exponent = 0;

  char At(size_t i) const { return i < digits.size() ? digits[i] : '0'; }

  void Trim() { digits.resize(digits.find_last_not_of('0') + 1); }

  void RoundDown(size_t count) {
    digits.resize(count);
    Trim();
  }

  void RoundUp(size_t count) {
    while (count > 0 && digits[count - 1] == '9') --count;
    if (count == 0) {
      digits = "1";
      ++exponent;
      return;
    }
    digits.resize(count);
    ++digits[count - 1];
  }

  void RoundToEven(size_t count) {
    const bool is_half = digits[count] == '5' && count + 1 == digits.size();
    const bool up = is_half ? count > 0 && (digits[count - 1] & 1) != 0 : digits[count] >= '5';
    up ? RoundUp(count) : RoundDown(count);
  }

  void AppendFixed(std::string& out) const {
    const auto size = int64_t(digits.size());
    if (exponent <= 0) {
      out.append("0.").append(size_t(-exponent), '0').append(digits);
    } else if (exponent >= size) {
      out.append(digits).append(size_t(exponent - size), '0');
    } else {
      out.append(digits, 0, size_t(exponent)).append(".").append(digits, size_t(exponent));
    }
  }
};

// `x`, which is finite and not zero, without its sign, in `count` digits.
Decimal Round(mpfr_srcptr x, size_t count) {
  char text[32];
  mpfr_exp_t exponent = 0;
  mpfr_get_str(text, &exponent, 10, count, x, MPFR_RNDN);
  Decimal out{text + (text[0] == '-'), exponent};
  out.Trim();
  return out;
}

Decimal ToDecimal(mpz_srcptr digits, int64_t exponent) {
  Decimal out;
  out.digits.resize(mpz_sizeinbase(digits, 10) + 2);
  mpz_get_str(out.digits.data(), 10, digits);
  out.digits.resize(out.digits.find('\0'));
  out.exponent = exponent + int64_t(out.digits.size());
  out.Trim();
  return out;
}

// The shortest decimal within half a unit of `x`, by Go's rules (a half unit is the same on both sides of a
// power of two).
Decimal FindShortest(mpfr_srcptr x) {
  // One of so few digits is the only one there.
  constexpr size_t kFew = 15;
  if (Decimal few = Round(x, kFew + 2); few.digits.size() <= kFew) {
    Scratch back(uint32_t(mpfr_get_prec(x)));
    const std::string text = "0." + few.digits + "e" + std::to_string(few.exponent);
    mpfr_set_str(back, text.c_str(), 10, MPFR_RNDN);
    if (mpfr_cmpabs(back, x) == 0) return few;
  }
  // exact = mantissa * 2^exponent, and `half` is half a unit of x's last bit.
  Integer exact, half, bound;
  int64_t exponent = mpfr_get_z_2exp(exact, x) - 1;
  mpz_abs(exact, exact);
  mpz_mul_2exp(exact, exact, 1);
  const bool is_even = mpz_tstbit(exact, 1) == 0;
  if (exponent >= 0) {
    mpz_mul_2exp(exact, exact, size_t(exponent));
    mpz_set_ui(half, 1);
    mpz_mul_2exp(half, half, size_t(exponent));
    exponent = 0;
  } else {
    mpz_ui_pow_ui(half, 5, size_t(-exponent));
    mpz_mul(exact, exact, half);
  }
  Decimal decimal = ToDecimal(exact, exponent);
  mpz_sub(bound, exact, half);
  const Decimal lower = ToDecimal(bound, exponent);
  mpz_add(bound, exact, half);
  const Decimal upper = ToDecimal(bound, exponent);
  for (size_t i = 0; i < decimal.digits.size(); ++i) {
    const char digit = decimal.digits[i];
    const bool may_round_down = lower.At(i) != digit || (is_even && i + 1 == lower.digits.size());
    const bool may_round_up =
        digit != upper.At(i) && (is_even || digit + 1 < upper.At(i) || i + 1 < upper.digits.size());
    if (!may_round_down && !may_round_up) continue;
    if (i + 1 == decimal.digits.size()) break;
    if (may_round_down && may_round_up) {
      decimal.RoundToEven(i + 1);
    } else if (may_round_down) {
      decimal.RoundDown(i + 1);
    } else {
      decimal.RoundUp(i + 1);
    }
    break;
  }
  return decimal;
}

// A number as it is written: [-] DIGITS * 10^exponent10 * 2^exponent2.
struct Literal {
  bool is_negative = false;
  std::string digits;
  int64_t exponent10 = 0, exponent2 = 0;
};

bool TakeSign(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  return is_negative;
}

std::string_view TakeDigits(std::string_view& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

std::optional<Literal> Scan(std::string_view text) {
  Literal out;
  out.is_negative = TakeSign(text);
  out.digits = TakeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view fraction = TakeDigits(text);
    out.digits += fraction;
    out.exponent10 = -int64_t(fraction.size());
  }
  if (out.digits.empty()) return std::nullopt;
  if (text.empty()) return out;

  const char mark = char(text[0] | 0x20);
  if (mark != 'e' && mark != 'p') return std::nullopt;
  text.remove_prefix(1);
  const bool is_negative = TakeSign(text);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  int64_t exponent = 0;
  constexpr int64_t kFar = int64_t{1} << 40;  // out of range whatever the digits are
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (parsed.ec != std::errc() || exponent > kFar) exponent = kFar;
  (mark == 'e' ? out.exponent10 : out.exponent2) += is_negative ? -exponent : exponent;
  return out;
}

// 5^exponent, rounded step by step as Go does it.
void PowerOfFive(mpfr_ptr out, uint64_t exponent) {
  constexpr uint64_t kExactMax = 27;
  mpfr_ui_pow_ui(out, 5, std::min(exponent, kExactMax), MPFR_RNDN);
  if (exponent <= kExactMax) return;
  Scratch factor(uint32_t(mpfr_get_prec(out)) + 64);
  mpfr_set_ui(factor, 5, MPFR_RNDN);
  for (uint64_t rest = exponent - kExactMax; rest > 0; rest >>= 1) {
    if (rest & 1) mpfr_mul(out, out, factor, MPFR_RNDN);
    mpfr_sqr(factor, factor, MPFR_RNDN);
  }
}

// Of what is neither zero nor out of range.
void Evaluate(const Literal& literal, mpfr_ptr out) {
  Integer mantissa;
  mpz_set_str(mantissa, literal.digits.c_str(), 10);
  if (literal.exponent10 == 0) {
    mpfr_set_z(out, mantissa, MPFR_RNDN);
  } else {
    Scratch exact(uint32_t(mpz_sizeinbase(mantissa, 2)));
    mpfr_set_z(exact, mantissa, MPFR_RNDN);
    Scratch power(kParsePrecision + 64);
    PowerOfFive(power, uint64_t(std::abs(literal.exponent10)));
    (literal.exponent10 < 0 ? mpfr_div : mpfr_mul)(out, exact, power, MPFR_RNDN);
  }
  mpfr_mul_2si(out, out, literal.exponent10 + literal.exponent2, MPFR_RNDN);
  if (literal.is_negative) mpfr_neg(out, out, MPFR_RNDN);
}

}  // namespace

// With room for its mantissa behind it.
struct Number::Big : Shared {
  mpfr_t value;

  static Big* Create(uint32_t precision) {
    auto* big = new (Tail{mpfr_custom_get_size(precision)}) Big;
    void* mantissa = big + 1;
    mpfr_custom_init(mantissa, precision);
    mpfr_custom_init_set(big->value, MPFR_ZERO_KIND, 0, mpfr_prec_t(precision), mantissa);
    return big;
  }
};

// Any number as MPFR takes it; lives no longer than the number.
class Number::Operand {
 public:
  explicit Operand(const Number& number) {
    if (number.big_) {
      value_ = number.big_->value;
      return;
    }
    mpfr_custom_init(&limb_, 64);
    mpfr_custom_init_set(own_, MPFR_ZERO_KIND, 0, 64, &limb_);
    mpfr_set_si(own_, number.small_, MPFR_RNDN);
    value_ = own_;
  }
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  operator mpfr_srcptr() const { return value_; }

 private:
  mp_limb_t limb_;
  mpfr_t own_;
  mpfr_srcptr value_;
};

Number::Number(int64_t value) : Number(value, 64) {}

Number::Number(double value) : precision_(53) {
  assert(!std::isnan(value));
  constexpr double kSmallMax = 0x1p62;
  if (std::abs(value) < kSmallMax && value == std::trunc(value) && !(value == 0 && std::signbit(value))) {
    small_ = int64_t(value);
    return;
  }
  Big* big = Big::Create(53);
  mpfr_set_d(big->value, value, MPFR_RNDN);
  *this = Number(big);
}

Number::Number(Big* big) : precision_(uint32_t(mpfr_get_prec(big->value))) {
  const Ref<Big> owner(big);
  mpfr_ptr value = big->value;
  const int sign = mpfr_signbit(value) ? -1 : 1;
  if (mpfr_nan_p(value)) return;
  if (mpfr_regular_p(value) && mpfr_get_exp(value) > kNumberExponentMax) {
    mpfr_set_inf(value, sign);
  } else if (mpfr_regular_p(value) && mpfr_get_exp(value) < -kNumberExponentMax) {
    mpfr_set_zero(value, sign);
  }
  const bool is_negative_zero = mpfr_zero_p(value) && sign < 0;
  if (!is_negative_zero && mpfr_fits_slong_p(value, MPFR_RNDZ) && mpfr_integer_p(value)) {
    small_ = mpfr_get_si(value, MPFR_RNDZ);
  } else {
    big_ = owner;
  }
}

Result<Number> Number::Parse(std::string_view text) {
  const char* end = text.data() + text.size();
  int64_t whole = 0;
  if (const auto parsed = std::from_chars(text.data(), end, whole);
      parsed.ec == std::errc() && parsed.ptr == end && !(whole == 0 && text[0] == '-')) {
    return Number(whole, kParsePrecision);
  }
  Big* big = Big::Create(kParsePrecision);
  const Ref<Big> owner(big);
  if (std::string_view rest = text; rest.size() <= 4) {
    const bool is_negative = TakeSign(rest);
    if (rest == "Inf" || rest == "inf") {
      mpfr_set_inf(big->value, is_negative ? -1 : 1);
      return Number(big);
    }
  }
  const std::optional<Literal> literal = Scan(text);
  if (!literal) return Fail(ErrorCode::kInvalid, "a number is required");
  if (literal->digits.find_first_not_of('0') == std::string::npos) {
    mpfr_set_zero(big->value, literal->is_negative ? -1 : 1);
    return Number(big);
  }
  if (std::abs(literal->exponent10) <= kNumberExponentMax &&
      std::abs(literal->exponent2) <= kNumberExponentMax) {
    Evaluate(*literal, big->value);
    if (Number out(big); out.Sign() != 0 && !out.IsInfinite()) return out;
  }
  return Fail(ErrorCode::kOverloaded, "the exponent of the number is out of range");
}

Result<Number> Number::ParseWhole(std::string_view text, int base) {
  std::string digits(text);
  if (std::string_view rest = text; TakeSign(rest) || rest.size() != text.size()) digits.erase(0, 1);
  for (char& c : digits) {
    const bool is_letter = std::isalpha(uint8_t(c));
    if (!is_letter && !std::isdigit(uint8_t(c))) return Fail(ErrorCode::kInvalid, "not a whole number");
    if (base > 36 && is_letter) c ^= 0x20;  // Go has the small letters first, GMP the great ones
  }
  Integer whole;
  if (mpz_set_str(whole, digits.c_str(), base) != 0) return Fail(ErrorCode::kInvalid, "not a whole number");
  const size_t bits = mpz_sizeinbase(whole, 2);
  if (bits > size_t(kNumberExponentMax)) return Fail(ErrorCode::kOverloaded, "the number is out of range");
  if (text.starts_with('-')) mpz_neg(whole, whole);
  Big* big = Big::Create(std::max(uint32_t(bits), uint32_t{64}));
  mpfr_set_z(big->value, whole, MPFR_RNDN);
  return Number(big);
}

std::string Number::ToString() const {
  if (!big_ && size_t(std::bit_width(Magnitude(small_))) <= precision_) {
    return std::to_string(small_);
  }
  const Operand operand(*this);
  const mpfr_srcptr value = operand;
  if (mpfr_inf_p(value)) return Sign() < 0 ? "-Inf" : "+Inf";
  std::string out = mpfr_signbit(value) ? "-" : "";
  if (mpfr_zero_p(value)) return out + "0";
  if (big_) {
    FindShortest(value).AppendFixed(out);
  } else {
    Scratch rounded(precision_);
    mpfr_set(rounded, value, MPFR_RNDN);
    FindShortest(rounded).AppendFixed(out);
  }
  return out;
}

// A decimal digit for each three bits, of the digits and of the zeros before or behind them.
size_t Number::TextSizeMax() const {
  constexpr size_t kSmallMax = 24;  // also of "-Inf"
  if (!big_ || !mpfr_regular_p(big_->value)) return kSmallMax;
  const auto bits = size_t(mpfr_get_prec(big_->value)) + size_t(std::abs(mpfr_get_exp(big_->value)));
  return kSmallMax + bits / 3;
}

namespace {

std::string Printed(const char* format, size_t decimals, mpfr_srcptr value) {
  char* text = nullptr;
  mpfr_asprintf(&text, format, int(decimals), value);
  std::string out = text;
  mpfr_free_str(text);
  return out;
}

}  // namespace

std::string Number::ToFixed(size_t decimals) const {
  const Operand operand(*this);
  return Printed("%.*RNf", decimals, operand);
}

std::string Number::ToScientific(std::optional<size_t> decimals) const {
  const Operand operand(*this);
  if (!decimals) {
    const std::string digits = ToString();
    const size_t first = digits.find_first_of("123456789");
    const size_t last = digits.find_last_of("123456789");
    size_t significant = 1;
    if (first != std::string::npos) {
      significant = last - first + 1;
      const size_t point = digits.find('.');
      if (point != std::string::npos && point > first && point < last) --significant;
    }
    decimals = significant - 1;
  }
  return Printed("%.*RNe", *decimals, operand);
}

std::string Number::ToHashText() const {
  constexpr size_t kDigits = 10;
  constexpr uint64_t kPlainMax = 10'000'000'000;
  if (!big_ && Magnitude(small_) < kPlainMax) return std::to_string(small_);
  if (IsInfinite() || Sign() == 0) return ToString();
  const Operand operand(*this);
  const Decimal decimal = Round(operand, kDigits);
  std::string out = Sign() < 0 ? "-" : "";
  const auto size = int64_t(decimal.digits.size());
  const int64_t power = decimal.exponent - 1;
  const int64_t power_max = size < int64_t(kDigits) && size >= decimal.exponent ? size : int64_t(kDigits);
  if (power >= -4 && power < power_max) {
    decimal.AppendFixed(out);
    return out;
  }
  out += decimal.digits[0];
  if (size > 1) out.append(".").append(decimal.digits, 1);
  out += power < 0 ? "e-" : "e+";
  if (std::abs(power) < 10) out += '0';
  return out + std::to_string(std::abs(power));
}

bool Number::IsWhole() const {
  return !big_ || mpfr_integer_p(big_->value);
}

bool Number::IsInfinite() const {
  return big_ && mpfr_inf_p(big_->value);
}

int Number::Sign() const {
  if (big_) return mpfr_sgn(big_->value);
  return (small_ > 0) - (small_ < 0);
}

std::optional<int64_t> Number::AsInt64() const {
  if (!big_) return small_;
  if (mpfr_zero_p(big_->value)) return 0;  // -0
  return std::nullopt;
}

double Number::AsDouble() const {
  return big_ ? mpfr_get_d(big_->value, MPFR_RNDN) : double(small_);
}

Number Number::Negated() const {
  if (!big_ && small_ != 0 && small_ != std::numeric_limits<int64_t>::min()) {
    return Number(-small_, precision_);
  }
  Big* result = Big::Create(precision_);
  mpfr_neg(result->value, Operand(*this), MPFR_RNDN);
  return Number(result);
}

Number Number::Floor() const {
  if (!big_ || IsInfinite()) return *this;
  if (mpfr_zero_p(big_->value)) return Number(0, precision_);
  Big* result = Big::Create(precision_);
  mpfr_floor(result->value, big_->value);
  return Number(result);
}

Number Number::Ceil() const {
  if (!big_ || IsInfinite()) return *this;
  Big* result = Big::Create(precision_);
  mpfr_ceil(result->value, big_->value);
  if (mpfr_zero_p(result->value)) mpfr_set_zero(result->value, 1);
  return Number(result);
}

Number operator+(const Number& a, const Number& b) {
  const uint32_t precision = std::max(a.precision_, b.precision_);
  if (!a.big_ && !b.big_) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(a.small_, b.small_, &sum) &&
        (precision >= 64 || MinPrecision(sum) <= precision)) {
      return Number(sum, precision);
    }
  }
  auto* result = Number::Big::Create(precision);
  mpfr_add(result->value, Number::Operand(a), Number::Operand(b), MPFR_RNDN);
  return Number(result);
}

Number operator-(const Number& a, const Number& b) {
  return a + b.Negated();
}

Number operator*(const Number& a, const Number& b) {
  const uint32_t precision = std::max(a.precision_, b.precision_);
  if (!a.big_ && !b.big_) {
    int64_t product = 0;
    const bool may_be_negative_zero = (a.small_ == 0 && b.small_ < 0) || (b.small_ == 0 && a.small_ < 0);
    if (!may_be_negative_zero && !__builtin_mul_overflow(a.small_, b.small_, &product)) {
      return Number(product, precision >= 64 ? precision : std::max(precision, MinPrecision(product)));
    }
  }
  Scratch product(kProductPrecision);
  mpfr_mul(product, Number::Operand(a), Number::Operand(b), MPFR_RNDN);
  auto* result = Number::Big::Create(std::max(precision, uint32_t(mpfr_min_prec(product))));
  mpfr_set(result->value, product, MPFR_RNDN);
  return Number(result);
}

Result<Number> Number::Divide(const Number& a, const Number& b) {
  const uint32_t precision = std::max(a.precision_, b.precision_);
  if (!a.big_ && !b.big_ && a.small_ != 0 && b.small_ != 0 && b.small_ != -1 && a.small_ % b.small_ == 0) {
    const int64_t quotient = a.small_ / b.small_;
    if (precision >= 64 || MinPrecision(quotient) <= precision) return Number(quotient, precision);
  }
  Big* result = Big::Create(precision);
  mpfr_div(result->value, Operand(a), Operand(b), MPFR_RNDN);
  if (!mpfr_nan_p(result->value)) return Number(result);
  delete result;
  return Fail(ErrorCode::kInvalid, "division of zero by zero or infinity by infinity");
}

// The remainder that the rounded quotient gives, at the precision of `a`, as cty works it out.
Result<Number> Number::Modulo(const Number& a, const Number& b) {
  if (a.IsInfinite() || b.IsInfinite()) {
    return Fail(ErrorCode::kInvalid, "remainder of a division with infinity");
  }
  if (b.Sign() == 0) return a;
  constexpr uint64_t kExact = uint64_t{1} << 53;  // of any precision
  if (!a.big_ && !b.big_ && Magnitude(a.small_) < kExact && Magnitude(b.small_) < kExact) {
    return Number(a.small_ % b.small_, a.precision_);
  }
  const Result<Number> ratio = Divide(a, b);
  if (!ratio) return ratio;
  Scratch part(a.precision_);
  mpfr_rint_trunc(part, Operand(*ratio), MPFR_RNDN);
  if (mpfr_zero_p(part)) mpfr_set_zero(part, 1);
  mpfr_mul(part, part, Operand(b), MPFR_RNDN);
  Big* result = Big::Create(a.precision_);
  mpfr_sub(result->value, Operand(a), part, MPFR_RNDN);
  return Number(result);
}

int Compare(const Number& a, const Number& b) {
  if (!a.big_ && !b.big_) return (a.small_ > b.small_) - (a.small_ < b.small_);
  return mpfr_cmp(Number::Operand(a), Number::Operand(b));
}

bool operator==(const Number& a, const Number& b) {
  if (!a.big_ && !b.big_) return a.small_ == b.small_;
  if (Compare(a, b) == 0) return true;
  // Only numbers with a fraction and of different precision can have one text all the same.
  if (a.precision_ == b.precision_ || a.IsWhole() || b.IsWhole()) return false;
  return a.Sign() == b.Sign() && a.ToString() == b.ToString();
}

}  // namespace cairn::hcl
