// SPDX-License-Identifier: Apache-2.0
//
// Test code (assert lists, HumanEval's check functions, C++ tests with a main). It contains what is
// expected, so it never runs where the solution does: it runs in a jail of its own against
// stand-ins (reward/code/harness/check_runner.py, cpp_check_runner.h), which ask for calls; the
// solution answers them in its jail; and the tests run again on the answers. Calls that depend on
// earlier answers take further rounds.
//
// An answer once given stands as long as the calls before it are the same: later rounds make them
// again, so that the program is in the state they left, and take the new answers only. Of the calls
// the tests ask for, the first that has no answer is certain to be made, those behind it are
// guesses: what ends the program there is nothing against it until the tests come to it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "reward/code/call_server.h"
#include "reward/code/cpp_declaration.h"
#include "reward/code/execution.h"
#include "reward/code/harness.h"
#include "reward/code/judge.h"

namespace longhaul::reward {
namespace {

constexpr int kMaxRounds = 200;

// A call that ended the program, and how.
struct Ending {
  size_t index;
  std::string call;
  std::string why;
};

struct Conversation {
  std::vector<std::string> calls;
  std::vector<std::string> replies;  // to the first of them
  std::optional<Ending> seen;        // where the program ended when it was asked last
  std::string ended;                 // not empty: there will be no more replies, and why
  int64_t cpu_time_ms = 0;           // of the program, in all rounds
  int64_t wall_time_ms = 0;
};

std::string CheckJson(const JudgeArgs& args) {
  const CodeTests& tests = args.tests;
  Json names;
  if (!tests.entry_point.empty()) names = Json::Array().Append(tests.entry_point);
  return Json::Object()
      .Set("prelude", tests.prelude)
      .Set("setup", tests.setup)
      .Set("snippets", Json(tests.assertions))
      .Set("names", std::move(names))
      .Set("stop", args.options.score == CodeScore::kAll)
      .ToString();
}

// Behind the first line, which is the judge's, a line a call. A reply has no newline, so nothing
// that a program says can be the first line or a call.
std::string ReplyLines(const Conversation& conversation) {
  std::string lines = conversation.ended.empty() ? "running\n" : "ended\t";
  if (!conversation.ended.empty()) lines += Excerpt(conversation.ended, 160) + "\n";
  for (size_t i = 0; i < conversation.replies.size(); ++i) {
    lines += conversation.calls[i] + "\t" + conversation.replies[i] + "\n";
  }
  return lines;
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

// What came of the tests: what calls they need; verdicts on all of them, in C++ their exit; that
// they do not run; or that a limit ended them.
enum class TestOutcome { kCalls, kVerdict, kFault, kEnded };

struct TestReport {
  TestOutcome outcome;
  std::vector<std::string> calls;  // kCalls: all, in order
  std::string text;                // kVerdict: JSON of them; else why
};

void FillTests(const JudgeArgs& args, proto::ExecuteRequest& request) {
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_language(args.options.language);
  if (args.options.language == "cpp") {
    program.set_source(CppTestsSource(args.tests));
    AddFile(program, "cpp_values.h", kCppValues);
    AddFile(program, "cpp_check_runner.h", kCppCheckRunner);
    return;
  }
  program.set_source(std::string(kCheckRunner));
  AddFile(program, "guest_reply.py", kGuestReply);
  AddFile(program, "stand_ins.py", kStandIns);
  AddFile(program, "python_values.py", kPythonValues);
  AddFile(*request.mutable_runs(0), "check.json", CheckJson(args));
}

TestReport ReadPythonReport(const proto::Execution& execution) {
  if (!IsOk(execution)) return {TestOutcome::kEnded, {}, DescribeFailure(execution)};
  const std::string& reply = execution.reply();
  const size_t newline = std::min(reply.find('\n'), reply.size());
  const std::string kind = reply.substr(0, newline);
  const std::string text = reply.substr(std::min(newline + 1, reply.size()));
  if (kind == "calls") return {TestOutcome::kCalls, SplitLines(text), ""};
  if (kind == "verdict") return {TestOutcome::kVerdict, {}, text};
  return {TestOutcome::kFault, {}, kind == "fault" ? text : "they say nothing of their end"};
}

std::string VerdictJson(std::string_view failure) {
  return Json::Object()
      .Set("passed", Json::Array().Append(failure.empty()))
      .Set("details", Json::Array().Append(failure))
      .ToString();
}

// Lines "call <call>" of the answered ones, "missing <call>" of the others, and "complete" at the
// end of tests that had all answers. How they end is what their author meant by it, but on guesses
// it means nothing.
TestReport ReadCppReport(const proto::Execution& execution) {
  TestReport report = {TestOutcome::kVerdict, {}, ""};
  std::string last;
  for (const std::string& line : SplitLines(execution.reply())) {
    if (line.starts_with("missing ")) report.outcome = TestOutcome::kCalls;
    const size_t blank = std::min(line.find(' '), line.size() - 1);
    if (line != "complete") report.calls.push_back(line.substr(blank + 1));
    last = line;
  }
  if (report.outcome == TestOutcome::kCalls) return report;
  const std::string_view cut = last == "complete" ? "" : "the tests end before their end";
  report.text = VerdictJson(IsOk(execution) ? cut : DescribeFailure(execution));
  return report;
}

// Runs the tests on the answers so far, `times` times.
StatusOr<std::vector<TestReport>> RunTests(const JudgeArgs& args, const Conversation& conversation,
                                           int times) {
  const std::string lines = ReplyLines(conversation);
  proto::ExecuteRequest request;
  proto::ExecutionRun& run = *request.add_runs();
  FillTests(args, request);
  AddFile(run, "replies.txt", lines);
  const auto size = static_cast<int64_t>(lines.size());
  SetLimits(
      args.options,
      {.num_tests = static_cast<int64_t>(args.tests.size()), .output_bytes = 8 * size + (4 << 20)},
      *run.mutable_limits());
  for (int i = 1; i < times; ++i) *request.add_runs() = request.runs(0);
  ASSIGN_OR_RETURN(const proto::ExecuteReply reply, args.sandbox.Execute(request, args.call));
  if (const std::string failure = CompileFailure(reply); !failure.empty()) {
    return FailedPrecondition("the test code {}", failure);
  }
  if (reply.runs_size() != times) return Internal("the sandbox answered without a run");
  std::vector<TestReport> reports;
  for (const proto::Execution& execution : reply.runs()) {
    reports.push_back(args.options.language == "cpp" ? ReadCppReport(execution)
                                                     : ReadPythonReport(execution));
  }
  return reports;
}

StatusOr<TestResults> ReadVerdict(const JudgeArgs& args, const std::string& text) {
  ASSIGN_OR_RETURN(const Json verdict, Json::Parse(text, "verdict of the tests"));
  ASSIGN_OR_RETURN(const Json* passed, verdict.Get("passed"));
  ASSIGN_OR_RETURN(const Json* details, verdict.Get("details"));
  if (passed->size() != args.tests.size() || details->size() != args.tests.size()) {
    return Internal("the tests gave {} verdicts for {} tests", passed->size(), args.tests.size());
  }
  TestResults results;
  for (size_t i = 0; i < args.tests.size(); ++i) {
    ASSIGN_OR_RETURN(const bool ok, passed->items()[i].AsBool());
    ASSIGN_OR_RETURN(const std::string detail, details->items()[i].AsString());
    detail.empty() && ok ? void(++results.passed) : results.Fail(i, Excerpt(detail, 160));
  }
  return results;
}

// Tests that run to their end without any answer.
Status WithoutCalls(const JudgeArgs& args, const TestReport& report) {
  if (report.outcome != TestOutcome::kVerdict) {
    return FailedPrecondition("the tests do not run: {}", Excerpt(report.text, 200));
  }
  ASSIGN_OR_RETURN(const TestResults results, ReadVerdict(args, report.text));
  if (!results.failed()) return FailedPrecondition("the tests never call the solution");
  return FailedPrecondition("the tests do not run: {}", results.first_failure);
}

// The calls the tests begin with, which do not depend on any answer. They are asked for
// twice: no answers fit tests whose calls are others each time.
StatusOr<std::vector<std::string>> FirstCallsOf(const JudgeArgs& args) {
  const std::string key = CheckJson(args) + args.tests.declaration;
  const std::string known = args.first_calls.Find(key);
  if (!known.empty()) return SplitLines(known);
  ASSIGN_OR_RETURN(const std::vector<TestReport> reports, RunTests(args, {}, 2));
  const TestReport& report = reports[0];
  if (report.outcome != TestOutcome::kCalls) return WithoutCalls(args, report);
  if (reports[1].calls != report.calls) {
    return FailedPrecondition(
        "the tests call the solution with other arguments each time they run (from a clock or "
        "random numbers?)");
  }
  args.first_calls.Insert(key, fmt::format("{}", fmt::join(report.calls, "\n")));
  return report.calls;
}

// Keeps the answers to the calls that the old and the new ones begin with.
Status TakeCalls(std::vector<std::string> calls, Conversation& conversation) {
  size_t kept = 0;
  while (kept < std::min(conversation.replies.size(), calls.size()) &&
         calls[kept] == conversation.calls[kept]) {
    ++kept;
  }
  if (kept == calls.size()) return Internal("the tests ask for no further call");
  if (kept < conversation.replies.size()) conversation.seen.reset();
  conversation.replies.resize(kept);
  conversation.calls = std::move(calls);
  return OkStatus();
}

// Asks the program, unless it is known to end at the call that is certain.
Status AskProgram(const JudgeArgs& args, Conversation& conversation) {
  const size_t certain = conversation.replies.size();
  const std::optional<Ending>& seen = conversation.seen;
  if (seen && seen->index == certain && seen->call == conversation.calls[certain]) {
    conversation.ended = seen->why;
    return OkStatus();
  }
  ASSIGN_OR_RETURN(CallReplies answered, RunCalls(args, conversation.calls, 0));
  conversation.cpu_time_ms += answered.cpu_time_ms;
  conversation.wall_time_ms += answered.wall_time_ms;
  const size_t end = answered.replies.size();
  for (size_t i = certain; i < end; ++i) {
    conversation.replies.push_back(std::move(answered.replies[i]));
  }
  if (end <= certain) {
    conversation.ended = answered.ending;
  } else if (end < conversation.calls.size()) {
    conversation.seen = Ending{end, conversation.calls[end], answered.ending};
  }
  if (conversation.ended.empty() &&
      (conversation.cpu_time_ms > kMostCpuTimeMs || conversation.wall_time_ms > kMostWallTimeMs)) {
    conversation.ended = "time limit of all rounds of calls together";
  }
  return OkStatus();
}

}  // namespace

StatusOr<TestResults> JudgeAssertions(const JudgeArgs& args) {
  Conversation conversation;
  ASSIGN_OR_RETURN(conversation.calls, FirstCallsOf(args));
  TestResults results;
  for (int round = 0; round < kMaxRounds; ++round) {
    RETURN_IF_ERROR(AskProgram(args, conversation));
    if (!conversation.ended.empty() && args.options.score == CodeScore::kAll) {
      results.first_failure = conversation.ended;
      return results;
    }
    ASSIGN_OR_RETURN(std::vector<TestReport> reports, RunTests(args, conversation, 1));
    TestReport& report = reports[0];
    if (report.outcome == TestOutcome::kVerdict) return ReadVerdict(args, report.text);
    if (report.outcome != TestOutcome::kCalls) {
      results.first_failure = "the tests end on its answers: " + Excerpt(report.text, 160);
      return results;
    }
    RETURN_IF_ERROR(TakeCalls(std::move(report.calls), conversation));
  }
  results.first_failure =
      fmt::format("after {} rounds of answers the tests still ask for calls", kMaxRounds);
  return results;
}

}  // namespace longhaul::reward
