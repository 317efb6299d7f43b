// SPDX-License-Identifier: Apache-2.0
#include "model/sampling_run.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "common/random.h"
#include "common/thread_pool.h"
#include "kernels/softmax_attention.h"

namespace longhaul::model {
namespace {

int64_t BlocksFor(int64_t tokens) {
  return (tokens + kernels::kKvBlockTokens - 1) / kernels::kKvBlockTokens;
}

// A job that runs: its cache and what comes next.
struct Running {
  size_t job = 0;
  int32_t lane = 0;  // which cache blocks and state slot are its
  std::vector<int32_t> blocks;
  std::vector<int32_t> pending;  // tokens not run yet
  int64_t position = 0;
};

class SamplingRun {
 public:
  SamplingRun(const SamplingArgs& args, const BatchShape& shape)
      : args_(args),
        shape_(shape),
        config_(args.weights->config()),
        pool_(shape.num_threads),
        stream_(&pool_),
        results_(args.jobs.size()) {
    for (const SampleJob& job : args.jobs) {
      const int64_t prompt = static_cast<int64_t>(job.prompt.size());
      longest_ = std::max(longest_, prompt + job.num_tokens);
    }
  }

  StatusOr<std::vector<std::vector<kernels::SampledToken>>> Run() {
    const int64_t lanes = shape_.max_sequences + 1;  // one more keeps the prompt that is forked
    ASSIGN_OR_RETURN(pass_, InferencePass::Create(config_, args_.weights->options(),
                                                  {.max_batch_tokens = lanes * longest_,
                                                   .max_logits_rows = lanes,
                                                   .num_kv_blocks = lanes * BlocksFor(longest_),
                                                   .num_state_slots = lanes}));
    for (int64_t lane = lanes - 1; lane >= 1; --lane) free_.push_back(static_cast<int32_t>(lane));
    while (next_ < args_.jobs.size() || !running_.empty()) {
      while (!free_.empty() && next_ < args_.jobs.size()) Start();
      Step();
    }
    return std::move(results_);
  }

 private:
  std::vector<int32_t> BlocksOf(int32_t lane) const {
    std::vector<int32_t> blocks(static_cast<size_t>(BlocksFor(longest_)));
    std::iota(blocks.begin(), blocks.end(), static_cast<int32_t>(lane * BlocksFor(longest_)));
    return blocks;
  }

  void Start() {
    const SampleJob& job = args_.jobs[next_];
    Running r{next_++, free_.back(), BlocksOf(free_.back()), {}, 0};
    free_.pop_back();
    r.pending.assign(job.prompt.begin(), job.prompt.end());
    if (shape_.fork_groups && job.prompt.size() > 1) Fork(job, &r);
    running_.push_back(std::move(r));
  }

  // Lane 0 holds all but the last token of the group's prompt, so that each fork has a row to
  // sample from.
  void Fork(const SampleJob& job, Running* r) {
    const int64_t shared = static_cast<int64_t>(job.prompt.size()) - 1;
    const std::vector<int32_t> trunk = BlocksOf(0);
    if (forked_group_ != job.group) {
      const SequenceRows rows{job.prompt.first(static_cast<size_t>(shared)), 0, trunk, 0};
      pass_->Forward(stream_, *args_.weights, {&rows, 1});
      forked_group_ = job.group;
    }
    if (config_.HasSoftmax()) {
      for (int64_t b = 0; b < BlocksFor(shared); ++b) {
        pass_->CopyKvBlock(trunk[static_cast<size_t>(b)], r->blocks[static_cast<size_t>(b)]);
      }
    }
    if (config_.HasLightning()) pass_->CopyStateSlot(0, r->lane);
    r->position = shared;
    r->pending.assign(1, job.prompt.back());
  }

  void Step() {
    std::vector<SequenceRows> sequences;
    std::vector<int32_t> rows;    // that are sampled from
    std::vector<size_t> sampled;  // their sequences
    int32_t row = 0;
    for (size_t i = 0; i < running_.size(); ++i) {
      const Running& r = running_[i];
      size_t count = r.pending.size();
      if (shape_.prefill_chunk > 0) {
        count = std::min(count, static_cast<size_t>(shape_.prefill_chunk));
      }
      sequences.push_back({std::span(r.pending).first(count), r.position, r.blocks, r.lane});
      row += static_cast<int32_t>(count);
      if (count < r.pending.size()) continue;
      rows.push_back(row - 1);
      sampled.push_back(i);
    }
    pass_->Forward(stream_, *args_.weights, sequences);
    for (size_t i = 0; i < running_.size(); ++i) {
      Running& r = running_[i];
      const auto count = static_cast<int64_t>(sequences[i].token_ids.size());
      r.pending.erase(r.pending.begin(), r.pending.begin() + count);
      r.position += count;
    }
    Draw(rows, sampled);
    std::erase_if(running_, [&](const Running& r) {
      const bool done =
          static_cast<int64_t>(results_[r.job].size()) == args_.jobs[r.job].num_tokens;
      if (done) free_.push_back(r.lane);
      return done;
    });
  }

  void Draw(std::span<const int32_t> rows, std::span<const size_t> sampled) {
    if (rows.empty()) return;
    const Shape shape{static_cast<int64_t>(rows.size()), config_.vocab_size};
    kernels::Tensor logits(shape, DType::kF32);
    pass_->Logits(stream_, *args_.weights, rows, logits.mutable_view());
    std::vector<kernels::SampleRow> draws;
    for (size_t i : sampled) {
      const SampleJob& job = args_.jobs[running_[i].job];
      draws.push_back({.temperature = args_.temperature,
                       .key = RandomKey(args_.seed, RandomStream::kSampling),
                       .prompt = static_cast<uint64_t>(job.group),
                       .sample = job.sample,
                       .position = static_cast<uint32_t>(running_[i].position)});
    }
    std::vector<kernels::SampledToken> tokens(rows.size());
    kernels::Sample(stream_, {.logits = logits.view(), .rows = draws, .tokens = tokens});
    for (size_t i = 0; i < tokens.size(); ++i) {
      Running& r = running_[sampled[i]];
      results_[r.job].push_back(tokens[i]);
      r.pending.assign(1, tokens[i].token_id);
    }
  }

  const SamplingArgs& args_;
  const BatchShape& shape_;
  const ModelConfig& config_;
  ThreadPool pool_;
  kernels::Stream stream_;
  std::unique_ptr<InferencePass> pass_;
  int64_t longest_ = 0;
  size_t next_ = 0;
  std::optional<int32_t> forked_group_;
  std::vector<int32_t> free_;
  std::vector<Running> running_;
  std::vector<std::vector<kernels::SampledToken>> results_;
};

}  // namespace

StatusOr<std::vector<std::vector<kernels::SampledToken>>> SampleJobs(const SamplingArgs& args,
                                                                     const BatchShape& shape) {
  CHECK(shape.max_sequences >= 1 && shape.prefill_chunk >= 0);
  return SamplingRun(args, shape).Run();
}

}  // namespace longhaul::model
