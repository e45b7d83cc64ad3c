#pragma once

// A provider of a small world in memory, for tests of the engine.
//
//   resource "test_thing"    name (required), size (optional), kind (optional, changes replace the object),
//                            secret (optional, sensitive), id and label (computed; label also optional)
//   data "test_lookup"       name (required), id (computed): that of the thing of this name

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "net/loop.h"
#include "provider/provider.h"

namespace cairn::infra {

// What the providers of one test share.
struct FakeWorld {
  explicit FakeWorld(net::Loop& world_loop) : loop(world_loop) {}

  net::Loop& loop;
  std::map<std::string, hcl::Value> things = {};  // by id
  std::vector<std::string> log = {};              // "create a", "destroy a", …, in the order of their ends
  std::set<std::string> failing = {};             // names of things that cannot be created
  int made = 0;
  int configured = 0;
  int running = 0;
  int running_max = 0;
};

class FakeProvider final : public provider::Provider {
 public:
  explicit FakeProvider(FakeWorld& world);

  net::Task<Result<provider::SchemasResponse>> GetSchemas() override;
  net::Task<Result<provider::Diagnostics>> ValidateProviderConfig(hcl::Value config) override;
  net::Task<Result<provider::Diagnostics>> Configure(provider::ConfigureRequest request) override;
  net::Task<Result<provider::Diagnostics>> ValidateResource(provider::ValidateRequest request) override;
  net::Task<Result<provider::Diagnostics>> ValidateDataSource(provider::ValidateRequest request) override;
  net::Task<Result<provider::Diagnostics>> ValidateEphemeral(provider::ValidateRequest request) override;
  net::Task<Result<provider::UpgradeStateResponse>> UpgradeResourceState(
      provider::UpgradeStateRequest request) override;
  net::Task<Result<provider::ReadResourceResponse>> ReadResource(
      provider::ReadResourceRequest request) override;
  net::Task<Result<provider::PlanResponse>> PlanResourceChange(provider::PlanRequest request) override;
  net::Task<Result<provider::ApplyResponse>> ApplyResourceChange(provider::ApplyRequest request) override;
  net::Task<Result<provider::ImportResponse>> ImportResourceState(provider::ImportRequest request) override;
  net::Task<Result<provider::MoveStateResponse>> MoveResourceState(
      provider::MoveStateRequest request) override;
  net::Task<Result<provider::ReadDataSourceResponse>> ReadDataSource(
      provider::ReadDataSourceRequest request) override;
  net::Task<Result<provider::OpenEphemeralResponse>> OpenEphemeral(
      provider::OpenEphemeralRequest request) override;
  net::Task<Result<provider::RenewEphemeralResponse>> RenewEphemeral(
      provider::EphemeralRequest request) override;
  net::Task<Result<provider::Diagnostics>> CloseEphemeral(provider::EphemeralRequest request) override;
  net::Task<Result<provider::CallFunctionResponse>> CallFunction(
      provider::CallFunctionRequest request) override;
  net::Task<Result<>> Stop() override;
  net::Task<void> Close() override;

 private:
  FakeWorld& world_;
  std::shared_ptr<const provider::Schemas> schemas_;
};

net::Task<Result<std::unique_ptr<provider::Provider>>> StartFake(FakeWorld& world);
std::shared_ptr<const provider::Schemas> FakeSchemas();

}  // namespace cairn::infra
