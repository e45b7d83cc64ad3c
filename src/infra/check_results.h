#pragma once

// What becomes of the conditions that users wrote, block by block, while a plan is made or applied.

#include <map>
#include <string>
#include <vector>

#include "config/loader.h"
#include "plan/plan.h"

namespace cairn::infra {

class CheckResults {
 public:
  // Of each block with conditions nothing is known yet. `root` must outlive this.
  explicit CheckResults(const config::Config& root);

  // Goes on from what a plan says: an object's conditions are the plan's until they are looked at again.
  void Continue(const std::vector<plan::CheckResult>& planned);

  // Adds what became of some of an object's conditions; `block` says which, without objects.
  void Record(const plan::CheckResult& block, const plan::CheckObject& object);

  std::vector<plan::CheckResult> All() const;

 private:
  struct Entry {
    plan::CheckResult block;
    std::map<std::string, plan::CheckObject> planned;
    std::map<std::string, plan::CheckObject> objects;
  };
  Entry& EntryOf(const plan::CheckResult& block);

  std::map<std::string, Entry> entries_;  // by "module.m.check.c"
};

}  // namespace cairn::infra
