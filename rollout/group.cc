// SPDX-License-Identifier: Apache-2.0
#include "rollout/group.h"

#include <algorithm>
#include <utility>

#include "common/random.h"

namespace longhaul::rollout {
namespace {

// Outside of these a tempered logit is no finite number, or all of them are the same.
constexpr double kMinTemperature = 1e-6, kMaxTemperature = 1000;

Status CheckSampling(const GroupRequest& request, const Tokenizer* tokenizer) {
  const SamplingParams& sampling = request.sampling;
  const double t = sampling.temperature;
  if (t != 0 && !(t >= kMinTemperature && t <= kMaxTemperature)) {
    return InvalidArgument("request '{}': temperature {} must be 0 (greedy) or between {} and {}",
                           request.uid, t, kMinTemperature, kMaxTemperature);
  }
  if (sampling.top_k < 0 || !(sampling.top_p > 0) || !(sampling.top_p <= 1) ||
      !(sampling.min_p >= 0) || !(sampling.min_p <= 1)) {
    return InvalidArgument(
        "request '{}': top_k {} must not be negative, top_p {} in (0, 1], min_p {} in [0, 1]",
        request.uid, sampling.top_k, sampling.top_p, sampling.min_p);
  }
  if (sampling.max_response_length < 1) {
    return InvalidArgument("request '{}': max_response_length is {}, must be at least 1",
                           request.uid, sampling.max_response_length);
  }
  for (const std::string& stop : sampling.stop) {
    if (stop.empty()) return InvalidArgument("request '{}': an empty stop string", request.uid);
    if (tokenizer == nullptr) {
      return InvalidArgument("request '{}': stop strings need a tokenizer", request.uid);
    }
  }
  return OkStatus();
}

Status CheckTokens(const GroupRequest& request, const std::vector<int32_t>& ids, int64_t vocab) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= vocab) {
      return InvalidArgument("request '{}': token {} at {} is outside the vocabulary of {}",
                             request.uid, ids[i], i, vocab);
    }
  }
  return OkStatus();
}

Status CheckResume(const GroupRequest& request, int64_t vocab) {
  std::vector<char> seen(static_cast<size_t>(request.group_size), 0);
  for (const Completion& completion : request.resume) {
    const int32_t sample = completion.sample;
    if (sample < 0 || sample >= request.group_size || seen[static_cast<size_t>(sample)]) {
      return InvalidArgument("request '{}': resumed sample {} of a group of {}, or twice",
                             request.uid, sample, request.group_size);
    }
    seen[static_cast<size_t>(sample)] = 1;
    const size_t length = completion.token_ids.size();
    int64_t versioned = 0;
    for (const VersionSpan& span : completion.versions) versioned += span.count;
    if (completion.rollout_logprobs.size() != length || completion.raw_logprobs.size() != length ||
        completion.entropies.size() != length || versioned != static_cast<int64_t>(length)) {
      return InvalidArgument(
          "request '{}': resumed sample {} has {} tokens but {} / {} log-probs, {} entropies and "
          "{} "
          "versioned tokens",
          request.uid, sample, length, completion.rollout_logprobs.size(),
          completion.raw_logprobs.size(), completion.entropies.size(), versioned);
    }
    RETURN_IF_ERROR(CheckTokens(request, completion.token_ids, vocab));
  }
  return OkStatus();
}

std::unique_ptr<LiveSample> MakeSample(LiveGroup* group, int32_t index) {
  auto sample = std::make_unique<LiveSample>();
  sample->owner = group;
  sample->group = &group->prompt;
  sample->sample = index;
  sample->path = group->request.prompt_ids;
  sample->completion.sample = index;
  sample->stop = group->rules.Begin();
  return sample;
}

void ResumeSample(Completion completion, LiveSample* sample) {
  sample->completion = std::move(completion);
  Completion& resumed = sample->completion;
  if (!sample->unfinished()) return;
  sample->owner->rules.Resume(&resumed, &sample->stop);
  if (!sample->unfinished()) {
    resumed.text = sample->owner->rules.Text(resumed, sample->stop);
    return;
  }
  sample->path.insert(sample->path.end(), resumed.token_ids.begin(), resumed.token_ids.end());
  resumed.token_ids.clear();
}

}  // namespace

int64_t ResponseWindow(const GroupRequest& request, const model::ModelConfig& model) {
  const int64_t left =
      model.max_position_embeddings - static_cast<int64_t>(request.prompt_ids.size());
  return std::min(request.sampling.max_response_length, left);
}

