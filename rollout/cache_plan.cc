// SPDX-License-Identifier: Apache-2.0
#include "rollout/cache_plan.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

#include "kernels/softmax_attention.h"

namespace longhaul::rollout {
namespace {

using kernels::kKvBlockTokens;

// Logits are drawn from in batches of rows of about this many bytes.
constexpr int64_t kLogitsBytes = int64_t{64} << 20;

int64_t BlocksFor(int64_t tokens) { return (tokens + kKvBlockTokens - 1) / kKvBlockTokens; }

// The number a file begins with, or after `key` in it; `missing` without one ("max" in a cgroup).
int64_t NumberIn(const std::string& path, const std::string& key, int64_t missing) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (!key.empty() && word != key) continue;
    if (!key.empty() && !(file >> word)) break;
    char* end = nullptr;
    const long long value = std::strtoll(word.c_str(), &end, 10);
    return end == word.c_str() ? missing : value;
  }
  return missing;
}

Status CheckOptions(const EngineConfig& config) {
  if (config.max_num_seqs < 1 || config.prefill_chunk < 1 || config.kv_cache_tokens < 0) {
    return InvalidArgument(
        "rollout.engine: max_num_seqs ({}) and prefill_chunk ({}) must be at least 1, "
        "kv_cache_tokens ({}) at least 0",
        config.max_num_seqs, config.prefill_chunk, config.kv_cache_tokens);
  }
  if (config.max_num_batched_tokens < config.max_num_seqs) {
    return InvalidArgument(
        "rollout.engine.max_num_batched_tokens is {}, but each of max_num_seqs = {} sequences "
        "needs "
        "a row in every pass",
        config.max_num_batched_tokens, config.max_num_seqs);
  }
  return OkStatus();
}

StatusOr<int64_t> PlanBlocks(const EngineConfig& config, int64_t longest, int64_t block_bytes,
                             int64_t bytes) {
  const int64_t needed = BlocksFor(longest);
  const int64_t wanted = needed * config.max_num_seqs;
  const int64_t affordable = bytes / 2 / block_bytes;
  int64_t blocks = std::min(wanted, affordable);
  if (config.kv_cache_tokens > 0) {
    blocks = BlocksFor(config.kv_cache_tokens);
    if (blocks > 2 * affordable) {
      return ResourceExhausted(
          "rollout.engine.kv_cache_tokens = {} is {} blocks of {} tokens and {} bytes = {:.2f} GB, "
          "but {:.2f} GB are free",
          config.kv_cache_tokens, blocks, kKvBlockTokens, block_bytes,
          static_cast<double>(blocks * block_bytes) * 1e-9, static_cast<double>(bytes) * 1e-9);
    }
  }
  return blocks;
}

}  // namespace

int64_t AvailableMemoryBytes() {
  constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();
  const int64_t kilobytes = NumberIn("/proc/meminfo", "MemAvailable:", int64_t{1} << 22);
  const int64_t limit = NumberIn("/sys/fs/cgroup/memory.max", "", kUnlimited);
  if (limit == kUnlimited) return kilobytes * 1024;
  const int64_t used = NumberIn("/sys/fs/cgroup/memory.current", "", 0);
  return std::min(kilobytes * 1024, std::max<int64_t>(limit - used, 0));
}

StatusOr<model::InferencePassOptions> PlanCache(const model::ModelConfig& config,
                                                const model::WeightsOptions& weights,
                                                const EngineOptions& options,
                                                int64_t available_bytes) {
  const EngineConfig& engine = options.config;
  RETURN_IF_ERROR(CheckOptions(engine));
  model::InferencePassOptions plan;
  plan.max_batch_tokens = engine.max_num_batched_tokens;
  plan.max_logits_rows =
      std::clamp<int64_t>(kLogitsBytes / (4 * config.vocab_size), 1, engine.max_num_seqs);
  int64_t left = available_bytes;
  if (config.HasLightning()) {
    plan.num_state_slots = engine.max_num_seqs + 1;
    const int64_t slot_bytes = model::StateSlotBytesAllLayers(config, weights.precision);
    left -= plan.num_state_slots * slot_bytes;
    if (left < 0) {
      return ResourceExhausted(
          "rollout.engine.max_num_seqs = {} needs {} state slots of {} bytes = {:.2f} GB, but "
          "{:.2f} "
          "GB are free; ask for fewer sequences",
          engine.max_num_seqs, plan.num_state_slots, slot_bytes,
          static_cast<double>(plan.num_state_slots * slot_bytes) * 1e-9,
          static_cast<double>(available_bytes) * 1e-9);
    }
  }
  if (config.HasSoftmax()) {
    const int64_t longest = options.max_sequence_tokens > 0 ? options.max_sequence_tokens
                                                            : config.max_position_embeddings;
    const int64_t block_bytes = model::KvBlockBytesAllLayers(config, weights.precision);
    ASSIGN_OR_RETURN(plan.num_kv_blocks, PlanBlocks(engine, longest, block_bytes, left));
    const int64_t needed = options.max_sequence_tokens > 0 ? BlocksFor(longest) : 1;
    if (plan.num_kv_blocks < needed) {
      return ResourceExhausted(
          "a longest sequence of {} tokens needs {} key-value blocks of {} tokens and {} bytes, "
          "but "
          "the cache has {} (rollout.engine.kv_cache_tokens = {}, {:.2f} GB free)",
          longest, needed, kKvBlockTokens, block_bytes, plan.num_kv_blocks, engine.kv_cache_tokens,
          static_cast<double>(left) * 1e-9);
    }
  }
  return plan;
}

}  // namespace longhaul::rollout
