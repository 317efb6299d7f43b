// SPDX-License-Identifier: Apache-2.0
//
// When a response ends. In order of precedence for one token: a stop token id, a stop string, the
// repetition rule, the length.
//
// Stop strings are looked for in the decoded text as it grows, so one may begin and end inside
// tokens. The response's tokens stay as they were drawn; its text is cut behind the stop string.
//
// The repetition rule (MiniMax-M1, section 3): so many consecutive tokens that each had an
// untempered probability above a threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/tokenizer/stream_decoder.h"
#include "rollout/request.h"

namespace longhaul::rollout {

// How a response stands. The run of near-certain tokens is Completion::repetition_run.
struct StopState {
  std::optional<StreamDecoder> decoder;  // only with stop strings
  std::string text;                      // decoded so far, with the decoder
};

// Of one request. Immutable.
class StopRules {
 public:
  // `window`: tokens after which a response ends. The tokenizer may be null without stop strings.
  StopRules(const SamplingParams& sampling, const std::vector<int64_t>& model_eos_ids,
            int64_t window, const Tokenizer* tokenizer);

  StopState Begin() const;
  // Takes in the last token of `completion`, whose arrays hold it already, and `token_id`, that
  // token. Sets stop_reason and stop_string, and counts repetition_run on.
  void Observe(int32_t token_id, Completion* completion, StopState* state) const;
  // Takes in the tokens of a response that is to be continued: decodes them, ends it if it is at
  // the window already.
  void Resume(Completion* completion, StopState* state) const;
  // The text of a finished response.
  std::string Text(const Completion& completion, const StopState& state) const;

  int64_t window() const { return window_; }

 private:
  // Index of the stop string that ends first in `text`, looking from `from`; -1 for none. `end`:
  // one past its last byte.
  int FindStopString(const std::string& text, size_t from, size_t* end) const;
  bool MatchStopString(int32_t token_id, Completion* completion, StopState* state) const;
  bool IsStopToken(int32_t token_id) const;

  std::vector<int32_t> stop_ids_;  // sorted
  std::vector<std::string> stop_;
  size_t longest_stop_ = 0;
  double repetition_prob_;
  int64_t repetition_run_length_;
  int64_t window_;
  const Tokenizer* tokenizer_;
};

}  // namespace longhaul::rollout
