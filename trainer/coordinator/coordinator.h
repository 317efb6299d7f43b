// SPDX-License-Identifier: Apache-2.0
//
// Coordinator: the leases of a run and who holds them. No gRPC here (coordinator_service.h) and no
// learning (group_collector.h).
//
// A lease is queued, leased to a worker, or returned. It is given out in the order of lease ids;
// one that is not renewed in time goes back to the queue with what its last renewal had generated,
// and whoever takes it next continues that. What is trained on is decided by lease ids alone, never
// by who returned first.
//
// Time counts as far as the process lived through it: one that was stopped for an hour (SIGSTOP, a
// suspended job) goes on with the leases it had.
//
// Thread-safe. Worker calls come from gRPC's threads, the rest from the trainer's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/status.h"
#include "proto/rollout.pb.h"

namespace longhaul::trainer {

class Coordinator {
 public:
  struct Options {
    double lease_timeout_s = 600;
    std::function<double()> clock;  // seconds; unset: the monotonic clock
  };
  explicit Coordinator(Options options);

  // ---- for workers
  // Waits up to `wait_s` while nothing is to be leased.
  proto::LeaseReply Lease(const proto::LeaseRequest& request, double wait_s);
  // InvalidArgument names what is wrong with a group that cannot be one of this lease.
  StatusOr<proto::ReturnReply> Return(proto::ReturnRequest request);
  proto::RenewReply Renew(const proto::RenewRequest& request);

  // ---- for the trainer
  // Queues a lease; its id is set here, its deadline when it is given out. Returns the id.
  int64_t Open(proto::Lease lease);
  // Waits until all of these leases were returned, at most `wait_s`. True: they were.
  bool WaitForReturns(std::span<const int64_t> lease_ids, double wait_s);
  // Which of these were returned, ascending.
  std::vector<int64_t> Returned(std::span<const int64_t> lease_ids) const;
  // Gives out a returned group and forgets its lease. CHECKs that it was returned.
  proto::Group Take(int64_t lease_id);
  // Leases are only given to workers that have committed this version.
  void SetVersion(int64_t weight_version);
  // No lease comes any more.
  void Finish();

  // ---- state
  // Every lease at one moment, in one of the two, ascending.
  struct Leases {
    std::vector<proto::Lease> unfinished;  // what is known of its rollouts is in `resume`
    std::vector<proto::Group> returned;
  };
  Leases leases() const;
  // Replaces the partial rollouts of leases by those of a worker's snapshot.
  void UpdatePartials(const std::vector<proto::Group>& groups);
  int64_t next_lease_id() const;
  // Into an empty coordinator.
  void Restore(int64_t next_lease_id, Leases leases);

  // What a wait is for and how it stands: "3 of 32 groups returned, 5 queued, 24 leased, last call
  // of worker 'rollout-0' 2.1 s ago".
  std::string Describe(std::span<const int64_t> lease_ids) const;
  // Since the last call of any worker or the last Open, in seconds.
  double SecondsSinceProgress() const;
  // Given back to the queue because nobody renewed them, since this process began.
  int64_t expired_leases() const;

 private:
  enum class State { kQueued, kLeased, kReturned };
  struct Entry {
    proto::Lease lease;  // `resume` holds what is generated so far
    State state = State::kQueued;
    std::string worker;
    double expires_at = 0;
    proto::Group group;  // once returned
  };

  double Now() const;
  void ExpireLocked();
  void HeardLocked(const std::string& worker);
  void FillLocked(const proto::LeaseRequest& request, proto::LeaseReply* reply);
  bool AllReturnedLocked(std::span<const int64_t> lease_ids) const;

  const Options options_;
  mutable std::mutex mutex_;
  mutable double looked_at_ = 0;  // the clock at the last Now
  mutable double lived_ = 0;      // what Now gave
  std::condition_variable changed_;
  std::map<int64_t, Entry> entries_;
  std::set<int64_t> queue_;
  int64_t next_lease_id_ = 1;
  int64_t weight_version_ = -1;
  bool finished_ = false;
  double progress_at_ = 0;
  std::string last_worker_;
  int64_t expired_leases_ = 0;
};

}  // namespace longhaul::trainer
