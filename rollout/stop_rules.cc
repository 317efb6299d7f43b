// SPDX-License-Identifier: Apache-2.0
#include "rollout/stop_rules.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "common/check.h"

namespace longhaul::rollout {

StopRules::StopRules(const SamplingParams& sampling, const std::vector<int64_t>& model_eos_ids,
                     int64_t window, const Tokenizer* tokenizer)
    : stop_ids_(sampling.stop_token_ids),
      stop_(sampling.stop),
      repetition_prob_(sampling.repetition_prob),
      repetition_run_length_(sampling.repetition_run_length),
      window_(window),
      tokenizer_(tokenizer) {
  CHECK(tokenizer != nullptr || stop_.empty());
  if (!sampling.ignore_eos) {
    stop_ids_.insert(stop_ids_.end(), model_eos_ids.begin(), model_eos_ids.end());
  }
  std::sort(stop_ids_.begin(), stop_ids_.end());
  for (const std::string& stop : stop_) longest_stop_ = std::max(longest_stop_, stop.size());
}

StopState StopRules::Begin() const {
  StopState state;
  if (!stop_.empty()) state.decoder.emplace(*tokenizer_);
  return state;
}

bool StopRules::IsStopToken(int32_t token_id) const {
  return std::binary_search(stop_ids_.begin(), stop_ids_.end(), token_id);
}

void StopRules::Observe(int32_t token_id, Completion* completion, StopState* state) const {
  const bool certain =
      std::exp(static_cast<double>(completion->raw_logprobs.back())) > repetition_prob_;
  completion->repetition_run = certain ? completion->repetition_run + 1 : 0;
  const auto length = static_cast<int64_t>(completion->raw_logprobs.size());
  if (IsStopToken(token_id)) {
    completion->stop_reason = StopReason::kEos;
  } else if (MatchStopString(token_id, completion, state)) {
    completion->stop_reason = StopReason::kStopString;
  } else if (repetition_run_length_ > 0 && completion->repetition_run >= repetition_run_length_) {
    completion->stop_reason = StopReason::kRepetition;
  } else if (length >= window_) {
    completion->stop_reason = StopReason::kLength;
  }
}

bool StopRules::MatchStopString(int32_t token_id, Completion* completion, StopState* state) const {
  if (!state->decoder) return false;
  const size_t before = state->text.size();
  state->text += state->decoder->Push(token_id);
  const size_t from = before - std::min(before, longest_stop_ - 1);
  size_t end = 0;
  const int found = FindStopString(state->text, from, &end);
  if (found < 0) return false;
  completion->stop_string = stop_[static_cast<size_t>(found)];
  state->text.resize(end);
  return true;
}

int StopRules::FindStopString(const std::string& text, size_t from, size_t* end) const {
  int found = -1;
  for (size_t i = 0; i < stop_.size(); ++i) {
    const size_t at = text.find(stop_[i], from);
    if (at == std::string::npos) continue;
    if (found >= 0 && at + stop_[i].size() >= *end) continue;
    found = static_cast<int>(i);
    *end = at + stop_[i].size();
  }
  return found;
}

void StopRules::Resume(Completion* completion, StopState* state) const {
  if (state->decoder) {
    for (int32_t id : completion->token_ids) state->text += state->decoder->Push(id);
  }
  if (static_cast<int64_t>(completion->token_ids.size()) >= window_) {
    completion->stop_reason = StopReason::kLength;
  }
}

std::string StopRules::Text(const Completion& completion, const StopState& state) const {
  if (completion.stop_reason == StopReason::kStopString) return state.text;
  if (tokenizer_ == nullptr) return "";
  std::span<const int32_t> ids = completion.token_ids;
  if (completion.stop_reason == StopReason::kEos) ids = ids.first(ids.size() - 1);
  return tokenizer_->Decode(ids);
}

}  // namespace longhaul::rollout
