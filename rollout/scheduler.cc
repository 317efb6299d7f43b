// SPDX-License-Identifier: Apache-2.0
#include "rollout/scheduler.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "kernels/softmax_attention.h"

namespace longhaul::rollout {
namespace {

// Blocks left free at an admission for every so many running sequences, so that the next few steps
// of growth do not evict what was just admitted.
constexpr int64_t kSequencesPerSpareBlock = 8;

bool Before(const Sequence* a, const Sequence* b) {
  return std::pair(a->group->order, a->sample) < std::pair(b->group->order, b->sample);
}

}  // namespace

Scheduler::Scheduler(const SchedulerOptions& options, BlockPool* blocks, StatePool* slots)
    : options_(options), blocks_(blocks), slots_(slots) {
  CHECK_GE(options.max_num_batched_tokens, options.max_num_seqs);
  CHECK(!options.uses_slots || slots->total() > options.max_num_seqs);
}

void Scheduler::Add(Sequence* sequence) {
  CHECK(sequence->phase == Sequence::Phase::kOut);
  CHECK(!options_.uses_blocks || BlocksFor(sequence->length()) <= blocks_->total());
  InsertWaiting(sequence);
}

void Scheduler::Remove(Sequence* sequence) {
  if (sequence->phase == Sequence::Phase::kWaiting) {
    EraseWaiting(sequence);
  } else if (sequence->phase != Sequence::Phase::kOut) {
    std::erase(admitted_, sequence);
    ReleaseCache(sequence);
    if (sequence->group->leader == sequence) {
      sequence->group->leader = nullptr;
      const std::vector<Sequence*> admitted = admitted_;
      for (Sequence* other : admitted) {
        const bool follows = other->phase == Sequence::Phase::kFollowing;
        if (follows && other->group == sequence->group) Evict(other);
      }
    }
  }
  sequence->phase = Sequence::Phase::kOut;
  DropIdleTrunk();
}

void Scheduler::EvictAll() {
  if (trunk_) DropTrunk();
  while (!admitted_.empty()) Evict(admitted_.back());
}

const Schedule& Scheduler::Next() {
  schedule_.block_copies.clear();
  schedule_.slot_copies.clear();
  schedule_.rows.clear();
  GrowBlocks();
  ForkFollowers();
  AdmitWaiting();
  DropIdleTrunk();
  AssignRows();
  return schedule_;
}

void Scheduler::Advance() {
  for (const ScheduledRows& rows : schedule_.rows) rows.sequence->computed += rows.count;
  schedule_.rows.clear();
}

// Sequences that have crossed a block border get another block, in order, at the cost of the last.
void Scheduler::GrowBlocks() {
  if (!options_.uses_blocks) return;
  for (size_t i = 0; i < admitted_.size(); ++i) {
    Sequence* sequence = admitted_[i];
    if (sequence->phase != Sequence::Phase::kRunning) continue;
    const int64_t needed = BlocksFor(sequence->length());
    while (static_cast<int64_t>(sequence->blocks.size()) < needed) {
      if (blocks_->free() == 0 && trunk_) DropTrunk();
      while (blocks_->free() == 0 && admitted_.back() != sequence) EvictLast();
      if (blocks_->free() == 0) {
        EvictLast();
        return;
      }
      sequence->blocks.push_back(blocks_->Allocate());
    }
  }
}

void Scheduler::ForkFollowers() {
  for (Sequence* leader : admitted_) {
    PromptGroup* group = leader->group;
    if (group->leader != leader || leader->computed < group->prefix_length) continue;
    for (Sequence* sequence : admitted_) {
      if (sequence->group != group || sequence->phase != Sequence::Phase::kFollowing) continue;
      Fork(sequence, leader->blocks, leader->slot);
    }
    if (group->num_waiting > 0 && !trunk_) KeepTrunk(group);
    group->leader = nullptr;
  }
}

// Without room for a copy of the partial block there is no trunk: those who wait compute the prompt
// again when their turn comes.
void Scheduler::KeepTrunk(PromptGroup* group) {
  const Sequence* leader = group->leader;
  const int64_t held = options_.uses_blocks ? BlocksFor(group->prefix_length) : 0;
  const int64_t shared = SharedBlocks(*group);
  if (held > shared && blocks_->free() == 0) return;
  Trunk trunk{.group = group, .blocks = {}, .slot = -1};
  for (int64_t i = 0; i < shared; ++i) {
    trunk.blocks.push_back(leader->blocks[static_cast<size_t>(i)]);
    blocks_->Share(trunk.blocks.back());
  }
  if (held > shared) {
    trunk.blocks.push_back(blocks_->Allocate());
    schedule_.block_copies.push_back(
        {leader->blocks[static_cast<size_t>(shared)], trunk.blocks.back()});
  }
  if (options_.uses_slots) {
    trunk.slot = slots_->Allocate();
    schedule_.slot_copies.push_back({leader->slot, trunk.slot});
  }
  trunk_ = std::move(trunk);
}

void Scheduler::AdmitWaiting() {
  while (!waiting_.empty() && running() < options_.max_num_seqs) {
    Sequence* sequence = waiting_.front();
    if (TryAdmit(sequence)) continue;
    // A trunk must not keep out the only one that could run.
    if (!admitted_.empty() || !trunk_) break;
    DropTrunk();
  }
}

bool Scheduler::TryAdmit(Sequence* sequence) {
  PromptGroup* group = sequence->group;
  const bool from_trunk = trunk_ && trunk_->group == group;
  const bool follows = !from_trunk && group->leader != nullptr;
  int64_t needed = 0;
  if (options_.uses_blocks) {
    needed = BlocksFor(sequence->length()) - (from_trunk || follows ? SharedBlocks(*group) : 0);
    const int64_t spare = (running() + kSequencesPerSpareBlock - 1) / kSequencesPerSpareBlock;
    if (blocks_->free() < needed + spare) return false;
  }
  EraseWaiting(sequence);
  admitted_.insert(std::upper_bound(admitted_.begin(), admitted_.end(), sequence, Before),
                   sequence);
  for (int64_t i = 0; i < needed; ++i) sequence->blocks.push_back(blocks_->Allocate());
  if (options_.uses_slots) sequence->slot = slots_->Allocate();
  sequence->phase = Sequence::Phase::kRunning;
  if (from_trunk) {
    Fork(sequence, trunk_->blocks, trunk_->slot);
  } else if (follows) {
    sequence->phase = Sequence::Phase::kFollowing;
  } else if (group->prefix_length > 0 && group->num_waiting > 0) {
    group->leader = sequence;
  }
  return true;
}

// The next token of every sequence comes first: a prompt never holds up those that generate.
void Scheduler::AssignRows() {
  int64_t budget = options_.max_num_batched_tokens;
  for (const Sequence* sequence : admitted_) {
    if (sequence->phase == Sequence::Phase::kRunning &&
        sequence->length() - sequence->computed == 1) {
      --budget;
    }
  }
  for (Sequence* sequence : admitted_) {
    if (sequence->phase != Sequence::Phase::kRunning) continue;
    const bool leads = sequence->group->leader == sequence;
    const int64_t pending = sequence->length() - sequence->computed;
    int64_t count = 1;
    if (pending > 1) {
      const int64_t end = leads ? sequence->group->prefix_length : sequence->length();
      count = std::min({end - sequence->computed, options_.prefill_chunk, budget});
      budget -= count;
    }
    if (count == 0) continue;
    const bool draws = !leads && count == pending;
    schedule_.rows.push_back({sequence, sequence->computed, count, draws});
  }
}

// `to` holds its own blocks already; the shared ones go in front.
void Scheduler::Fork(Sequence* to, const std::vector<int32_t>& from_blocks, int32_t from_slot) {
  const PromptGroup& group = *to->group;
  if (options_.uses_blocks) {
    const int64_t shared = SharedBlocks(group);
    if (BlocksFor(group.prefix_length) > shared) {
      schedule_.block_copies.push_back(
          {from_blocks[static_cast<size_t>(shared)], to->blocks.front()});
    }
    to->blocks.insert(to->blocks.begin(), from_blocks.begin(), from_blocks.begin() + shared);
    for (int64_t i = 0; i < shared; ++i) blocks_->Share(to->blocks[static_cast<size_t>(i)]);
  }
  if (options_.uses_slots) schedule_.slot_copies.push_back({from_slot, to->slot});
  to->computed = group.prefix_length;
  to->phase = Sequence::Phase::kRunning;
}

void Scheduler::EvictLast() {
  ++preemptions_;
  Evict(admitted_.back());
}

void Scheduler::Evict(Sequence* sequence) {
  std::erase(admitted_, sequence);
  ReleaseCache(sequence);
  if (sequence->group->leader == sequence) sequence->group->leader = nullptr;
  InsertWaiting(sequence);
}

void Scheduler::ReleaseCache(Sequence* sequence) {
  for (int32_t block : sequence->blocks) blocks_->Release(block);
  sequence->blocks.clear();
  if (sequence->slot >= 0) slots_->Release(sequence->slot);
  sequence->slot = -1;
  sequence->computed = 0;
}

void Scheduler::DropTrunk() {
  for (int32_t block : trunk_->blocks) blocks_->Release(block);
  if (trunk_->slot >= 0) slots_->Release(trunk_->slot);
  trunk_.reset();
}

void Scheduler::DropIdleTrunk() {
  if (trunk_ && trunk_->group->num_waiting == 0) DropTrunk();
}

void Scheduler::InsertWaiting(Sequence* sequence) {
  waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), sequence, Before), sequence);
  sequence->phase = Sequence::Phase::kWaiting;
  ++sequence->group->num_waiting;
}

void Scheduler::EraseWaiting(Sequence* sequence) {
  const auto at = std::lower_bound(waiting_.begin(), waiting_.end(), sequence, Before);
  CHECK(at != waiting_.end() && *at == sequence);
  waiting_.erase(at);
  --sequence->group->num_waiting;
}

int64_t Scheduler::BlocksFor(int64_t tokens) const {
  return (tokens + kernels::kKvBlockTokens - 1) / kernels::kKvBlockTokens;
}

int64_t Scheduler::SharedBlocks(const PromptGroup& group) const {
  return options_.uses_blocks ? group.prefix_length / kernels::kKvBlockTokens : 0;
}

}  // namespace longhaul::rollout
