#pragma once

// Scans over received bytes, for the HTTP/1 parsers only. Each returns the first byte that does not belong,
// or `end`. With SSE2 (every x86-64) sixteen bytes are classified at once while that many are left.

#include <array>
#include <bit>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace cairn::http {

namespace h1_internal {

enum CharClass : uint8_t {
  kTokenChar = 1,   // tchar of RFC 9110, section 5.6.2
  kUnderscore = 2,  // '_', which is a tchar too
  kTargetChar = 4,  // visible ASCII except '#'
  kTargetMark = 8,  // '%', '.', '?': the target needs a closer look
  kValueChar = 16,  // blank, tab, visible ASCII and obs-text: what a field value consists of
};

constexpr std::array<uint8_t, 256> MakeCharClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool visible = c > 0x20 && c < 0x7f;
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alnum) classes[c] |= kTokenChar;
    if (visible && c != '#') classes[c] |= kTargetChar;
    if (visible || c == ' ' || c == '\t' || c >= 0x80) classes[c] |= kValueChar;
  }
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    classes[static_cast<uint8_t>(c)] |= kTokenChar;
  }
  classes['_'] |= kUnderscore;
  for (const char c : {'%', '.', '?'}) classes[static_cast<uint8_t>(c)] |= kTargetMark;
  return classes;
}

inline constexpr std::array<uint8_t, 256> kCharClasses = MakeCharClasses();

}  // namespace h1_internal

inline bool HasClass(char c, uint8_t char_class) {
  return (h1_internal::kCharClasses[static_cast<uint8_t>(c)] & char_class) != 0;
}

// Over token characters; sets `underscore` if one of them is '_'.
inline const char* ScanToken(const char* p, const char* end, bool& underscore) {
#ifdef __SSE2__
  if (end - p >= 16) {  // letters and '-', which is what names are made of
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i from_a = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    const __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
    const __m128i name = _mm_or_si128(letter, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    p += std::countr_one(static_cast<uint16_t>(_mm_movemask_epi8(name)));
  }
#endif
  while (p != end) {
    const uint8_t c = h1_internal::kCharClasses[static_cast<uint8_t>(*p)];
    if ((c & h1_internal::kTokenChar) == 0) return p;
    underscore |= (c & h1_internal::kUnderscore) != 0;
    ++p;
  }
  return p;
}

// Over the characters of a request target; sets `marked` if one of them is '%', '.' or '?'.
inline const char* ScanTarget(const char* p, const char* end, bool& marked) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // As signed numbers, 0x80 and above are less than a blank.
    const __m128i visible = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x20));
    const __m128i refused =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#')));
    const __m128i marks = _mm_or_si128(
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('?'))));
    const uint32_t good = static_cast<uint32_t>(_mm_movemask_epi8(_mm_andnot_si128(refused, visible)));
    const int count = std::countr_one(good);
    marked |= (static_cast<uint32_t>(_mm_movemask_epi8(marks)) & ((1U << count) - 1)) != 0;
    p += count;
    if (count < 16) return p;
  }
#endif
  while (p != end) {
    const uint8_t c = h1_internal::kCharClasses[static_cast<uint8_t>(*p)];
    if ((c & h1_internal::kTargetChar) == 0) return p;
    marked |= (c & h1_internal::kTargetMark) != 0;
    ++p;
  }
  return p;
}

// Over the characters of a field value: stops at a control other than the tab.
inline const char* ScanValue(const char* p, const char* end) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    const __m128i stop = _mm_or_si128(_mm_andnot_si128(tab, control), del);
    const uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(stop));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#endif
  while (p != end && HasClass(*p, h1_internal::kValueChar)) ++p;
  return p;
}

}  // namespace cairn::http
