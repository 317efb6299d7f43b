// SPDX-License-Identifier: Apache-2.0
//
// The RL phase: the loop is the algorithm.
#include <algorithm>

#include "common/check.h"
#include "trainer/mismatch.h"
#include "trainer/policy_update.h"
#include "trainer/sample_log.h"
#include "trainer/trainer_impl.h"

namespace longhaul::trainer {

StatusOr<RunEnd> Trainer::Impl::RunRlPhase(WorkerClient& worker) {
  RETURN_IF_ERROR(BeginRl());
  MetricSet unused;
  RETURN_IF_ERROR(Publish(worker, unused));
  while (true) {
    bool best = false;
    Status status = OkStatus();
    if (EvaluationDue()) {
      StatusOr<bool> result = EvaluateAll();
      if (result.ok()) best = *result;
      status = result.status();
    }
    if (status.ok()) {
      if (CheckpointDue() || (best && config.checkpoint.keep_best && counters.rl_step > 0)) {
        RETURN_IF_ERROR(SaveCheckpoint(&worker));
      }
      if (counters.rl_step >= config.trainer.max_steps) return RunEnd::kFinished;
      status = stop_requested() ? Cancelled("stopped") : RlStep(worker);
    }
    if (status.code() == StatusCode::kCancelled) {
      RETURN_IF_ERROR(SaveCheckpoint(&worker));
      return RunEnd::kInterrupted;
    }
    RETURN_IF_ERROR(status);
  }
}

Status Trainer::Impl::RlStep(WorkerClient& worker) {
  StepTimer timer;
  MetricSet metrics;
  timer.Add("ckpt", checkpoint_seconds, metrics);
  checkpoint_seconds = 0;
  const int64_t version = counters.global_step();
  ASSIGN_OR_RETURN(const Collection collection, CollectGroups(metrics));
  const RolloutFacts facts = ReportRollouts(
      collection,
      {.weight_version = version, .max_response_length = curriculum->max_response_length()},
      metrics);
  const double rollout_seconds = timer.Lap("rollout", metrics);
  metrics.SetLast("perf/tok_s_rollout", static_cast<double>(facts.tokens) / rollout_seconds);

  StepBatch batch = MakeStepBatch(collection.train);
  ASSIGN_OR_RETURN(const TrainWork work, TrainOnBatch(&batch, timer, metrics));
  ReportTrainSpeed(*deps.model_config, work, config.logger.peak_tflops, metrics);

  ++counters.rl_step;
  if (counters.rl_step == 1) counters.reward_first = facts.reward_mean;
  counters.reward_last = facts.reward_mean;
  RETURN_IF_ERROR(Publish(worker, metrics));
  timer.Lap("sync", metrics);
  AdvanceCurriculum(facts, metrics);
  RETURN_IF_ERROR(WatchJudges(collection, metrics));
  RETURN_IF_ERROR(LogStepSamples(collection));
  return EndStep(facts, timer, metrics);
}

StatusOr<Collection> Trainer::Impl::CollectGroups(MetricSet& metrics) {
  const StepConfig& step = config.rollout;
  GenerationWatch watch(
      {.gauges = deps.generation_gauges,
       .show = [this](const std::string& text) { ShowPhase("generating " + text); },
       .batch_rollouts = step.num_prompts_per_step * step.num_generations_per_prompt});
  ASSIGN_OR_RETURN(Collection collection,
                   collector->Collect({.step = counters.rl_step,
                                       .weight_version = counters.global_step(),
                                       .max_response_length = curriculum->max_response_length()}));
  watch.Report(metrics);
  metrics.SetLast("queue/rollout_depth", static_cast<double>(collector->state().open_ids.size()));
  metrics.SetLast("perf/expired_leases", static_cast<double>(coordinator->expired_leases()));
  metrics.SetLast("queue/train_depth", static_cast<double>(collector->state().pending.size()));
  return collection;
}

StatusOr<TrainWork> Trainer::Impl::TrainOnBatch(StepBatch* batch, StepTimer& timer,
                                                MetricSet& metrics) {
  TrainWork work{.mean_context = MeanContext(batch->sequences)};
  ScoreSequences(batch);
  if (config.algorithm.kl.lowers_reward()) PenaliseKl(config.algorithm.kl, batch);
  AssignAdvantages({.estimator = config.algorithm.adv_estimator,
                    .std = config.algorithm.adv_std,
                    .eps = config.algorithm.adv_eps},
                   batch, metrics);
  timer.Lap("logprob", metrics);
  ASSIGN_OR_RETURN(work.tokens, UpdateOnBatch(batch, metrics));
  ReportMismatch(batch->sequences, metrics);
  work.seconds = timer.Lap("train", metrics);
  return work;
}

Status Trainer::Impl::EndStep(const RolloutFacts& facts, StepTimer& timer, MetricSet& metrics) {
  ReportMachine(metrics);
  const double seconds = timer.Finish(metrics);
  const double tok_s = static_cast<double>(facts.tokens) / seconds;
  metrics.SetLast("perf/tok_s_e2e", tok_s);
  RETURN_IF_ERROR(logs->Write(counters.global_step(), metrics));
  const double left = seconds * static_cast<double>(config.trainer.max_steps - counters.rl_step);
  summary = fmt::format(
      "stage {} ({} tok) | reward {:.3f} | length {:.0f} | {:.0f} tok/s | "
      "{:.0f} s left",
      curriculum->stage() + 1, curriculum->max_response_length(), facts.reward_mean,
      facts.length_mean, tok_s, left);
  ShowStatus(fmt::format("step {}/{} | {}", counters.rl_step, config.trainer.max_steps, summary));
  return OkStatus();
}

int64_t Trainer::Impl::updates_in_batch(const StepBatch& batch) const {
  const int64_t groups = static_cast<int64_t>(batch.rewards.size());
  const int64_t size = config.trainer.minibatch_prompts;
  return (groups + size - 1) / size * config.trainer.epochs;
}

bool Trainer::Impl::needs_old_logprobs(const StepBatch& batch) const {
  return updates_in_batch(batch) > 1 || config.algorithm.kl.lowers_reward();
}

// Log-probs that stay fixed over the updates of this batch: under the weights before the first of
// them, and under the reference. The first are those of the update's own forward if it is the only
// one.
void Trainer::Impl::ScoreSequences(StepBatch* batch) {
  const auto assign = [&](std::vector<std::vector<float>> scores,
                          std::vector<float> TrainSequence::*stream) {
    for (size_t i = 0; i < scores.size(); ++i) {
      batch->sequences[i].*stream = std::move(scores[i]);
    }
  };
  if (needs_old_logprobs(*batch)) {
    assign(learner->Score(batch->sequences), &TrainSequence::old_logprobs);
  }
  if (reference_weights != nullptr) {
    assign(learner->ScoreWith(*reference_weights, batch->sequences), &TrainSequence::ref_logprobs);
  }
}

StatusOr<int64_t> Trainer::Impl::UpdateOnBatch(StepBatch* batch, MetricSet& metrics) {
  const LossSettings settings = loss_settings();
  const OptimizerConfig& optimizer = config.optimizer;
  const LrSchedule schedule{.type = optimizer.schedule,
                            .peak = optimizer.lr,
                            .minimum = optimizer.lr * optimizer.min_lr_ratio,
                            .warmup_steps = optimizer.warmup_steps,
                            .total_steps = config.trainer.max_steps * config.updates_per_rollout()};
  const OldLogprobs old = needs_old_logprobs(*batch) ? OldLogprobs::kStored : OldLogprobs::kCurrent;
  const int64_t groups = static_cast<int64_t>(batch->rewards.size());
  const int64_t updates = updates_in_batch(*batch);
  int64_t done = 0, tokens = 0;
  LossMetrics loss_metrics;
  for (int64_t epoch = 0; epoch < config.trainer.epochs; ++epoch) {
    for (int64_t begin = 0; begin < groups; begin += config.trainer.minibatch_prompts) {
      const int64_t end = std::min(groups, begin + config.trainer.minibatch_prompts);
      const std::span<TrainSequence> minibatch(batch->sequences.data() + batch->first[begin],
                                               batch->sequences.data() + batch->first[end]);
      PolicyUpdate update(settings, minibatch, old);
      const auto loss = [&](const PackedBatch& packed, std::span<const float> logprobs,
                            std::span<const float> entropies) {
        tokens += packed.tokens.num_tokens();
        ShowPhase(fmt::format("training, update {}/{}, {} tokens", done + 1, updates, tokens));
        return update(packed, logprobs, entropies);
      };
      const LearnerReport report = learner->Update(minibatch, loss, schedule.At(counters.updates),
                                                   counters.global_step() + 1);
      ++done;
      RETURN_IF_ERROR(CountUpdate(report, metrics));
      metrics.AddMean("policy/loss", update.loss());
      loss_metrics.Merge(update.metrics());
    }
  }
  loss_metrics.Report(settings, metrics);
  return tokens;
}

Status Trainer::Impl::Publish(WorkerClient& worker, MetricSet& metrics) {
  if (deps.weights->version() != counters.global_step()) {
    learner->PackWeights(counters.global_step());
  }
  WeightPublisher publisher(
      {.parameters = deps.parameters, .stream = deps.stream, .coordinator = coordinator.get()});
  ASSIGN_OR_RETURN(const PublishReport report, publisher.Publish(worker, counters.global_step()));
  metrics.SetLast("sync/bytes", static_cast<double>(report.bytes));
  metrics.SetLast("sync/checksum_ok", 1);
  metrics.SetLast("perf/sync_gb_s", static_cast<double>(report.bytes) * 1e-9 / report.seconds);
  return OkStatus();
}

void Trainer::Impl::AdvanceCurriculum(const RolloutFacts& facts, MetricSet& metrics) {
  const auto boundary = curriculum->Observe(counters.rl_step, facts.ppl, facts.p99_length);
  curriculum->Report(metrics);
  if (!boundary.has_value()) return;
  LogInfo(
      "curriculum: stage {} of {} from step {}: window {} tokens (|slope of perplexity| {:.2g}, "
      "99th percentile of length at {:.0f}% of the window, {} steps)",
      curriculum->stage() + 1, curriculum->num_stages(), boundary->step,
      boundary->max_response_length, boundary->inputs.ppl_slope,
      100 * boundary->inputs.p99_len_frac, boundary->inputs.steps_in_stage);
  ApplyCurriculum();
}

void Trainer::Impl::ApplyCurriculum() {
  const StageChanges changes = curriculum->changes();
  if (changes.grad_clip.has_value()) learner->optimizer().set_grad_clip(*changes.grad_clip);
  sampler->SetFilter({.drop_pass_rate_above = changes.drop_pass_rate_above.value_or(1),
                      .synthetic_keep_frac = changes.synthetic_keep_frac.value_or(1)});
}

LossSettings Trainer::Impl::loss_settings() const {
  LossSettings settings = ResolveLoss(config.algorithm, config.max_window());
  const StageChanges changes = curriculum->changes();
  if (changes.is_weight_max.has_value()) settings.ratio_max = *changes.is_weight_max;
  return settings;
}

// Before the first RL step: a fresh optimizer, and the weights as they are now for reference.
Status Trainer::Impl::BeginRl() {
  summary.clear();
  if (counters.rl_step == 0) {
    counters.updates = 0;
    counters.nonfinite_in_a_row = 0;
    learner->ResetOptimizer(config.optimizer, static_cast<float>(config.rollout.temperature));
  }
  RETURN_IF_ERROR(BeginJudges());
  if (config.algorithm.kl.uses_reference()) RETURN_IF_ERROR(FreezeReference());
  ApplyCurriculum();
  return OkStatus();
}

Status Trainer::Impl::FreezeReference() {
  if (reference == nullptr) {
    if (counters.rl_step > 0) {
      return FailedPrecondition(
          "algorithm.kl.coef is {}, but {} holds no reference weights: the run began without a KL "
          "term",
          config.algorithm.kl.coef, last_checkpoint);
    }
    reference = std::make_unique<model::Parameters>(model::Parameters::Create(*deps.model_config));
    for (size_t i = 0; i < reference->tensors().size(); ++i) {
      const kernels::Tensor& from = deps.parameters->tensors()[i].tensor;
      std::copy_n(from.as<float>(), from.numel(), reference->tensors()[i].tensor.as<float>());
    }
  }
  model::WeightsOptions options = deps.weights->options();
  options.use = model::WeightsUse::kInference;  // there is no gradient through it
  reference_weights = std::make_unique<model::Weights>(*deps.model_config, options);
  reference_weights->Pack(*deps.stream, *reference, 0);
  return OkStatus();
}

Status Trainer::Impl::LogStepSamples(const Collection& collection) {
  if (logs->samples() == nullptr) return OkStatus();
  SampleContext context{
      .step = counters.global_step(), .use = SampleUse::kTrained, .eval_name = {}};
  for (const proto::Group& group : collection.originals()) {
    RETURN_IF_ERROR(LogSamples(context, group, logs->samples()));
  }
  context.use = SampleUse::kDropped;
  for (const proto::Group& group : collection.dropped) {
    RETURN_IF_ERROR(LogSamples(context, group, logs->samples()));
  }
  return logs->FlushSamples();
}

}  // namespace longhaul::trainer
