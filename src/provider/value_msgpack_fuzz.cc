#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/json.h"
#include "provider/value_msgpack.h"

namespace cairn::provider {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// What reads can be written, and that reads again. (Once: a number of few bits is written as its shortest
// digits, which may say another one.)
void Check(std::string_view bytes, const hcl::Type& type) {
  const auto value = FromMsgpack(bytes, type);
  if (!value) return;
  const auto written = ToMsgpack(*value, type);
  Require(written.has_value());
  const auto again = FromMsgpack(*written, type);
  Require(again.has_value());
  const auto settled = ToMsgpack(*again, type);
  Require(settled.has_value());
  const auto last = FromMsgpack(*settled, type);
  Require(last && *ToMsgpack(*last, type) == *settled);
}

constexpr std::array<std::string_view, 6> kTypes = {
    R"("dynamic")",
    R"("number")",
    R"(["set",["list","string"]])",
    R"(["map",["object",{"a":"bool","b":"dynamic"}]])",
    R"(["tuple",["string",["map","number"]]])",
    R"(["list","dynamic"])",
};

}  // namespace
}  // namespace cairn::provider

// A byte that chooses the type, and the value.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::provider;
  if (size == 0) return 0;
  const auto type = *cairn::hcl::Type::FromJson(*cairn::data::ParseJson(kTypes[data[0] % kTypes.size()]));
  Check({reinterpret_cast<const char*>(data + 1), size - 1}, type);
  return 0;
}
