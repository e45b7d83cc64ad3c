#pragma once

// What Terraform's names stand for within a module (`local.x`, `aws_instance.a`, `each.key`), and what is
// wrong with those that stand for nothing. Terraform checks this before it evaluates anything, so that even
// `try(local.absent, 1)` is an error.

#include <functional>
#include <map>
#include <set>
#include <string>

#include "hcl/diagnostic.h"
#include "hcl/schema.h"
#include "hcl/syntax.h"

namespace cairn::hcl {

// What is declared, as far as expressions can refer to it.
struct ModuleNames {
  struct Resource {
    bool has_count = false;
    bool has_for_each = false;
    const BlockSchema* schema =
        nullptr;  // of its attributes, which are checked if it is there; outlives this
  };
  using Names = std::set<std::string, std::less<>>;
  using Resources = std::map<std::string, Resource, std::less<>>;  // by "TYPE.NAME"

  Names locals = {};
  Names variables = {};
  Names module_calls = {};
  Resources managed = {};
  Resources data = {};
  Resources ephemeral = {};
  // Of the place where the expression stands.
  bool has_each = false;
  bool has_count = false;
  bool has_self = false;
  std::string module = "the root module";  // in messages: "module.a.b"
};

// Adds what is wrong with the references of `expression`, and says whether nothing is. In three steps, each
// of which only looks where the ones before found nothing: the forms, then resources and modules, then the
// rest.
bool CheckReferences(Node expression, const ModuleNames& names, Diagnostics& diagnostics);

}  // namespace cairn::hcl
