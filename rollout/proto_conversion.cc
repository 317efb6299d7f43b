// SPDX-License-Identifier: Apache-2.0
#include "rollout/proto_conversion.h"

namespace longhaul::rollout {
namespace {

SamplingParams SamplingOf(const proto::SamplingParams& message) {
  SamplingParams sampling;
  sampling.temperature = message.temperature();
  sampling.top_k = message.top_k();
  sampling.top_p = message.top_p();
  sampling.min_p = message.min_p();
  sampling.max_response_length = message.max_response_length();
  sampling.stop_token_ids.assign(message.stop_token_ids().begin(), message.stop_token_ids().end());
  sampling.stop.assign(message.stop().begin(), message.stop().end());
  sampling.repetition_prob = message.repetition_stop().prob();
  sampling.repetition_run_length = message.repetition_stop().run_length();
  sampling.seed = message.seed();
  return sampling;
}

}  // namespace

GroupRequest RequestOf(const proto::Lease& lease) {
  GroupRequest request;
  request.id = lease.lease_id();
  request.uid = lease.task().uid();
  request.prompt_ids.assign(lease.task().prompt_ids().begin(), lease.task().prompt_ids().end());
  request.group_size = lease.group_size();
  request.sampling = SamplingOf(lease.sampling());
  for (const proto::Rollout& rollout : lease.resume()) {
    request.resume.push_back(CompletionOf(rollout));
  }
  return request;
}

Completion CompletionOf(const proto::Rollout& rollout) {
  Completion completion;
  completion.sample = rollout.sample();
  completion.token_ids.assign(rollout.token_ids().begin(), rollout.token_ids().end());
  completion.rollout_logprobs.assign(rollout.rollout_logprobs().begin(),
                                     rollout.rollout_logprobs().end());
  completion.raw_logprobs.assign(rollout.raw_logprobs().begin(), rollout.raw_logprobs().end());
  completion.entropies.assign(rollout.entropies().begin(), rollout.entropies().end());
  for (const proto::VersionSpan& span : rollout.versions()) {
    completion.versions.push_back({span.weight_version(), span.first(), span.count()});
  }
  completion.stop_reason = static_cast<StopReason>(rollout.stop_reason());
  completion.stop_string = rollout.stop_string();
  completion.text = rollout.text();
  completion.repetition_run = rollout.repetition_run();
  return completion;
}

proto::Rollout RolloutOf(const Completion& completion) {
  proto::Rollout rollout;
  rollout.set_sample(completion.sample);
  rollout.mutable_token_ids()->Add(completion.token_ids.begin(), completion.token_ids.end());
  rollout.mutable_rollout_logprobs()->Add(completion.rollout_logprobs.begin(),
                                          completion.rollout_logprobs.end());
  rollout.mutable_raw_logprobs()->Add(completion.raw_logprobs.begin(),
                                      completion.raw_logprobs.end());
  rollout.mutable_entropies()->Add(completion.entropies.begin(), completion.entropies.end());
  for (const VersionSpan& span : completion.versions) {
    proto::VersionSpan* message = rollout.add_versions();
    message->set_weight_version(span.weight_version);
    message->set_first(span.first);
    message->set_count(span.count);
  }
  rollout.set_stop_reason(static_cast<proto::StopReason>(completion.stop_reason));
  rollout.set_stop_string(completion.stop_string);
  rollout.set_text(completion.text);
  rollout.set_repetition_run(completion.repetition_run);
  return rollout;
}

}  // namespace longhaul::rollout
