#pragma once

// Questions about what the configuration of a provider lacks.

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "config/module.h"
#include "infra/config_graph.h"
#include "infra/schema_source.h"

namespace cairn::commands {

// Asks for the value called by the first text, of which the second one says what it is. Nothing: there is no
// answer.
using Questioner = std::function<std::optional<std::string>(const std::string&, const std::string&)>;

// Asks for each text that the schema of a provider in `graph` requires and its configuration in the root
// module does not set. What is answered is added to the configuration in `graph`; it is kept in `answered`,
// which must outlive that.
void AskProviders(infra::ConfigGraph& graph, const infra::SchemaSource& schemas, const Questioner& ask,
                  std::deque<config::ProviderBlock>& answered);

}  // namespace cairn::commands
