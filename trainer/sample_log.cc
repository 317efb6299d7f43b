// SPDX-License-Identifier: Apache-2.0
#include "trainer/sample_log.h"

#include "common/json.h"

namespace longhaul::trainer {
namespace {

const char* NameOf(SampleUse use) {
  switch (use) {
    case SampleUse::kTrained:
      return "train";
    case SampleUse::kDropped:
      return "dropped";
    case SampleUse::kEvaluated:
      return "eval";
  }
  return "?";
}

const char* NameOf(proto::StopReason reason) {
  switch (reason) {
    case proto::STOP_REASON_EOS:
      return "eos";
    case proto::STOP_REASON_LENGTH:
      return "length";
    case proto::STOP_REASON_REPETITION:
      return "repetition";
    case proto::STOP_REASON_STOP_STRING:
      return "stop_string";
    case proto::STOP_REASON_ABORTED:
      return "aborted";
    default:
      return "unfinished";
  }
}

Json RewardToJson(const proto::RewardResult& reward) {
  Json components = Json::Array();
  for (const proto::RewardComponent& component : reward.components()) {
    Json entry = Json::Object();
    entry.Set("type", component.type());
    entry.Set("status", component.status() == proto::REWARD_STATUS_OK ? "ok" : "unscorable");
    entry.Set("score", component.score()).Set("weight", component.weight());
    if (!component.detail().empty()) entry.Set("detail", component.detail());
    components.Append(std::move(entry));
  }
  return components;
}

Json RolloutToJson(const SampleContext& context, const proto::Group& group,
                   const proto::Rollout& rollout) {
  const proto::RewardResult& reward = rollout.reward();
  Json line = Json::Object();
  line.Set("step", context.step).Set("use", NameOf(context.use));
  if (!context.eval_name.empty()) line.Set("eval", context.eval_name);
  line.Set("uid", group.task().uid()).Set("sample", rollout.sample());
  if (!group.task().domain().empty()) line.Set("domain", group.task().domain());
  line.Set("prompt", group.task().prompt()).Set("text", rollout.text());
  line.Set("reward", reward.score()).Set("correct", reward.correct());
  line.Set("status", reward.status() == proto::REWARD_STATUS_OK ? "ok" : "unscorable");
  line.Set("components", RewardToJson(reward));
  if (!reward.detail().empty()) line.Set("detail", reward.detail());
  line.Set("stop", NameOf(rollout.stop_reason())).Set("length", rollout.token_ids_size());
  Json versions = Json::Array();
  for (const proto::VersionSpan& span : rollout.versions()) {
    Json entry = Json::Object();
    entry.Set("version", span.weight_version()).Set("first", span.first());
    entry.Set("count", span.count());
    versions.Append(std::move(entry));
  }
  line.Set("versions", std::move(versions));
  return line;
}

}  // namespace

Status LogSamples(const SampleContext& context, const proto::Group& group, AppendFile* file) {
  for (const proto::Rollout& rollout : group.rollouts()) {
    RETURN_IF_ERROR(file->Append(RolloutToJson(context, group, rollout).ToString() + "\n"));
  }
  return OkStatus();
}

}  // namespace longhaul::trainer
