// A state of 50,000 instances, read and written.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "base/strings.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

// Like security groups of a provider: about 1.5 kB each, four dependencies.
std::string SomeState(size_t instances) {
  State state{.terraform_version = "1.11.4", .serial = 7, .lineage = "b57e2544-a464-b93d-5d78-64d1e813487b"};
  const ProviderConfigAddress provider({}, "registry.terraform.io/hashicorp/aws");
  for (size_t i = 0; i < instances; ++i) {
    InstanceObject object{.schema_version = 1};
    object.attributes = JsonText::Of(Format(
        R"({{"arn":"arn:aws:ec2:eu-west-1:123456789012:security-group/sg-{:017}","description":"Managed by <us>",
        "egress":[],"id":"sg-{:017}","ingress":[{{"cidr_blocks":["0.0.0.0/0"],"description":"","from_port":443,
        "ipv6_cidr_blocks":[],"prefix_list_ids":[],"protocol":"tcp","security_groups":[],"self":false,
        "to_port":443}}],"name":"terraform-{}","name_prefix":"terraform-","owner_id":"123456789012",
        "revoke_rules_on_delete":false,"tags":{{"Name":"n{}"}},"tags_all":{{"Name":"n{}"}},"timeouts":null,
        "vpc_id":"vpc-0123456789abcdef0"}})",
        i, i, i, i, i));
    object.private_bytes = R"({"schema_version":"1"})";
    for (size_t d = 0; d < 4; ++d) {
      object.dependencies.push_back(
          {ModulePath(std::vector<std::string>{Format("m{}", i % 50)}),
           ResourceName(ResourceMode::kManaged, "aws_vpc", Format("v{}_{}", i % 1000, d))});
    }
    const InstanceAddress address{
        ModuleInstance().Child(Format("m{}", i % 50)),
        ResourceName(ResourceMode::kManaged, "aws_security_group", Format("g{}", i / 4)),
        InstanceKey::Int(int64_t(i))};
    state.SetCurrent(address, std::make_shared<const InstanceObject>(std::move(object)), provider);
  }
  return WriteState(state);
}

void BM_ReadState(benchmark::State& bench) {
  const auto text = std::make_shared<const std::string>(SomeState(size_t(bench.range(0))));
  for (auto _ : bench) {
    hcl::Diagnostics diagnostics;
    auto state = ReadState(text, diagnostics);
    benchmark::DoNotOptimize(state);
  }
  bench.SetBytesProcessed(int64_t(bench.iterations() * text->size()));
}
BENCHMARK(BM_ReadState)->Arg(5'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

void BM_WriteState(benchmark::State& bench) {
  hcl::Diagnostics diagnostics;
  const auto state = ReadState(SomeState(size_t(bench.range(0))), diagnostics);
  size_t bytes = 0;
  for (auto _ : bench) bytes += WriteState(*state).size();
  bench.SetBytesProcessed(int64_t(bytes));
}
BENCHMARK(BM_WriteState)->Arg(5'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

void BM_CheckJson(benchmark::State& bench) {
  const std::string text = SomeState(5'000);
  for (auto _ : bench) benchmark::DoNotOptimize(CheckJson(text));
  bench.SetBytesProcessed(int64_t(bench.iterations() * text.size()));
}
BENCHMARK(BM_CheckJson)->Unit(benchmark::kMillisecond);

void BM_CopyState(benchmark::State& bench) {
  hcl::Diagnostics diagnostics;
  const auto state = ReadState(SomeState(50'000), diagnostics);
  for (auto _ : bench) {
    State copy = *state;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(BM_CopyState)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cairn::state
