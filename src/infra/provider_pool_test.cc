#include "infra/provider_pool.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "infra/testing/fake_provider.h"

namespace cairn::infra {
namespace {

using hcl::Type;
using hcl::Value;

const std::string kProvider = "registry.terraform.io/hashicorp/test";

class ProviderPoolTest : public testing::Test {
 protected:
  ProviderPool::Assigned Assign(const Value& config) {
    return loop_.Run(pool_.ForConfiguration(address_, config)).value();
  }

  SystemClock clock_;
  net::Loop loop_{clock_};
  FakeWorld world_{loop_};
  int started_ = 0;
  ProviderPool pool_{[this](const std::string&) {
    ++started_;
    return StartFake(world_);
  }};
  const state::ProviderConfigAddress address_{{}, kProvider};
};

TEST_F(ProviderPoolTest, GivesAConfigurationTheIdleProvider) {
  provider::Provider* idle = loop_.Run(pool_.Unconfigured(kProvider)).value();
  EXPECT_EQ(pool_.Find(address_), nullptr);
  EXPECT_EQ(Assign(Value::String("a")).provider, idle);
  EXPECT_EQ(pool_.Find(address_), idle);
  EXPECT_EQ(started_, 1);
}

TEST_F(ProviderPoolTest, KeepsAProviderThatIsConfiguredByTheSame) {
  EXPECT_FALSE(Assign(Value::String("a")).configured);
  EXPECT_FALSE(Assign(Value::String("b")).configured);  // it was only asked for so far
  pool_.SetConfigured(address_, Value::String("b"));
  EXPECT_TRUE(Assign(Value::String("b")).configured);
  EXPECT_EQ(started_, 1);
}

TEST_F(ProviderPoolTest, StartsAnotherWhereTheConfigurationIsAnother) {
  Assign(Value::String("a"));
  pool_.SetConfigured(address_, Value::String("a"));
  EXPECT_FALSE(Assign(Value::String("b")).configured);
  EXPECT_EQ(started_, 2);
}

TEST_F(ProviderPoolTest, StartsAnotherWhereTheConfigurationWasNotKnown) {
  const Value unknown = Value::Unknown(Type::String());
  Assign(unknown);
  pool_.SetConfigured(address_, unknown);
  EXPECT_FALSE(Assign(unknown).configured);
  EXPECT_EQ(started_, 2);
}

}  // namespace
}  // namespace cairn::infra
