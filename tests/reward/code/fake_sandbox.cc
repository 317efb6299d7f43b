// SPDX-License-Identifier: Apache-2.0
#include "fake_sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

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
  bool paced = false;
  proto::ExecutionLimits limits;
};

// Descriptors 0 to 3 of a child, and their other ends; -1 where another child has it.
struct Ends {
  std::array<int, 4> theirs, ours;
};

void AddPipe(Ends& ends, size_t number) {
  std::array<int, 2> pipe;
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) abort();
  ends.theirs[number] = pipe[number == 0 ? 0 : 1];
  ends.ours[number] = pipe[number == 0 ? 1 : 0];
}

[[noreturn]] void Become(const Child& child, const std::array<int, 4>& ends) {
  signal(SIGPIPE, SIG_DFL);
  if (chdir(child.directory.c_str()) != 0) _exit(126);
  // Out of the way of the numbers they are to have.
  std::array<int, 4> high;
  for (size_t i = 0; i < high.size(); ++i) high[i] = fcntl(ends[i], F_DUPFD, 100);
  for (size_t i = 0; i < high.size(); ++i) dup2(high[i], static_cast<int>(i));
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

// What of `input` the child may have: all, or a line more than it has answered.
size_t Due(const Child& child, const std::string& answers) {
  if (!child.paced) return child.input.size();
  size_t due = 0;
  for (auto lines = std::count(answers.begin(), answers.end(), '\n'); lines >= 0; --lines) {
    due = std::min(child.input.find('\n', due), child.input.size() - 1) + 1;
  }
  return due;
}

void Close(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// Feeds and reads all pipes to their ends; the limit that came before that, if any.
std::optional<proto::ExecutionOutcome> Exchange(const Child& child, std::array<int, 4>& pipes,
                                                std::array<std::string, 4>& texts) {
  const size_t limit = child.limits.output_bytes() > 0
                           ? static_cast<size_t>(child.limits.output_bytes())
                           : size_t{1} << 20;
  if (pipes[0] >= 0) fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  const auto wait =
      static_cast<int>(child.limits.wall_time_ms() > 0 ? child.limits.wall_time_ms() : -1);
  size_t sent = 0;
  std::array<char, 65536> buffer;
  while (pipes[1] >= 0 || pipes[2] >= 0 || pipes[3] >= 0) {
    if (sent == child.input.size()) Close(pipes[0]);
    const size_t due = Due(child, texts[3]);
    std::array<pollfd, 4> fds = {{{due > sent ? pipes[0] : -1, POLLOUT, 0},
                                  {pipes[1], POLLIN, 0},
                                  {pipes[2], POLLIN, 0},
                                  {pipes[3], POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), wait) == 0) return proto::EXECUTION_OUTCOME_TIME_LIMIT;
    if (fds[0].revents != 0) {
      const ssize_t size = write(pipes[0], child.input.data() + sent, due - sent);
      sent = size < 0 ? child.input.size() : sent + static_cast<size_t>(size);
    }
    for (size_t i = 1; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      const ssize_t size = read(fds[i].fd, buffer.data(), buffer.size());
      if (size <= 0) Close(pipes[i]);
      if (size > 0) texts[i].append(buffer.data(), static_cast<size_t>(size));
      if (texts[i].size() > limit) return proto::EXECUTION_OUTCOME_OUTPUT_LIMIT;
    }
  }
  return std::nullopt;
}

proto::Execution Report(int status, std::optional<proto::ExecutionOutcome> limit,
                        std::array<std::string, 4> texts) {
  proto::Execution execution;
  execution.set_stdout(std::move(texts[1]));
  execution.set_stderr(std::move(texts[2]));
  execution.set_reply(std::move(texts[3]));
  execution.set_outcome(proto::EXECUTION_OUTCOME_RUNTIME_ERROR);
  if (limit.has_value()) {
    execution.set_outcome(*limit);
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

constexpr Ends kNoEnds = {{-1, -1, -1, -1}, {-1, -1, -1, -1}};

// With the pipes that `ends` does not have yet.
proto::Execution Run(const Child& child, Ends ends = kNoEnds) {
  for (size_t i = 0; i < ends.theirs.size(); ++i) {
    if (ends.theirs[i] < 0) AddPipe(ends, i);
  }
  const pid_t pid = fork();
  if (pid == 0) Become(child, ends.theirs);
  for (const int end : ends.theirs) close(end);
  std::array<std::string, 4> texts;
  const auto limit = Exchange(child, ends.ours, texts);
  if (limit.has_value()) kill(pid, SIGKILL);
  for (int& end : ends.ours) Close(end);
  int status = 0;
  waitpid(pid, &status, 0);
  return Report(status, limit, std::move(texts));
}

// Two children at once, descriptor 3 of each the input of the other. Without a child the partner is
// the function.
struct PartnerChild {
  std::optional<Child> child;
  FakeSandbox::Partner answer;
};

proto::Execution RunPartner(const PartnerChild& partner, const Ends& ends) {
  if (partner.child.has_value()) return Run(*partner.child, ends);
  FILE* calls = fdopen(ends.theirs[0], "r");
  char* line = nullptr;
  size_t size = 0;
  for (int call = 0; getline(&line, &size, calls) > 0; ++call) {
    const std::string answer = partner.answer(call);
    if (write(ends.theirs[3], answer.data(), answer.size()) < 0) break;
  }
  free(line);
  fclose(calls);
  close(ends.theirs[3]);
  proto::Execution execution;
  execution.set_outcome(proto::EXECUTION_OUTCOME_OK);
  return execution;
}

std::pair<proto::Execution, proto::Execution> RunBoth(const Child& leader,
                                                      const PartnerChild& partner) {
  std::array<Ends, 2> ends = {kNoEnds, kNoEnds};
  for (size_t i = 0; i < ends.size(); ++i) {
    std::array<int, 2> pipe;
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) abort();
    ends[i].theirs[0] = pipe[0];
    ends[1 - i].theirs[3] = pipe[1];
  }
  std::pair<proto::Execution, proto::Execution> executions;
  std::thread second([&] { executions.second = RunPartner(partner, ends[1]); });
  executions.first = Run(leader, ends[0]);
  second.join();
  return executions;
}

void WriteGuestFiles(const google::protobuf::RepeatedPtrField<proto::ExecutionFile>& files,
                     const WorkDirectory& directory) {
  for (const proto::ExecutionFile& file : files) directory.Write(file.path(), file.content());
}

}  // namespace

FakeSandbox::FakeSandbox() {
  signal(SIGPIPE, SIG_IGN);
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
                          false,
                          {}}),
                     (directory->path() / "program").string(), directory};
  const std::lock_guard lock(mutex_);
  return programs_[key] = std::move(program);
}

