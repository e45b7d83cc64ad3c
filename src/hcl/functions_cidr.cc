#include <string>
#include <vector>

#include "base/strings.h"
#include "hcl/cidr.h"
#include "hcl/functions_table.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Value> ToValue(const Result<std::string>& text) {
  if (!text) return Refuse(text.error().message);
  return Value::String(*text);
}

// What a number of a host or subnet is refused with; `text` is the number.
FunctionResult<WholeNumber> NumberArgument(const Value& argument, std::string_view refusal) {
  const Number number = argument.AsNumber();
  if (!number.IsWhole() || number.IsInfinite()) return Refuse("value must be a whole number");
  const std::string text = number.ToString();
  const std::optional<WholeNumber> whole = WholeNumber::Parse(text);
  if (!whole) return Refuse(Format("{} {}", refusal, text));
  return *whole;
}

FunctionResult<Value> Host(Arguments arguments) {
  const Result<Cidr> network = ParseCidr(arguments[0].AsString());
  const auto host = NumberArgument(
      arguments[1],
      network ? Format("prefix of {} does not accommodate a host numbered", network->length) : "");
  // The number is looked at first, unless it is only too large.
  if (!host && (network || host.error().message.starts_with("value"))) return std::unexpected(host.error());
  if (!network) return Refuse(network.error().message);
  return ToValue(CidrHost(*network, *host));
}

FunctionResult<Value> Netmask(Arguments arguments) {
  const std::string_view text = arguments[0].AsString();
  const Result<Cidr> network = ParseCidr(text);
  if (!network) return Refuse(network.error().message);
  return ToValue(CidrNetmask(*network, text));
}

FunctionResult<Value> Subnet(Arguments arguments) {
  const auto more_bits = WholeArgument(arguments, 1);
  if (!more_bits) return Refuse(more_bits.error().message);
  const auto number = NumberArgument(
      arguments[2], Format("prefix extension of {} does not accommodate a subnet numbered", *more_bits));
  const Result<Cidr> network = ParseCidr(arguments[0].AsString());
  if (!number && (network || number.error().message.starts_with("value"))) {
    return std::unexpected(number.error());
  }
  if (!network) return Refuse(network.error().message);
  return ToValue(CidrSubnet(*network, *more_bits, *number));
}

FunctionResult<Value> Subnets(Arguments arguments) {
  const Result<Cidr> network = ParseCidr(arguments[0].AsString());
  if (!network) return Refuse(network.error().message, 0);
  std::vector<Value> subnets;
  std::optional<CidrAllocator> allocator;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const auto more_bits = WholeArgument(arguments, i);
    if (!more_bits) return std::unexpected(more_bits.error());
    if (!allocator) allocator.emplace(*network, *more_bits);
    const Result<std::string> subnet = allocator->Next(*more_bits);
    if (!subnet) return Refuse(subnet.error().message, i);
    subnets.push_back(Value::String(*subnet));
  }
  return Value::List(Type::String(), std::move(subnets));
}

}  // namespace

void AddCidrFunctions(FunctionList& list) {
  list.emplace_back("cidrhost", Plain({OfString("prefix"), OfNumber("hostnum")}, Type::String(),
                                      "The address of a number within a network.", Host));
  list.emplace_back("cidrnetmask",
                    Plain({OfString("prefix")}, Type::String(), "The mask of an IPv4 network.", Netmask));
  list.emplace_back("cidrsubnet", Plain({OfString("prefix"), OfNumber("newbits"), OfNumber("netnum")},
                                        Type::String(), "The subnet of a number within a network.", Subnet));
  Function subnets = Plain({OfString("prefix")}, Type::List(Type::String()),
                           "Subnets of a network, one behind the other.", Subnets);
  subnets.rest = OfNumber("newbits");
  list.emplace_back("cidrsubnets", std::move(subnets));
}

}  // namespace cairn::hcl
