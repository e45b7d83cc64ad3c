#pragma once

// What is wrong with what a user wrote, where, and what to do about it.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hcl/source.h"

namespace cairn::hcl {

enum class Severity { kError, kWarning };

struct CalledFunction;  // called_function.h

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string summary;                      // a few words, without a full stop: "Unsupported argument"
  std::string detail = {};                  // sentences: what exactly, and how to mend it
  std::optional<SourceRange> subject = {};  // what the caret points at
  std::optional<SourceRange> context = {};  // the lines worth showing around it; covers `subject`
  std::vector<std::string> values =
      {};  // of the variables involved: `var.a is "x"`; never of a sensitive one
  std::shared_ptr<const CalledFunction> call = {};  // the function whose call is at fault
  std::string address = {};                         // of the object that it is about: "test_server.a[0]"
};

// A list, in the order of discovery. A value.
class Diagnostics {
 public:
  void Add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  void AddError(std::string summary, std::string detail, std::optional<SourceRange> subject = {},
                std::optional<SourceRange> context = {});
  void AddWarning(std::string summary, std::string detail, std::optional<SourceRange> subject = {},
                  std::optional<SourceRange> context = {});
  void Append(Diagnostics more);

  bool empty() const { return list_.empty(); }
  bool has_errors() const;
  size_t size() const { return list_.size(); }
  const Diagnostic& operator[](size_t i) const { return list_[i]; }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<Diagnostic> list_;
};

// The name among `candidates` that `given` was probably meant to be, by edit distance without regard to
// letter case; empty if none is near enough: more than a third of its characters differ, or more than three.
std::string_view NearestName(std::string_view given, const std::vector<std::string_view>& candidates);

struct RenderStyle {
  bool colour = false;
  size_t width = 78;  // columns for the detail and the excerpt; 0 does not wrap, and cuts the excerpt at 200
};

// For a terminal, ending with a newline; no control character of a user's text gets through:
//
//   Error: Unsupported attribute
//
//     main.tf:2,15-19
//     2 |   size = disk.hight
//       |              ^^^^^^
//
//     where disk is object with 2 attributes
//
//   This object has no attribute "hight". Did you mean "height"?
//
// A subject of several lines is marked on the first of them. At most three lines are shown before and three
// after that one. Columns are those of the screen: tabs stop at each 4th, wide characters take two.
std::string Render(const Diagnostic& diagnostic, const RenderStyle& style = {});

}  // namespace cairn::hcl
