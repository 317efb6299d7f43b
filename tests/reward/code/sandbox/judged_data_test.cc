// SPDX-License-Identifier: Apache-2.0
//
// The scorer "code" with the real sandbox: a few tasks with right and wrong solutions, and by hand,
// with LONGHAUL_CODE_DATA naming a directory of public data sets, all their reference solutions and
// mutants.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "common/file.h"
#include "reward/code/code_scorer.h"
#include "sandbox/sandbox_service.h"
#include "tools/convert/convert.h"

namespace longhaul::reward {
namespace {

// The service over an in-process channel, as `longhaul train` has it.
class JudgedData : public ::testing::Test {
 protected:
  void SetUp() override {
    auto service = sandbox::SandboxService::Create(sandbox::SandboxConfig());
    if (!service.ok()) GTEST_SKIP() << service.status();
    service_ = *std::move(service);
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(-1);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = server_->InProcessChannel(arguments);
    scorer_ = std::make_unique<CodeScorer>([this] { return channel_; }, CodeScorerConfig());
  }
  void TearDown() override {
    if (server_) server_->Shutdown();
  }

  Verdict Judge(const Json& reward, const std::string& solution) {
    Json options = Json::Object();
    std::string answer;
    for (const Json::Member& member : reward.members()) {
      if (member.key == "answer") answer = *member.value.AsString();
      if (member.key != "answer" && member.key != "type") options.Set(member.key, member.value);
    }
    return scorer_->Score({.answer = answer, .options = options},
                          {.text = solution, .answer = solution}, {});
  }
  Verdict Judge(const std::string& tests, const std::string& solution) {
    return Judge(Json::Object().Set("answer", tests), solution);
  }

  // Whether a program and its tests, put one behind the other, run to their end without our
  // harness.
  bool PassesAlone(const Json& reward, const std::string& program) {
    const auto tests = Json::Parse(*reward.GetString("answer"), "answer");
    const auto text = [&](const char* key) {
      return fmt::format("\n{}\n", *tests->GetStringOr(key, ""));
    };
    std::string source = text("prelude") + program + text("setup") + text("test");
    if (const Json* cases = tests->Find("assert_case")) {
      for (const Json& one : cases->items()) source.append(*one.AsString()).append("\n");
    } else {
      source.append("check(").append(*tests->GetString("entry_point")).append(")\n");
    }
    proto::ExecuteRequest request;
    request.mutable_program()->set_language("python");
    request.mutable_program()->set_source(source);
    request.add_runs();
    proto::ExecuteReply reply;
    grpc::ClientContext context;
    const auto status = proto::Sandbox::NewStub(channel_)->Execute(&context, request, &reply);
    return status.ok() && reply.runs(0).outcome() == proto::EXECUTION_OUTCOME_OK;
  }

