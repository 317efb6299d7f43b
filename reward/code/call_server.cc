// SPDX-License-Identifier: Apache-2.0
#include "reward/code/call_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reward/code/cpp_declaration.h"
#include "reward/code/execution.h"
#include "reward/code/harness.h"

namespace longhaul::reward {
namespace {

// What a wrong program may answer before it is ended for that.
constexpr int64_t kAnswerBytes = 8 << 20;

// What calls return is of the order of what is passed and of what is expected, which a reply may
// write at greater length than the task does.
int64_t OutputBytes(const std::vector<std::string>& calls, int64_t expected_bytes) {
  int64_t bytes = kAnswerBytes + 8 * expected_bytes;
  for (const std::string& call : calls) bytes += 4 * static_cast<int64_t>(call.size()) + 64;
  return bytes;
}

// Whether the tests may look at what the program prints.
bool LookAtOutput(const CodeTests& tests) {
  const auto names_it = [](const std::string& text) {
    return text.find("stdout") != std::string::npos;
  };
  return names_it(tests.setup) ||
         std::any_of(tests.assertions.begin(), tests.assertions.end(), names_it);
}

struct CallTimes {
  double cpu_s;
  double wall_s;
};

void FillPython(const JudgeArgs& args, CallTimes times, proto::ExecuteRequest& request) {
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_source(std::string(kCallServer));
  AddFile(program, "callbacks.py", kCallbacks);
  AddFile(program, "python_values.py", kPythonValues);
  AddFile(program, "solution.py", args.solution);
  AddFile(*request.mutable_runs(0), "server.json",
          fmt::format(R"({{"prelude":{},"watched":{},"printing":{},"cpu_s":{},"wall_s":{}}})",
                      Json(args.tests.prelude).ToString(), args.tests.form == TestForm::kAssertions,
                      LookAtOutput(args.tests), times.cpu_s, times.wall_s));
}

void FillCpp(const JudgeArgs& args, CallTimes times, proto::ExecuteRequest& request) {
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_source(CppServerSource(args.tests));
  AddFile(program, "cpp_values.h", kCppValues);
  AddFile(program, "cpp_call_server.h", kCppCallServer);
  AddFile(program, "solution.cc", args.solution);
  AddFile(*request.mutable_runs(0), "server.txt",
          fmt::format("{} {}\n", times.cpu_s, times.wall_s));
}

}  // namespace

proto::ExecuteRequest ServerRequest(const JudgeArgs& args) {
  const CallTimes times = {
      .cpu_s = static_cast<double>(args.options.time_limit_ms) / 1000,
      .wall_s = static_cast<double>(WallTimeMs(args.options.time_limit_ms)) / 1000};
  proto::ExecuteRequest request;
  request.mutable_program()->set_language(args.options.language);
  request.add_runs();
  args.options.language == "cpp" ? FillCpp(args, times, request) : FillPython(args, times, request);
  return request;
}

std::vector<std::string> ParseReplies(std::string_view channel, size_t count) {
  std::vector<std::string> replies;
  for (size_t end; replies.size() < count && (end = channel.find('\n')) != channel.npos;) {
    replies.emplace_back(channel.substr(0, end));
    channel.remove_prefix(end + 1);
  }
  return replies;
}

StatusOr<CallReplies> RunCalls(const JudgeArgs& args, const std::vector<std::string>& calls,
                               int64_t expected_bytes) {
  proto::ExecuteRequest request = ServerRequest(args);
  proto::ExecutionRun& run = *request.mutable_runs(0);
  SetLimits(args.options,
            {.num_tests = static_cast<int64_t>(calls.size()),
             .output_bytes = OutputBytes(calls, expected_bytes)},
            *run.mutable_limits());
  run.set_stdin(fmt::format("{}\n", fmt::join(calls, "\n")));
  run.set_paced(true);
  ASSIGN_OR_RETURN(const proto::ExecuteReply reply, args.sandbox.Execute(request, args.call));
  CallReplies result;
  result.ending = CompileFailure(reply);
  if (!result.ending.empty()) return result;
  if (reply.runs_size() != 1) return Internal("the sandbox answered without a run");
  const proto::Execution& execution = reply.runs(0);
  result.replies = ParseReplies(execution.reply(), calls.size());
  if (!IsOk(execution)) {
    result.ending = DescribeFailure(execution);
  } else if (result.replies.size() < calls.size()) {
    result.ending = "ended before it answered";
  }
  return result;
}

}  // namespace longhaul::reward
