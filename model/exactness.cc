// SPDX-License-Identifier: Apache-2.0
#include "model/exactness.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "common/random.h"
#include "common/thread_pool.h"
#include "model/sampling_run.h"
#include "model/training_pass.h"

namespace longhaul::model {
namespace {

using Results = std::vector<std::vector<kernels::SampledToken>>;

constexpr int64_t kGroupSize = 4;
constexpr int64_t kMeanResponse = 32;
constexpr int64_t kShortestPrompt = 3;

// Prompts and responses of uneven lengths; prompts cross cache blocks, some chunks of the lightning
// grid too.
struct Workload {
  std::vector<std::vector<int32_t>> prompts;
  std::vector<SampleJob> jobs;
};

Workload MakeWorkload(const ModelConfig& config, const ExactnessOptions& options) {
  Workload work;
  RandomSequence random(RandomKey(options.seed, RandomStream::kTest), 0);
  const int64_t responses =
      std::max(kGroupSize, (options.num_tokens + kMeanResponse - 1) / kMeanResponse);
  const int64_t groups = (responses + kGroupSize - 1) / kGroupSize;
  const auto vocab = static_cast<uint64_t>(config.vocab_size);
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t length = random.Between(kShortestPrompt, g % 2 == 0 ? 90 : 12);
    std::vector<int32_t>& prompt = work.prompts.emplace_back();
    for (int64_t i = 0; i < length; ++i)
      prompt.push_back(static_cast<int32_t>(random.Below(vocab)));
  }
  for (int64_t i = 0; i < responses; ++i) {
    const int64_t g = i / kGroupSize,
                  uneven = random.Between(-kMeanResponse / 2, kMeanResponse / 2);
    work.jobs.push_back({static_cast<int32_t>(g), static_cast<uint32_t>(i % kGroupSize),
                         work.prompts[static_cast<size_t>(g)], kMeanResponse + uneven});
  }
  return work;
}

class Checker {
 public:
  Checker(const ModelConfig& config, const Parameters& parameters, const ExactnessOptions& options)
      : options_(options),
        weights_(config, {.precision = options.precision, .head_inputs = options.head_inputs}),
        work_(MakeWorkload(config, options)) {
    ThreadPool pool(AvailableCpus());
    kernels::Stream stream(&pool);
    weights_.Pack(stream, parameters, 0);
  }

  StatusOr<ExactnessReport> Run() {
    ASSIGN_OR_RETURN(reference_, Sample({.max_sequences = 1}));
    const BatchShape shapes[] = {
        {.max_sequences = 1, .prefill_chunk = 0, .num_threads = 2},
        {.max_sequences = 3, .prefill_chunk = 1, .num_threads = 1},
        {.max_sequences = 8, .prefill_chunk = 7, .num_threads = 2},
        {.max_sequences = 64, .prefill_chunk = 0, .num_threads = 1},
        {.max_sequences = 64, .prefill_chunk = 0, .num_threads = 2},
        {.max_sequences = 64, .prefill_chunk = 64, .num_threads = 2},
        {.max_sequences = 5, .prefill_chunk = 0, .fork_groups = true, .num_threads = 2},
        {.max_sequences = 64, .prefill_chunk = 16, .fork_groups = true, .num_threads = 1}};
    for (const BatchShape& shape : shapes) {
      ASSIGN_OR_RETURN(Results again, Sample(shape));
      report_.rows.push_back(CompareSampled(shape, again));
    }
    for (int threads : {1, 2}) {
      RETURN_IF_ERROR(Score("training, packed", threads, PackedBatch()));
      RETURN_IF_ERROR(Score("training, tree", threads, TreeBatch()));
    }
    return std::move(report_);
  }

 private:
  StatusOr<Results> Sample(const BatchShape& shape) const {
    return SampleJobs({.weights = &weights_,
                       .jobs = work_.jobs,
                       .temperature = options_.temperature,
                       .seed = options_.seed},
                      shape);
  }

  static void Compare(float a, float b, double* largest, bool* same) {
    if (std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b)) return;
    *same = false;
    const double gap = std::fabs(static_cast<double>(a) - static_cast<double>(b));
    if (!(gap <= *largest)) *largest = gap;
  }

