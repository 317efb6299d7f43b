// SPDX-License-Identifier: Apache-2.0
//
// Test code (assert lists, HumanEval's check functions, C++ tests with a main). It contains what is
// expected, so it never runs where the solution does: it runs in a jail of its own against
// stand-ins (reward/code/harness/check_runner.py, cpp_check_runner.h), which talk with the solution
// in its jail, a call and a reply at a time.
#include <fmt/format.h>

#include <algorithm>

#include "reward/code/call_server.h"
#include "reward/code/cpp_declaration.h"
#include "reward/code/execution.h"
#include "reward/code/harness.h"
#include "reward/code/judge.h"

namespace longhaul::reward {
namespace {

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

proto::ExecuteRequest TestsRequest(const JudgeArgs& args) {
  proto::ExecuteRequest request;
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_language(args.options.language);
  proto::ExecutionRun& run = *request.add_runs();
  if (args.options.language == "cpp") {
    program.set_source(CppTestsSource(args.tests));
    AddFile(program, "cpp_values.h", kCppValues);
    AddFile(program, "cpp_check_runner.h", kCppCheckRunner);
    return request;
  }
  program.set_source(std::string(kCheckRunner));
  AddFile(program, "channel.py", kChannel);
  AddFile(program, "guest_reply.py", kGuestReply);
  AddFile(program, "session.py", kSession);
  AddFile(program, "stand_ins.py", kStandIns);
  AddFile(program, "test_source.py", kTestSource);
  AddFile(program, "test_cases.py", kTestCases);
  AddFile(program, "code_guard.py", kCodeGuard);
  AddFile(program, "python_values.py", kPythonValues);
  AddFile(run, "check.json", CheckJson(args));
  return request;
}

// What the tests say of the program; `fault`: that they do not run themselves.
struct TestReport {
  std::string fault;
  bool called = false;  // the program, at all
  bool ended = false;   // the program was gone when they called it
  TestResults results;
};

Status TakeVerdict(const JudgeArgs& args, std::string_view text, TestReport& report) {
  ASSIGN_OR_RETURN(const Json verdict, Json::Parse(text, "verdict of the tests"));
  ASSIGN_OR_RETURN(const Json* passed, verdict.Get("passed"));
  ASSIGN_OR_RETURN(const Json* details, verdict.Get("details"));
  ASSIGN_OR_RETURN(report.ended, verdict.GetBool("ended"));
  if (passed->size() != args.tests.size() || details->size() != args.tests.size()) {
    return Internal("the tests gave {} verdicts for {} tests", passed->size(), args.tests.size());
  }
  for (size_t i = 0; i < args.tests.size(); ++i) {
    ASSIGN_OR_RETURN(const bool ok, passed->items()[i].AsBool());
    ASSIGN_OR_RETURN(const std::string detail, details->items()[i].AsString());
    detail.empty() && ok ? void(++report.results.passed)
                         : report.results.Fail(i, Excerpt(detail, 160));
  }
  return OkStatus();
}

// Whether the first line says that the program was called at all; takes it away.
bool TakeCall(std::string_view& said) {
  constexpr std::string_view kCall = "call\n";
  const bool called = said.starts_with(kCall);
  if (called) said.remove_prefix(kCall.size());
  return called;
}

// Tests that a limit ends have met one on answers that no right program gives.
StatusOr<TestReport> ReadPythonReport(const JudgeArgs& args, const proto::Execution& tests) {
  std::string_view said = tests.stdout();
  TestReport report;
  report.called = TakeCall(said);
  const size_t newline = std::min(said.find('\n'), said.size());
  const std::string_view kind = said.substr(0, newline);
  const std::string_view text = said.substr(std::min(newline + 1, said.size()));
  if (!IsOk(tests)) {
    report.results.first_failure = "the tests end on its answers: " + DescribeFailure(tests);
  } else if (kind == "verdict") {
    RETURN_IF_ERROR(TakeVerdict(args, text, report));
  } else {
    report.fault = kind == "fault" ? text : "they say nothing of their end";
  }
  return report;
}

// How the tests end is what their author meant by it.
TestReport ReadCppReport(const proto::Execution& tests) {
  std::string_view said = tests.stdout();
  TestReport report;
  report.called = TakeCall(said);
  report.ended = said.starts_with("ended\n");
  if (IsOk(tests) && said.ends_with("complete\n")) {
    report.results.passed = 1;
  } else {
    report.results.Fail(0, IsOk(tests) ? "the tests end before their end" : DescribeFailure(tests));
  }
  return report;
}

// The whole of the tests' time is the program's, as is that of waiting for each other.
Status Converse(const JudgeArgs& args, proto::ConverseReply& reply) {
  proto::ConverseRequest request;
  *request.mutable_leader() = TestsRequest(args);
  *request.mutable_partner() = ServerRequest(args);
  const RunSize size = {.num_tests = static_cast<int64_t>(args.tests.size())};
  for (proto::ExecuteRequest* side : {request.mutable_leader(), request.mutable_partner()}) {
    SetLimits(args.options, size, *side->mutable_runs(0)->mutable_limits());
  }
  ASSIGN_OR_RETURN(reply, args.sandbox.Converse(request, args.call));
  if (const std::string failure = CompileFailure(reply.leader()); !failure.empty()) {
    return FailedPrecondition("the test code {}", failure);
  }
  return OkStatus();
}

std::string DescribeEnd(const proto::ExecuteReply& program) {
  if (program.runs_size() == 0 || IsOk(program.runs(0))) return "it ended before it answered";
  return DescribeFailure(program.runs(0));
}

}  // namespace

StatusOr<TestResults> JudgeAssertions(const JudgeArgs& args) {
  proto::ConverseReply reply;
  RETURN_IF_ERROR(Converse(args, reply));
  TestResults failed;
  failed.first_failure = CompileFailure(reply.partner());
  if (failed.failed()) return failed;
  if (reply.leader().runs_size() != 1) return Internal("the sandbox answered without a run");
  const proto::Execution& tests = reply.leader().runs(0);
  TestReport report;
  if (args.options.language == "cpp") {
    report = ReadCppReport(tests);
  } else {
    ASSIGN_OR_RETURN(report, ReadPythonReport(args, tests));
  }
  // Before any answer the tests are alone.
  if (report.fault.empty() && !report.called) {
    report.fault =
        report.results.failed() ? report.results.first_failure : "they never call the solution";
  }
  if (!report.fault.empty()) {
    return FailedPrecondition("the tests do not run: {}", Excerpt(report.fault, 200));
  }
  if (report.ended && report.results.failed()) {
    report.results.first_failure = DescribeEnd(reply.partner());
  }
  return report.results;
}

}  // namespace longhaul::reward
