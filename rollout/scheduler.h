// SPDX-License-Identifier: Apache-2.0
//
// Scheduler: which rows of which sequences run in the next forward pass, and which cache blocks and
// state slots they use. Pure bookkeeping; what it decides is a function of the order of the calls.
//
// Order. Sequences stand in the order of (group, sample). They are admitted first come first
// served, strictly; when blocks run out the last one admitted is evicted and waits again in its old
// place, to be computed anew from its tokens.
//
// Forks. All samples of a group share the prompt without its last token: the prefix. The first
// sample admitted while others of its group are still without a cache leads: it stops at the end of
// the prefix, the others (followers) then take over its full blocks by reference, its partial block
// and its state by copy, and everyone goes on with the last prompt token. If samples of the group
// are still waiting for a seat, a copy of the cache at that point (the trunk) is kept until the
// last of them has forked. One trunk exists at a time, which is enough for first come first served:
// only one group can be admitted in part.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "rollout/block_pool.h"
#include "rollout/state_pool.h"

namespace longhaul::rollout {

struct Sequence;

// What the samples of a group have in common. Owned by the caller; outlives its sequences.
struct PromptGroup {
  int64_t order = 0;          // rank of the request
  int64_t prefix_length = 0;  // prompt tokens but the last
  // The scheduler's:
  Sequence* leader = nullptr;  // computing the prefix
  int64_t num_waiting = 0;
};

// One sample as the scheduler sees it. Owned by the caller.
struct Sequence {
  enum class Phase { kOut, kWaiting, kFollowing, kRunning };

  PromptGroup* group = nullptr;
  int32_t sample = 0;
  std::vector<int32_t> path;  // prompt, then response; the caller appends
  // The scheduler's:
  Phase phase = Phase::kOut;
  int64_t computed = 0;         // path positions whose cache is there
  std::vector<int32_t> blocks;  // of the path; a follower's lack the shared ones
  int32_t slot = -1;

  int64_t length() const { return static_cast<int64_t>(path.size()); }
};

struct SchedulerOptions {
  int64_t max_num_seqs = 0;
  int64_t max_num_batched_tokens = 0;  // at least max_num_seqs
  int64_t prefill_chunk = 0;
  bool uses_blocks = true;  // the model has softmax layers
  bool uses_slots = true;   // the model has lightning layers; then one slot more than max_num_seqs
};

// Path positions [first, first + count) of a sequence.
struct ScheduledRows {
  Sequence* sequence = nullptr;
  int64_t first = 0;
  int64_t count = 0;
  bool draws = false;  // the last of them is the end of the path: its logits give the next token
};
struct CacheCopy {
  int32_t from = 0;
  int32_t to = 0;
};
struct Schedule {
  // To be made in this order before the rows run.
  std::vector<CacheCopy> block_copies;
  std::vector<CacheCopy> slot_copies;
  std::vector<ScheduledRows> rows;  // in sequence order
};

// Thread-compatible. The pools are the scheduler's alone.
class Scheduler {
 public:
  Scheduler(const SchedulerOptions& options, BlockPool* blocks, StatePool* slots);

  // Queues a sequence in its place. CHECKs that it is out.
  void Add(Sequence* sequence);
  // Takes a sequence out and releases what it holds.
  void Remove(Sequence* sequence);
  // Takes back every cache; all sequences wait.
  void EvictAll();

  // What runs next; valid until the next call. Empty only if there are no sequences.
  const Schedule& Next();
  // The rows of Next have run.
  void Advance();

  int64_t running() const { return static_cast<int64_t>(admitted_.size()); }
  int64_t waiting() const { return static_cast<int64_t>(waiting_.size()); }
  int64_t preemptions() const { return preemptions_; }

 private:
  struct Trunk {
    PromptGroup* group = nullptr;
    std::vector<int32_t> blocks;
    int32_t slot = -1;
  };

  void GrowBlocks();
  void ForkFollowers();
  void KeepTrunk(PromptGroup* group);
  void AdmitWaiting();
  bool TryAdmit(Sequence* sequence);
  void AssignRows();
  void Fork(Sequence* to, const std::vector<int32_t>& from_blocks, int32_t from_slot);
  void EvictLast();
  void Evict(Sequence* sequence);
  void ReleaseCache(Sequence* sequence);
  void DropTrunk();
  void DropIdleTrunk();
  void InsertWaiting(Sequence* sequence);
  void EraseWaiting(Sequence* sequence);
  int64_t BlocksFor(int64_t tokens) const;
  int64_t SharedBlocks(const PromptGroup& group) const;

  const SchedulerOptions options_;
  BlockPool* const blocks_;
  StatePool* const slots_;
  std::vector<Sequence*> admitted_;  // sorted
  std::deque<Sequence*> waiting_;    // sorted
  std::optional<Trunk> trunk_;
  Schedule schedule_;
  int64_t preemptions_ = 0;
};

}  // namespace longhaul::rollout
