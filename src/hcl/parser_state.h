#pragma once

// For parser.cc, parser_expression.cc and parser_template.cc alone: what is read, and the nodes made so far.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/parser.h"

namespace cairn::hcl {

// Recursive descent over tokens. Each Parse... function gives the index of a complete node; a caller collects
// children on `stack_` and links them with Finish.
//
// After a mistake `recovering_` is set, and callers return until one of them knows where to go on: a bracket
// after its closing one, a body after the end of the line. Until then nothing more is reported.
class Parser {
 public:
  Parser(std::shared_ptr<const Source> source, ScanMode mode, const ParseLimits& limits);

  uint32_t ParseFileBody();
  uint32_t ParseWholeExpression();
  uint32_t ParseWholeTemplate();
  ParseResult TakeResult(uint32_t root);

 private:
  // Restores whether newlines are tokens.
  class NewlineScope {
   public:
    NewlineScope(Parser& parser, bool newlines) : parser_(parser), before_(parser.newlines_) {
      parser.newlines_ = newlines;
    }
    ~NewlineScope() { parser_.newlines_ = before_; }
    bool before() const { return before_; }
    NewlineScope(const NewlineScope&) = delete;
    NewlineScope& operator=(const NewlineScope&) = delete;

   private:
    Parser& parser_;
    bool before_;
  };
  // Counts what is within each other; not ok() where that is too deep, which has then been reported.
  class DepthScope {
   public:
    explicit DepthScope(Parser& parser) : parser_(parser), ok_(++parser.depth_ <= parser.limits_.depth_max) {
      if (!ok_) parser.ReportDepth();
    }
    ~DepthScope() { --parser_.depth_; }
    DepthScope(const DepthScope&) = delete;
    DepthScope& operator=(const DepthScope&) = delete;
    bool ok() const { return ok_; }

   private:
    Parser& parser_;
    bool ok_;
  };

  // The next token that counts, at position `at_`: comments are passed over, newlines too where they do not
  // count.
  TokenKind Peek() {
    const TokenKind kind = tokens_[at_].kind;
    return kind != TokenKind::kNewline && kind != TokenKind::kComment ? kind : PeekPastBlank();
  }
  TokenKind PeekPastBlank();
  uint32_t PeekIndex() {
    Peek();
    return at_;
  }
  // Its index; goes on behind it, but never past kEnd.
  uint32_t Next() {
    const bool is_end = Peek() == TokenKind::kEnd;
    return last_ = is_end ? at_ : at_++;
  }
  bool TakeIf(TokenKind kind);
  bool PeekIsWord(std::string_view word);
  std::string_view TextAt(uint32_t token) const {
    return source_->text().substr(tokens_[token].begin, tokens_[token].size());
  }

  bool IsEmpty(uint32_t token) const { return tokens_[token].size() == 0; }
  SourceRange RangeAt(uint32_t token) const { return RangeOf(token, token); }
  SourceRange RangeOf(uint32_t first, uint32_t last) const {
    return {source_, tokens_[first].begin, tokens_[last].end};
  }

  // Unless already recovering: adds an error, and is recovering from then on.
  void Report(std::string summary, std::string detail, uint32_t token,
              std::optional<uint32_t> context_from = {});
  void ReportAt(std::string summary, std::string detail, SourceRange subject,
                std::optional<SourceRange> context = {});
  void AddError(std::string summary, std::string detail, SourceRange subject,
                std::optional<SourceRange> context = {});
  void ReportDepth();

  // Behind the closing bracket `close` that belongs to the one before; stops before any other one that was
  // opened earlier. Then no longer recovering, unless it was not found.
  void SkipTo(TokenKind close);
  // Before the next line that looks like an argument or a block, or the '}' of the body. Lines on which
  // brackets are open do not count.
  void SkipToBodyItem(bool within_block);
  void SkipLine(bool within_block);
  bool LooksLikeBodyItem(uint32_t token) const;

