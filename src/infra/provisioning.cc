#include "infra/provisioning.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "config/provisioners.h"
#include "hcl/decode.h"
#include "hcl/quote.h"
#include "infra/local_command.h"

namespace cairn::infra {
namespace {

using hcl::Value;

std::string TextOf(const Value& object, std::string_view name) {
  const Value* value = object.Find(name);
  return value != nullptr && value->HasContent() ? std::string(value->AsString()) : std::string();
}

bool IsQuiet(const Value& config) {
  const Value* quiet = config.Find("quiet");
  return quiet->HasContent() && quiet->AsBool();
}

// `config` is wholly known and has no marks.
LocalCommand CommandOf(const Value& config) {
  LocalCommand command{.folder = TextOf(config, "working_dir")};
  if (const Value* interpreter = config.Find("interpreter"); interpreter->HasContent()) {
    for (const Value& word : interpreter->elements()) {
      if (word.HasContent()) command.words.emplace_back(word.AsString());
    }
  } else {
    command.words = {"/bin/sh", "-c"};
  }
  command.words.push_back(TextOf(config, "command"));
  if (const Value* environment = config.Find("environment"); environment->HasContent()) {
    for (size_t i = 0; i < environment->size(); ++i) {
      const Value& value = environment->elements()[i];
      if (value.HasContent())
        command.environment.push_back(Format("{}={}", environment->name(i), value.AsString()));
    }
  }
  return command;
}

std::string Announcement(const LocalCommand& command, const Value& config) {
  if (IsQuiet(config)) return "local-exec: Executing: Suppressed by quiet=true";
  std::string words;
  for (const std::string& word : command.words) words += (words.empty() ? "" : " ") + hcl::GoQuoted(word);
  return Format("Executing: [{}]", words);
}

std::string EndText(const ExitStatus& status) {
  if (status.signal == 0) return Format("exit status {}", status.code);
  const std::string text = ToString(status);  // "signal 9 (Killed)"
  const size_t open = text.find('(');
  std::string name = text.substr(open + 1, text.size() - open - 2);
  std::ranges::transform(name, name.begin(), ToLower);
  return "signal: " + name;
}

// What stands for the output of what must not be shown; empty where it may be.
std::string_view Suppression(hcl::Marks marks) {
  if ((marks & hcl::Marks::kSensitive) != hcl::Marks::kNone)
    return "(output suppressed due to sensitive value in config)";
  if ((marks & hcl::Marks::kEphemeral) != hcl::Marks::kNone)
    return "(output suppressed due to ephemeral value in config)";
  return {};
}

// The errors of one `local-exec`.
net::Task<hcl::Diagnostics> RunLocalExec(Operation& operation, const Provisioned& object,
                                         const config::Provisioner& provisioner, const Value& marked) {
  hcl::Diagnostics found;
  const Value config = marked.WithoutMarksWithin();
  const auto fail = [&](std::string_view summary, std::string detail) {
    found.Add({.summary = std::string(summary),
               .detail = std::move(detail),
               .subject = provisioner.body.missing_item_range(),
               .address = object.address.ToString()});
  };
  LocalCommand command = CommandOf(config);
  if (command.words.back().empty()) {
    fail("Invalid local-exec provisioner command", "The command must be a non-empty string.");
    co_return found;
  }
  const std::string_view hidden = Suppression(marked.MarksWithin());
  Observer& observer = operation.input().observer;
  const auto say = [&](const std::string& line) {
    observer.ProvisionOutput(object.address, provisioner.type, hidden.empty() ? line : std::string(hidden));
  };
  command.on_line = say;
  command.stops = operation.input().stops;
  say(Announcement(command, config));
  const Result<CommandEnd> end = co_await RunLocalCommand(operation.input().loop, command);
  if (!end) {
    fail("local-exec provisioner error",
         Format("Error running command '{}': {}. Output: ", command.words.back(), end.error().message));
  } else if (!end->status.ok()) {
    fail("local-exec provisioner error", Format("Error running command '{}': {}. Output: {}",
                                                command.words.back(), EndText(end->status), end->output));
  }
  co_return found;
}

}  // namespace

net::Task<bool> Provision(Operation& operation, const Provisioned& object, bool at_destroy) {
  const RunScope scope(object.run, operation.input().surroundings, &object.repetition, &object.self);
  Observer& observer = operation.input().observer;
  for (const config::Provisioner& provisioner : object.resource.provisioners) {
    const hcl::BlockSchema* schema = config::ProvisionerSchema(provisioner.type);
    if (provisioner.at_destroy != at_destroy || schema == nullptr) continue;
    hcl::Diagnostics found;
    const Value config = hcl::Decode(provisioner.body, *schema, scope, found);
    if (!found.has_errors()) {
      observer.ProvisionStarted(object.address, provisioner.type);
      hcl::Diagnostics said = co_await RunLocalExec(operation, object, provisioner, config);
      found = std::move(said);
      observer.ProvisionDone(object.address, provisioner.type, !found.has_errors());
    }
    if (!found.has_errors() || provisioner.continue_on_failure) continue;
    operation.diagnostics().Append(std::move(found));
    co_return false;
  }
  co_return true;
}

void ValidateProvisioners(const config::Resource& resource, const hcl::Scope& scope,
                          hcl::Diagnostics& diagnostics) {
  for (const config::Provisioner& provisioner : resource.provisioners) {
    if (const hcl::BlockSchema* schema = config::ProvisionerSchema(provisioner.type)) {
      hcl::Decode(provisioner.body, *schema, scope, diagnostics);
    }
  }
}

}  // namespace cairn::infra
