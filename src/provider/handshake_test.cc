#include "provider/handshake.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace cairn::provider {
namespace {

TEST(Handshake, ReadsWhatGoPluginWrites) {
  const auto plain = ParseHandshake("1|5|unix|/tmp/plugin123|grpc|");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->protocol, Protocol::k5);
  EXPECT_EQ(plain->socket_path, "/tmp/plugin123");
  EXPECT_EQ(plain->address.ToString(), "unix:/tmp/plugin123");
  EXPECT_EQ(plain->certificate_pem, "");
  const auto tcp = ParseHandshake("1|6|tcp|127.0.0.1:1234|grpc\r");
  ASSERT_TRUE(tcp) << tcp.error().message;
  EXPECT_EQ(tcp->protocol, Protocol::k6);
  EXPECT_EQ(tcp->socket_path, "");
  EXPECT_EQ(tcp->address.port(), 1234);
}

TEST(Handshake, PadsTheCertificate) {
  for (const auto& [characters, padding] :
       std::initializer_list<std::pair<size_t, std::string>>{{64, ""}, {65 + 1, "=="}, {67, "="}}) {
    const std::string base64(characters, 'A');
    const auto handshake = ParseHandshake(Format("1|6|unix|/s|grpc|{}", base64));
    ASSERT_TRUE(handshake);
    const std::string rest = characters > 64 ? "\n" + base64.substr(64) : "";
    EXPECT_EQ(handshake->certificate_pem,
              Format("-----BEGIN CERTIFICATE-----\n{}{}{}\n-----END CERTIFICATE-----\n", base64.substr(0, 64),
                     rest, padding));
  }
  EXPECT_EQ(ParseHandshake("1|6|unix|/s|grpc|short")->certificate_pem, "");
}

TEST(Handshake, RefusesEverythingElse) {
  for (const std::string_view line :
       {"", "hello", "2|5|unix|/s|grpc|", "1|4|unix|/s|grpc|", "1|7|unix|/s|grpc|", "1|5|unix|/s|netrpc|",
        "1|5|unix|/s", "1|5|pipe|/s|grpc|", "1|5|tcp|localhost:1|grpc|", "1|5|unix||grpc|", "1|5"}) {
    const auto handshake = ParseHandshake(line);
    EXPECT_FALSE(handshake) << line;
  }
}

}  // namespace
}  // namespace cairn::provider
