// SPDX-License-Identifier: Apache-2.0
//
// Evaluations between steps. Each is a line of its own in the metrics, at the step of the weights
// it looked at.
#include "trainer/coordinator/unscorable.h"
#include "trainer/sample_log.h"
#include "trainer/trainer_impl.h"

namespace longhaul::trainer {

bool Trainer::Impl::EvaluationDue() const {
  if (eval_sets.empty() || counters.eval_step == counters.rl_step) return false;
  if (counters.rl_step == 0) return config.eval.at_start;
  if (counters.rl_step >= config.trainer.max_steps) return config.eval.at_end;
  return config.eval.interval > 0 && counters.rl_step % config.eval.interval == 0;
}

StatusOr<bool> Trainer::Impl::EvaluateAll() {
  StepTimer timer;
  MetricSet metrics;
  std::vector<EvalResult> results;
  for (const EvalSet& set : eval_sets) {
    const GenerationWatch watch(
        {.gauges = deps.generation_gauges,
         .show =
             [&](const std::string& text) {
               ShowProgress(fmt::format("evaluating {}: {}", set.config.name, text));
             },
         .batch_rollouts = static_cast<int64_t>(set.tasks.size()) * set.config.num_samples});
    ASSIGN_OR_RETURN(EvalResult result, Evaluate({.coordinator = coordinator.get(),
                                                  .set = &set,
                                                  .default_response_length = config.max_window(),
                                                  .stop_token_ids = stop_token_ids,
                                                  .stop = config.rollout.stop,
                                                  .seed = deps.seed,
                                                  .no_progress_s = config.rollout.no_progress_s,
                                                  .stop_flag = deps.stop}));
    UnscorableShare share;
    share.Add(result.groups);
    RETURN_IF_ERROR(Annotate(share.Check(config.reward.max_unscorable_frac),
                             fmt::format("evaluation '{}'", result.name)));
    result.Report(metrics);
    results.push_back(std::move(result));
  }
  // Nothing of the run's state changes before every set is through, so that an interrupted
  // evaluation is simply done again.
  for (const EvalResult& result : results) {
    auto& accuracy = counters.rl_step == 0 ? counters.accuracy_before : counters.accuracy_after;
    accuracy[result.name] = result.avg_at_k;
    LogInfo("eval {} at step {}: avg@{} {:.4f} [{:.4f}, {:.4f}], mean length {:.0f}", result.name,
            counters.rl_step, result.num_samples, result.avg_at_k, result.interval.low,
            result.interval.high, result.length_mean);
    if (logs->samples() == nullptr) continue;
    for (const proto::Group& group : result.groups) {
      RETURN_IF_ERROR(LogSamples(
          {.step = counters.global_step(), .use = SampleUse::kEvaluated, .eval_name = result.name},
          group, logs->samples()));
    }
  }
  RETURN_IF_ERROR(logs->FlushSamples());
  timer.Lap("eval", metrics);
  ReportMachine(metrics);
  RETURN_IF_ERROR(logs->Write(counters.global_step(), metrics));
  counters.eval_step = counters.rl_step;
  const double score = results.front().avg_at_k;
  if (counters.best_step >= 0 && score <= counters.best_score) return false;
  counters.best_step = counters.global_step();
  counters.best_score = score;
  return true;
}

StatusOr<RunEnd> Trainer::Impl::EvaluateAfterSft(WorkerClient& worker) {
  if (eval_sets.empty()) return RunEnd::kFinished;
  MetricSet unused;
  RETURN_IF_ERROR(Publish(worker, unused));
  const Status status = EvaluateAll().status();
  if (!status.ok() && status.code() != StatusCode::kCancelled) return status;
  RETURN_IF_ERROR(SaveCheckpoint(&worker));
  return status.ok() ? RunEnd::kFinished : RunEnd::kInterrupted;
}

}  // namespace longhaul::trainer
