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

net::Task<Result<provider::Provider*>> ProviderPool::ForConfiguration(
    const state::ProviderConfigAddress& address) {
  if (provider::Provider* existing = Find(address)) co_return existing;
  auto node = idle_.extract(address.provider());
  if (node.empty()) {
    Result<std::unique_ptr<provider::Provider>> started = co_await factory_(address.provider());
    if (!started) co_return std::unexpected(started.error());
    co_return configured_.emplace(address, std::move(*started)).first->second.get();
  }
  co_return configured_.emplace(address, std::move(node.mapped())).first->second.get();
}

provider::Provider* ProviderPool::Find(const state::ProviderConfigAddress& address) const {
  const auto found = configured_.find(address);
  return found == configured_.end() ? nullptr : found->second.get();
}

net::Task<void> ProviderPool::StopAll() {
  std::vector<provider::Provider*> all;
  for (const auto& [address, provider] : configured_) all.push_back(provider.get());
  for (provider::Provider* provider : all) {
    const Result<> stopped = co_await provider->Stop();
    (void)stopped;  // it ends all the same
  }
}

net::Task<void> ProviderPool::CloseAll() {
  std::vector<provider::Provider*> all;
  for (const auto& [address, provider] : configured_) all.push_back(provider.get());
  for (const auto& [name, provider] : idle_) all.push_back(provider.get());
  for (provider::Provider* provider : all) co_await provider->Close();
  configured_.clear();
  idle_.clear();
}

}  // namespace cairn::infra
