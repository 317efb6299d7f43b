// SPDX-License-Identifier: Apache-2.0
//
// Tests with an input and an expected output: each in a jail of its own. They go out in batches
// that grow, so that a wrong solution costs little and a right one few round trips.
#include <fmt/format.h>

#include <algorithm>

#include "common/random.h"
#include "reward/code/execution.h"
#include "reward/code/judge.h"

namespace longhaul::reward {
namespace {

constexpr size_t kFirstBatch = 4;
constexpr size_t kLargestBatch = 64;
constexpr size_t kLargestBatchBytes = 32 << 20;
constexpr size_t kJudgeSpaceBytes = 64 << 20;  // for what a special judge writes

struct Range {
  size_t begin;
  size_t end;
};

proto::ExecuteRequest MakeRequest(const JudgeArgs& args, Range range) {
  proto::ExecuteRequest request;
  request.mutable_program()->set_language(args.options.language);
  request.mutable_program()->set_source(std::string(args.solution));
  request.set_stop_after_failure(args.options.score == CodeScore::kAll);
  for (size_t i = range.begin; i < range.end; ++i) {
    const ProgramTest& test = args.tests.programs[i];
    proto::ExecutionRun* run = request.add_runs();
    run->set_stdin(test.input);
    SetLimits(args.options, {.output_bytes = static_cast<int64_t>(test.output.size())},
              *run->mutable_limits());
  }
  return request;
}

// An output that the special judge has to look at.
struct Candidate {
  size_t test;
  const std::string* output;
};

// What became of the special judge on each.
StatusOr<proto::ExecuteReply> RunSpecialJudge(const JudgeArgs& args,
                                              const std::vector<Candidate>& candidates) {
  proto::ExecuteRequest request;
  request.mutable_program()->set_language(args.options.judge->language);
  request.mutable_program()->set_source(args.options.judge->source);
  for (const Candidate& candidate : candidates) {
    const ProgramTest& test = args.tests.programs[candidate.test];
    proto::ExecutionRun* run = request.add_runs();
    AddFile(*run, "input.txt", test.input);
    AddFile(*run, "output.txt", *candidate.output);
    AddFile(*run, "answer.txt", test.output);
    for (const char* path : {"input.txt", "output.txt", "answer.txt"}) run->add_arguments(path);
    // By the output too, which is within limits of its own: its size must not stop the judge.
    run->mutable_limits()->set_file_bytes(static_cast<int64_t>(
        test.input.size() + candidate.output->size() + test.output.size() + kJudgeSpaceBytes));
  }
  ASSIGN_OR_RETURN(proto::ExecuteReply reply, args.sandbox.Execute(request, args.call));
  if (const std::string failure = CompileFailure(reply); !failure.empty()) {
    return FailedPrecondition("the special judge {}", failure);
  }
  if (reply.runs_size() != request.runs_size()) return Internal("the special judge was not run");
  return reply;
}

bool SaysWrong(const proto::Execution& run) {
  return run.outcome() == proto::EXECUTION_OUTCOME_RUNTIME_ERROR && run.signal() == 0 &&
         (run.exit_code() == 1 || run.exit_code() == 2);
}

uint64_t TestKey(const JudgeArgs& args, const ProgramTest& test) {
  const SpecialJudge& judge = *args.options.judge;
  return StableHash(fmt::format("{} {} {} {}\n{}{}{}{}", judge.language.size(), judge.source.size(),
                                test.input.size(), test.output.size(), judge.language, judge.source,
                                test.input, test.output));
}

// A refusal counts when the judge accepts the expected output of the same test. Else a mistake in
// the judge, which ends Python with exit code 1 too, would be everyone's wrong answer; and an
// output that confuses a judge would be a way out of one.
Status ProveJudge(const JudgeArgs& args, const std::vector<Candidate>& refused) {
  std::vector<Candidate> expected;
  std::vector<uint64_t> keys;
  for (const Candidate& candidate : refused) {
    const ProgramTest& test = args.tests.programs[candidate.test];
    const uint64_t key = TestKey(args, test);
    if (args.proven_judges.Contains(key)) continue;
    expected.push_back({candidate.test, &test.output});
    keys.push_back(key);
  }
  if (expected.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const proto::ExecuteReply reply, RunSpecialJudge(args, expected));
  for (size_t i = 0; i < expected.size(); ++i) {
    const proto::Execution& run = reply.runs(static_cast<int>(i));
    if (!IsOk(run)) {
      return FailedPrecondition("the special judge {} the expected output of test {}: {}",
                                SaysWrong(run) ? "refuses" : "fails on", expected[i].test + 1,
                                DescribeFailure(run));
    }
    args.proven_judges.Insert(keys[i]);
  }
  return OkStatus();
}

// For each, empty when right, else why not.
StatusOr<std::vector<std::string>> AskJudge(const JudgeArgs& args,
                                            const std::vector<Candidate>& candidates) {
  std::vector<std::string> verdicts;
  if (candidates.empty()) return verdicts;
  ASSIGN_OR_RETURN(const proto::ExecuteReply reply, RunSpecialJudge(args, candidates));
  std::vector<Candidate> refused;
  for (int i = 0; i < reply.runs_size(); ++i) {
    const proto::Execution& run = reply.runs(i);
    if (IsOk(run)) {
      verdicts.emplace_back();
      continue;
    }
    verdicts.push_back(SaysWrong(run) ? "the judge refuses it: " + Excerpt(run.stderr())
                                      : "the judge fails on it: " + DescribeFailure(run));
    refused.push_back(candidates[static_cast<size_t>(i)]);
  }
  RETURN_IF_ERROR(ProveJudge(args, refused));
  return verdicts;
}

// Why each test of the range failed; empty when it passed; cut where the runs were.
StatusOr<std::vector<std::string>> JudgeOutputs(const JudgeArgs& args, Range range,
                                                const proto::ExecuteReply& reply) {
  std::vector<std::string> failures;
  std::vector<Candidate> candidates;
  for (int i = 0; i < reply.runs_size(); ++i) {
    const proto::Execution& run = reply.runs(i);
    const size_t test = range.begin + static_cast<size_t>(i);
    if (!IsOk(run)) {
      failures.push_back(DescribeFailure(run));
    } else if (args.options.judge.has_value()) {
      candidates.push_back({test, &run.stdout()});
      failures.emplace_back();
    } else {
      failures.push_back(CompareText(args.tests.programs[test].output, run.stdout(),
                                     args.options.comparator, args.options.tolerance));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> verdicts, AskJudge(args, candidates));
  for (size_t i = 0; i < verdicts.size(); ++i) {
    failures[candidates[i].test - range.begin] = verdicts[i];
  }
  return failures;
}

size_t EndOfBatch(const JudgeArgs& args, size_t begin, size_t count) {
  size_t bytes = 0, end = begin;
  while (end < args.tests.programs.size() && end - begin < count) {
    bytes += args.tests.programs[end].input.size() + args.tests.programs[end].output.size();
    if (end > begin && bytes > kLargestBatchBytes) break;
    ++end;
  }
  return end;
}

}  // namespace

StatusOr<TestResults> JudgePrograms(const JudgeArgs& args) {
  TestResults results;
  size_t count = kFirstBatch;
  for (size_t begin = 0; begin < args.tests.programs.size();) {
    const Range range = {begin, EndOfBatch(args, begin, count)};
    ASSIGN_OR_RETURN(const proto::ExecuteReply reply,
                     args.sandbox.Execute(MakeRequest(args, range), args.call));
    if (const std::string failure = CompileFailure(reply); !failure.empty()) {
      results.first_failure = failure;
      return results;
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> failures, JudgeOutputs(args, range, reply));
    for (size_t i = 0; i < failures.size(); ++i) {
      failures[i].empty() ? void(++results.passed) : results.Fail(begin + i, failures[i]);
    }
    if (args.options.score == CodeScore::kAll && results.failed()) return results;
    if (failures.size() != range.end - range.begin) {
      return Internal("the sandbox answered {} of {} runs", failures.size(),
                      range.end - range.begin);
    }
    begin = range.end;
    count = std::min(count * 4, kLargestBatch);
  }
  return results;
}

}  // namespace longhaul::reward
