// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace longhaul {
namespace {

namespace fs = std::filesystem;

constexpr char kRun[] = R"(run: {name: t}
threads: 1
model: {path: model}
generate: [{name: train, type: digit_completion, count: 64, completion: {max_terms: 2}}]
data:
  train: [{generated: train}]
  max_prompt_length: 16
rollout:
  num_prompts_per_step: 2
  num_generations_per_prompt: 4
  max_response_length: 8
  dynamic_sampling: {enabled: false}
  engine: {max_num_seqs: 8, max_num_batched_tokens: 64}
trainer: {max_steps: 2, minibatch_prompts: 2, max_tokens_per_pass: 512}
checkpoint: {interval: 1}
export: {at_end: false}
)";

}  // namespace

void CommandLine::SetUp() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  dir_ = testing::TempDir() + "longhaul-" + test->test_suite_name() + "-" + test->name() + "-" +
         std::to_string(getpid());
  fs::remove_all(dir_);
  fs::create_directories(dir_);
  fs::copy(std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/models/digits-llama", Path("model"));
  Write("run.yaml", kRun);
}

void CommandLine::TearDown() { fs::remove_all(dir_); }

CommandResult CommandLine::Run(const std::string& arguments, const std::string& setup) const {
  const std::string command =
      "cd '" + dir_ + "'; " + setup + " exec " LONGHAUL_BINARY " " + arguments + " 2>&1 </dev/null";
  CommandResult result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) result.output.append(buffer, n);
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

CommandResult CommandLine::Train(const std::string& arguments, const std::string& setup) const {
  return Run("train run.yaml output.dir=out " + arguments, setup);
}

pid_t CommandLine::Start(const std::string& arguments) const {
  const std::string command = "cd '" + dir_ + "'; exec " LONGHAUL_BINARY " " + arguments;
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int log = open(Path("background.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

CommandResult CommandLine::TrainOn(const std::string& data, const std::string& arguments) const {
  Write("data.jsonl", data);
  return Train("'data.train=[{path: data.jsonl}]' " + arguments);
}

std::string CommandLine::Read(const std::string& name) const {
  std::ifstream file(Path(name), std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void CommandLine::Write(const std::string& name, const std::string& bytes) const {
  std::ofstream file(Path(name), std::ios::binary);
  file << bytes;
  ASSERT_TRUE(file.flush()) << name;
}

void CommandLine::Replace(const std::string& name, const std::string& from,
                          const std::string& to) const {
  std::string text = Read(name);
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << name << " has no " << from;
  Write(name, text.replace(at, from.size(), to));
}

void CommandLine::Remove(const std::string& name) const { fs::remove_all(Path(name)); }

bool CommandLine::Exists(const std::string& name) const { return fs::exists(Path(name)); }

std::vector<std::string> CommandLine::Checkpoints() const {
  std::vector<std::string> names;
  if (!Exists("out/checkpoints")) return names;
  for (const auto& entry : fs::directory_iterator(Path("out/checkpoints")))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void ExpectError(const CommandResult& result, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr("error: "));
  for (const std::string& part : parts) EXPECT_THAT(result.output, testing::HasSubstr(part));
}

}  // namespace longhaul
