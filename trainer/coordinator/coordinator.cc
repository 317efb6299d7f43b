// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/coordinator.h"

#include <algorithm>
#include <chrono>

#include "common/check.h"
#include "trainer/coordinator/check_group.h"

namespace longhaul::trainer {
namespace {

// How long a worker that has yet to commit the current version is kept waiting before it may ask
// again.
constexpr double kStaleWaitS = 0.1;
// While a lease is out the trainer looks at the clock all the time. A longer gap between two looks
// is one in which the process did not run, and counts as this.
constexpr double kLongestGapS = 10;

double MonotonicSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::chrono::duration<double> Seconds(double s) { return std::chrono::duration<double>(s); }

}  // namespace

Coordinator::Coordinator(Options options)
    : options_{options.lease_timeout_s, options.clock ? options.clock : MonotonicSeconds} {
  looked_at_ = options_.clock();
}

double Coordinator::Now() const {
  const double clock = options_.clock();
  lived_ += std::min(clock - looked_at_, kLongestGapS);
  looked_at_ = clock;
  return lived_;
}

proto::LeaseReply Coordinator::Lease(const proto::LeaseRequest& request, double wait_s) {
  std::unique_lock lock(mutex_);
  HeardLocked(request.worker());
  const int64_t version = weight_version_;
  const bool stale = request.weight_version() < version || version < 0;
  // A call that waits while the weights change answers empty, for its worker to ask again.
  changed_.wait_for(lock, Seconds(stale ? std::min(wait_s, kStaleWaitS) : wait_s), [&] {
    ExpireLocked();
    return finished_ || weight_version_ != version || (!stale && !queue_.empty());
  });
  HeardLocked(request.worker());
  proto::LeaseReply reply;
  reply.set_finished(finished_);
  if (!stale && weight_version_ == version) FillLocked(request, &reply);
  return reply;
}

void Coordinator::FillLocked(const proto::LeaseRequest& request, proto::LeaseReply* reply) {
  while (!queue_.empty() && reply->leases_size() < request.max_groups()) {
    Entry& entry = entries_.at(*queue_.begin());
    queue_.erase(queue_.begin());
    entry.state = State::kLeased;
    entry.worker = request.worker();
    entry.expires_at = Now() + options_.lease_timeout_s;
    proto::Lease& lease = *reply->add_leases();
    lease = entry.lease;
    lease.set_deadline_ms(static_cast<int64_t>(options_.lease_timeout_s * 1000));
  }
}

StatusOr<proto::ReturnReply> Coordinator::Return(proto::ReturnRequest request) {
  std::lock_guard lock(mutex_);
  HeardLocked(request.worker());
  ExpireLocked();
  proto::ReturnReply reply;
  const auto found = entries_.find(request.group().lease_id());
  if (found == entries_.end() || found->second.state != State::kLeased ||
      found->second.worker != request.worker()) {
    return reply;
  }
  Entry& entry = found->second;
  RETURN_IF_ERROR(CheckGroup(entry.lease, request.group()));
  entry.group = std::move(*request.mutable_group());
  entry.state = State::kReturned;
  reply.set_accepted(true);
  changed_.notify_all();
  return reply;
}

proto::RenewReply Coordinator::Renew(const proto::RenewRequest& request) {
  std::lock_guard lock(mutex_);
  HeardLocked(request.worker());
  ExpireLocked();
  proto::RenewReply reply;
  for (const proto::Group& partial : request.partial()) {
    const auto found = entries_.find(partial.lease_id());
    if (found == entries_.end() || found->second.state != State::kLeased ||
        found->second.worker != request.worker()) {
      reply.add_lost_lease_ids(partial.lease_id());
      continue;
    }
    *found->second.lease.mutable_resume() = partial.rollouts();
    found->second.expires_at = Now() + options_.lease_timeout_s;
  }
  return reply;
}

int64_t Coordinator::Open(proto::Lease lease) {
  std::lock_guard lock(mutex_);
  const int64_t id = next_lease_id_++;
  lease.set_lease_id(id);
  entries_[id].lease = std::move(lease);
  queue_.insert(id);
  progress_at_ = Now();
  changed_.notify_all();
  return id;
}

bool Coordinator::WaitForReturns(std::span<const int64_t> lease_ids, double wait_s) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, Seconds(wait_s), [&] {
    ExpireLocked();
    return AllReturnedLocked(lease_ids);
  });
}

bool Coordinator::AllReturnedLocked(std::span<const int64_t> lease_ids) const {
  return std::all_of(lease_ids.begin(), lease_ids.end(),
                     [&](int64_t id) { return entries_.at(id).state == State::kReturned; });
}

std::vector<int64_t> Coordinator::Returned(std::span<const int64_t> lease_ids) const {
  std::lock_guard lock(mutex_);
  std::vector<int64_t> returned;
  for (int64_t id : lease_ids) {
    if (entries_.at(id).state == State::kReturned) returned.push_back(id);
  }
  std::sort(returned.begin(), returned.end());
  return returned;
}

proto::Group Coordinator::Take(int64_t lease_id) {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(lease_id);
  CHECK(found != entries_.end() && found->second.state == State::kReturned) << lease_id;
  proto::Group group = std::move(found->second.group);
  // The task travels with the lease; a worker need not send it back.
  *group.mutable_task() = std::move(*found->second.lease.mutable_task());
  entries_.erase(found);
  return group;
}

void Coordinator::SetVersion(int64_t weight_version) {
  std::lock_guard lock(mutex_);
  weight_version_ = weight_version;
  changed_.notify_all();
}

void Coordinator::Finish() {
  std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void Coordinator::ExpireLocked() {
  const double now = Now();
  for (auto& [id, entry] : entries_) {
    if (entry.state != State::kLeased || entry.expires_at > now) continue;
    entry.state = State::kQueued;
    entry.worker.clear();
    queue_.insert(id);
    ++expired_leases_;
    changed_.notify_all();
  }
}

void Coordinator::HeardLocked(const std::string& worker) {
  progress_at_ = Now();
  last_worker_ = worker;
}

}  // namespace longhaul::trainer
