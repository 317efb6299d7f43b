// SPDX-License-Identifier: Apache-2.0
//
// The cold start: the same updates as in RL, with the cross-entropy of given responses.
#include <cmath>

#include "trainer/trainer_impl.h"

namespace longhaul::trainer {
namespace {

// Mean over all response tokens of the batch of -logprob.
class CrossEntropy {
 public:
  explicit CrossEntropy(std::span<const TrainSequence> batch) {
    for (const TrainSequence& sequence : batch) tokens_ += sequence.masked_tokens();
  }

  BatchGradients operator()(const PackedBatch&, std::span<const float> logprobs,
                            std::span<const float> entropies) {
    for (float logprob : logprobs) loss_ -= logprob;
    for (float entropy : entropies) entropy_ += entropy;
    const float dlogprob = static_cast<float>(-1.0 / static_cast<double>(tokens_));
    return {.dlogprobs = std::vector<float>(logprobs.size(), dlogprob), .dentropies = {}};
  }

  double loss() const { return loss_ / static_cast<double>(tokens_); }
  double entropy() const { return entropy_ / static_cast<double>(tokens_); }
  int64_t tokens() const { return tokens_; }

 private:
  int64_t tokens_ = 0;
  double loss_ = 0;
  double entropy_ = 0;
};

}  // namespace

StatusOr<RunEnd> Trainer::Impl::RunSftPhase() {
  while (!sft_done()) {
    if (stop_requested()) {
      RETURN_IF_ERROR(SaveCheckpoint(nullptr));
      return RunEnd::kInterrupted;
    }
    RETURN_IF_ERROR(SftStep());
    if (CheckpointDue()) RETURN_IF_ERROR(SaveCheckpoint(nullptr));
  }
  return RunEnd::kFinished;
}

Status Trainer::Impl::SftStep() {
  StepTimer timer;
  MetricSet metrics;
  const SftConfig& sft_config = *config.sft;
  const LrSchedule schedule{.type = sft_config.schedule,
                            .peak = sft_config.lr,
                            .minimum = sft_config.lr * sft_config.min_lr_ratio,
                            .warmup_steps = sft_config.warmup_steps,
                            .total_steps = sft->total_steps()};
  timer.Add("ckpt", checkpoint_seconds, metrics);
  checkpoint_seconds = 0;
  ASSIGN_OR_RETURN(const std::vector<TrainSequence> batch, sft->Next());
  CrossEntropy loss(batch);
  const LearnerReport report = learner->Update(batch, std::ref(loss), schedule.At(counters.updates),
                                               counters.global_step() + 1);
  RETURN_IF_ERROR(CountUpdate(report, metrics));
  ++counters.sft_step;
  counters.eval_step = -1;  // an evaluation before this update was of other weights

  const double tokens = static_cast<double>(loss.tokens());
  metrics.AddMean("sft/loss", loss.loss(), tokens);
  metrics.SetLast("sft/ppl", std::exp(loss.loss()));
  metrics.AddMean("policy/entropy", loss.entropy(), tokens);
  metrics.SetLast("sft/tokens", tokens);
  metrics.SetLast("length/response_mean", tokens / static_cast<double>(batch.size()));
  const TrainWork work{.tokens = report.packed_tokens,
                       .mean_context = MeanContext(batch),
                       .seconds = timer.Lap("train", metrics)};
  ReportTrainSpeed(*deps.model_config, work, config.logger.peak_tflops, metrics);
  ReportMachine(metrics);
  const double seconds = timer.Finish(metrics);
  RETURN_IF_ERROR(logs->Write(counters.global_step(), metrics));
  const double left = seconds * static_cast<double>(sft->total_steps() - counters.sft_step);
  summary = fmt::format("loss {:.4f} | {:.0f} tok/s | {:.0f} s left", loss.loss(),
                        static_cast<double>(report.packed_tokens) / seconds, left);
  ShowStatus(fmt::format("sft {}/{} | {}", counters.sft_step, sft->total_steps(), summary));
  return OkStatus();
}

}  // namespace longhaul::trainer
