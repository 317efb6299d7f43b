// SPDX-License-Identifier: Apache-2.0
#include "model/cost_model.h"

#include <algorithm>

namespace longhaul::model {

double ForwardFlopsPerToken(const ModelConfig& config, double mean_context) {
  const double lightning_layers = static_cast<double>(
      std::count(config.attention.begin(), config.attention.end(), AttentionKind::kLightning));
  const double softmax_layers = static_cast<double>(config.num_hidden_layers) - lightning_layers;
  const double heads = static_cast<double>(config.num_attention_heads);
  const double d = static_cast<double>(config.head_dim);
  // The embedding is a look-up, unless its table is the head too.
  int64_t multiplied = config.NumActiveParameters();
  if (!config.tie_word_embeddings) multiplied -= config.vocab_size * config.hidden_size;
  return 2.0 * static_cast<double>(multiplied) + lightning_layers * 4 * heads * d * d +
         softmax_layers * 4 * heads * d * mean_context;
}

double TrainingFlopsPerToken(const ModelConfig& config, double mean_context, Recompute recompute) {
  return (recompute == Recompute::kLayer ? 4 : 3) * ForwardFlopsPerToken(config, mean_context);
}

}  // namespace longhaul::model
