#include "hcl/elementary.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace cairn::hcl {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// e**x by N. Shibata's method ("Efficient evaluation methods of elementary functions suitable for SIMD
// computation", ISC 2010): the Taylor series of expm1(x/16), doubled four times by (1+e)^2 - 1 = e * (e + 2).
// Fused multiply-adds are part of the result.
double Exp(double x) {
  constexpr double kLog2E = 1.4426950408889634073599246810018920;
  constexpr double kLn2High = 0.69314718055966295651160180568695068359375;
  constexpr double kLn2Low = 0.28235290563031577122588448175013436025525412068e-12;
  if (std::isnan(x)) return x;
  if (x > 7.09782712893384e+02) return kInfinity;
  if (x < -745.2) return 0;
  const int exponent = int(std::nearbyint(x * kLog2E));
  double r = std::fma(-kLn2High, double(exponent), x);
  r = std::fma(-kLn2Low, double(exponent), r) * 0.0625;
  double sum = 1.0 / 40320;
  for (const double coefficient : {1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0}) {
    sum = std::fma(sum, r, coefficient);
  }
  r *= sum;
  for (int i = 0; i < 3; ++i) r *= r + 2.0;
  return std::ldexp(std::fma(r, r + 2.0, 1.0), exponent);
}

}  // namespace

// FreeBSD's e_log.c: x = 2**k * (1+f), log(1+f) by an odd polynomial in s = f / (2+f).
double Log(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x < 0) return kNaN;
  if (x == 0) return -kInfinity;
  int exponent = 0;
  double fraction = std::frexp(x, &exponent);
  if (fraction < std::sqrt(2.0) / 2) {
    fraction *= 2;
    --exponent;
  }
  const double f = fraction - 1;
  const double k = exponent;
  const double s = f / (2 + f);
  const double s2 = s * s;
  const double s4 = s2 * s2;
  const double odd =
      s2 *
      (6.666666666666735130e-01 +
       s4 * (2.857142874366239149e-01 + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
  const double even =
      s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
  const double half_square = 0.5 * f * f;
  const double low = s * (half_square + (odd + even)) + k * 1.90821492927058770002e-10;
  return k * 6.93147180369123816490e-01 - ((half_square - low) - f);
}

// x**y = x**whole * x**fraction; the first factor by squaring, mantissa and exponent apart.
double Pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (y == 1) return x;
  if (std::isnan(x) || std::isnan(y)) return kNaN;
  if (x == 0 || std::isinf(x) || std::isinf(y)) return std::pow(x, y);  // exact, whoever computes it
  if (y == 0.5) return std::sqrt(x);
  if (y == -0.5) return 1 / std::sqrt(x);
  double whole = 0;
  double fraction = std::modf(std::fabs(y), &whole);
  if (fraction != 0 && x < 0) return kNaN;
  if (whole >= 9.223372036854775808e18) {
    if (x == -1) return 1;
    return (std::fabs(x) < 1) == (y > 0) ? 0 : kInfinity;
  }
  double result = 1;
  int64_t result_exponent = 0;
  if (fraction != 0) {
    if (fraction > 0.5) {
      --fraction;
      ++whole;
    }
    result = Exp(fraction * Log(x));
  }
  int first_exponent = 0;
  double square = std::frexp(x, &first_exponent);
  int64_t square_exponent = first_exponent;
  for (auto bits = int64_t(whole); bits != 0; bits >>= 1) {
    if (square_exponent < -4096 || square_exponent > 4096) {  // the result is 0 or infinite
      result_exponent += square_exponent;
      break;
    }
    if (bits & 1) {
      result *= square;
      result_exponent += square_exponent;
    }
    square *= square;
    square_exponent *= 2;
    if (square < 0.5) {
      square += square;
      --square_exponent;
    }
  }
  if (y < 0) {
    result = 1 / result;
    result_exponent = -result_exponent;
  }
  return std::ldexp(result, int(result_exponent));
}

}  // namespace cairn::hcl
