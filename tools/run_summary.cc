// SPDX-License-Identifier: Apache-2.0
#include "tools/run_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <string_view>

#include "common/file.h"
#include "common/json.h"

namespace longhaul::tools {
namespace {

constexpr int kTraces = 3;

// Accuracy on one set; null where it was not evaluated.
Json AccuracyOn(const std::string& set, const std::map<std::string, double>& accuracy) {
  const auto found = accuracy.find(set);
  return found == accuracy.end() ? Json() : Json(found->second);
}

Json AccuracyBySet(const std::map<std::string, double>& accuracy) {
  Json json = Json::Object();
  for (const auto& [name, value] : accuracy) json.Set(name, value);
  return json;
}

Json ToJson(const RunSummary& summary) {
  const trainer::RunResult& result = summary.result;
  Json boundaries = Json::Array();
  for (const trainer::CurriculumBoundary& boundary : result.curriculum_boundaries) {
    Json entry = Json::Object();
    entry.Set("step", boundary.step).Set("max_response_length", boundary.max_response_length);
    entry.Set("ppl_slope", boundary.ppl_slope).Set("p99_len_frac", boundary.p99_len_frac);
    boundaries.Append(entry);
  }
  Json json = Json::Object();
  json.Set("accuracy_before_rl", AccuracyOn(summary.first_eval_set, result.accuracy_before_rl));
  json.Set("accuracy_after_rl", AccuracyOn(summary.first_eval_set, result.accuracy_after_rl));
  json.Set("accuracy_before_rl_by_set", AccuracyBySet(result.accuracy_before_rl));
  json.Set("accuracy_after_rl_by_set", AccuracyBySet(result.accuracy_after_rl));
  json.Set("reward_first", result.reward_first).Set("reward_last", result.reward_last);
  json.Set("curriculum_boundaries", boundaries);
  Json alarms = Json::Array();
  for (const trainer::JudgeAlarm& alarm : result.judge_alarms) {
    Json entry = Json::Object();
    entry.Set("step", alarm.step).Set("cause", alarm.cause).Set("level", alarm.level);
    alarms.Append(entry);
  }
  json.Set("judge_alarms", alarms);
  json.Set("train_seconds", result.total_seconds);
  json.Set("sft_steps", result.sft_steps).Set("rl_steps", result.rl_steps);
  json.Set("steps", result.sft_steps + result.rl_steps);
  json.Set("last_checkpoint", result.last_checkpoint)
      .Set("best_checkpoint", result.best_checkpoint);
  json.Set("export", summary.export_dir.empty() ? Json() : Json(summary.export_dir));
  return json;
}

bool SameTask(const Json& a, const Json& b) {
  const Json *x = a.Find("uid"), *y = b.Find("uid");
  return x != nullptr && y != nullptr && *x == *y;
}

// The last lines of samples.jsonl, each of another task. Read from its end: it may be very long.
std::deque<Json> LastSamples(const std::string& run_dir) {
  std::deque<Json> samples;
  const StatusOr<MappedFile> file = MappedFile::Open(JoinPath(run_dir, "samples.jsonl"));
  if (!file.ok()) return samples;
  std::string_view text = file->bytes();
  while (!text.empty() && samples.size() < kTraces) {
    const size_t start = text.substr(0, text.size() - 1).rfind('\n') + 1;  // npos + 1 is 0
    StatusOr<Json> sample = Json::Parse(text.substr(start), "samples.jsonl");
    text = text.substr(0, start);
    if (!sample.ok() || (!samples.empty() && SameTask(samples.front(), *sample))) continue;
    samples.push_front(std::move(*sample));
  }
  return samples;
}

// A text, or its two ends where it is long.
std::string Shown(const std::string& text) {
  constexpr size_t kHead = 400, kTail = 200;
  if (text.size() <= kHead + kTail) return text;
  const auto begins_character = [&](size_t i) { return (text[i] & 0xc0) != 0x80; };
  size_t head = kHead, tail = text.size() - kTail;
  while (!begins_character(head)) --head;
  while (!begins_character(tail)) ++tail;
  return text.substr(0, head) + " ... " + text.substr(tail);
}

void PrintAccuracy(const trainer::RunResult& result) {
  for (const auto& [name, before] : result.accuracy_before_rl) {
    if (!result.accuracy_after_rl.contains(name))
      fmt::print("  accuracy on {:<16} {:.3f} before RL\n", name, before);
  }
  for (const auto& [name, after] : result.accuracy_after_rl) {
    const auto before = result.accuracy_before_rl.find(name);
    if (before == result.accuracy_before_rl.end()) {
      fmt::print("  accuracy on {:<16} {:.3f}\n", name, after);
    } else {
      fmt::print("  accuracy on {:<16} {:.3f} before RL, {:.3f} after\n", name, before->second,
                 after);
    }
  }
}

}  // namespace

Status WriteSummary(const std::string& run_dir, const RunSummary& summary) {
  return WriteFileAtomic(JoinPath(run_dir, "summary.json"),
                         ToJson(summary).ToPrettyString() + "\n");
}

void PrintSummary(const std::string& run_dir, const RunSummary& summary) {
  const trainer::RunResult& result = summary.result;
  fmt::print("\nDone: {} SFT steps and {} RL steps in {:.0f} s\n", result.sft_steps,
             result.rl_steps, result.total_seconds);
  if (result.rl_steps > 0) {
    fmt::print("  reward {:.3f} at the first RL step, {:.3f} at the last\n", result.reward_first,
               result.reward_last);
  }
  PrintAccuracy(result);
  for (const trainer::CurriculumBoundary& boundary : result.curriculum_boundaries) {
    fmt::print("  window {} tokens from step {}\n", boundary.max_response_length, boundary.step);
  }
  for (const trainer::JudgeAlarm& alarm : result.judge_alarms) {
    fmt::print("  alarm about the judge at step {}, level {} from there on: {}\n", alarm.step,
               alarm.level, alarm.cause);
  }
  const std::deque<Json> samples = LastSamples(run_dir);
  if (!samples.empty()) fmt::print("\nSamples of the end:\n");
  for (const Json& sample : samples) {
    fmt::print("  {}{}   [reward {}, stopped by {}]\n",
               Shown(sample.GetStringOr("prompt", "").value_or("")),
               Shown(sample.GetStringOr("text", "").value_or("")),
               sample.GetDoubleOr("reward", 0).value_or(0),
               sample.GetStringOr("stop", "").value_or(""));
  }
  fmt::print("\n  samples      {}\n  metrics      {}\n", JoinPath(run_dir, "samples.jsonl"),
             JoinPath(run_dir, "metrics.jsonl"));
  if (!result.last_checkpoint.empty()) fmt::print("  checkpoints  {}\n", result.last_checkpoint);
  if (!summary.export_dir.empty()) {
    fmt::print("  model        {} (read back, largest log-prob difference {})\n",
               summary.export_dir, summary.export_max_logprob_difference);
  }
}

}  // namespace longhaul::tools
