#pragma once

// Flags as Terraform's commands have them: `-out=plan`, `-out plan`, `--out=plan`, `-refresh=false`,
// `-destroy`.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace cairn::commands {

class Flags {
 public:
  // Targets must outlive Parse; the last of several values counts. `help` is a clause for --help.
  void Add(std::string name, bool& target, std::string help);
  void Add(std::string name, std::string& target, std::string help);
  void Add(std::string name, size_t& target, std::string help);
  void Add(std::string name, Duration& target, std::string help);  // "1m30s"
  // Collects all values.
  void Add(std::string name, std::vector<std::string>& target, std::string help);

  // Sets the targets. The words that are no flags, which may stand between them; all words behind "--" are.
  // kInvalid names the flag that is wrong.
  Result<std::vector<std::string>> Parse(const std::vector<std::string>& words);

  // One flag a line.
  std::string Help() const;

 private:
  struct Flag {
    bool* flag = nullptr;
    std::string* text = nullptr;
    size_t* number = nullptr;
    Duration* duration = nullptr;
    std::vector<std::string>* list = nullptr;
    std::string help;
  };
  Result<> Set(const std::string& name, Flag& flag, std::string_view value);

  std::map<std::string, Flag, std::less<>> flags_;
};

}  // namespace cairn::commands
