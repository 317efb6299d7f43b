// SPDX-License-Identifier: Apache-2.0
//
// What the engine is asked for and what it gives back: the plain counterparts of the messages in
// proto/rollout.proto (rollout/proto_conversion.h), so that the engine needs no protobuf.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace longhaul::rollout {

// Values equal proto::StopReason.
enum class StopReason {
  kUnfinished = 0,
  kEos = 1,
  kLength = 2,
  kRepetition = 3,
  kStopString = 4,
  kAborted = 5,  // non-finite logits: never trained on
};

struct SamplingParams {
  double temperature = 1;               // 0 = greedy
  int32_t top_k = 0;                    // 0 = off
  double top_p = 1;                     // 1 = off
  double min_p = 0;                     // 0 = off
  int64_t max_response_length = 0;      // tokens
  std::vector<int32_t> stop_token_ids;  // besides the model's own eos ids
  bool ignore_eos = false;              // the model's own eos ids do not stop; for benchmarks
  std::vector<std::string> stop;        // stop strings, matched on the decoded text
  // Stops after `repetition_run_length` consecutive tokens that each had an untempered probability
  // above `repetition_prob`; run length 0 = off.
  double repetition_prob = 0.99;
  int64_t repetition_run_length = 0;
  uint64_t seed = 0;
};

// Response tokens [first, first + count) were sampled with this weight version.
struct VersionSpan {
  int64_t weight_version = 0;
  int64_t first = 0;
  int64_t count = 0;
  bool operator==(const VersionSpan&) const = default;
};

// One generated sequence. Arrays run over the response tokens.
struct Completion {
  int32_t sample = 0;  // index in the group
  std::vector<int32_t> token_ids;
  std::vector<float> rollout_logprobs;  // at the sampling temperature, before filtering
  std::vector<float> raw_logprobs;      // untempered
  std::vector<float> entropies;         // of the tempered distribution, nats
  std::vector<VersionSpan> versions;
  StopReason stop_reason = StopReason::kUnfinished;
  std::string stop_string;  // which one, if that was the reason
  // Decoded response: without the stop token that ended it, cut after the stop string that ended
  // it. Empty while unfinished, and without a tokenizer.
  std::string text;
  int64_t repetition_run = 0;  // length of the run of near-certain tokens at the end
  bool operator==(const Completion&) const = default;
};

// The samples of one prompt. Also the form in which the engine's state is saved: a snapshot is the
// requests with `resume` filled.
struct GroupRequest {
  int64_t id = 0;   // unique among the engine's live requests
  std::string uid;  // keys the random numbers
  std::vector<int32_t> prompt_ids;
  int32_t group_size = 1;
  SamplingParams sampling;
  // Samples to keep (finished) or to continue (unfinished), by Completion::sample; others start
  // from the prompt.
  std::vector<Completion> resume;
};

}  // namespace longhaul::rollout