int FakeSandbox::Keep(const proto::ExecuteRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  return static_cast<int>(requests_.size()) - 1;
}

// The child of a run of the request; none, when it did not compile.
struct FakeSandbox::Prepared {
  std::vector<std::string> arguments;
  std::shared_ptr<void> program;
  bool runs = true;
};

FakeSandbox::Prepared FakeSandbox::Prepare(const proto::ExecuteRequest& request,
                                           proto::ExecuteReply* reply) {
  if (request.program().language() != "cpp") {
    return {{"/usr/bin/python3", "-s", "-B", "main.py"}, nullptr};
  }
  const Program program = Build(request);
  *reply->mutable_compile() = program.compile;
  return {
      {program.path}, program.directory, program.compile.outcome() == proto::EXECUTION_OUTCOME_OK};
}

namespace {

Child MakeChild(const proto::ExecuteRequest& request, const proto::ExecutionRun& run,
                const WorkDirectory& directory, std::vector<std::string> arguments) {
  WriteGuestFiles(request.program().files(), directory);
  WriteGuestFiles(run.files(), directory);
  if (request.program().language() != "cpp") directory.Write("main.py", request.program().source());
  arguments.insert(arguments.end(), run.arguments().begin(), run.arguments().end());
  return {arguments, directory.path(), run.stdin(), run.paced(), run.limits()};
}

}  // namespace

grpc::Status FakeSandbox::Execute(grpc::ServerContext*, const proto::ExecuteRequest* request,
                                  proto::ExecuteReply* reply) {
  const int call = Keep(*request);
  if (script_) {
    if (const auto status = script_(call, *request, reply)) return *status;
  }
  const Prepared prepared = Prepare(*request, reply);
  if (!prepared.runs) return grpc::Status::OK;
  for (const proto::ExecutionRun& run : request->runs()) {
    const WorkDirectory directory;
    *reply->add_runs() = Run(MakeChild(*request, run, directory, prepared.arguments));
    const bool ok = reply->runs(reply->runs_size() - 1).outcome() == proto::EXECUTION_OUTCOME_OK;
    if (!ok && request->stop_after_failure()) break;
  }
  return grpc::Status::OK;
}

grpc::Status FakeSandbox::Converse(grpc::ServerContext*, const proto::ConverseRequest* request,
                                   proto::ConverseReply* reply) {
  Keep(request->leader());
  Keep(request->partner());
  if (converse_script_) {
    converse_script_(*reply);
    return grpc::Status::OK;
  }
  const Prepared leader = Prepare(request->leader(), reply->mutable_leader());
  if (!leader.runs) return grpc::Status::OK;
  Prepared program;
  if (!partner_) program = Prepare(request->partner(), reply->mutable_partner());
  if (!program.runs) return grpc::Status::OK;
  const WorkDirectory first, second;
  PartnerChild partner = {std::nullopt, partner_};
  if (!partner_) {
    partner.child =
        MakeChild(request->partner(), request->partner().runs(0), second, program.arguments);
  }
  std::tie(*reply->mutable_leader()->add_runs(), *reply->mutable_partner()->add_runs()) = RunBoth(
      MakeChild(request->leader(), request->leader().runs(0), first, leader.arguments), partner);
  return grpc::Status::OK;
}

}  // namespace longhaul::reward
