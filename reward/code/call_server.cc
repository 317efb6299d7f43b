// SPDX-License-Identifier: Apache-2.0
#include "reward/code/call_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

#include "reward/code/cpp_declaration.h"
#include "reward/code/execution.h"
#include "reward/code/harness.h"

namespace longhaul::reward {
namespace {

// What tests do not say the size of, such as `assert f(n) == list(range(n))`.
constexpr int64_t kAnswerBytes = 8 << 20;

// What calls return is of the order of what is passed and of what is expected, which a reply may
// write at greater length than the task does.
int64_t OutputBytes(const std::vector<std::string>& calls, int64_t expected_bytes) {
  int64_t bytes = kAnswerBytes + 8 * expected_bytes;
  for (const std::string& call : calls) bytes += 4 * static_cast<int64_t>(call.size()) + 64;
  return bytes;
}

// Keeps apart what the program itself may write to the channel; nothing depends on its secrecy.
std::string MakeNonce() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

struct CallTimes {
  double cpu_s;
  double wall_s;
};

struct Calls {
  const std::string& nonce;
  const std::vector<std::string>& calls;
  CallTimes times;
};

// Whether the tests may look at what the program prints.
bool LookAtOutput(const CodeTests& tests) {
  const auto names_it = [](const std::string& text) {
    return text.find("stdout") != std::string::npos;
  };
  return names_it(tests.setup) ||
         std::any_of(tests.assertions.begin(), tests.assertions.end(), names_it);
}

void FillPython(const JudgeArgs& args, const Calls& calls, proto::ExecuteRequest& request) {
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_source(std::string(kCallServer));
  AddFile(program, "python_values.py", kPythonValues);
  AddFile(program, "solution.py", args.solution);
  AddFile(
      *request.mutable_runs(0), "calls.json",
      fmt::format(
          R"({{"nonce":"{}","prelude":{},"watched":{},"printing":{},"cpu_s":{},"wall_s":{},"calls":[{}]}})",
          calls.nonce, Json(args.tests.prelude).ToString(),
          args.tests.form == TestForm::kAssertions, LookAtOutput(args.tests), calls.times.cpu_s,
          calls.times.wall_s, fmt::join(calls.calls, ",")));
}

void FillCpp(const JudgeArgs& args, const Calls& calls, proto::ExecuteRequest& request) {
  proto::ExecutionProgram& program = *request.mutable_program();
  program.set_source(CppServerSource(args.tests));
  AddFile(program, "cpp_values.h", kCppValues);
  AddFile(program, "cpp_call_server.h", kCppCallServer);
  AddFile(program, "solution.cc", args.solution);
  AddFile(*request.mutable_runs(0), "calls.txt",
          fmt::format("{} {} {}\n{}\n", calls.nonce, calls.times.cpu_s, calls.times.wall_s,
                      fmt::join(calls.calls, "\n")));
}

}  // namespace

std::vector<std::string> ParseReplies(std::string_view channel, std::string_view nonce,
                                      size_t count) {
  std::vector<std::string> replies;
  while (!channel.empty() && replies.size() < count) {
    const size_t end = channel.find('\n');
    if (end == std::string_view::npos) break;  // cut off
    const std::string_view line = channel.substr(0, end);
    channel.remove_prefix(end + 1);
    const std::string head = fmt::format("{} {} ", nonce, replies.size());
    if (line.starts_with(head)) replies.emplace_back(line.substr(head.size()));
  }
  return replies;
}

StatusOr<CallReplies> RunCalls(const JudgeArgs& args, const std::vector<std::string>& calls,
                               int64_t expected_bytes) {
  const std::string nonce = MakeNonce();
  const CallTimes times = {
      .cpu_s = static_cast<double>(args.options.time_limit_ms) / 1000,
      .wall_s = static_cast<double>(WallTimeMs(args.options.time_limit_ms)) / 1000};
  proto::ExecuteRequest request;
  request.mutable_program()->set_language(args.options.language);
  SetLimits(args.options,
            {.num_tests = static_cast<int64_t>(calls.size()),
             .output_bytes = OutputBytes(calls, expected_bytes)},
            *request.add_runs()->mutable_limits());
  const Calls filled = {nonce, calls, times};
  args.options.language == "cpp" ? FillCpp(args, filled, request)
                                 : FillPython(args, filled, request);
  ASSIGN_OR_RETURN(const proto::ExecuteReply reply, args.sandbox.Execute(request, args.call));
  CallReplies result;
  result.ending = CompileFailure(reply);
  if (!result.ending.empty()) return result;
  if (reply.runs_size() != 1) return Internal("the sandbox answered without a run");
  const proto::Execution& execution = reply.runs(0);
  result.cpu_time_ms = execution.cpu_time_ms();
  result.wall_time_ms = execution.wall_time_ms();
  result.replies = ParseReplies(execution.reply(), nonce, calls.size());
  if (!IsOk(execution)) {
    result.ending = DescribeFailure(execution);
  } else if (result.replies.size() < calls.size()) {
    result.ending = "ended before it answered";
  }
  return result;
}

}  // namespace longhaul::reward