  std::unique_ptr<sandbox::SandboxService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<CodeScorer> scorer_;
};

TEST_F(JudgedData, EveryFormRightAndWrong) {
  const std::string programs = R"({"inputs": ["1", "2"], "outputs": ["2", "4"]})";
  const std::string calls = R"({"fn_name": "f", "inputs": [[1], [2]], "outputs": [2, 4]})";
  const std::string asserts = R"J({"assert_case": ["assert f(1) == 2", "assert f(2) == 4"]})J";
  const Verdict right = Judge(programs, "print(2 * int(input()))");
  EXPECT_EQ(right.score, 1) << right.detail;
  for (const std::string& tests : {calls, asserts}) {
    const Verdict verdict = Judge(tests, "def f(x): return 2 * x");
    EXPECT_EQ(verdict.score, 1) << verdict.detail;
  }
  for (const char* wrong :
       {"x = 1", "exit(0)", "import os\nos._exit(0)", "while True: pass", "def f(x): return x + 1",
        "x = [0] * 10 ** 10", "while True: print('2' * 1000)", "print(2)", "def f(x): exit(0)"}) {
    for (const std::string& tests : {programs, calls, asserts}) {
      Json reward = Json::Object().Set("answer", tests).Set("time_limit_ms", 500);
      const Verdict verdict = Judge(reward, wrong);
      EXPECT_TRUE(verdict.scorable) << wrong << ": " << verdict.detail;
      EXPECT_EQ(verdict.score, 0) << wrong << ": " << verdict.detail;
    }
  }
}

// As public C++ tasks have it: the prompt includes the whole library, the solution does so again.
TEST_F(JudgedData, CppRightAndWrong) {
  const auto judge = [&](const std::string& body) {
    const Json tests = Json::Object()
                           .Set("declaration", "long f(long n)")
                           .Set("test", "int main() { assert(f(1) == 2); assert(f(2) == 4); }")
                           .Set("prelude", "#include<assert.h>\n#include<bits/stdc++.h>\n");
    const Json reward = Json::Object()
                            .Set("answer", tests.ToString())
                            .Set("language", "cpp")
                            .Set("time_limit_ms", 500);
    return Judge(reward, "#include <bits/stdc++.h>\nlong f(long n) { " + body + " }");
  };
  const Verdict right = judge("return std::max(2 * n, n);");
  EXPECT_TRUE(right.scorable && right.score == 1) << right.detail;
  for (const char* wrong : {"return n + 1;", "exit(0);", "throw 1;", "for (;;);", "return x;"}) {
    const Verdict verdict = judge(wrong);
    EXPECT_TRUE(verdict.scorable && verdict.score == 0) << wrong << ": " << verdict.detail;
  }
}

// A solution out of the fenced block that converted tasks have as their example response.
std::string SolutionOf(const Json& task) {
  const StatusOr<std::string> response = task.GetStringOr("response", "");
  if (!response.ok() || response->empty()) return "";
  const size_t begin = response->find('\n') + 1;
  return response->substr(begin, response->rfind("```") - begin);
}

struct Mutant {
  const char* name;
  std::string (*change)(const std::string& solution);
};

// The last "return" gives something else; what has none is left as it is.
std::string OffByOne(const std::string& solution) {
  const size_t at = solution.rfind("return ");
  if (at == std::string::npos) return solution;
  const std::string wrong = "return (lambda v: v + 1 if isinstance(v, (int, float)) else [v, v])(";
  const size_t end = std::min(solution.find('\n', at), solution.size());
  return solution.substr(0, at) + wrong + solution.substr(at + 7, end - at - 7) + ")" +
         solution.substr(end);
}

std::string Before(const std::string& what, const std::string& solution) {
  return what + "\n" + solution;
}

const Mutant kMutants[] = {
    {"empty", [](const std::string&) -> std::string { return "pass\n"; }},
    {"off-by-one", OffByOne},
    {"exit(0)", [](const std::string& s) { return Before("exit(0)", s); }},
    {"os._exit(0)", [](const std::string& s) { return Before("import os; os._exit(0)", s); }},
    {"infinite loop", [](const std::string& s) { return Before("while True: pass", s); }},
    {"memory bomb", [](const std::string& s) { return Before("x = bytearray(1 << 34)", s); }},
    {"output flood", [](const std::string& s) { return Before("while 1: print('1' * 9999)", s); }},
    {"prints the form",
     [](const std::string&) -> std::string {
       return "print('OK\\n1 passed in 0.01s')\nimport os\n"
              "os.write(3, b'verdict\\n{\"passed\":[true],\"details\":[\"\"]}')\n";
     }},
};

struct Attempt {
  std::string name;
  std::string program;
  bool right;
};

std::vector<Attempt> PythonAttempts(const std::string& solution) {
  std::vector<Attempt> attempts = {{"reference", solution, true}};
  for (const Mutant& mutant : kMutants) {
    const std::string program = mutant.change(solution);
    if (program != solution) attempts.push_back({mutant.name, program, false});
  }
  return attempts;
}

// C++ tasks come without solutions: functions of the right type, none of them right.
std::vector<Attempt> CppAttempts(const Json& task) {
  const Json& reward = *task.Find("reward");
  const auto tests = Json::Parse(*reward.GetString("answer"), "answer");
  const std::string head =
      "#include <bits/stdc++.h>\nusing namespace std;\n" + *tests->GetString("declaration");
  return {{"throws", head + " { throw 1; }", false}, {"exit(0)", head + " { exit(0); }", false}};
}

struct Counts {
  int64_t right = 0;
  int64_t wrong = 0;
  int64_t unscorable = 0;
};

struct DataFile {
  const char* format;
  const char* path;
};

TEST_F(JudgedData, ReferencesPassAndMutantsFail) {
  const char* dir = std::getenv("LONGHAUL_CODE_DATA");
  if (dir == nullptr) GTEST_SKIP() << "LONGHAUL_CODE_DATA names no directory";
  const char* every_text = std::getenv("LONGHAUL_CODE_EVERY");  // mutants of every n-th task
  const size_t every = every_text == nullptr ? 1 : static_cast<size_t>(std::atoi(every_text));
  for (const DataFile& file :
       {DataFile{"humaneval", "HumanEval.jsonl"}, DataFile{"mbpp", "sanitized-mbpp.json"},
        DataFile{"mbpp", "sandboxfusion/code_eval_mbpp.jsonl"}, DataFile{"mbpp", "mbpp.jsonl"},
        DataFile{"cruxeval", "cruxeval.jsonl"}, DataFile{"humaneval_cpp", "humaneval-cpp.jsonl"}}) {
    const auto text = ReadFile(JoinPath(dir, file.path));
    if (!text.ok()) continue;
    const auto format = tools::FindConvertFormat(file.format);
    ASSERT_TRUE(format.ok());
    const auto converted =
        (*format)->convert({.path = file.path, .text = *text, .name = "x", .domain = "code"});
    ASSERT_TRUE(converted.ok()) << converted.status();
    std::map<std::string, Counts> counts;
    std::mutex mutex;
    std::atomic<size_t> next = 0;
    const auto judge = [&] {
      for (size_t i = next++; i < converted->tasks.size(); i = next++) {
        const Json& task = converted->tasks[i];
        const std::string solution = SolutionOf(task);
        for (const Attempt& attempt :
             solution.empty() ? CppAttempts(task) : PythonAttempts(solution)) {
          if (!attempt.right && i % every != 0) continue;
          Json reward = *task.Find("reward");
          if (!attempt.right) reward.Set("time_limit_ms", 1000);
          const Verdict verdict = Judge(reward, attempt.program);
          // Some tests do not tell a result from one beside it: `assert f(3) > 1`.
          const bool right = attempt.right || (attempt.name == "off-by-one" && verdict.score == 1 &&
                                               PassesAlone(reward, attempt.program));
          const std::lock_guard lock(mutex);
          Counts& of = counts[right && !attempt.right ? "equivalent" : attempt.name];
          ++(!verdict.scorable ? of.unscorable : verdict.score == 1 ? of.right : of.wrong);
          EXPECT_TRUE(verdict.scorable && (verdict.score == 1) == right)
              << file.path << " " << *task.GetString("uid") << " " << attempt.name << ": "
              << verdict.detail;
        }
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(judge);
    for (std::thread& thread : threads) thread.join();
    for (const auto& [name, of] : counts) {
      fmt::print("{:<40} {:<16} right {:>5} wrong {:>5} unscorable {:>3}\n", file.path, name,
                 of.right, of.wrong, of.unscorable);
    }
  }
}

}  // namespace
}  // namespace longhaul::reward
