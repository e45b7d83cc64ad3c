#include "state/address_steps.h"

#include <utility>

#include "base/strings.h"
#include "hcl/number.h"
#include "hcl/syntax.h"
#include "hcl/token.h"

namespace cairn::state {
namespace {

using hcl::Token;
using hcl::TokenKind;

std::unexpected<AddressError> Wrong(std::string summary, std::string detail) {
  return std::unexpected(AddressError{std::move(summary), std::move(detail)});
}

// What is wrong with the escapes of the string whose raw text, without quotes, is `raw`.
AddressResult<void> CheckEscapes(std::string_view raw) {
  for (size_t i = 0; i + 1 < raw.size(); ++i) {
    if (raw[i] != '\\') continue;
    const char selector = raw[++i];
    if (selector != 'u' && selector != 'U') {
      if (std::string_view("nrt\"\\").find(selector) != std::string_view::npos) continue;
      return Wrong("Invalid escape sequence",
                   Format("The symbol \"{}\" is not a valid escape sequence selector.", selector));
    }
    const size_t digits = selector == 'u' ? 4 : 8;
    const std::string_view hex = raw.substr(i + 1, digits);
    if (hex.size() < digits || hex.find_first_not_of("0123456789abcdefABCDEF") != hex.npos) {
      return Wrong("Invalid escape sequence",
                   Format("The \\{} escape sequence must be followed by {} hexadecimal digits.", selector,
                          digits == 4 ? "four" : "eight"));
    }
    i += digits;
  }
  return {};
}

class Cutter {
 public:
  explicit Cutter(std::string_view text) : source_(std::make_shared<hcl::Source>("", std::string(text))) {}

  AddressResult<AddressSteps> Cut() {
    hcl::Diagnostics diagnostics;
    for (const Token& token : hcl::Scan(source_, hcl::ScanMode::kNormal, diagnostics)) {
      if (token.kind == TokenKind::kNewline || token.kind == TokenKind::kComment) continue;
      const std::string_view text = TextOf(token);
      if (token.kind == TokenKind::kInvalid && !text.starts_with('"') && !diagnostics.empty()) {
        return Wrong(diagnostics[0].summary, diagnostics[0].detail);
      }
      tokens_.push_back(token);
    }
    if (Kind() != TokenKind::kIdentifier) {
      return Wrong("Variable name required", "Must begin with a variable name.");
    }
    AddressSteps out{.source = source_, .steps = {{.name = TextOf(tokens_[at_++])}}};
    while (Kind() != TokenKind::kEnd) {
      auto step = Kind() == TokenKind::kDot           ? CutAttribute()
                  : Kind() == TokenKind::kBracketOpen ? CutKey()
                                                      : NoStep();
      if (!step) return std::unexpected(std::move(step.error()));
      out.steps.push_back(std::move(*step));
    }
    return out;
  }

 private:
  std::string_view TextOf(const Token& token) const {
    return source_->text().substr(token.begin, token.size());
  }
  TokenKind Kind() const { return tokens_[at_].kind; }

  AddressResult<hcl::TraversalStep> NoStep() const {
    return Wrong("Invalid character", "Expected an attribute access or an index operator.");
  }

  AddressResult<hcl::TraversalStep> CutAttribute() {
    ++at_;
    if (Kind() == TokenKind::kStar) {
      return Wrong("Attribute name required", "Splat expressions (.*) may not be used here.");
    }
    if (Kind() != TokenKind::kIdentifier) {
      return Wrong("Attribute name required", "Dot must be followed by attribute name.");
    }
    return hcl::TraversalStep{.name = TextOf(tokens_[at_++])};
  }

  AddressResult<hcl::TraversalStep> CutKey() {
    const TokenKind kind = tokens_[++at_].kind;
    hcl::TraversalStep step{.is_attribute = false};
    if (kind == TokenKind::kNumber) {
      const Result<hcl::Number> number = hcl::Number::Parse(TextOf(tokens_[at_]));
      step.key = number ? hcl::Value::Number(*number) : hcl::Value::Number(hcl::Number(0.5));
    } else if (kind == TokenKind::kString) {
      const std::string_view quoted = TextOf(tokens_[at_]);
      const std::string_view raw = quoted.substr(1, quoted.size() - 2);
      if (const auto fine = CheckEscapes(raw); !fine) return std::unexpected(fine.error());
      step.key = hcl::Value::String(hcl::UnescapeQuoted(raw));
    } else {
      return NoKey();
    }
    if (tokens_[++at_].kind != TokenKind::kBracketClose) {
      return Wrong("Unclosed index brackets", "Index key must be followed by a closing bracket.");
    }
    ++at_;
    return step;
  }

  AddressResult<hcl::TraversalStep> NoKey() const {
    switch (Kind()) {
      case TokenKind::kStar:
        return Wrong("Attribute name required", "Splat expressions ([*]) may not be used here.");
      case TokenKind::kInvalid:
        return Wrong("Unterminated string literal",
                     "Unable to find the closing quote mark before the end of the file.");
      case TokenKind::kQuoteOpen: {
        size_t part = at_ + 1;
        while (tokens_[part].kind == TokenKind::kTemplateText) ++part;
        const char sign = tokens_[part].kind == TokenKind::kDirectiveOpen ? '%' : '$';
        return Wrong("Invalid string literal",
                     Format("Template sequences are not allowed in this string. To include a literal "
                            "\"{}\", double it (as \"{}{}\") to escape it.",
                            sign, sign, sign));
      }
      default:
        return Wrong("Index value required",
                     "Index brackets must contain either a literal number or a literal string.");
    }
  }

  std::shared_ptr<const hcl::Source> source_;
  std::vector<Token> tokens_;  // without newlines and comments
  size_t at_ = 0;
};

}  // namespace

AddressResult<AddressSteps> CutAddress(std::string_view text) {
  if (text.size() > kAddressBytesMax) {
    return Wrong("Invalid address", Format("An address has at most {} bytes.", kAddressBytesMax));
  }
  return Cutter(text).Cut();
}

}  // namespace cairn::state