  size_t Mark() const { return stack_.size(); }
  void Push(uint32_t node) { stack_.push_back(node); }
  uint32_t Leaf(NodeKind kind, uint32_t token) { return Add(kind, token, token + 1, 0); }
  // A node whose children were pushed since `mark`; it ends behind the last token that was taken.
  uint32_t Finish(NodeKind kind, size_t mark, uint32_t first_token) {
    return Finish(kind, mark, first_token, std::max(last_ + 1, first_token));
  }
  uint32_t Finish(NodeKind kind, size_t mark, uint32_t first_token, uint32_t end_token);
  uint32_t Add(NodeKind kind, uint32_t first_token, uint32_t end_token, uint32_t first_child);
  NodeKind KindOf(uint32_t node) const { return NodeKind(records_[node].kind); }

  // parser.cc
  uint32_t ParseBody(bool within_block, uint32_t open_token);
  uint32_t ParseBodyItem(bool within_block);
  uint32_t ParseAttribute(uint32_t name, bool within_block, bool single_line);
  uint32_t ParseBlock(uint32_t type);
  bool ParseLabels(uint32_t type);
  uint32_t SequenceIn(uint32_t open) const;
  void ReportSequence(uint32_t open);
  uint32_t ParseSingleLineBody(uint32_t open);
  void CheckDuplicates(size_t mark);

  // parser_expression.cc
  uint32_t ParseExpression();
  uint32_t ParseBinary(int level);
  uint32_t ContinueBinary(uint32_t left, uint32_t first, int level);
  uint32_t ParsePostfix(uint32_t node, uint32_t first_token);
  uint32_t ParseDot(uint32_t object, uint32_t first_token);
  uint32_t ParseBracket(uint32_t object, uint32_t first_token);
  uint32_t ParseAttributeSplat(uint32_t object, uint32_t first_token, uint32_t star);
  uint32_t ParseTerm();
  uint32_t ParseUnary();
  uint32_t ParseParentheses();
  uint32_t ParseNameOrCall();
  uint32_t ParseCall(uint32_t name);
  uint32_t ParseTuple();
  uint32_t ParseObject();
  bool ParseObjectItem(uint32_t open);
  bool EndsBefore(const char* summary, const char* what, const char* bracket, uint32_t first, uint32_t last);
  bool CallEnds(uint32_t name, uint32_t open);
  bool TupleEnds(uint32_t open);
  bool ObjectEnds(uint32_t open);
  void TakeOrSkipTo(TokenKind close);
  void CheckLegacyIndex(uint32_t token, const char* splat);
  uint32_t ParseFor(uint32_t open, TokenKind close);
  bool ParseForNames(bool is_directive);
  uint32_t InvalidExpression();
  void CheckNumber(uint32_t token);

  // parser_template.cc
  uint32_t ParseTemplateTerm(TokenKind close, NodeKind kind);
  void ParseTemplateParts(TokenKind close, std::string_view directive, uint32_t open);
  uint32_t ParseInterpolation(TokenKind close);
  uint32_t ParseDirective(TokenKind close);
  uint32_t ParseIfDirective(TokenKind close, uint32_t open);
  uint32_t ParseForDirective(TokenKind close, uint32_t open);
  bool CloseDirective(std::string_view keyword, uint32_t open);
  std::string_view DirectiveAhead();
  std::string PlaceOfDirective(uint32_t open) const;
  void ReportUnexpectedDirective(std::string_view keyword);
  uint32_t ParseBranch(TokenKind close, std::string_view directive, uint32_t open);
  void CheckEscapes(uint32_t token, bool quoted);

  std::shared_ptr<const Source> source_;
  ParseLimits limits_;
  Diagnostics diagnostics_;
  std::vector<Token> tokens_;
  std::vector<SyntaxTree::Record> records_{1};
  std::vector<uint16_t> heights_{0};  // of the tree below each record, itself included
  std::vector<uint32_t> stack_;       // nodes that are to become children
  uint32_t at_ = 0;
  uint32_t last_ = 0;  // the token taken last
  uint32_t depth_ = 0;
  bool newlines_ = true;
  bool recovering_ = false;
  bool too_deep_ = false;
};

}  // namespace cairn::hcl
