// What it costs to have the AWS provider configured: BM_StartAws. Skipped where it is not installed, below
// $CAIRN_TF_PLUGINS (/opt/tf-plugins). The counters are seconds of one start: real time, CPU of this process
// and of the plugin.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "net/loop.h"
#include "provider/plugin.h"

namespace cairn::provider {
namespace {

using hcl::Value;

double CpuSeconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Value ProviderConfig(const hcl::BlockSchema& block) {
  const std::array<hcl::NamedValue, 6> given = {{{"region", Value::String("us-east-1")},
                                                 {"access_key", Value::String("fake")},
                                                 {"secret_key", Value::String("fake")},
                                                 {"skip_credentials_validation", Value::Bool(true)},
                                                 {"skip_requesting_account_id", Value::Bool(true)},
                                                 {"skip_metadata_api_check", Value::String("true")}}};
  std::vector<hcl::NamedValue> attributes(given.begin(), given.end());
  for (const auto& attribute : block.attributes) {
    const auto is_same = [&](const hcl::NamedValue& each) { return each.name == attribute.name; };
    if (std::ranges::none_of(given, is_same)) {
      attributes.push_back({attribute.name, Value::Null(attribute.type)});
    }
  }
  for (const auto& nested : block.blocks) {
    const hcl::Type type = hcl::NestedType(nested.nesting, nested.block->type);
    const bool is_list = type.Is(hcl::TypeKind::kList) || type.Is(hcl::TypeKind::kSet);
    attributes.push_back({nested.name, is_list ? Value::Of(type, {}) : Value::Null(type)});
  }
  return Value::Object(std::move(attributes));
}

// From nothing to configured, with the schema of one resource decoded; then closed.
bool StartAws(net::Loop& loop, PluginOptions options) {
  auto started = loop.Run(StartPlugin(loop, std::move(options)));
  if (!started) return false;
  const auto response = loop.Run((*started)->GetSchemas());
  if (!response || !response->schemas->Find(SchemaKind::kResource, "aws_s3_bucket")) return false;
  const auto schema = response->schemas->Find(SchemaKind::kProvider, "");
  const Value config = ProviderConfig(*(*schema)->block);
  const auto configured = loop.Run((*started)->Configure({.terraform_version = "1.11.4", .config = config}));
  loop.Run((*started)->Close());
  return configured && configured->empty();
}

void BM_StartAws(benchmark::State& state, bool cached) {
  const char* const mirror = getenv("CAIRN_TF_PLUGINS");
  PluginOptions options;
  options.name = "aws";
  options.program =
      std::string(mirror ? mirror : "/opt/tf-plugins") +
      "/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5";
  options.environment = {"AWS_EC2_METADATA_DISABLED=true"};
  if (::access(options.program.c_str(), X_OK) != 0)
    return state.SkipWithError("the AWS provider is not there");
  std::string directory = "/tmp/cairn-bench-XXXXXX";
  const bool has_cache = cached && ::mkdtemp(directory.data());
  if (has_cache) {
    options.schema_cache_directory = directory;
    options.package_hash = "bench";
  }
  const SystemClock clock;
  net::Loop loop(clock);
  if (!StartAws(loop, options)) return state.SkipWithError("it does not start");  // fills the caches
  const double own = CpuSeconds(RUSAGE_SELF), plugin = CpuSeconds(RUSAGE_CHILDREN);
  for (auto _ : state) {
    if (!StartAws(loop, options)) return state.SkipWithError("it does not start");
  }
  const auto average = benchmark::Counter::kAvgIterations;
  state.counters["own_cpu"] = {CpuSeconds(RUSAGE_SELF) - own, average};
  if (has_cache) std::filesystem::remove_all(directory);
  state.counters["plugin_cpu"] = {CpuSeconds(RUSAGE_CHILDREN) - plugin, average};
}
BENCHMARK_CAPTURE(BM_StartAws, asked, false)->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_StartAws, cached, true)->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cairn::provider
