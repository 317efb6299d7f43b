// SPDX-License-Identifier: Apache-2.0
//
// Parity: this model against tensors that another implementation produced, name by name. What a
// file asks for is told from the tensors in it:
//
//   plain   input_ids [B, T] or [T], every row a sequence of its own; optional labels, logits,
//   logprobs, entropy,
//           loss (mean of -logprobs over all positions), hidden.<layer>, grad.<parameter>,
//           greedy_ids (after the first min(16, T) tokens of row 0), state_end.<layer> (after row
//           0)
//   decode  prompt_ids, continuation_ids; prefill_logits, logits after each continuation token,
//           state.<layer> after the prompt, state_end.<layer> after everything
//   tree    input_ids [N] with segment_parent, segment_start, segment_length and loss_mask; logits,
//   logprobs,
//           entropy, loss (sum of -logprobs under the mask), grad.<parameter>
//
// A file without inputs takes those of golden.safetensors beside it. What the file does not hold is
// not compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/status.h"
#include "model/weights.h"

namespace longhaul::model {

struct ParityOptions {
  Precision precision = Precision::kFp32;
  int num_threads = 1;
  // Tolerances are those of "tolerance" in golden.json beside the file, else the built-in ones for
  // fp32.
  std::optional<double> atol = std::nullopt;  // for logits, logprobs and entropy
  std::optional<double> grad_rtol =
      std::nullopt;  // for gradients, of the largest entry of the tensor
  std::string out_path =
      "";  // where to write what was computed, same names and shapes; "" for nowhere
};

struct ParityRow {
  std::string kind;    // "logits", "logprobs", "hidden", "grad", "state", "greedy_ids", ...
  std::string tensor;  // name in the file
  double largest = 0;  // difference; for integers, how many are wrong
  double allowed = 0;
  bool pass = false;
  std::string note;  // why a row failed without a comparison: "shape [3] instead of [4]"
};

struct ParityReport {
  std::vector<ParityRow> rows;
  std::vector<std::string> unknown;  // names in the file that mean nothing here
  int64_t failed = 0;
  bool pass() const { return failed == 0 && !rows.empty(); }
};

StatusOr<ParityReport> RunParity(const std::string& model_dir, const std::string& golden_path,
                                 const ParityOptions& options);

}  // namespace longhaul::model
