#include "infra/provider_pool.h"

#include <utility>
#include <vector>

namespace cairn::infra {

net::Task<Result<provider::Provider*>> ProviderPool::Unconfigured(const std::string& provider) {
  const auto idle = idle_.find(provider);
  if (idle != idle_.end()) co_return idle->second.get();
  Result<std::unique_ptr<provider::Provider>> started = co_await factory_(provider);
  if (!started) co_return std::unexpected(started.error());
  // Another task may have been as far meanwhile: then this one is the spare.
  const auto [entry, added] = idle_.try_emplace(provider);
  if (added) entry->second = std::move(*started);
  co_return entry->second.get();
}

net::Task<Result<ProviderPool::Assigned>> ProviderPool::ForConfiguration(
    const state::ProviderConfigAddress& address, const hcl::Value& config) {
  const auto existing = configured_.find(address);
  if (existing != configured_.end()) {
    const std::optional<hcl::Value>& last = existing->second.config;
    const bool same = last && last->IsWhollyKnown() && *last == config;
    if (same || !last) co_return Assigned{existing->second.provider.get(), same};
    const std::unique_ptr<provider::Provider> outdated = std::move(existing->second.provider);
    configured_.erase(existing);
    co_await outdated->Close();
  }
  auto node = idle_.extract(address.provider());
  std::unique_ptr<provider::Provider> provider;
  if (node.empty()) {
    Result<std::unique_ptr<provider::Provider>> started = co_await factory_(address.provider());
    if (!started) co_return std::unexpected(started.error());
    provider = std::move(*started);
  } else {
    provider = std::move(node.mapped());
  }
  const auto entry = configured_.insert_or_assign(address, Entry{.provider = std::move(provider)}).first;
  co_return Assigned{entry->second.provider.get(), false};
}

void ProviderPool::SetConfigured(const state::ProviderConfigAddress& address, const hcl::Value& config) {
  configured_.at(address).config = config;
}

provider::Provider* ProviderPool::Find(const state::ProviderConfigAddress& address) const {
  const auto found = configured_.find(address);
  return found == configured_.end() ? nullptr : found->second.provider.get();
}

net::Task<void> ProviderPool::StopAll() {
  std::vector<provider::Provider*> all;
  for (const auto& [address, entry] : configured_) all.push_back(entry.provider.get());
  for (provider::Provider* provider : all) {
    const Result<> stopped = co_await provider->Stop();
    (void)stopped;  // it ends all the same
  }
}

net::Task<void> ProviderPool::CloseAll() {
  std::vector<provider::Provider*> all;
  for (const auto& [address, entry] : configured_) all.push_back(entry.provider.get());
  for (const auto& [name, provider] : idle_) all.push_back(provider.get());
  for (provider::Provider* provider : all) co_await provider->Close();
  configured_.clear();
  idle_.clear();
}

}  // namespace cairn::infra
