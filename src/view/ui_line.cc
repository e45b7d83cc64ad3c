#include "view/ui_line.h"

#include "view/node.h"

namespace cairn::view {

UiLine::UiLine(std::string_view level, std::string_view message, std::string_view time) {
  out_.BeginObject();
  out_.Member("@level", level);
  out_.Member("@message", message);
  out_.Member("@module", "terraform.ui");
  out_.OptionalMember("@timestamp", time);
}

void WriteAddress(JsonWriter& out, const state::InstanceAddress& address) {
  const state::InstanceAddress local{.resource = address.resource, .key = address.key};
  const std::string& type = address.resource.type();
  out.BeginObject();
  out.Member("addr", address.ToString());
  out.Member("module", address.module.ToString());
  out.Member("resource", local.ToString());
  out.Member("implied_provider", type.substr(0, type.find('_')));
  out.Member("resource_type", type);
  out.Member("resource_name", address.resource.name());
  out.Key("resource_key");
  out.Known(ToNode(address.key.ToValue()));
  out.EndObject();
}

}  // namespace cairn::view
