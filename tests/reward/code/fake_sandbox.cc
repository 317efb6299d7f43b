// SPDX-License-Identifier: Apache-2.0
#include "fake_sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace longhaul::reward {
namespace {

namespace fs = std::filesystem;

// A directory that goes with the object.
class WorkDirectory {
 public:
  WorkDirectory() {
    std::string pattern = (fs::temp_directory_path() / "fake-sandbox-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~WorkDirectory() { fs::remove_all(path_); }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Child {
  std::vector<std::string> arguments;
  fs::path directory;
  std::string input;
  proto::ExecutionLimits limits;
};

[[noreturn]] void Become(const Child& child, const std::array<int, 3>& write_ends) {
  if (chdir(child.directory.c_str()) != 0) _exit(126);
  const int input = open("fake-sandbox-stdin", O_RDONLY);
  dup2(input, 0);
  // Out of the way of the numbers they are to have.
  std::array<int, 3> high;
  for (size_t i = 0; i < high.size(); ++i) high[i] = fcntl(write_ends[i], F_DUPFD, 100);
  for (size_t i = 0; i < high.size(); ++i) dup2(high[i], static_cast<int>(i) + 1);
  close_range(4, ~0u, 0);
  if (child.limits.cpu_time_ms() > 0) {
    const rlim_t seconds = static_cast<rlim_t>((child.limits.cpu_time_ms() + 999) / 1000);
    const rlimit cpu = {seconds, seconds};
    setrlimit(RLIMIT_CPU, &cpu);
  }
  std::vector<char*> argv;
  for (const std::string& argument : child.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::array<const char*, 3> environment = {"PATH=/usr/bin", "PYTHONHASHSEED=0", nullptr};
  // Last, since nothing can be allocated under it in a program built with a sanitizer.
  if (child.limits.memory_bytes() > 0) {
    const rlimit memory = {static_cast<rlim_t>(child.limits.memory_bytes()),
                           static_cast<rlim_t>(child.limits.memory_bytes())};
    setrlimit(RLIMIT_AS, &memory);
  }
  execve(argv[0], argv.data(), const_cast<char* const*>(environment.data()));
  _exit(127);
}

// Reads all pipes to their ends; false when one has more than it may hold.
bool Drain(const std::array<int, 3>& pipes, size_t limit, std::array<std::string, 3>& texts) {
  std::array<pollfd, 3> fds;
  for (size_t i = 0; i < fds.size(); ++i) fds[i] = {pipes[i], POLLIN, 0};
  size_t open_ends = fds.size();
  std::array<char, 65536> buffer;
  while (open_ends > 0) {
    poll(fds.data(), fds.size(), -1);
    for (size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      const ssize_t size = read(fds[i].fd, buffer.data(), buffer.size());
      if (size <= 0) {
        fds[i].fd = -1;
        fds[i].revents = 0;
        --open_ends;
        continue;
      }
      texts[i].append(buffer.data(), static_cast<size_t>(size));
      if (texts[i].size() > limit) return false;
    }
  }
  return true;
}

proto::Execution Report(int status, bool within, std::array<std::string, 3> texts) {
  proto::Execution execution;
  execution.set_stdout(std::move(texts[0]));
  execution.set_stderr(std::move(texts[1]));
  execution.set_reply(std::move(texts[2]));
  execution.set_outcome(proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  if (!within) {
    execution.set_outcome(proto::EXECUTION_OUTCOME_OUTPUT_LIMIT);
  } else if (WIFSIGNALED(status)) {
    execution.set_signal(WTERMSIG(status));
    if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL) {
      execution.set_outcome(proto::EXECUTION_OUTCOME_TIME_LIMIT);
    }
  } else {
    execution.set_exit_code(WEXITSTATUS(status));
    if (WEXITSTATUS(status) == 0) execution.set_outcome(proto::EXECUTION_OUTCOME_OK);
  }
  return execution;
}

proto::Execution Run(const Child& child) {
  std::ofstream(child.directory / "fake-sandbox-stdin", std::ios::binary) << child.input;
  std::array<int, 3> read_ends, write_ends;
  for (size_t i = 0; i < read_ends.size(); ++i) {
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    read_ends[i] = ends[0];
    write_ends[i] = ends[1];
  }
  const pid_t pid = fork();
  if (pid == 0) Become(child, write_ends);
  for (const int end : write_ends) close(end);
  std::array<std::string, 3> texts;
  const size_t limit = child.limits.output_bytes() > 0
                           ? static_cast<size_t>(child.limits.output_bytes())
                           : size_t{1} << 20;
  const bool within = Drain(read_ends, limit, texts);
  if (!within) kill(pid, SIGKILL);
  for (const int end : read_ends) close(end);
  int status = 0;
  waitpid(pid, &status, 0);
  return Report(status, within, std::move(texts));
}

void WriteGuestFiles(const google::protobuf::RepeatedPtrField<proto::ExecutionFile>& files,
                     const WorkDirectory& directory) {
  for (const proto::ExecutionFile& file : files) directory.Write(file.path(), file.content());
}

}  // namespace

FakeSandbox::FakeSandbox() {
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeSandbox::~FakeSandbox() {
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
}

std::shared_ptr<grpc::Channel> FakeSandbox::channel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return server_->InProcessChannel(arguments);
}

std::vector<proto::ExecuteRequest> FakeSandbox::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

FakeSandbox::Program FakeSandbox::Build(const proto::ExecuteRequest& request) {
  const std::string key = request.program().SerializeAsString();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = programs_.find(key); found != programs_.end()) return found->second;
  }
  const auto directory = std::make_shared<WorkDirectory>();
  WriteGuestFiles(request.program().files(), *directory);
  directory->Write("main.cc", request.program().source());
  Program program = {Run({{"/usr/bin/g++", "-std=gnu++20", "-O0", "main.cc", "-o", "program"},
                          directory->path(),
                          "",
                          {}}),
                     (directory->path() / "program").string(), directory};
  const std::lock_guard lock(mutex_);
  return programs_[key] = std::move(program);
}

grpc::Status FakeSandbox::Execute(grpc::ServerContext*, const proto::ExecuteRequest* request,
                                  proto::ExecuteReply* reply) {
  int call = 0;
  {
    const std::lock_guard lock(mutex_);
    call = static_cast<int>(requests_.size());
    requests_.push_back(*request);
  }
  if (script_) {
    if (const auto status = script_(call, *request, reply)) return *status;
  }
  const bool cpp = request->program().language() == "cpp";
  Program program;
  if (cpp) {
    program = Build(*request);
    *reply->mutable_compile() = program.compile;
    if (reply->compile().outcome() != proto::EXECUTION_OUTCOME_OK) return grpc::Status::OK;
  }
  for (const proto::ExecutionRun& run : request->runs()) {
    const WorkDirectory directory;
    WriteGuestFiles(request->program().files(), directory);
    WriteGuestFiles(run.files(), directory);
    if (!cpp) directory.Write("main.py", request->program().source());
    std::vector<std::string> arguments = {"/usr/bin/python3", "-s", "-B", "main.py"};
    if (cpp) arguments = {program.path};
    arguments.insert(arguments.end(), run.arguments().begin(), run.arguments().end());
    *reply->add_runs() = Run({arguments, directory.path(), run.stdin(), run.limits()});
    const bool ok = reply->runs(reply->runs_size() - 1).outcome() == proto::EXECUTION_OUTCOME_OK;
    if (!ok && request->stop_after_failure()) break;
  }
  return grpc::Status::OK;
}

}  // namespace longhaul::reward
