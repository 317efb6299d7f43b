// SPDX-License-Identifier: Apache-2.0
#include "common/check.h"
#include "trainer/coordinator/coordinator.h"

namespace longhaul::trainer {

Coordinator::Leases Coordinator::leases() const {
  std::lock_guard lock(mutex_);
  Leases leases;
  for (const auto& [id, entry] : entries_) {
    if (entry.state == State::kReturned) {
      leases.returned.push_back(entry.group);
      *leases.returned.back().mutable_task() = entry.lease.task();
    } else {
      leases.unfinished.push_back(entry.lease);
    }
  }
  return leases;
}

void Coordinator::UpdatePartials(const std::vector<proto::Group>& groups) {
  std::lock_guard lock(mutex_);
  for (const proto::Group& group : groups) {
    const auto found = entries_.find(group.lease_id());
    if (found == entries_.end() || found->second.state != State::kLeased) continue;
    *found->second.lease.mutable_resume() = group.rollouts();
  }
}

int64_t Coordinator::next_lease_id() const {
  std::lock_guard lock(mutex_);
  return next_lease_id_;
}

void Coordinator::Restore(int64_t next_lease_id, Leases leases) {
  std::lock_guard lock(mutex_);
  CHECK(entries_.empty());
  next_lease_id_ = next_lease_id;
  for (proto::Lease& lease : leases.unfinished) {
    const int64_t id = lease.lease_id();
    CHECK_LT(id, next_lease_id);
    entries_[id].lease = std::move(lease);
    queue_.insert(id);
  }
  for (proto::Group& group : leases.returned) {
    const int64_t id = group.lease_id();
    CHECK_LT(id, next_lease_id);
    Entry& entry = entries_[id];
    entry.state = State::kReturned;
    entry.lease.set_lease_id(id);
    *entry.lease.mutable_task() = group.task();
    entry.group = std::move(group);
  }
}

std::string Coordinator::Describe(std::span<const int64_t> lease_ids) const {
  std::lock_guard lock(mutex_);
  int64_t counts[3] = {0, 0, 0};
  for (int64_t id : lease_ids) ++counts[static_cast<int>(entries_.at(id).state)];
  return fmt::format("{} of {} groups returned, {} queued, {} leased; {}",
                     counts[static_cast<int>(State::kReturned)], lease_ids.size(),
                     counts[static_cast<int>(State::kQueued)],
                     counts[static_cast<int>(State::kLeased)],
                     last_worker_.empty() ? "no worker has called yet"
                                          : fmt::format("last call of worker '{}' {:.1f} s ago",
                                                        last_worker_, Now() - progress_at_));
}

double Coordinator::SecondsSinceProgress() const {
  std::lock_guard lock(mutex_);
  return Now() - progress_at_;
}

int64_t Coordinator::expired_leases() const {
  std::lock_guard lock(mutex_);
  return expired_leases_;
}

}  // namespace longhaul::trainer
