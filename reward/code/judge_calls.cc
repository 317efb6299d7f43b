// SPDX-License-Identifier: Apache-2.0
//
// Calls with expected values: the program answers in its jail, the values are compared here.
#include <fmt/format.h>

#include "reward/code/call_server.h"
#include "reward/code/guest_value.h"
#include "reward/code/judge.h"

namespace longhaul::reward {
namespace {

std::string MakeCall(const CodeTests& tests, const CallTest& test) {
  Json call = Json::Object();
  call.Set("f", tests.function).Set("a", ToGuestValue(test.arguments));
  return call.ToString();
}

// Empty when the reply is the expected value.
std::string JudgeReply(const std::string& text, const CallTest& test, const Tolerance& tolerance) {
  const StatusOr<Json> reply = Json::Parse(text, "reply");
  if (!reply.ok()) return "the reply is no data";
  if (const Json* value = reply->Find("v")) {
    if (GuestValueEquals(*value, test.expected, tolerance)) return "";
    return fmt::format("expected {}, got {}", Excerpt(test.expected.ToString(), 60),
                       Excerpt(value->ToString(), 60));
  }
  if (const Json* error = reply->Find("d"); error != nullptr && error->is_string()) {
    return Excerpt(*error->AsString(), 160);
  }
  return "the result is no data";
}

}  // namespace

StatusOr<TestResults> JudgeCalls(const JudgeArgs& args) {
  std::vector<std::string> calls;
  int64_t expected_bytes = 0;
  for (const CallTest& test : args.tests.calls) {
    calls.push_back(MakeCall(args.tests, test));
    expected_bytes += static_cast<int64_t>(test.expected.ToString().size());
  }
  ASSIGN_OR_RETURN(const CallReplies answered, RunCalls(args, calls, expected_bytes));
  TestResults results;
  for (size_t i = 0; i < answered.replies.size(); ++i) {
    const std::string failure =
        JudgeReply(answered.replies[i], args.tests.calls[i], args.options.tolerance);
    failure.empty() ? void(++results.passed) : results.Fail(i, failure);
  }
  if (answered.replies.size() < calls.size()) {
    results.Fail(answered.replies.size(), answered.ending);
  } else if (!answered.ending.empty() && !results.failed()) {
    results.first_failure = "after the last test: " + answered.ending;
  }
  return results;
}

}  // namespace longhaul::reward
