// SPDX-License-Identifier: Apache-2.0
//
// Exactness: whether the log-prob a token is sampled with and the log-prob training recomputes are
// the same bits, whatever the token shared its batch with. Samples groups of responses to random
// prompts, samples them again under other batch shapes, thread counts, prefill chunks and forks,
// and scores them with the training pass, packed and as a tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/status.h"
#include "model/weights.h"

namespace longhaul::model {

struct ExactnessOptions {
  Precision precision = Precision::kFp32;
  HeadInputs head_inputs = HeadInputs::kFp32;
  int64_t num_tokens = 512;  // sampled tokens to compare, rounded up to whole responses
  uint64_t seed = 1;
  float temperature = 1;
};

// One way of computing the same tokens.
struct ExactnessRow {
  std::string how;                // "64 sequences, 2 threads, prefill by 7"
  int64_t tokens = 0;             // compared
  int64_t different_tokens = 0;   // another token was drawn (sampling runs only)
  int64_t different_bits = 0;     // log-probs or entropies that are not the same bits
  double largest_difference = 0;  // of log-probs
  bool pass() const { return different_tokens == 0 && different_bits == 0; }
};

struct ExactnessReport {
  std::vector<ExactnessRow> rows;
  bool pass() const {
    for (const ExactnessRow& row : rows) {
      if (!row.pass()) return false;
    }
    return !rows.empty();
  }
};

StatusOr<ExactnessReport> CheckExactness(const std::string& model_dir,
                                         const ExactnessOptions& options);
StatusOr<ExactnessReport> CheckExactness(const ModelConfig& config, const Parameters& parameters,
                                         const ExactnessOptions& options);

}  // namespace longhaul::model
