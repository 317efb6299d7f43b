// SPDX-License-Identifier: Apache-2.0
//
// A case of tests/golden/losses: settings, a batch and what must come out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/json.h"
#include "trainer/loss/loss.h"

namespace longhaul::trainer {

struct LossCase {
  std::string name;
  LossSettings settings;
  std::vector<int32_t> groups;   // [num_sequences]
  std::vector<int64_t> lengths;  // [num_sequences]
  std::map<std::string, std::vector<double>> streams;
  std::vector<uint8_t> loss_mask;
  std::vector<int32_t> sequences;  // [num_tokens]
  double loss = 0;
  std::vector<double> grad_logprob;
  Json metrics;

  static LossCase Load(const std::string& path);
  Denominators denominators() const;
};

// Every case of the folder, by name.
std::vector<std::string> LossCasePaths();

// Streams of a case in T, and the inputs that view them.
template <typename T>
struct LossStreams {
  explicit LossStreams(const LossCase& loss_case);
  LossInputs<T> Inputs() const;
  // Only the tokens of these sequences, in this order.
  LossStreams Select(const std::vector<int32_t>& wanted) const;

  std::map<std::string, std::vector<T>> values;
  std::vector<uint8_t> loss_mask;
  std::vector<int32_t> sequences;
};

extern template struct LossStreams<float>;
extern template struct LossStreams<double>;

}  // namespace longhaul::trainer
