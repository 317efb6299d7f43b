// SPDX-License-Identifier: Apache-2.0
#include "trainer/trainer.h"

#include <algorithm>
#include <set>

#include "common/check.h"
#include "common/file.h"
#include "trainer/data/task_file.h"
#include "trainer/rollout_memory.h"
#include "trainer/trainer_impl.h"

namespace longhaul::trainer {
namespace {

// Lines of the status when it goes to a file or a pipe are no closer than this.
constexpr double kPlainStatusIntervalS = 2;

// A response ends with any of these.
std::vector<int32_t> StopTokens(const model::ModelConfig& config, const Tokenizer& tokenizer) {
  std::set<int32_t> ids;
  for (int64_t id : config.eos_token_ids) ids.insert(static_cast<int32_t>(id));
  if (tokenizer.eos_id().has_value()) ids.insert(*tokenizer.eos_id());
  return {ids.begin(), ids.end()};
}

// The one that SFT teaches: the tokenizer's, else the model's first.
int32_t EosToken(const model::ModelConfig& config, const Tokenizer& tokenizer) {
  if (tokenizer.eos_id().has_value()) return *tokenizer.eos_id();
  return config.eos_token_ids.empty() ? -1 : static_cast<int32_t>(config.eos_token_ids.front());
}

OptimizerConfig SftOptimizer(const TrainerConfig& config) {
  OptimizerConfig optimizer = config.optimizer;
  optimizer.lr = config.sft->lr;
  return optimizer;
}

}  // namespace

Status Trainer::Impl::ReadData() {
  const TaskFileOptions options{.tokenizer = deps.tokenizer,
                                .max_prompt_length = config.data.max_prompt_length,
                                .check_reward = deps.check_reward};
  if (config.trainer.max_steps > 0 && !config.data.train.empty()) {
    TaskSampler::Args args;
    args.domains = DomainCurriculum(config.curriculum.domains);
    args.seed = deps.seed;
    args.shuffle = config.data.shuffle;
    for (const DataSource& data : config.data.train) {
      ASSIGN_OR_RETURN(std::vector<TaskEntry> entries, ReadTaskFile(data.path, options));
      TaskSource& source = args.sources.emplace_back();
      source.path = data.path;
      source.weight = data.weight;
      for (TaskEntry& entry : entries) source.tasks.push_back(std::move(entry.task));
    }
    ASSIGN_OR_RETURN(sampler, TaskSampler::Create(std::move(args)));
  }
  for (const EvalSetConfig& set : config.eval.sets) {
    TaskFileOptions limited = options;
    limited.max_tasks = set.max_tasks;
    ASSIGN_OR_RETURN(std::vector<TaskEntry> entries, ReadTaskFile(set.path, limited));
    EvalSet& read = eval_sets.emplace_back();
    read.config = set;
    for (TaskEntry& entry : entries) read.tasks.push_back(std::move(entry.task));
  }
  if (!config.sft.has_value()) return OkStatus();
  ASSIGN_OR_RETURN(
      sft,
      SftData::Load({.config = &*config.sft,
                     .tokenizer = deps.tokenizer,
                     .max_prompt_length = config.data.max_prompt_length,
                     .max_sequence_length = std::min(config.trainer.max_tokens_per_pass,
                                                     deps.model_config->max_position_embeddings),
                     .eos_token_id = EosToken(*deps.model_config, *deps.tokenizer),
                     .seed = deps.seed}));
  return OkStatus();
}

// A pass is as large as allowed, and no larger than what an update can ever fill.
Status Trainer::Impl::PlanPasses() {
  const StepConfig& step = config.rollout;
  int64_t sequences = config.trainer.minibatch_prompts * step.num_generations_per_prompt;
  if (sft != nullptr) sequences = std::max(sequences, config.sft->batch_size);
  const int64_t longest = std::min(config.data.max_prompt_length + config.max_window(),
                                   deps.model_config->max_position_embeddings);
  pass_options.max_tokens = config.trainer.max_tokens_per_pass;
  if (sft == nullptr) {
    pass_options.max_tokens = std::min(pass_options.max_tokens, sequences * longest);
  }
  pass_options.max_targets = pass_options.max_tokens;
  pass_options.max_segments =
      std::max<int64_t>(2, std::min(2 * sequences, pass_options.max_tokens));
  pass_options.recompute = deps.recompute;
  return OkStatus();
}

Status Trainer::Impl::CreateParts() {
  coordinator = std::make_unique<Coordinator>(
      Coordinator::Options{.lease_timeout_s = config.rollout.lease_timeout_s, .clock = {}});
  service = MakeCoordinatorService(coordinator.get());
  curriculum.emplace(config.curriculum.length, config.rollout.max_response_length);
  judge_watch.emplace(config.reward.watch, config.reward.max_unscorable_frac);
  collector = std::make_unique<GroupCollector>(
      GroupCollector::Args{.config = config.rollout,
                           .stop_token_ids = stop_token_ids,
                           .seed = deps.seed,
                           .max_unscorable_frac = config.reward.max_unscorable_frac,
                           .stop = deps.stop,
                           .coordinator = coordinator.get(),
                           .sampler = sampler.has_value() ? &*sampler : nullptr});
  const bool sft_first = sft != nullptr;
  ASSIGN_OR_RETURN(
      learner, Learner::Create(
                   {.model_config = deps.model_config,
                    .parameters = deps.parameters,
                    .weights = deps.weights,
                    .stream = deps.stream,
                    .pass = pass_options,
                    .shape = config.trainer.token_tree ? PackShape::kTree : PackShape::kPlain,
                    .temperature = sft_first ? 1 : static_cast<float>(config.rollout.temperature),
                    .router_aux_loss_coef = config.trainer.router_aux_loss_coef,
                    .optimizer = sft_first ? SftOptimizer(config) : config.optimizer}));
  if (config.logger.console) {
    status_line.emplace(
        StatusLine::Options{.terminal_interval_seconds = config.logger.status_interval_s,
                            .plain_interval_seconds = kPlainStatusIntervalS});
  }
  return OkStatus();
}

StatusOr<RunResult> Trainer::Impl::Run(WorkerClient& worker) {
  ASSIGN_OR_RETURN(RunEnd end, RunSftPhase());
  if (end == RunEnd::kInterrupted) return Result(end);
  if (!sampler.has_value() && config.trainer.max_steps > 0) {
    return FailedPrecondition("data.train: names no task file");
  }
  StatusOr<RunEnd> rl_end = RunRlPhase(worker);
  coordinator->Finish();
  RETURN_IF_ERROR(rl_end.status());
  return Result(*rl_end);
}

StatusOr<RunResult> Trainer::Impl::RunSftAlone(WorkerClient* worker) {
  if (sft == nullptr) return FailedPrecondition("sft: the configuration has no such section");
  ASSIGN_OR_RETURN(RunEnd end, RunSftPhase());
  if (end == RunEnd::kFinished && worker != nullptr && counters.eval_step < 0) {
    StatusOr<RunEnd> evaluated = EvaluateAfterSft(*worker);
    coordinator->Finish();
    RETURN_IF_ERROR(evaluated.status());
    end = *evaluated;
  }
  return Result(end);
}

StatusOr<RunResult> Trainer::Impl::Result(RunEnd end) {
  RETURN_IF_ERROR(logs->Sync());
  status_line.reset();
  RunResult result;
  result.end = end;
  result.sft_steps = counters.sft_step;
  result.rl_steps = counters.rl_step;
  result.accuracy_before_rl = counters.accuracy_before;
  result.accuracy_after_rl = counters.accuracy_after;
  result.reward_first = counters.reward_first;
  result.reward_last = counters.reward_last;
  for (const StageBoundary& boundary : curriculum->boundaries()) {
    result.curriculum_boundaries.push_back({.step = boundary.step,
                                            .max_response_length = boundary.max_response_length,
                                            .ppl_slope = boundary.inputs.ppl_slope,
                                            .p99_len_frac = boundary.inputs.p99_len_frac});
  }
  result.judge_alarms = judge_watch->alarms();
  result.train_seconds = run_timer.Total();
  result.total_seconds = seconds_before + result.train_seconds;
  result.last_checkpoint = last_checkpoint;
  const std::string best = JoinPath(checkpoint_root, CheckpointName(counters.best_step));
  if (counters.best_step >= 0 && DirectoryExists(best)) result.best_checkpoint = best;
  return result;
}

StatusOr<std::unique_ptr<Trainer>> Trainer::Create(const TrainerConfig& config, TrainerDeps deps) {
  CHECK(deps.model_config != nullptr && deps.parameters != nullptr && deps.weights != nullptr);
  CHECK(deps.tokenizer != nullptr && deps.stream != nullptr);
  auto impl = std::make_unique<Impl>();
  impl->config = config;
  impl->deps = std::move(deps);
  impl->checkpoint_root =
      config.checkpoint.dir.value_or(JoinPath(impl->deps.run_dir, "checkpoints"));
  impl->stop_token_ids = StopTokens(*impl->deps.model_config, *impl->deps.tokenizer);
  RETURN_IF_ERROR(impl->ReadData());
  RETURN_IF_ERROR(impl->PlanPasses());
  RETURN_IF_ERROR(impl->CreateParts());
  RETURN_IF_ERROR(impl->Restore());
  impl->learner->PackWeights(impl->counters.global_step());
  return std::unique_ptr<Trainer>(new Trainer(std::move(impl)));
}

Trainer::Trainer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trainer::~Trainer() = default;

grpc::Service* Trainer::coordinator_service() { return impl_->service.get(); }
Coordinator& Trainer::coordinator() { return *impl_->coordinator; }
int64_t Trainer::restored_step() const { return impl_->restored_step; }

std::vector<model::MemoryLine> Trainer::PlanMemory() const {
  const model::WeightsOptions& weights = impl_->deps.weights->options();
  std::vector<model::MemoryLine> lines =
      model::PlanTrainingMemory(*impl_->deps.model_config, weights, impl_->pass_options);
  const int64_t bytes = impl_->deps.parameters->bytes();
  lines.push_back({"gradients", bytes});
  lines.push_back({"optimizer moments", 2 * bytes});
  if (impl_->sampler.has_value()) lines.push_back(PlanRolloutMemory(impl_->config));
  if (impl_->config.algorithm.kl.uses_reference()) {
    const bool half = weights.precision == model::Precision::kBf16;
    lines.push_back({"reference parameters", bytes});
    lines.push_back({"reference packed weights", half ? bytes / 2 : bytes});
  }
  return lines;
}

StatusOr<RunResult> Trainer::Run(WorkerClient& worker) { return impl_->Run(worker); }
StatusOr<RunResult> Trainer::RunSft(WorkerClient* worker) { return impl_->RunSftAlone(worker); }

}  // namespace longhaul::trainer
