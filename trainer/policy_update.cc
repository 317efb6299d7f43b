// SPDX-License-Identifier: Apache-2.0
#include "trainer/policy_update.h"

namespace longhaul::trainer {
namespace {

template <typename T>
void Append(const std::vector<T>& from, std::vector<T>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// The streams of a packed batch, side by side.
struct Streams {
  std::vector<float> old_logprobs, rollout_logprobs, ref_logprobs, advantages;
  std::vector<uint8_t> loss_mask;
  std::vector<int32_t> sequences;

  void Add(int32_t index, const TrainSequence& sequence) {
    Append(sequence.old_logprobs, &old_logprobs);
    Append(sequence.rollout_logprobs, &rollout_logprobs);
    Append(sequence.ref_logprobs, &ref_logprobs);
    Append(sequence.loss_mask, &loss_mask);
    advantages.insert(advantages.end(), sequence.response.size(), sequence.advantage);
    sequences.insert(sequences.end(), sequence.response.size(), index);
  }
};

}  // namespace

Denominators CountDenominators(std::span<const TrainSequence> minibatch) {
  std::vector<int32_t> groups;
  std::vector<int64_t> tokens;
  for (const TrainSequence& sequence : minibatch) {
    groups.push_back(sequence.group);
    tokens.push_back(sequence.masked_tokens());
  }
  return Denominators(groups, tokens);
}

PolicyUpdate::PolicyUpdate(const LossSettings& settings, std::span<TrainSequence> minibatch,
                           OldLogprobs old)
    : settings_(settings),
      minibatch_(minibatch),
      old_(old),
      denominators_(CountDenominators(minibatch)) {}

BatchGradients PolicyUpdate::operator()(const PackedBatch& batch, std::span<const float> logprobs,
                                        std::span<const float> entropies) {
  Streams streams;
  auto next = logprobs.begin();
  for (int32_t index : batch.sequences) {
    TrainSequence& sequence = minibatch_[index];
    const auto end = next + static_cast<int64_t>(sequence.response.size());
    if (old_ == OldLogprobs::kCurrent) sequence.old_logprobs.assign(next, end);
    next = end;
    streams.Add(index, sequence);
  }
  LossInputs<float> inputs;
  inputs.logprobs = logprobs;
  inputs.old_logprobs = streams.old_logprobs;
  inputs.rollout_logprobs = streams.rollout_logprobs;
  inputs.ref_logprobs = streams.ref_logprobs;
  inputs.entropies = entropies;
  inputs.advantages = streams.advantages;
  inputs.loss_mask = streams.loss_mask;
  inputs.sequences = streams.sequences;
  LossResult<float> result = PolicyLoss<float>(settings_, inputs, denominators_);
  loss_ += result.loss;
  metrics_.Merge(result.metrics);
  return {.dlogprobs = std::move(result.dlogprobs), .dentropies = std::move(result.dentropies)};
}

}  // namespace longhaul::trainer
