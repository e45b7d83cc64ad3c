// Formatting, and the same by `terraform fmt -` (its start subtracted) where terraform is on the PATH.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/subprocess.h"
#include "hcl/format.h"
#include "hcl/parser.h"

namespace cairn::hcl {
namespace {

// Typical text, not laid out, of about `size` bytes.
std::string Text(size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += Format(R"(# The web server number {0}.
resource aws_instance "web_{0}" {{
  count="${{var.count_{0}}}"
  ami = data.aws_ami.ubuntu.id   # an image
  instance_type     = lookup(var.types,"web",  "t3.micro")
    tags=merge(var.tags,{{
      Name = "web-${{count.index+1}}-{0}"
      Team="platform"
  }})
  network_interface {{
  device_index=0
      subnets = [for s in var.subnets:s.id if s.public]
  }}
  user_data = <<-EOT
    #!/bin/sh
    echo ${{ var.greeting }} > /etc/motd
  EOT
}}

)",
                   i);
  }
  return text;
}

void BM_Format(benchmark::State& state) {
  const std::string text = Text(size_t(state.range(0)));
  const ParseResult parsed = ParseFile(std::make_shared<const Source>("bench", text));
  for (auto _ : state) benchmark::DoNotOptimize(FormatFile(*parsed.tree));
  state.SetBytesProcessed(state.iterations() * int64_t(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Format)->RangeMultiplier(8)->Range(1 << 10, 16 << 20)->Complexity();

void BM_ParseAndFormat(benchmark::State& state) {
  const std::string text = Text(size_t(state.range(0)));
  for (auto _ : state) {
    const ParseResult parsed = ParseFile(std::make_shared<const Source>("bench", text));
    benchmark::DoNotOptimize(FormatFile(*parsed.tree));
  }
  state.SetBytesProcessed(state.iterations() * int64_t(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_ParseAndFormat)->RangeMultiplier(8)->Range(1 << 10, 16 << 20)->Complexity();

// Seconds that terraform takes for `text`; negative where it does not run.
double SecondsOfPeer(const std::string& text) {
  const UniqueFd input(memfd_create("bench", MFD_CLOEXEC));
  if (write(input.get(), text.data(), text.size()) != ssize_t(text.size())) return -1;
  lseek(input.get(), 0, SEEK_SET);
  const auto begin = std::chrono::steady_clock::now();
  auto peer = Subprocess::Start({.argv = {"terraform", "fmt", "-"},
                                 .environment = {"CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=/dev/null"},
                                 .stdin_fd = input.get(),
                                 .stdout_fd = kNullStream,
                                 .stderr_fd = kNullStream});
  if (!peer || !peer->Wait().ok()) return -1;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void BM_Peer(benchmark::State& state) {
  const std::string text = Text(size_t(state.range(0)));
  double start = SecondsOfPeer("");
  for (int i = 0; i < 4; ++i) start = std::min(start, SecondsOfPeer(""));
  if (start < 0) return state.SkipWithError("terraform does not run");
  for (auto _ : state) state.SetIterationTime(std::max(SecondsOfPeer(text) - start, 1e-6));
  state.SetBytesProcessed(state.iterations() * int64_t(text.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Peer)
    ->RangeMultiplier(4)
    ->Range(64 << 10, 1 << 20)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Complexity();

}  // namespace
}  // namespace cairn::hcl
