// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "common/file.h"
#include "kernels/adamw.h"
#include "trainer/state/run_identity.h"
#include "trainer/trainer_impl.h"

namespace longhaul::trainer {
namespace {

// Tokens of the longest sequence that these groups hold or can still become.
int64_t LongestSequence(const GroupsInTheMaking& groups) {
  int64_t longest = 0;
  for (const proto::Lease& lease : groups.leases) {
    longest =
        std::max(longest, lease.task().prompt_ids_size() + lease.sampling().max_response_length());
  }
  for (const auto* finished : {&groups.returned, &groups.pending}) {
    for (const proto::Group& group : *finished) {
      for (const proto::Rollout& rollout : group.rollouts()) {
        longest =
            std::max<int64_t>(longest, group.task().prompt_ids_size() + rollout.token_ids_size());
      }
    }
  }
  return longest;
}

}  // namespace

bool Trainer::Impl::CheckpointDue() const {
  const int64_t step = counters.global_step();
  if (step == saved_step || step == 0) return false;
  const bool phase_ends =
      counters.rl_step == 0 ? sft_done() : counters.rl_step >= config.trainer.max_steps;
  if (phase_ends) return true;
  const int64_t interval = config.checkpoint.interval;
  const int64_t in_phase = counters.rl_step > 0 ? counters.rl_step : counters.sft_step;
  return interval > 0 && in_phase % interval == 0;
}

Json Trainer::Impl::StateJson() const {
  Json state = Json::Object();
  RunCounters now = counters;
  now.seconds = seconds_before + run_timer.Total();
  state.Set("counters", now.Save());
  state.Set("inputs", inputs);
  if (sft != nullptr) state.Set("sft_data", sft->sampler().Save());
  if (sampler.has_value()) state.Set("data", sampler->Save());
  state.Set("curriculum", curriculum->Save());
  state.Set("judge", judge_watch->Save());
  state.Set("logs", logs->Offsets());
  Json collector_state = Json::Object();
  collector_state.Set("open_ids", collector->state().open_ids);
  collector_state.Set("gen_batches", collector->state().gen_batches);
  collector_state.Set("stale_groups", collector->state().stale_groups);
  state.Set("collector", std::move(collector_state));
  state.Set("next_lease_id", coordinator->next_lease_id());
  return state;
}

Status Trainer::Impl::CheckWeightsAreFinite() const {
  for (const model::NamedTensor& parameter : deps.parameters->tensors()) {
    // The sum is in float64, where the squares of finite weights cannot overflow.
    if (std::isfinite(kernels::SquaredNorm(*deps.stream, parameter.tensor.view()))) continue;
    return FailedPrecondition(
        "step {}: the weights of '{}' are not finite: the run cannot go on and no checkpoint is "
        "saved. {}; lower the learning rate",
        counters.global_step(), parameter.name,
        last_checkpoint.empty() ? "There is none yet"
                                : fmt::format("The last good one is {}", last_checkpoint));
  }
  return OkStatus();
}

Status Trainer::Impl::SaveCheckpoint(WorkerClient* worker) {
  StepTimer timer;
  RETURN_IF_ERROR(CheckWeightsAreFinite());
  // Leases of an evaluation that was cut short are void: it is done again.
  GroupsInTheMaking groups;
  const bool in_flight = worker != nullptr && !collector->state().open_ids.empty();
  if (in_flight) {
    ASSIGN_OR_RETURN(const proto::SnapshotReply snapshot, worker->Snapshot());
    coordinator->UpdatePartials({snapshot.groups().begin(), snapshot.groups().end()});
  }
  Coordinator::Leases leases = coordinator->leases();
  for (proto::Lease& lease : leases.unfinished) {
    if (lease.purpose() == proto::PURPOSE_TRAIN) groups.leases.push_back(std::move(lease));
  }
  for (proto::Group& group : leases.returned) {
    const auto& open = collector->state().open_ids;
    if (std::find(open.begin(), open.end(), group.lease_id()) != open.end()) {
      groups.returned.push_back(std::move(group));
    }
  }
  groups.pending = collector->state().pending;
  groups.dropped = collector->state().dropped;
  RETURN_IF_ERROR(logs->Sync());
  ASSIGN_OR_RETURN(last_checkpoint, SaveRunCheckpoint({.root = checkpoint_root,
                                                       .step = counters.global_step(),
                                                       .model_config = deps.model_config,
                                                       .parameters = deps.parameters,
                                                       .reference = reference.get(),
                                                       .optimizer = &learner->optimizer(),
                                                       .tokenizer = deps.tokenizer,
                                                       .groups = &groups,
                                                       .state = StateJson(),
                                                       .config_text = deps.config_text}));
  saved_step = counters.global_step();
  PruneArgs prune{.newest = saved_step, .keep_last = config.checkpoint.keep_last};
  if (config.checkpoint.keep_best && counters.best_step >= 0) prune.keep = {counters.best_step};
  RETURN_IF_ERROR(PruneCheckpoints(checkpoint_root, prune));
  checkpoint_seconds += timer.Total();
  LogInfo("checkpoint {} in {:.1f} s", last_checkpoint, timer.Total());
  return in_flight && !stop_requested() ? worker->Resume() : OkStatus();
}

Status Trainer::Impl::Restore() {
  ASSIGN_OR_RETURN(inputs, DescribeInputs(deps.seed, config));
  ASSIGN_OR_RETURN(const std::vector<std::string> stale, RemoveStaleCheckpoints(checkpoint_root));
  for (const std::string& name : stale) LogInfo("removed the unfinished checkpoint {}", name);
  if (config.checkpoint.resume == Resume::kAuto) {
    ASSIGN_OR_RETURN(const LatestCheckpoint latest, OpenLatestCheckpoint(checkpoint_root));
    for (const std::string& why : latest.skipped) {
      LogWarning("checkpoint passed over: {}", why);
    }
    if (latest.checkpoint != nullptr) return RestoreFrom(*latest.checkpoint);
    if (!latest.skipped.empty()) {
      return DataLoss(
          "{}: holds checkpoints and none of them is valid; move them away to start anew",
          checkpoint_root);
    }
  }
  ASSIGN_OR_RETURN(logs, RunLogs::Open(deps.run_dir, config.logger, nullptr));
  return OkStatus();
}

Status Trainer::Impl::RestoreFrom(const CheckpointReader& checkpoint) {
  const std::string& directory = checkpoint.directory();
  RETURN_IF_ERROR(CheckSameModel(directory, *deps.model_config));
  ASSIGN_OR_RETURN(const Json state, Json::ParseFile(checkpoint.PathOf("state.json")));
  ASSIGN_OR_RETURN(const Json* saved_inputs, state.Get("inputs"));
  ASSIGN_OR_RETURN(const std::vector<std::string> changes, CheckSameInputs(*saved_inputs, inputs));
  for (const std::string& change : changes) LogWarning("{}", change);
  ASSIGN_OR_RETURN(*deps.parameters, model::Parameters::Load(*deps.model_config, directory));
  if (DirectoryExists(JoinPath(directory, "reference"))) {
    ASSIGN_OR_RETURN(model::Parameters loaded,
                     model::Parameters::Load(*deps.model_config, JoinPath(directory, "reference")));
    reference = std::make_unique<model::Parameters>(std::move(loaded));
  }
  ASSIGN_OR_RETURN(const Json* saved_counters, state.Get("counters"));
  RETURN_IF_ERROR(counters.Load(*saved_counters));
  seconds_before = counters.seconds;
  if (counters.rl_step > 0 || sft_done()) {
    learner->ResetOptimizer(config.optimizer, static_cast<float>(config.rollout.temperature));
  }
  RETURN_IF_ERROR(
      learner->optimizer().Load(JoinPath(directory, "optimizer"), counters.optimizer_steps));
  if (const Json* data = state.Find("sft_data"); data != nullptr && sft != nullptr) {
    RETURN_IF_ERROR(sft->sampler().Load(*data));
  }
  if (const Json* data = state.Find("data"); data != nullptr && sampler.has_value()) {
    RETURN_IF_ERROR(sampler->Load(*data));
  }
  ASSIGN_OR_RETURN(const Json* saved_curriculum, state.Get("curriculum"));
  RETURN_IF_ERROR(curriculum->Load(*saved_curriculum));
  if (const Json* judge = state.Find("judge")) RETURN_IF_ERROR(judge_watch->Load(*judge));
  RETURN_IF_ERROR(RestoreGroups(checkpoint, state));
  ASSIGN_OR_RETURN(const Json* offsets, state.Get("logs"));
  ASSIGN_OR_RETURN(logs, RunLogs::Open(deps.run_dir, config.logger, offsets));
  ASSIGN_OR_RETURN(const std::string before, checkpoint.ReadFile("run.yaml"));
  if (before != deps.config_text) {
    LogWarning("the configuration differs from that of {}", directory);
  }
  restored_step = saved_step = counters.global_step();
  last_checkpoint = directory;
  LogInfo("resuming from {} (SFT step {}, RL step {})", directory, counters.sft_step,
          counters.rl_step);
  return OkStatus();
}

Status Trainer::Impl::RestoreGroups(const CheckpointReader& checkpoint, const Json& state) {
  ASSIGN_OR_RETURN(GroupsInTheMaking groups, LoadGroups(checkpoint));
  const int64_t longest = LongestSequence(groups);
  if (longest > pass_options.max_tokens) {
    return FailedPrecondition(
        "{}: holds rollouts of the step under way, with prompts up to {} tokens, and a training "
        "pass holds {}: go on with the response window, the minibatch and the "
        "trainer.max_tokens_per_pass of before, and change them once that step is done",
        checkpoint.directory(), longest, pass_options.max_tokens);
  }
  ASSIGN_OR_RETURN(const int64_t next_lease_id, state.GetInt("next_lease_id"));
  coordinator->Restore(next_lease_id, {.unfinished = std::move(groups.leases),
                                       .returned = std::move(groups.returned)});
  ASSIGN_OR_RETURN(const Json* saved_collector, state.Get("collector"));
  GroupCollector::State collector_state;
  collector_state.pending = std::move(groups.pending);
  collector_state.dropped = std::move(groups.dropped);
  ASSIGN_OR_RETURN(collector_state.open_ids, saved_collector->GetInts("open_ids"));
  ASSIGN_OR_RETURN(collector_state.gen_batches, saved_collector->GetInt("gen_batches"));
  ASSIGN_OR_RETURN(collector_state.stale_groups, saved_collector->GetInt("stale_groups"));
  collector->Restore(std::move(collector_state));
  return OkStatus();
}

}  // namespace longhaul::trainer
