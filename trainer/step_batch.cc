// SPDX-License-Identifier: Apache-2.0
#include "trainer/step_batch.h"

#include <algorithm>
#include <cmath>

#include "common/check.h"
#include "trainer/coordinator/group_collector.h"
#include "trainer/loss/kl.h"

namespace longhaul::trainer {
namespace {

TrainSequence MakeSequence(const proto::Task& task, const proto::Rollout& rollout) {
  TrainSequence sequence;
  sequence.prompt.assign(task.prompt_ids().begin(), task.prompt_ids().end());
  sequence.response.assign(rollout.token_ids().begin(), rollout.token_ids().end());
  sequence.rollout_logprobs.assign(rollout.rollout_logprobs().begin(),
                                   rollout.rollout_logprobs().end());
  if (rollout.loss_mask().empty()) {
    sequence.loss_mask.assign(sequence.response.size(), 1);
  } else {
    sequence.loss_mask.assign(rollout.loss_mask().begin(), rollout.loss_mask().end());
  }
  return sequence;
}

}  // namespace

StepBatch MakeStepBatch(const std::vector<proto::Group>& groups) {
  StepBatch batch;
  for (size_t g = 0; g < groups.size(); ++g) {
    batch.first.push_back(static_cast<int64_t>(batch.sequences.size()));
    batch.rewards.push_back(RewardsOf(groups[g]));
    batch.samples.emplace_back();
    for (int i = 0; i < groups[g].rollouts_size(); ++i) {
      const proto::Rollout& rollout = groups[g].rollouts(i);
      if (!batch.rewards[g][i].has_value() || rollout.reward().exclude_from_loss()) continue;
      batch.sequences.push_back(MakeSequence(groups[g].task(), rollout));
      batch.sequences.back().group = static_cast<int32_t>(g);
      batch.samples[g].push_back(i);
    }
  }
  batch.first.push_back(static_cast<int64_t>(batch.sequences.size()));
  return batch;
}

void PenaliseKl(const KlConfig& kl, StepBatch* batch) {
  for (size_t g = 0; g < batch->rewards.size(); ++g) {
    for (size_t i = 0; i < batch->samples[g].size(); ++i) {
      const TrainSequence& sequence = batch->sequences[batch->first[g] + static_cast<int64_t>(i)];
      CHECK_EQ(sequence.ref_logprobs.size(), sequence.old_logprobs.size());
      double penalty = 0;
      for (size_t t = 0; t < sequence.response.size(); ++t) {
        if (!sequence.loss_mask[t]) continue;
        penalty += KlEstimate(kl.type, static_cast<double>(sequence.ref_logprobs[t]) -
                                           static_cast<double>(sequence.old_logprobs[t]));
      }
      *batch->rewards[g][batch->samples[g][i]] -= kl.coef * penalty;
    }
  }
}

void AssignAdvantages(const AdvantageSettings& settings, StepBatch* batch, MetricSet& metrics) {
  const std::vector<GroupAdvantages> advantages = ComputeAdvantages(settings, batch->rewards);
  double sum = 0, squares = 0, count = 0;
  for (size_t g = 0; g < advantages.size(); ++g) {
    for (size_t i = 0; i < batch->samples[g].size(); ++i) {
      const double advantage = advantages[g][batch->samples[g][i]];
      batch->sequences[batch->first[g] + static_cast<int64_t>(i)].advantage =
          static_cast<float>(advantage);
      sum += advantage;
      squares += advantage * advantage;
      count += 1;
      metrics.AddMean("advantage/mean", advantage);
      metrics.AddMin("advantage/min", advantage);
      metrics.AddMax("advantage/max", advantage);
    }
  }
  if (count > 0) {
    const double mean = sum / count;
    metrics.SetLast("advantage/std", std::sqrt(std::max(0.0, squares / count - mean * mean)));
  }
}

}  // namespace longhaul::trainer
