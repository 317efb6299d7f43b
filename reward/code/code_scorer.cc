// SPDX-License-Identifier: Apache-2.0
#include "reward/code/code_scorer.h"

#include <fmt/format.h>

#include <algorithm>

#include "reward/ground_truth.h"

namespace longhaul::reward {
namespace {

// No solution of a contest is longer; the service refuses what is.
constexpr size_t kMaxSolutionBytes = 256 << 10;

struct CodeTask {
  CodeTests tests;
  CodeOptions options;
};

Status CheckTogether(const CodeTask& task) {
  const bool cpp = task.options.language == "cpp";
  if (cpp && task.tests.form == TestForm::kCalls) {
    return InvalidArgument("fn_name: calls need language python; in cpp give test and declaration");
  }
  if (task.tests.form == TestForm::kAssertions && cpp == task.tests.declaration.empty()) {
    return InvalidArgument("{}", cpp ? "language cpp: test needs a declaration of the function"
                                     : "declaration: belongs to language cpp");
  }
  if (task.options.judge.has_value() && task.tests.form != TestForm::kPrograms) {
    return InvalidArgument("judge: only for tests with inputs and outputs of programs");
  }
  const bool compares_text = task.options.comparator != TextComparator::kLines;
  if (compares_text && task.tests.form == TestForm::kAssertions) {
    return InvalidArgument("comparator: assertions compare by themselves");
  }
  return OkStatus();
}

StatusOr<CodeTask> ParseTask(const ScoringTask& task) {
  CodeTask result;
  ASSIGN_OR_RETURN(result.options, ParseCodeOptions(task.options));
  RETURN_IF_ERROR(RequireGroundTruth(task.answer));
  ASSIGN_OR_RETURN(result.tests, ParseCodeTests(task.answer));
  RETURN_IF_ERROR(CheckTogether(result));
  if (result.options.max_tests > 0) {
    result.tests.Truncate(static_cast<size_t>(result.options.max_tests));
  }
  return result;
}

StatusOr<TestResults> RunJudge(const JudgeArgs& args) {
  switch (args.tests.form) {
    case TestForm::kPrograms:
      return JudgePrograms(args);
    case TestForm::kCalls:
      return JudgeCalls(args);
    case TestForm::kAssertions:
      break;
  }
  return JudgeAssertions(args);
}

Verdict ToVerdict(const CodeTask& task, const TestResults& results) {
  const size_t total = task.tests.size();
  if (!results.failed() && results.passed == total) return Right(fmt::format("{} tests", total));
  if (task.options.score == CodeScore::kAll) return Wrong(results.first_failure);
  return Partial(static_cast<double>(results.passed) / static_cast<double>(total),
                 fmt::format("{} of {} tests; {}", results.passed, total, results.first_failure));
}

}  // namespace

CodeScorer::CodeScorer(SandboxSource source, const CodeScorerConfig& config)
    : source_(std::move(source)), config_(config) {}

StatusOr<const SandboxClient*> CodeScorer::Sandbox() const {
  const std::lock_guard lock(mutex_);
  if (sandbox_ == nullptr) {
    auto channel = source_();
    if (!channel.ok()) return Annotate(channel.status(), "sandbox");
    sandbox_ = std::make_unique<SandboxClient>(*std::move(channel), config_.retries);
  }
  return sandbox_.get();
}

Status CodeScorer::CheckTask(const ScoringTask& task) const {
  RETURN_IF_ERROR(ParseTask(task).status());
  return Sandbox().status();
}

Verdict CodeScorer::Score(const ScoringTask& task, const Response& response,
                          const ScoringCall& call) const {
  const StatusOr<CodeTask> parsed = ParseTask(task);
  if (!parsed.ok()) return Unscorable(Message(parsed.status()));
  if (!response.answer.has_value()) {
    return Wrong(fmt::format("no code block of language {}", parsed->options.language));
  }
  const std::string_view solution = *response.answer;
  if (solution.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Wrong("the solution is empty");
  }
  if (solution.size() > kMaxSolutionBytes) {
    return Wrong(fmt::format("the solution is longer than {} bytes", kMaxSolutionBytes));
  }
  const StatusOr<const SandboxClient*> sandbox = Sandbox();
  if (!sandbox.ok()) return Unscorable(Message(sandbox.status()));
  const JudgeArgs args = {.tests = parsed->tests,
                          .options = parsed->options,
                          .solution = solution,
                          .sandbox = **sandbox,
                          .call = call,
                          .proven_judges = proven_judges_};
  const StatusOr<TestResults> results = RunJudge(args);
  if (!results.ok()) return Unscorable(Message(results.status()));
  return ToVerdict(*parsed, *results);
}

}  // namespace longhaul::reward
