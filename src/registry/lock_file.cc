#include "registry/lock_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/quote.h"
#include "registry/constant_body.h"

namespace cairn::registry {
namespace {

using hcl::Node;
using hcl::SourceRange;

constexpr std::array<std::string_view, 2> kBlocks = {"provider", "module"};
constexpr std::array<std::string_view, 3> kArguments = {"version", "constraints", "hashes"};

// A place as `validate` writes it within a sentence: "main.tf:1,2-9".
std::string Place(const SourceRange& range) {
  const hcl::Position start = range.start_position();
  const hcl::Position end = range.end_position();
  return Format("{}:{},{}-{}{}", range.source->name(), start.line, start.column,
                end.line == start.line ? "" : std::to_string(end.line) + ",", end.column);
}

// The keyword and the labels of a block.
SourceRange HeadOf(Node block) {
  SourceRange range = block.name_range();
  for (const Node label : LabelsOf(block)) range.end = label.range().end;
  return range;
}

class LockReader {
 public:
  LockReader(LockFileRead& read, const AddressDefaults& defaults) : read_(read), defaults_(defaults) {}

  void Read(Node body) {
    const ConstantBody items = ReadConstantBody(body, {}, kBlocks, diagnostics());
    for (const Node block : items.blocks) {
      if (!CheckLabels(block)) continue;
      if (block.name() == "module") {
        WarnOfModules(block);
      } else {
        ReadProvider(block);
      }
    }
  }

 private:
  hcl::Diagnostics& diagnostics() { return read_.diagnostics; }
  void Invalid(std::string summary, std::string detail, const SourceRange& range) {
    diagnostics().AddError(std::move(summary), std::move(detail), range);
  }

  bool CheckLabels(Node block) {
    const std::vector<Node> labels = LabelsOf(block);
    const std::string_view label = block.name() == "module" ? "path" : "source_addr";
    if (labels.size() > 1) {
      Invalid(Format("Extraneous label for {}", block.name()),
              Format("Only 1 labels ({}) are expected for {} blocks.", label, block.name()),
              labels[1].range());
    } else if (labels.empty()) {
      Invalid(Format("Missing {} for {}", label, block.name()),
              Format("All {} blocks must have 1 labels ({}).", block.name(), label), block.name_range());
    }
    return labels.size() == 1;
  }

  void WarnOfModules(Node block) {
    if (std::exchange(warned_of_modules_, true)) return;
    diagnostics().AddWarning(
        "Dependency locks for modules are not yet supported",
        "Terraform v1.11.4 only supports dependency locks for providers, not for modules. This configuration "
        "may be "
        "intended for a later version of Terraform that also supports dependency locks for modules.",
        block.name_range());
  }

  std::optional<ProviderAddress> AddressOf(Node label) {
    constexpr std::string_view kSummary = "Invalid provider source address";
    const std::string written = LabelText(label);
    auto address = ParseProviderAddress(written, defaults_);
    if (!address) {
      Invalid(std::string(kSummary),
              "The provider source address for a provider lock must be a valid, fully-qualified address of "
              "the form "
              "\"hostname/namespace/type\".",
              label.range());
      return std::nullopt;
    }
    const std::string canonical = ToString(*address);
    if (address->IsBuiltIn()) {
      Invalid(
          std::string(kSummary),
          Format(
              "Cannot lock a version for built-in provider {}. Built-in providers are bundled inside "
              "Terraform "
              "itself, so you can't select a version for them independently of the Terraform release you are "
              "currently running.",
              canonical),
          label.range());
      return std::nullopt;
    }
    if (address->IsLegacy()) {
      Invalid(
          std::string(kSummary),
          Format(
              "Provider source address {} is a special provider that is not eligible for dependency locking.",
              canonical),
          label.range());
      return std::nullopt;
    }
    if (canonical != written) {
      Invalid(
          "Non-normalized provider source address",
          Format(
              "The provider source address for this provider lock must be written as {}, the fully-qualified "
              "and normalized form.",
              hcl::GoQuoted(canonical)),
          label.range());
      return std::nullopt;
    }
    return *std::move(address);
  }

  void ReadProvider(Node block) {
    const Node label = LabelsOf(block).front();
    const std::optional<ProviderAddress> address = AddressOf(label);
    if (!address) return;
    const ConstantBody body = ReadConstantBody(BodyOf(block), kArguments, {}, diagnostics());
    ProviderLock lock;
    const std::string name = ToString(*address);
    if (const auto found = body.attributes.find("version"); found != body.attributes.end()) {
      ReadVersion(ExpressionOf(found->second), name, lock);
    } else {
      const SourceRange end = BodyOf(block).range();
      Invalid("Missing required argument",
              "The argument \"version\" is required, but no definition was found.",
              {end.source, end.end, end.end});
    }
    if (const auto found = body.attributes.find("constraints"); found != body.attributes.end()) {
      ReadConstraints(ExpressionOf(found->second), name, lock);
    }
    if (const auto found = body.attributes.find("hashes"); found != body.attributes.end()) {
      ReadHashes(ExpressionOf(found->second), lock);
    }
    const SourceRange head = HeadOf(block);
    if (const auto [before, is_new] = heads_.emplace(*address, head); !is_new) {
      Invalid(
          "Duplicate provider lock",
          Format("This lockfile already declared a lock for provider {} at {}.", name, Place(before->second)),
          block.name_range());
      return;
    }
    read_.locks.providers.emplace(*address, std::move(lock));
  }

