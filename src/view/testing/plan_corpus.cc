#include "view/testing/plan_corpus.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "base/strings.h"
#include "hcl/unicode.h"
#include "view/testing/plan_reader.h"

namespace cairn::view::testing {
namespace {

std::filesystem::path Root() {
  const char* root = std::getenv("CAIRN_SOURCE_DIR");
  return std::filesystem::path(root ? root : ".") / "tests" / "view";
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// With pictures of control characters and blanks as what they stand for.
std::string Raw(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t length = 0;
    const char32_t c = hcl::DecodeCharacter(text, length);
    if (c >= 0x2400 && c < 0x2420 && c != 0x2404) {
      out += char(c - 0x2400);
    } else if (c == 0x2420) {
      out += ' ';
    } else if (c == 0x2421) {
      out += '\x7f';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

PlanCase ReadCase(const std::filesystem::path& path) {
  PlanCase out{.name = path.stem().string(), .sections = {}};
  std::string* section = nullptr;
  const std::string text = ReadFile(path);
  for (const std::string_view line : Split(text, '\n')) {
    if (line.starts_with("=== ") || line.starts_with("--- ")) {
      section = &out.sections[std::string(line.substr(4))];
    } else if (section) {
      section->append(Raw(line)).append("\n");
    }
  }
  // What follows the file's last newline is no line.
  if (section && !section->empty()) section->pop_back();
  for (auto& [title, body] : out.sections) {
    constexpr std::string_view kNoNewline = "\u2404\n";
    if (body.ends_with(kNoNewline)) body.resize(body.size() - kNoNewline.size());
  }
  return out;
}

// Behind the value at `at`.
size_t EndOfValue(std::string_view json, size_t at) {
  size_t depth = 0;
  bool quoted = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '}' || c == ']') --depth;
  }
  return at;
}

}  // namespace

std::string_view RawMember(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  for (size_t at = 1; at < json.size();) {
    const size_t end = EndOfValue(json, at);
    const std::string_view member = json.substr(at, end - at);
    if (member.starts_with(key)) return member.substr(key.size());
    at = end + 1;
  }
  return {};
}

const std::string& PlanCase::operator[](const std::string& title) const {
  static const std::string kNone;
  const auto at = sections.find(title);
  return at == sections.end() ? kNone : at->second;
}

std::shared_ptr<const hcl::BlockSchema> FindSchema(std::string_view type, state::ResourceMode mode) {
  static std::map<std::string, std::shared_ptr<const hcl::BlockSchema>> known;
  std::string name = (mode == state::ResourceMode::kData ? "data." : "") + std::string(type);
  if (const auto at = known.find(name); at != known.end()) return at->second;
  const auto schema = ReadBlockSchema(ReadFile(Root() / "schemas" / (name + ".json")));
  return known[name] = schema ? *schema : nullptr;
}

std::vector<PlanCase> ReadCases(std::string_view folder) {
  std::vector<PlanCase> cases;
  for (const auto& entry : std::filesystem::directory_iterator(Root() / folder)) {
    if (entry.path().extension() == ".txt") cases.push_back(ReadCase(entry.path()));
  }
  std::ranges::sort(cases, {}, &PlanCase::name);
  return cases;
}

plan::Plan ReadPlan(const PlanCase& test) {
  Result<plan::Plan> plan = ReadPlan(test["json"], FindSchema);
  if (!plan) {
    std::fprintf(stderr, "%s: %s\n", test.name.c_str(), plan.error().message.c_str());
    std::abort();
  }
  if (test["arguments"].find("-destroy") != std::string::npos) plan->mode = plan::Mode::kDestroy;
  if (test["arguments"].find("-refresh-only") != std::string::npos) plan->mode = plan::Mode::kRefreshOnly;
  return *std::move(plan);
}

}  // namespace cairn::view::testing
