#pragma once

// Expressions with variables and all functions, as `eval` and `console` evaluate them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/functions.h"
#include "hcl/scope.h"
#include "hcl/source.h"
#include "hcl/value.h"

namespace cairn::hcl_tool {

// Where variables come from, in the order of the command line; of several values the last one counts.
struct VariableSource {
  enum Kind { kAssignment, kFile } kind = kAssignment;
  std::string text;  // NAME=TEXT or NAME:=EXPRESSION; or the path of a file
};

// Expressions see `var.NAME`, `path.module`, `path.root`, `path.cwd` and `terraform.workspace`; functions
// read the files of this machine. Belongs to one thread.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Errors go to `diagnostics`; the variables without them are set. NAME=TEXT is text whatever it looks like,
  // since nothing declares a type here; an expression may call functions. A file is a .tfvars, or JSON if its
  // name ends with .json: literal values only.
  void SetVariables(const std::vector<VariableSource>& sources, hcl::Diagnostics& diagnostics);

  // What `terraform console` prints for the expression `text`; nothing if there are errors.
  std::optional<std::string> Answer(std::shared_ptr<const hcl::Source> text, hcl::Diagnostics& diagnostics);

  // Its value as JSON, sensitive or not; nothing if there are errors.
  std::optional<std::string> Json(std::shared_ptr<const hcl::Source> text, hcl::Diagnostics& diagnostics);

 private:
  struct Clock;

  void SetAssignment(std::string_view text, std::vector<hcl::NamedValue>& variables,
                     hcl::Diagnostics& diagnostics);
  void StartEvaluation();

  std::shared_ptr<Clock> clock_;  // stands still during an evaluation
  std::unique_ptr<hcl::BuiltinFunctions> functions_;
  std::unique_ptr<hcl::MapScope> scope_;
};

}  // namespace cairn::hcl_tool
