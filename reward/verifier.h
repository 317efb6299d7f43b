// SPDX-License-Identifier: Apache-2.0
//
// What judges a response by rules. A verifier is a pure function of the task and the response, with
// no state, no clock and no thread of its own; one instance serves every thread.
//
// A response that is wrong, empty or unreadable is a verdict with a low score. Only a task that
// cannot be judged (its ground truth does not parse) is unscorable, and CheckTask finds that when
// the data is loaded.
//
// Work is bounded by a budget that verifiers draw on, never by a timer, so that a verdict is the
// same on a slow machine. A response that would cost more than the budget did not prove itself
// right: score 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::reward {

// One verifier's share of a task. Views live as long as the call.
struct VerifierTask {
  std::string_view answer;  // ground truth; its meaning is the verifier's
  const Json& options;      // an object, possibly empty
  std::string_view prompt = {};
  std::string_view metadata_json = {};
};

struct Response {
  std::string_view text;                   // all of it, the thinking included
  std::optional<std::string_view> answer;  // what the extractor found, if anything
};

// Steps of work left; a step is of the order of a nanosecond. Owned by one call.
class WorkBudget {
 public:
  explicit WorkBudget(int64_t steps) : left_(steps) {}
  // False, and nothing left from then on, when `steps` are more than what is left.
  bool Spend(int64_t steps) {
    if (steps < 0 || steps > left_) {
      left_ = 0;
      return false;
    }
    left_ -= steps;
    return true;
  }

 private:
  int64_t left_;
};
inline constexpr int64_t kWorkBudgetSteps = 20'000'000;  // per component of one response

struct Verdict {
  bool scorable = true;
  double score = 0;    // in [0, 1]; 1 = right
  std::string detail;  // what was compared, or why it was unscorable
};
inline Verdict Right(std::string detail = "") { return {true, 1, std::move(detail)}; }
inline Verdict Wrong(std::string detail) { return {true, 0, std::move(detail)}; }
inline Verdict Partial(double score, std::string detail) {
  return {true, score, std::move(detail)};
}
inline Verdict Unscorable(std::string detail) { return {false, 0, std::move(detail)}; }

class Verifier {
 public:
  virtual ~Verifier() = default;

  virtual std::string_view name() const = 0;
  // The extractor of a task that names none.
  virtual std::string_view default_extractor() const { return "whole"; }
  // Whether it judges the answer, so that it counts for accuracy; false: only the form.
  virtual bool judges_answer() const { return true; }
  // Keys of `options` it reads; the router refuses others.
  virtual std::vector<std::string_view> option_keys() const { return {}; }

  // What is wrong with the ground truth or the options, without naming the task.
  virtual Status CheckTask(const VerifierTask& task) const = 0;
  virtual Verdict Verify(const VerifierTask& task, const Response& response,
                         WorkBudget& budget) const = 0;
};

// At most `max_bytes` of a text, for details and messages: bytes that are not printable ASCII or
// whole UTF-8 characters are escaped, and what is cut is said.
std::string Excerpt(std::string_view text, size_t max_bytes = 80);

}  // namespace longhaul::reward
