// SPDX-License-Identifier: Apache-2.0
#include "rollout/generation_loop.h"

#include <algorithm>

#include "common/logging.h"
#include "rollout/proto_conversion.h"

namespace longhaul::rollout {
namespace {

// An idle loop looks around this often even when nobody wakes it.
constexpr int64_t kIdleWaitMs = 1000;
// Groups held at most, scoring included, in fillings of the engine.
constexpr int64_t kFillingsHeldMax = 4;

}  // namespace

GenerationLoop::GenerationLoop(const Args& args) : args_(args), transfer_(args.model) {}

void GenerationLoop::Run() {
  while (!args_.mailbox->closed()) {
    args_.mailbox->RunPosted();
    TakeAnswer();
    AskForLeases();
    if (MayGenerate() && !args_.engine->idle()) {
      Step();
    } else {
      args_.mailbox->Wait(kIdleWaitMs);
    }
  }
  args_.mailbox->RefuseAll();
}

void GenerationLoop::TakeAnswer() {
  std::optional<LeaseClient::Answer> answer = args_.leases->Take();
  if (!answer) return;
  const proto::LeaseReply& reply = answer->reply;
  if (answer->weight_version == committed_version_ && reply.finished()) run_is_over_ = true;
  for (const proto::Lease& lease : reply.leases()) AddLease(lease);
}

void GenerationLoop::AskForLeases() {
  if (!MayGenerate() || run_is_over_ || args_.leases->outstanding()) return;
  const int32_t wanted = GroupsWanted();
  if (wanted == 0) return;
  args_.leases->Ask({.max_groups = wanted,
                     .weight_version = committed_version_,
                     .deadline_ms = args_.options->lease_deadline_ms});
}

// As many as fill the engine and it takes; one to begin with, which tells how large groups are.
int32_t GenerationLoop::GroupsWanted() const {
  const int64_t capacity = args_.options->engine.config.max_num_seqs;
  const int64_t group_size = group_size_ > 0 ? group_size_ : capacity;
  const int64_t filling = (capacity + group_size - 1) / group_size;
  const int64_t free_seats = std::max<int64_t>(capacity - args_.engine->unfinished_samples(), 0);
  const int64_t wanted = (free_seats + group_size - 1) / group_size;
  const int64_t room =
      std::min(kFillingsHeldMax * filling - args_.book->size(),
               args_.options->engine.max_waiting_groups - args_.engine->unfinished_groups());
  return static_cast<int32_t>(std::clamp<int64_t>(wanted, 0, std::max<int64_t>(room, 0)));
}

void GenerationLoop::AddLease(const proto::Lease& lease) {
  const int64_t id = lease.lease_id();
  if (!args_.book->Open(lease)) {
    LogWarning("lease {} ('{}') came twice; the first goes on", id, lease.task().uid());
    return;
  }
  group_size_ = std::max(1, lease.group_size());
  const Status added = args_.engine->Add(RequestOf(lease));
  if (!added.ok()) {
    Refuse(lease, added);
    return;
  }
  if (lease.resume_size() > 0) args_.scoring->Submit(id);
}

// What cannot be generated goes back as such: the trainer counts it, and nobody waits for it.
void GenerationLoop::Refuse(const proto::Lease& lease, const Status& cause) {
  LogError("lease {} cannot be generated: {}", lease.lease_id(), Message(cause));
  args_.book->Close(lease.lease_id());
  proto::Lease emptied = lease;
  emptied.clear_resume();
  args_.book->Open(emptied);
  for (int32_t sample = 0; sample < lease.group_size(); ++sample) {
    proto::Rollout rollout;
    rollout.set_sample(sample);
    rollout.set_stop_reason(proto::STOP_REASON_ABORTED);
    rollout.mutable_reward()->set_detail(Message(cause));
    args_.book->Finish(lease.lease_id(), std::move(rollout));
  }
  args_.scoring->Submit(lease.lease_id());
}

void GenerationLoop::Step() {
  const StepEvents& events = args_.engine->Step();
  std::vector<int64_t> to_score;
  for (const SampleEvent& sample : events.finished_samples) {
    args_.book->Finish(sample.id, RolloutOf(args_.engine->Peek(sample.id, sample.sample)));
    if (to_score.empty() || to_score.back() != sample.id) to_score.push_back(sample.id);
  }
  for (int64_t id : events.finished) args_.engine->Abort(id);
  for (int64_t id : to_score) args_.scoring->Submit(id);
}

Status GenerationLoop::Prepare(const proto::PrepareWeightsRequest& request,
                               proto::PrepareWeightsReply* reply) {
  standing_ = true;
  return transfer_.Prepare(args_.engine->stream(), request, reply);
}

Status GenerationLoop::Commit(int64_t weight_version) {
  RETURN_IF_ERROR(transfer_.Commit(args_.engine->stream(), weight_version));
  args_.engine->UpdateWeights(args_.model.weights);
  committed_version_ = weight_version;
  standing_ = false;
  run_is_over_ = false;
  return OkStatus();
}

void GenerationLoop::Resume() {
  standing_ = false;
  args_.engine->Restart();
}

std::vector<proto::Group> GenerationLoop::Snapshot() {
  standing_ = true;
  return Groups();
}

std::vector<proto::Group> GenerationLoop::Groups() const {
  std::vector<proto::Group> groups = args_.book->Groups();
  for (proto::Group& group : groups) {
    const int64_t id = group.lease_id();
    for (int32_t sample : args_.book->Unfinished(id)) {
      *group.add_rollouts() = RolloutOf(args_.engine->Peek(id, sample));
    }
    std::sort(group.mutable_rollouts()->begin(), group.mutable_rollouts()->end(),
              [](const auto& a, const auto& b) { return a.sample() < b.sample(); });
  }
  return groups;
}

void GenerationLoop::Drop(const std::vector<int64_t>& lease_ids) {
  for (int64_t id : lease_ids) {
    if (!args_.book->Withdraw(id)) continue;
    LogWarning("lease {} was given to another worker; this one stops working on it", id);
    args_.engine->Abort(id);
  }
}

}  // namespace longhaul::rollout
