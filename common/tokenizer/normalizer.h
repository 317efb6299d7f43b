// SPDX-License-Identifier: Apache-2.0
//
// The normalizers of a tokenizer.json: NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip,
// Sequence.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::tokenizer {

// Thread-safe. Texts are valid UTF-8.
class Normalizer {
 public:
  // `json` is the value of "normalizer"; null: the identity.
  static StatusOr<Normalizer> Parse(const Json& json);

  bool empty() const { return steps_.empty(); }
  std::string Apply(std::string text) const;

 private:
  using Step = std::function<std::string(std::string)>;
  static Status AppendSteps(const Json& json, std::vector<Step>* steps);
  static StatusOr<Step> ParseStep(std::string_view type, const Json& json);

  std::vector<Step> steps_;
};

}  // namespace longhaul::tokenizer
