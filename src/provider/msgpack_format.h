#pragma once

// The first bytes of MessagePack's formats (https://github.com/msgpack/msgpack/blob/master/spec.md), and the
// numbers in the body of a refined unknown value. Internal to the folder.

#include <cstdint>

namespace cairn::provider::msgpack {

inline constexpr uint8_t kFixMap = 0x80, kFixArray = 0x90, kFixString = 0xA0;
inline constexpr uint8_t kNil = 0xC0, kFalse = 0xC2, kTrue = 0xC3;
inline constexpr uint8_t kBin8 = 0xC4, kBin16 = 0xC5, kBin32 = 0xC6;
inline constexpr uint8_t kExt8 = 0xC7, kExt16 = 0xC8, kExt32 = 0xC9;
inline constexpr uint8_t kFloat32 = 0xCA, kFloat64 = 0xCB;
inline constexpr uint8_t kUint8 = 0xCC, kUint16 = 0xCD, kUint32 = 0xCE, kUint64 = 0xCF;
inline constexpr uint8_t kInt8 = 0xD0, kInt16 = 0xD1, kInt32 = 0xD2, kInt64 = 0xD3;
inline constexpr uint8_t kFixExt1 = 0xD4, kFixExt2 = 0xD5, kFixExt4 = 0xD6, kFixExt8 = 0xD7, kFixExt16 = 0xD8;
inline constexpr uint8_t kString8 = 0xD9, kString16 = 0xDA, kString32 = 0xDB;
inline constexpr uint8_t kArray16 = 0xDC, kArray32 = 0xDD, kMap16 = 0xDE, kMap32 = 0xDF;
inline constexpr uint8_t kFixNegative = 0xE0;

// Extension types.
inline constexpr uint8_t kUnknown = 0, kRefinedUnknown = 12;

// What may be known about an unknown value.
enum Known : int64_t {
  kNullness = 1,
  kPrefix = 2,
  kMin = 3,
  kMax = 4,
  kLengthMin = 5,
  kLengthMax = 6,
};

inline constexpr size_t kPrefixBytesMax = 256;       // sent
inline constexpr size_t kRefinementBytesMax = 1024;  // accepted

}  // namespace cairn::provider::msgpack
