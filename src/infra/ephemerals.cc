#include "infra/ephemerals.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/value_marks.h"
#include "infra/object_values.h"

namespace cairn::infra {
namespace {

using hcl::Marks;
using hcl::Value;

// Where in `schema` something is, down to its attribute, and whether that is only written.
struct AttributePlace {
  hcl::ValuePath path;
  bool write_only = false;
};

AttributePlace PlaceOf(const hcl::BlockSchema& schema, const hcl::ValuePath& path) {
  AttributePlace place;
  const hcl::BlockSchema* block = &schema;
  for (const hcl::PathStep& step : path) {
    place.path.push_back(step);
    if (!step.is_attribute()) continue;
    if (const hcl::AttributeSchema* attribute = block->FindAttribute(step.attribute)) {
      place.write_only = attribute->write_only;
      break;
    }
    const hcl::NestedBlock* nested = block->FindBlock(step.attribute);
    if (nested == nullptr) break;
    block = nested->block.get();
  }
  return place;
}

}  // namespace

net::Task<bool> Ephemerals::Open(const Instance& instance) {
  if (!operation_.CheckPreconditions(instance)) co_return false;
  hcl::Diagnostics found;
  const Value config = operation_.ConfigOf(instance, found).WithoutMarksWithin();
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  if (failed) co_return false;
  const hcl::BlockSchema& schema = *instance.schema->block;
  std::optional<Value> value = Value::Unknown(schema.type);
  if (config.IsWhollyKnown()) {
    std::optional<Value> opened = co_await CallOpen(instance, config);
    value = std::move(opened);
  } else {
    operation_.input().observer.EphemeralDeferred(instance.address);
  }
  if (!value) co_return false;
  const Value marked = WithSchemaMarks(schema, *value).WithMarks(Marks::kEphemeral);
  instance.run->resources.at(instance.resource->name).Set(instance.address.key, marked);
  co_return operation_.CheckPostconditions(instance, marked);
}

net::Task<std::optional<Value>> Ephemerals::CallOpen(const Instance& instance, const Value& config) {
  const Permits::Permit permit = co_await operation_.permits().Take();
  provider::ValidateRequest validate{.type_name = instance.address.resource.type(), .config = config};
  const Result<provider::Diagnostics> validated =
      co_await instance.provider->ValidateEphemeral(std::move(validate));
  if (!validated) operation_.ReportFailure(instance.address, validated.error());
  if (!validated || !operation_.Report(instance, *validated)) co_return std::nullopt;
  Observer& observer = operation_.input().observer;
  observer.EphemeralStarted(instance.address, EphemeralStep::kOpen);
  provider::OpenEphemeralRequest request{.type_name = instance.address.resource.type(), .config = config};
  Result<provider::OpenEphemeralResponse> response =
      co_await instance.provider->OpenEphemeral(std::move(request));
  if (!response) operation_.ReportFailure(instance.address, response.error());
  const bool ok = response && operation_.Report(instance, response->diagnostics);
  observer.EphemeralDone(instance.address, EphemeralStep::kOpen, ok);
  if (!ok) co_return std::nullopt;
  auto opened = std::make_unique<Opened>(instance.address, instance.provider, response->renew_at,
                                         response->private_data);
  if (opened->renew_at) {
    if (!renewals_) renewals_.emplace(operation_.input().loop);
    renewals_->Spawn(KeepOpen(*opened));
  }
  opened_.push_back(std::move(opened));
  co_return std::move(response->result);
}

net::Task<void> Ephemerals::KeepOpen(Opened& opened) {
  net::Loop& loop = operation_.input().loop;
  Observer& observer = operation_.input().observer;
  while (opened.renew_at) {
    const Duration left = *opened.renew_at - loop.clock().WallNow();
    co_await loop.Sleep(std::max(left, Duration(0)));
    observer.EphemeralStarted(opened.address, EphemeralStep::kRenew);
    provider::EphemeralRequest request{.type_name = opened.address.resource.type(),
                                       .private_data = opened.private_data};
    Result<provider::RenewEphemeralResponse> renewed =
        co_await opened.provider->RenewEphemeral(std::move(request));
    if (!renewed) operation_.ReportFailure(opened.address, renewed.error());
    const bool ok = renewed && operation_.Report(opened.address, renewed->diagnostics);
    observer.EphemeralDone(opened.address, EphemeralStep::kRenew, ok);
    if (!ok) co_return;
    opened.renew_at = renewed->renew_at;
    opened.private_data = renewed->private_data;
  }
}

net::Task<void> Ephemerals::CloseAll() {
  renewals_.reset();
  while (!opened_.empty()) {
    const std::unique_ptr<Opened> last = std::move(opened_.back());
    opened_.pop_back();
    co_await Close(*last);
  }
}

net::Task<void> Ephemerals::Close(const Opened& opened) {
  Observer& observer = operation_.input().observer;
  observer.EphemeralStarted(opened.address, EphemeralStep::kClose);
  provider::EphemeralRequest request{.type_name = opened.address.resource.type(),
                                     .private_data = opened.private_data};
  const Result<provider::Diagnostics> closed = co_await opened.provider->CloseEphemeral(std::move(request));
  if (!closed) operation_.ReportFailure(opened.address, closed.error());
  const bool ok = closed && operation_.Report(opened.address, *closed);
  observer.EphemeralDone(opened.address, EphemeralStep::kClose, ok);
}

bool CheckLasting(Operation& operation, const Instance& instance, const Value& marked_config) {
  provider::Diagnostics found;
  std::vector<hcl::ValuePath> reported;
  for (const hcl::MarkedPath& marked : hcl::MarkedPaths(marked_config)) {
    if ((marked.marks & Marks::kEphemeral) == Marks::kNone) continue;
    const AttributePlace place = PlaceOf(*instance.schema->block, marked.path);
    if (place.write_only || std::ranges::find(reported, place.path) != reported.end()) continue;
    reported.push_back(place.path);
    const std::string name = ToString(place.path);  // ".input"
    found.push_back({.summary = "Invalid use of ephemeral value",
                     .detail = Format("Ephemeral values are not valid for {:?}, because it is not a "
                                      "write-only attribute and must be persisted to state.",
                                      name.starts_with('.') ? name.substr(1) : name),
                     .attribute = place.path});
  }
  return operation.Report(instance, found);
}

}  // namespace cairn::infra
