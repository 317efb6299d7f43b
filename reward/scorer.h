// SPDX-License-Identifier: Apache-2.0
//
// What judges a response: by rules of its own (reward/verifier.h), or by asking somebody, a sandbox
// or a judge model. One instance serves every thread and keeps nothing from one response to the
// next that could change a verdict.
//
// A response that is wrong, empty or unreadable is a verdict with a low score. Unscorable is what
// could not be judged: a ground truth that does not parse, a service that is down, a reply that
// makes no sense. A failure of ours is never a score of 0.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::reward {

// One scorer's share of a task. Views live as long as the call.
struct ScoringTask {
  std::string_view answer;  // ground truth; its meaning is the scorer's
  const Json& options;      // an object, possibly empty
  std::string_view prompt = {};
  std::string_view metadata_json = {};
};

struct Response {
  std::string_view text;                   // all of it, the thinking included
  std::optional<std::string_view> answer;  // what the extractor found, if anything
};

struct Verdict {
  bool scorable = true;
  double score = 0;    // in [0, 1]; 1 = right
  std::string detail;  // what was compared, or why it was unscorable
  // Of a judge that was asked in both orders: whether it contradicted itself.
  std::optional<bool> flipped = std::nullopt;
};
inline Verdict Right(std::string detail = "") { return {true, 1, std::move(detail), {}}; }
inline Verdict Wrong(std::string detail) { return {true, 0, std::move(detail), {}}; }
inline Verdict Partial(double score, std::string detail) {
  return {true, score, std::move(detail), {}};
}
inline Verdict Unscorable(std::string detail) { return {false, 0, std::move(detail), {}}; }

// How long a call may take. What asks others passes both on to them.
struct ScoringCall {
  std::chrono::system_clock::time_point deadline = std::chrono::system_clock::time_point::max();
  std::function<bool()> cancelled = [] { return false; };  // the caller has gone
};

class Scorer {
 public:
  virtual ~Scorer() = default;

  virtual std::string_view name() const = 0;
  // The extractor of a task that names none.
  virtual std::string_view default_extractor() const { return "whole"; }
  // Whether it judges the answer, so that it counts for accuracy; false: only the form.
  virtual bool judges_answer() const { return true; }
  // Whether a task without a ground truth is none; false: the options say what is right.
  virtual bool needs_ground_truth() const { return true; }
  // Whether its verdict is the opinion of a model, which may have biases and is watched for them.
  virtual bool is_judge() const { return false; }
  // Keys of `options` it reads; the router refuses others.
  virtual std::vector<std::string_view> option_keys() const { return {}; }
  // 0: Score only computes. Else it waits for others, and so many calls at a time do it any good;
  // the reward service keeps them off the threads that compute.
  virtual int max_concurrent_calls() const { return 0; }

  // Whether what it needs beside the task (a sandbox) is there; before the first task is looked at.
  virtual Status CheckReady() const { return OkStatus(); }
  // What is wrong with the options, and only then with the ground truth; without naming the task.
  virtual Status CheckTask(const ScoringTask& task) const = 0;
  // Blocks until there is a verdict, at most until the deadline: then it is unscorable.
  virtual Verdict Score(const ScoringTask& task, const Response& response,
                        const ScoringCall& call) const = 0;
};

// At most `max_bytes` of a text, for details and messages: bytes that are not printable ASCII or
// whole UTF-8 characters are escaped, and what is cut is said.
std::string Excerpt(std::string_view text, size_t max_bytes = 80);

}  // namespace longhaul::reward
