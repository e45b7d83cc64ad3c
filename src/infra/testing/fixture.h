#pragma once

// A configuration in memory, planned and applied against a FakeWorld.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hcl/functions.h"
#include "infra/applier.h"
#include "infra/planner.h"
#include "infra/testing/fake_provider.h"

namespace cairn::infra {

class MemoryConfigFiles final : public config::ConfigFiles {
 public:
  explicit MemoryConfigFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<std::string> Read(const std::string& path) const override;

 private:
  std::map<std::string, std::string> files_;  // by path
};

class EngineFixture {
 public:
  EngineFixture();

  // The configuration from now on: one file, or several by their paths.
  void Configure(std::string text) {
    Configure(std::map<std::string, std::string>{{"main.tf", std::move(text)}});
  }
  void Configure(std::map<std::string, std::string> files) { files_ = std::move(files); }
  void SetVariable(std::string name, hcl::Value value) {
    variables_[std::move(name)] = {.value = std::move(value)};
  }

  PlanOutcome Plan(PlanOptions options = {});
  // Plans, and applies what was planned; the state is what came of it.
  ApplyOutcome Apply(PlanOptions options = {});

  // "create a, update b": the actions of a plan that do something, with names as in addresses.
  static std::string Actions(const plan::Plan& plan);
  static std::string Summaries(const hcl::Diagnostics& diagnostics);

  FakeWorld& world() { return world_; }
  state::State& state() { return state_; }

 private:
  struct Loaded;
  std::unique_ptr<Loaded> Load(hcl::Diagnostics& diagnostics);
  OperationInput InputOf(Loaded& loaded);

  SystemClock clock_;
  net::Loop loop_{clock_};
  FakeWorld world_{loop_};
  std::map<std::string, std::string> files_;
  GivenVariables variables_;
  state::State state_;
  Surroundings surroundings_;
  hcl::BuiltinFunctions functions_;
  Observer observer_;
  int deposed_ = 0;
};

}  // namespace cairn::infra
