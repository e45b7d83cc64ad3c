// Parsing to the lossless tree: how fast, and with how much memory. Run from the root of the checkout, where
// it finds Terraform files as people write them; the other text has no comments and little that is long.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/token.h"

namespace {

std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> peak_bytes{0};

}  // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  const int64_t live = live_bytes += int64_t(malloc_usable_size(memory));
  if (live > peak_bytes) peak_bytes = live;
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= int64_t(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  operator delete(memory);
}

namespace cairn::hcl {
namespace {

constexpr size_t kTextBytes = size_t{1} << 20;

// The files of examples/, one after the other, as often as they fit; empty where they are not found.
std::string ExampleText() {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("examples", error)) {
    if (entry.path().extension() == ".tf") paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  std::string files;
  for (const std::string& path : paths) files += ReadFile(path, kTextBytes).value_or("");
  std::string text = files;
  while (!files.empty() && text.size() < kTextBytes) text += files;
  return text;
}

// The file that CAIRN_BENCH_FILE names, or nothing.
std::string GivenText() {
  const char* path = std::getenv("CAIRN_BENCH_FILE");
  return path != nullptr ? ReadFile(path, size_t{64} << 20).value_or("") : "";
}

std::string DenseText() {
  std::string text;
  for (int i = 0; text.size() < kTextBytes; ++i) {
    text += Format(R"(resource "aws_instance" "web_{0}" {{
  count         = var.count_{0}
  ami           = data.aws_ami.ubuntu.id
  instance_type = lookup(var.types, "web", "t3.micro")
  tags = merge(var.tags, {{
    Name = "web-${{count.index + 1}}-{0}"
    Team = "platform"
  }})
  network_interface {{
    device_index = 0
    subnets      = [for s in var.subnets : s.id if s.public]
  }}
}}

)",
                   i);
  }
  return text;
}

void BM_Parse(benchmark::State& state, std::string (*make)()) {
  const std::string text = make();
  if (text.empty()) return state.SkipWithError("no files");
  const auto source = std::make_shared<const Source>("main.tf", text);
  for (auto _ : state) benchmark::DoNotOptimize(ParseFile(source));
  state.SetBytesProcessed(state.iterations() * int64_t(text.size()));

  const int64_t before = live_bytes;
  peak_bytes = before;
  const ParseResult parsed = ParseFile(source);
  const double size = double(text.size());
  state.counters["tree_bytes_per_byte"] = double(live_bytes - before) / size;
  state.counters["peak_bytes_per_byte"] = double(peak_bytes - before) / size;
  state.counters["tokens_per_byte"] = double(parsed.tree->tokens().size()) / size;
  state.counters["nodes_per_byte"] = double(parsed.tree->records().size()) / size;
  if (parsed.diagnostics.has_errors() && make == DenseText) state.SkipWithError("the text is wrong");
}
BENCHMARK_CAPTURE(BM_Parse, examples, ExampleText);
BENCHMARK_CAPTURE(BM_Parse, dense, DenseText);
BENCHMARK_CAPTURE(BM_Parse, file, GivenText);

void BM_Scan(benchmark::State& state, std::string (*make)()) {
  const std::string text = make();
  if (text.empty()) return state.SkipWithError("no files");
  const auto source = std::make_shared<const Source>("main.tf", text);
  for (auto _ : state) {
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(Scan(source, ScanMode::kNormal, diagnostics));
  }
  state.SetBytesProcessed(state.iterations() * int64_t(text.size()));
}
BENCHMARK_CAPTURE(BM_Scan, examples, ExampleText);
BENCHMARK_CAPTURE(BM_Scan, dense, DenseText);

void BM_ParseSmallExpression(benchmark::State& state) {
  const auto source = std::make_shared<const Source>("main.tf", "\"${var.a}-${each.key}\"");
  for (auto _ : state) benchmark::DoNotOptimize(ParseExpression(source));
}
BENCHMARK(BM_ParseSmallExpression);

}  // namespace
}  // namespace cairn::hcl