Status CheckRequest(const GroupRequest& request, const RequestLimits& limits) {
  if (request.prompt_ids.empty()) {
    return InvalidArgument("request '{}': the prompt has no tokens", request.uid);
  }
  if (request.group_size < 1) {
    return InvalidArgument("request '{}': group_size is {}", request.uid, request.group_size);
  }
  RETURN_IF_ERROR(CheckSampling(request, limits.tokenizer));
  RETURN_IF_ERROR(CheckTokens(request, request.prompt_ids, limits.model->vocab_size));
  RETURN_IF_ERROR(CheckResume(request, limits.model->vocab_size));
  const auto prompt = static_cast<int64_t>(request.prompt_ids.size());
  const int64_t window = ResponseWindow(request, *limits.model);
  if (window < 1) {
    return InvalidArgument(
        "request '{}': a prompt of {} tokens leaves no room for a response in a context of {} "
        "(max_position_embeddings)",
        request.uid, prompt, limits.model->max_position_embeddings);
  }
  if (limits.cache_tokens > 0 && prompt + window > limits.cache_tokens) {
    return InvalidArgument(
        "request '{}': prompt {} + response {} = {} tokens, but the key-value cache holds {} "
        "(rollout.engine.kv_cache_tokens)",
        request.uid, prompt, window, prompt + window, limits.cache_tokens);
  }
  return OkStatus();
}

std::unique_ptr<LiveGroup> MakeLiveGroup(GroupRequest request, const RequestLimits& limits,
                                         int64_t order) {
  const SamplingParams& sampling = request.sampling;
  auto group = std::make_unique<LiveGroup>(StopRules(sampling, limits.model->eos_token_ids,
                                                     ResponseWindow(request, *limits.model),
                                                     limits.tokenizer));
  group->row.temperature = static_cast<float>(sampling.temperature);
  group->row.top_k = sampling.top_k;
  group->row.top_p = static_cast<float>(sampling.top_p);
  group->row.min_p = static_cast<float>(sampling.min_p);
  group->row.key = RandomKey(sampling.seed, RandomStream::kSampling);
  group->row.prompt = StableHash(request.uid);
  group->prompt.order = order;
  group->prompt.prefix_length = static_cast<int64_t>(request.prompt_ids.size()) - 1;
  std::vector<Completion> resume = std::move(request.resume);
  request.resume.clear();
  group->request = std::move(request);
  for (int32_t i = 0; i < group->request.group_size; ++i) {
    group->samples.push_back(MakeSample(group.get(), i));
  }
  for (Completion& completion : resume) {
    LiveSample* sample = group->samples[static_cast<size_t>(completion.sample)].get();
    ResumeSample(std::move(completion), sample);
  }
  for (const auto& sample : group->samples) group->num_unfinished += sample->unfinished();
  return group;
}

void AppendToken(const kernels::SampledToken& token, int64_t weight_version, LiveSample* sample) {
  Completion& completion = sample->completion;
  const auto index = static_cast<int64_t>(completion.raw_logprobs.size());
  sample->path.push_back(token.token_id);
  completion.rollout_logprobs.push_back(token.tempered_logprob);
  completion.raw_logprobs.push_back(token.logprob);
  completion.entropies.push_back(token.entropy);
  if (completion.versions.empty() || completion.versions.back().weight_version != weight_version) {
    completion.versions.push_back({.weight_version = weight_version, .first = index, .count = 0});
  }
  ++completion.versions.back().count;
  sample->owner->rules.Observe(token.token_id, &completion, &sample->stop);
  if (!sample->unfinished()) FinishSample(sample);
}

void FinishSample(LiveSample* sample) {
  Completion& completion = sample->completion;
  const auto prompt = static_cast<int64_t>(sample->owner->request.prompt_ids.size());
  completion.token_ids.assign(sample->path.begin() + prompt, sample->path.end());
  completion.text = sample->owner->rules.Text(completion, sample->stop);
  --sample->owner->num_unfinished;
}

Completion CompletionOf(const LiveSample& sample) {
  Completion completion = sample.completion;
  if (!sample.unfinished()) return completion;
  const auto prompt = static_cast<int64_t>(sample.owner->request.prompt_ids.size());
  completion.token_ids.assign(sample.path.begin() + prompt, sample.path.end());
  return completion;
}

}  // namespace longhaul::rollout