  ExactnessRow CompareSampled(const BatchShape& shape, const Results& again) const {
    ExactnessRow row;
    row.how =
        fmt::format("sampling, {} at once, {} thread{}, prefill {}{}", shape.max_sequences,
                    shape.num_threads, shape.num_threads == 1 ? "" : "s",
                    shape.prefill_chunk == 0 ? "whole" : fmt::format("by {}", shape.prefill_chunk),
                    shape.fork_groups ? ", forked" : "");
    for (size_t j = 0; j < reference_.size(); ++j) {
      for (size_t t = 0; t < reference_[j].size(); ++t) {
        const kernels::SampledToken &a = reference_[j][t], &b = again[j][t];
        ++row.tokens;
        if (a.token_id != b.token_id) {
          ++row.different_tokens;
          break;  // what follows is another text
        }
        bool same = true;
        Compare(a.logprob, b.logprob, &row.largest_difference, &same);
        Compare(a.tempered_logprob, b.tempered_logprob, &row.largest_difference, &same);
        Compare(a.entropy, b.entropy, &row.largest_difference, &same);
        row.different_bits += same ? 0 : 1;
      }
    }
    return row;
  }

  std::vector<int32_t> Response(size_t job) const {
    std::vector<int32_t> tokens;
    for (const kernels::SampledToken& t : reference_[job]) tokens.push_back(t.token_id);
    return tokens;
  }

  // Every response behind its own copy of the prompt.
  TokenBatch PackedBatch() const {
    TokenBatch batch;
    for (size_t j = 0; j < work_.jobs.size(); ++j) {
      std::vector<int32_t> tokens(work_.jobs[j].prompt.begin(), work_.jobs[j].prompt.end());
      const auto prompt = static_cast<int64_t>(tokens.size());
      const std::vector<int32_t> response = Response(j);
      tokens.insert(tokens.end(), response.begin(), response.end());
      batch.AddTargets(batch.AddSegment(tokens, -1), prompt);
    }
    return batch;
  }

  // One trunk a prompt, one branch a response.
  TokenBatch TreeBatch() const {
    TokenBatch batch;
    int32_t trunk = -1, group = -1;
    for (size_t j = 0; j < work_.jobs.size(); ++j) {
      if (work_.jobs[j].group != group) {
        group = work_.jobs[j].group;
        trunk = batch.AddSegment(work_.jobs[j].prompt, -1);
      }
      batch.AddTargets(batch.AddSegment(Response(j), trunk), 0);
    }
    return batch;
  }

  Status Score(const std::string& how, int threads, const TokenBatch& batch) {
    ASSIGN_OR_RETURN(
        std::unique_ptr<TrainingPass> pass,
        TrainingPass::Create(weights_.config(), weights_.options(),
                             {.max_tokens = batch.num_tokens(),
                              .max_targets = batch.num_targets(),
                              .max_segments = static_cast<int64_t>(batch.segments.size())}));
    ThreadPool pool(threads);
    kernels::Stream stream(&pool);
    std::vector<float> logprobs(static_cast<size_t>(batch.num_targets())), entropy(logprobs.size());
    pass->Forward(stream, weights_, batch);
    pass->Logprobs(stream, options_.temperature, logprobs, entropy);
    ExactnessRow row;
    row.how = fmt::format("{}, {} thread{}", how, threads, threads == 1 ? "" : "s");
    size_t i = 0;
    for (const std::vector<kernels::SampledToken>& response : reference_) {
      for (const kernels::SampledToken& token : response) {
        bool same = true;
        Compare(token.tempered_logprob, logprobs[i], &row.largest_difference, &same);
        Compare(token.entropy, entropy[i], &row.largest_difference, &same);
        row.different_bits += same ? 0 : 1;
        ++i;
      }
    }
    row.tokens = static_cast<int64_t>(i);
    report_.rows.push_back(std::move(row));
    return OkStatus();
  }

  const ExactnessOptions& options_;
  Weights weights_;
  Workload work_;
  Results reference_;
  ExactnessReport report_;
};

}  // namespace

StatusOr<ExactnessReport> CheckExactness(const ModelConfig& config, const Parameters& parameters,
                                         const ExactnessOptions& options) {
  if (options.num_tokens < 1 || !(options.temperature > 0)) {
    return InvalidArgument("exactness needs num_tokens of at least 1 and a positive temperature");
  }
  return Checker(config, parameters, options).Run();
}

StatusOr<ExactnessReport> CheckExactness(const std::string& model_dir,
                                         const ExactnessOptions& options) {
  ASSIGN_OR_RETURN(ModelConfig config, ModelConfig::Load(model_dir));
  ASSIGN_OR_RETURN(Parameters parameters, Parameters::Load(config, model_dir));
  return CheckExactness(config, parameters, options);
}

}  // namespace longhaul::model
