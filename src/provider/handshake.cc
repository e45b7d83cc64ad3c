#include "provider/handshake.h"

#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::provider {

namespace {

// Shorter ones are no certificates, but what some plugins write there.
constexpr size_t kCertificateCharactersMin = 50;

std::string Pem(std::string_view base64) {
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (size_t at = 0; at < base64.size(); at += 64) {
    pem += base64.substr(at, 64);
    if (at + 64 >= base64.size()) pem.append((4 - base64.size() % 4) % 4, '=');
    pem += '\n';
  }
  return pem + "-----END CERTIFICATE-----\n";
}

Result<Protocol> ParseProtocol(std::string_view text) {
  if (text == "5") return Protocol::k5;
  if (text == "6") return Protocol::k6;
  return Fail(ErrorCode::kInvalid,
              Format("it speaks plugin protocol {}, but only 5 and 6 are supported", Quote(text)));
}

}  // namespace

Result<net::Address> ParsePluginAddress(std::string_view network, std::string_view address) {
  if (network == "unix") return net::Address::Parse(Format("unix:{}", address));
  if (network == "tcp") return net::Address::Parse(address);
  return Fail(ErrorCode::kInvalid, Format("it listens on an unknown kind of network, {}", Quote(network)));
}

Result<Handshake> ParseHandshake(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::vector<std::string_view> fields = Split(line, '|');
  if (fields.size() < 4 || fields[0] != "1") {
    return Fail(ErrorCode::kInvalid,
                Format("its first line is not the handshake of a plugin: {}", Quote(line.substr(0, 200))));
  }
  Handshake handshake;
  const auto protocol = ParseProtocol(fields[1]);
  if (!protocol) return std::unexpected(protocol.error());
  handshake.protocol = *protocol;
  const auto address = ParsePluginAddress(fields[2], fields[3]);
  if (!address) return std::unexpected(address.error());
  handshake.address = *address;
  if (fields[2] == "unix") handshake.socket_path = fields[3];
  if (fields.size() < 5 || fields[4] != "grpc") {
    return Fail(ErrorCode::kInvalid, "it does not speak gRPC, which plugins have done since Terraform 0.12");
  }
  if (fields.size() > 5 && fields[5].size() >= kCertificateCharactersMin) {
    handshake.certificate_pem = Pem(fields[5]);
  }
  return handshake;
}

}  // namespace cairn::provider