  void ReadVersion(Node expression, const std::string& name, ProviderLock& lock) {
    constexpr std::string_view kSummary = "Invalid provider version number";
    const std::optional<std::string> text = StringConstant(expression, diagnostics());
    if (!text) return;
    Result<Version> version = ParseVersion(*text);
    if (!version) {
      Invalid(std::string(kSummary),
              Format("The selected version number for provider {} is invalid: {}.", name,
                     version.error().message),
              expression.range());
      version = Version();
    }
    lock.version = *std::move(version);
    if (const std::string canonical = ToString(lock.version); canonical != *text) {
      Invalid(std::string(kSummary),
              Format("The selected version number for provider {} must be written in normalized form: {}.",
                     name, hcl::GoQuoted(canonical)),
              expression.range());
    }
  }

  void ReadConstraints(Node expression, const std::string& name, ProviderLock& lock) {
    constexpr std::string_view kSummary = "Invalid provider version constraints";
    const std::optional<std::string> text = StringConstant(expression, diagnostics());
    if (!text) return;
    Result<VersionConstraints> constraints = ParseVersionConstraints(*text);
    if (constraints) {
      lock.constraints = *std::move(constraints);
    } else {
      Invalid(std::string(kSummary),
              Format("The recorded version constraints for provider {} are invalid: {}.", name,
                     constraints.error().message),
              expression.range());
    }
    if (const std::string canonical = ToString(lock.constraints); canonical != *text) {
      Invalid(
          std::string(kSummary),
          Format("The recorded version constraints for provider {} must be written in normalized form: {}.",
                 name, hcl::GoQuoted(canonical)),
          expression.range());
    }
  }

  void ReadHashes(Node expression, ProviderLock& lock) {
    const std::optional<std::vector<Node>> elements = StaticList(expression, diagnostics());
    if (!elements) return;
    if (elements->empty()) {
      Invalid("Invalid provider hash set",
              "The \"hashes\" argument must either be omitted or contain at least one hash value.",
              expression.range());
    }
    for (const Node element : *elements) {
      std::optional<std::string> hash = StringConstant(element, diagnostics());
      if (!hash) continue;
      if (hash->find(':') == std::string::npos || hash->starts_with(':')) {
        Invalid("Invalid provider hash string",
                Format("Cannot interpret {} as a provider hash: hash string must start with a scheme keyword "
                       "followed "
                       "by a colon.",
                       hcl::GoQuoted(*hash)),
                expression.range());
        continue;
      }
      lock.hashes.push_back(*std::move(hash));
    }
  }

  LockFileRead& read_;
  const AddressDefaults& defaults_;
  std::map<ProviderAddress, SourceRange> heads_;
  bool warned_of_modules_ = false;
};

// Between quotes in HCL.
std::string QuotedString(std::string_view text) {
  std::string quoted = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool opens_template = (c == '$' || c == '%') && text.substr(i + 1).starts_with('{');
    if (c == '"' || c == '\\') quoted += '\\';
    if (opens_template) quoted += c;
    quoted += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace

const ProviderLock* Locks::Find(const ProviderAddress& address) const {
  const auto found = providers.find(address);
  return found == providers.end() ? nullptr : &found->second;
}

LockFileRead ParseLockFile(std::shared_ptr<const hcl::Source> source, const AddressDefaults& defaults) {
  LockFileRead read;
  const hcl::ParseResult parsed = hcl::ParseFile(std::move(source));
  read.diagnostics = parsed.diagnostics;
  if (!read.diagnostics.has_errors()) LockReader(read, defaults).Read(parsed.tree->root());
  return read;
}

Result<LockFileRead> ReadLockFile(const std::string& path, const AddressDefaults& defaults) {
  Result<std::string> text = ReadFile(path, kLockFileBytesMax);
  if (!text) {
    if (text.error().code == ErrorCode::kNotFound) return LockFileRead();
    return std::unexpected(text.error());
  }
  return ParseLockFile(std::make_shared<hcl::Source>(path, *std::move(text)), defaults);
}

std::string FormatLockFile(const Locks& locks) {
  std::string text =
      "# This file is maintained automatically by \"terraform init\".\n"
      "# Manual edits may be lost in future updates.\n";
  for (const auto& [address, lock] : locks.providers) {
    const std::string constraints = ToString(lock.constraints);
    text += Format("\nprovider {} {{\n", QuotedString(ToString(address)));
    text +=
        Format("  version{} = {}\n", constraints.empty() ? "" : "    ", QuotedString(ToString(lock.version)));
    if (!constraints.empty()) text += Format("  constraints = {}\n", QuotedString(constraints));
    std::vector<std::string> hashes = lock.hashes;
    std::ranges::sort(hashes);
    const auto duplicates = std::ranges::unique(hashes);
    hashes.erase(duplicates.begin(), duplicates.end());
    if (!hashes.empty()) {
      text += "  hashes = [\n";
      for (const std::string& hash : hashes) text += Format("    {},\n", QuotedString(hash));
      text += "  ]\n";
    }
    text += "}\n";
  }
  return text;
}

Result<> WriteLockFile(const std::string& path, const Locks& locks) {
  const std::string text = FormatLockFile(locks);
  if (const Result<std::string> present = ReadFile(path, kLockFileBytesMax); present && *present == text)
    return {};
  return WriteFileAtomically(path, text, 0644);
}

}  // namespace cairn::registry
