// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "sandbox_fixture.h"
#include "tests/sandbox/git_apply.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class SessionTest : public SandboxFixture {
 protected:
  std::string Open(const proto::OpenSessionRequest& request = {}) {
    grpc::ClientContext context;
    proto::OpenSessionReply reply;
    const grpc::Status status = stub().OpenSession(&context, request, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply.session();
  }
  proto::RunCommandReply Run(const std::string& session, const std::string& command,
                             int64_t wall_time_ms = 0) {
    proto::RunCommandRequest request;
    request.set_session(session);
    request.set_command(command);
    request.set_wall_time_ms(wall_time_ms);
    grpc::ClientContext context;
    proto::RunCommandReply reply;
    const grpc::Status status = stub().RunCommand(&context, request, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply;
  }
  std::string Output(const std::string& session, const std::string& command) {
    return Run(session, command).output();
  }
  grpc::Status TryRun(const std::string& session, const std::string& command) {
    proto::RunCommandRequest request;
    request.set_session(session);
    request.set_command(command);
    grpc::ClientContext context;
    proto::RunCommandReply reply;
    return stub().RunCommand(&context, request, &reply);
  }
  std::string Diff(const std::string& session, bool* truncated = nullptr) {
    proto::DiffRequest request;
    request.set_session(session);
    grpc::ClientContext context;
    proto::DiffReply reply;
    const grpc::Status status = stub().Diff(&context, request, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (truncated != nullptr) *truncated = reply.truncated();
    return reply.unified_diff();
  }
  grpc::Status Close(const std::string& session) {
    proto::CloseSessionRequest request;
    request.set_session(session);
    grpc::ClientContext context;
    proto::CloseSessionReply reply;
    return stub().CloseSession(&context, request, &reply);
  }
  // Until the table has noticed the end.
  void AwaitEnd() {
    while (service().sessions().open_sessions() > 0) std::this_thread::yield();
  }
};

TEST_F(SessionTest, ShellKeepsItsState) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "pwd"), "/work\n");
  EXPECT_EQ(Output(session, "mkdir d; cd d; x=5; f() { echo f$1; }"), "");
  EXPECT_EQ(Output(session, "pwd; echo $x; f 1"), "/work/d\n5\nf1\n");
  EXPECT_EQ(Run(session, "false").exit_code(), 1);
  EXPECT_EQ(Run(session, "exit_code() { return 42; }; exit_code").exit_code(), 42);
}

TEST_F(SessionTest, CommandsAreTakenAsTheyAre) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "echo 'it''s' \"a  b\" \\\\ '!!' $((1 + 1))"), "its a  b \\ !! 2\n");
  EXPECT_EQ(Output(session, "cat <<'END'\none\n'two'\nEND\necho three # four"),
            "one\n'two'\nthree\n");
  EXPECT_EQ(Output(session, "printf '\\0\\377' | od -An -tx1"), " 00 ff\n");
  EXPECT_EQ(Output(session, "echo out; echo err >&2; echo out"), "out\nerr\nout\n");
  const proto::RunCommandReply wrong = Run(session, "if then");
  EXPECT_THAT(wrong.output(), HasSubstr("syntax error"));
  EXPECT_NE(wrong.exit_code(), 0);
  EXPECT_EQ(Output(session, "echo still here"), "still here\n");
}

TEST_F(SessionTest, CommandsSeeNeitherTheProtocolNorAnInput) {
  const std::string session = Open();
  EXPECT_EQ(Output(session, "cat; read x; echo \"[$x]\""), "[]\n");
  EXPECT_EQ(Run(session, "echo forged >&3").exit_code(), 1);
  EXPECT_EQ(Output(session,
                   "python3 -c 'import os; print([os.path.exists(f\"/proc/self/fd/{i}\") "
                   "for i in (3, 4)])'"),
            "[False, False]\n");
}

TEST_F(SessionTest, TimeoutInterruptsTheCommandAndKeepsTheShell) {
  const std::string session = Open();
  Output(session, "x=kept");
  for (const char* command : {"sleep 1000", "while :; do :; done", "sleep 1000 | sleep 1000",
                              "f() { while :; do sleep 100; done; }; f"}) {
    const proto::RunCommandReply reply = Run(session, command, 200);
    EXPECT_TRUE(reply.timed_out()) << command;
    EXPECT_EQ(reply.exit_code(), 130) << command;
    EXPECT_FALSE(reply.ended());
  }
  EXPECT_EQ(Output(session, "echo $x"), "kept\n");
}

TEST_F(SessionTest, CommandThatIgnoresEverySignalIsKilled) {
  const std::string session = Open();
  const proto::RunCommandReply reply =
      Run(session,
          "trap '' INT TERM; cd /tmp; python3 -c 'import signal, time\n"
          "for s in (2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(1000)'",
          100);
  EXPECT_TRUE(reply.timed_out());
  EXPECT_FALSE(reply.ended()) << reply.detail();
  EXPECT_THAT(reply.detail(), HasSubstr("the shell was killed: a new one begins in /work"));
  EXPECT_EQ(reply.exit_code(), 137);
  EXPECT_EQ(Output(session, "pwd"), "/work\n");
}

TEST_F(SessionTest, ShellThatIsKilledIsFollowedByAnother) {
  const std::string session = Open();
  Output(session, "cd /tmp; x=1");
  const proto::RunCommandReply reply = Run(session, "echo before; kill -9 $$; echo after");
  EXPECT_EQ(reply.output(), "before\n");
  EXPECT_EQ(reply.exit_code(), 137);
  EXPECT_FALSE(reply.timed_out());
  EXPECT_FALSE(reply.ended());
  EXPECT_EQ(Output(session, "pwd; echo [$x]"), "/work\n[]\n");
}

TEST_F(SessionTest, OutputIsCutAndTheNextCommandsIsItsOwn) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_output_bytes(1000);
  const std::string session = Open(request);
  const proto::RunCommandReply reply = Run(session, "head -c 3000000 /dev/zero | tr '\\0' x");
  EXPECT_TRUE(reply.truncated());
  EXPECT_EQ(reply.output(), std::string(1000, 'x'));
  const proto::RunCommandReply endless = Run(session, "yes", 200);
  EXPECT_TRUE(endless.timed_out());
  EXPECT_EQ(endless.output().size(), 1000u);
  EXPECT_EQ(Output(session, "echo next"), "next\n");
}

TEST_F(SessionTest, ExitEndsItsCommandAndKeepsTheState) {
  const std::string session = Open();
  const proto::RunCommandReply reply = Run(session, "cd /tmp; x=1; echo bye; exit 3; echo no");
  EXPECT_EQ(reply.output(), "bye\n");
  EXPECT_EQ(reply.exit_code(), 3);
  EXPECT_EQ(reply.detail(), "");
  EXPECT_FALSE(reply.ended());
  EXPECT_EQ(Output(session, "pwd; echo $x"), "/tmp\n1\n");
}

TEST_F(SessionTest, EverythingThatAShellKeepsIsKept) {
  const std::string session = Open();
  Output(session,
         "a=(1 'two words' $'new\nline'); declare -A m=([k]='v w'); export E=exported; declare -r "
         "R=fixed; declare -i n=7; shopt -s extglob; g() { [[ $1 == +(a|b) ]] && echo match; }; "
         "alias hi='echo hello'; umask 027; set -u; mkdir -p \"o'd d\"; cd \"o'd d\"");
  EXPECT_EQ(
      Output(session, "echo \"${a[2]}|${m[k]}|$R|$n\"; sh -c 'echo $E'; g abab; hi; umask; pwd"),
      "new\nline|v w|fixed|7\nexported\nmatch\nhello\n0027\n/work/o'd d\n");
  const proto::RunCommandReply unset = Run(session, "echo $nothing; echo not reached");
  EXPECT_NE(unset.exit_code(), 0);
  EXPECT_THAT(unset.output(), HasSubstr("unbound variable"));
  EXPECT_EQ(Output(session, "n=n+1; echo $n; hi"), "8\nhello\n");  // still an integer
  EXPECT_EQ(Output(session, "echo 'echo script $0' > s; bash s"), "script s\n");
}

// What a command may do to its shell: the next one runs, and either finds what was left or the
// first one's result says that it will not.
TEST_F(SessionTest, NoCommandDisablesTheShellForThoseThatFollow) {
  const char* const kTricks[] = {
      "eval() { :; }",
      "builtin() { :; }",
      "printf() { :; }; echo() { :; }; declare() { :; }; trap() { :; }; exit() { :; }; set() { :; "
      "}",
      "alias eval=: builtin=: trap=: declare=: if=: '{=:' '[[=:'",
      "trap 'false' DEBUG; shopt -s extdebug",
      "trap 'kill -9 $$' DEBUG",
      "trap : EXIT",
      "trap '' INT TERM",
      "exec 1>&- 2>&- 3>&- 4>&- 9>&- 255>&-",
      "exec > /dev/null 2>&1",
      "exec true",
      "exec sleep 0",
      "set -e; false",
      "set -eu -o pipefail",
      "set -n",
      "set -x; PS4='$(exit 1)'",
      "set -t",
      "set -o posix",
      "set -f; IFS=x",
      "readonly PWD HOME PATH IFS BASH_ENV POSIXLY_CORRECT __longhaul_state",
      "unset PATH PWD HOME; unset -f eval",
      "enable -n eval builtin trap echo printf declare shopt set",
      "shopt -u expand_aliases; shopt -s failglob nullglob",
      "kill -9 $$",
      "kill -STOP 1; kill -9 1",
      "ulimit -f 0",
      "rm -rf /dev/shm/.[!.]*; mkdir /dev/shm/.longhaul-state.new",
      "echo 'exit 0' > /dev/shm/.longhaul-state; kill -9 $$",
      "PROMPT_COMMAND=exit; PS1='$(exit)'",
      "BASH_ENV=/dev/zero; ENV=/dev/zero; export BASH_ENV ENV",
      "LD_PRELOAD=/none.so; export LD_PRELOAD",
      "(while :; do :; done) & kill -STOP $!",
  };
  for (const char* trick : kTricks) {
    const std::string session = Open();
    Run(session, "cd /tmp");
    const proto::RunCommandReply reply = Run(session, trick, 20'000);
    EXPECT_FALSE(reply.ended() || reply.timed_out()) << trick;
    const proto::RunCommandReply next = Run(session, "command echo here; command pwd");
    EXPECT_THAT(next.output(), HasSubstr("here")) << trick;
    const bool anew = reply.detail().find("a new one begins in /work") != std::string::npos;
    EXPECT_EQ(next.output().find("/work\n") != std::string::npos, anew) << trick << "\n"
                                                                        << reply.detail() << "\n"
                                                                        << next.output();
    ASSERT_TRUE(Close(session).ok());
  }
}

// The end of a command is told by none of its processes, and by none that others left behind.
TEST_F(SessionTest, TheEndOfACommandCannotBeForged) {
  const std::string session = Open();
  // Every descriptor of every process, written to again and again.
  Run(session,
      "(while :; do for f in /proc/[0-9]*/fd/*; do echo 0 > $f; done; done) > /dev/null 2>&1 &");
  for (int code = 1; code < 4; ++code) {
    EXPECT_EQ(Run(session, "/bin/sleep 0.2; exit " + std::to_string(code)).exit_code(), code);
  }
}

TEST_F(SessionTest, FilesGoBothWays) {
  proto::OpenSessionRequest request;
  request.add_files()->set_path("src/a.txt");
  request.mutable_files(0)->set_content("first\n");
  const std::string session = Open(request);
  EXPECT_EQ(Output(session, "cat src/a.txt; echo made > b.txt"), "first\n");
  proto::WriteFilesRequest write;
  write.set_session(session);
  proto::ExecutionFile* script = write.add_files();
  script->set_path("bin/run");
  script->set_content("#!/bin/sh\necho ran\n");
  script->set_executable(true);
  grpc::ClientContext write_context;
  proto::WriteFilesReply written;
  ASSERT_TRUE(stub().WriteFiles(&write_context, write, &written).ok());
  EXPECT_EQ(Output(session, "bin/run"), "ran\n");
  const auto read = [&](const std::string& path, int64_t max_bytes) {
    proto::ReadFileRequest message;
    message.set_session(session);
    message.set_path(path);
    message.set_max_bytes(max_bytes);
    grpc::ClientContext context;
    proto::ReadFileReply reply;
    const grpc::Status status = stub().ReadFile(&context, message, &reply);
    return std::pair(status.error_code(), reply);
  };
  EXPECT_EQ(read("b.txt", 0).second.content(), "made\n");
  EXPECT_EQ(read("b.txt", 3).second.content(), "mad");
  EXPECT_TRUE(read("b.txt", 3).second.truncated());
  EXPECT_EQ(read("none", 0).first, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(read("../etc/passwd", 0).first, grpc::StatusCode::INVALID_ARGUMENT);
  Output(session, "ln -s /etc/passwd link; mkfifo fifo");
  EXPECT_NE(read("link", 0).first, grpc::StatusCode::OK);
  EXPECT_NE(read("fifo", 0).first, grpc::StatusCode::OK);
}

TEST_F(SessionTest, DiffIsAgainstWhatItWasOpenedWith) {
  proto::OpenSessionRequest request;
  for (const char* path : {"changed.txt", "gone.txt", "same.txt"}) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path);
    file->set_content("one\ntwo\n");
  }
  const std::string session = Open(request);
  EXPECT_EQ(Diff(session), "");
  Output(session, "sed -i s/two/2/ changed.txt; rm gone.txt; mkdir d; echo new > 'd/new file.txt'");
  EXPECT_EQ(Diff(session),
            "diff --git a/changed.txt b/changed.txt\n"
            "--- a/changed.txt\n+++ b/changed.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
            "diff --git a/d/new file.txt b/d/new file.txt\nnew file mode 100644\n"
            "--- /dev/null\n+++ b/d/new file.txt\t\n@@ -0,0 +1 @@\n+new\n"
            "diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n"
            "--- a/gone.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n");
}

TEST_F(SessionTest, DiffOfAFileThatBecameADirectoryAndBack) {
  proto::OpenSessionRequest request;
  for (const char* path : {"file", "directory/file"}) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path);
    file->set_content("old\n");
  }
  const std::string session = Open(request);
  Output(session, "rm -r file directory; mkdir file; echo new > file/file; echo new > directory");
  EXPECT_EQ(Diff(session),
            "diff --git a/directory b/directory\nnew file mode 100644\n"
            "--- /dev/null\n+++ b/directory\n@@ -0,0 +1 @@\n+new\n"
            "diff --git a/directory/file b/directory/file\ndeleted file mode 100644\n"
            "--- a/directory/file\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"
            "diff --git a/file b/file\ndeleted file mode 100644\n"
            "--- a/file\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"
            "diff --git a/file/file b/file/file\nnew file mode 100644\n"
            "--- /dev/null\n+++ b/file/file\n@@ -0,0 +1 @@\n+new\n");
}

// Odd trees of one shell script each: what `git apply` makes of the diff is what the shell made.
class GitApplyTest : public SessionTest, public testing::WithParamInterface<const char*> {};

std::string Repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::vector<GuestFile> FilesToChange() {
  const std::string binary = Repeated(std::string("\0\1\xff\n", 4), 500);
  return {{"binary", binary},     {"directory/file", "old\n"}, {"empty", ""},
          {"no newline", "a\nb"}, {"run.sh", "echo\n", 0755},  {"tab\"quote\\", "q\n"},
          {"text", "one\ntwo\n"}, {"tool", binary, 0755},      {"\xc3\xa4 x", "umlaut\r\n"}};
}

TEST_P(GitApplyTest, MakesWhatTheShellMade) {
  if (!HaveGit()) GTEST_SKIP() << "this host has no git";
  const std::vector<GuestFile> files = FilesToChange();
  proto::OpenSessionRequest request;
  for (const GuestFile& file : files) {
    proto::ExecutionFile* sent = request.add_files();
    sent->set_path(file.path);
    sent->set_content(file.content);
    sent->set_executable(file.mode == 0755);
  }
  const std::string session = Open(request);
  ASSERT_EQ(Output(session, GetParam()), "");
  const std::string patch = Diff(session);
  const auto made = ApplyWithGit(files, patch, directory_ + "/applied");
  std::string shown;
  for (const auto& [path, content] : made) shown += path + '\0' + content + '\0';
  // The same listing, written inside.
  const std::string listing = Output(session, R"(
    find . \( -type f -o -type l \) -printf '%P\0' | LC_ALL=C sort -z |
      while IFS= read -r -d '' path; do
        printf '%s\0' "$path"
        if [ -L "$path" ]; then printf '120000 '; readlink -n -- "$path"
        elif [ -x "$path" ]; then printf '100755 '; cat -- "$path"
        else printf '100644 '; cat -- "$path"; fi
        printf '\0'
      done)");
  EXPECT_EQ(shown, listing) << patch;
  EXPECT_EQ(patch.empty(), std::string_view(GetParam()) == "touch text");
}

INSTANTIATE_TEST_SUITE_P(
    Trees, GitApplyTest,
    testing::Values(
        "touch text", "printf 'a\\0b' >> binary; rm tool; head -c 9000 /dev/zero > new",
        "printf '\\0' > text; echo text > binary; chmod -x tool; printf x >> tool",
        "chmod +x text empty binary; chmod -x run.sh; echo x >> run.sh",
        "printf '#!\\n' > new.sh; chmod 755 new.sh; : > e; : > ex; chmod +x ex",
        "ln -s text link; ln -s $'a\\nb' odd; ln -sf /etc/passwd text; ln -s no 'x y'",
        "rm binary; ln -s binary binary; rm -r directory; ln -s /tmp directory; rm empty",
        "rm text; mkdir text; echo in > text/file; rm -r directory; echo > directory",
        R"(echo 2 >> 'tab"quote\'; echo t > $'t\ta"b\nc'; echo e > $'\e\x7f'; echo > ' ')",
        R"(rm 'tab"quote\'; chmod +x $'\xc3\xa4 x'; echo u > $'\xff'; printf x > 'no newline')",
        "for i in $(seq 120); do head -c $i /dev/urandom | cat - /dev/zero | "
        "head -c $((i * 7)) > b$i; done"));

TEST_F(SessionTest, DiffSaysWhatGitSays) {
  const std::string session = Open();
  Output(session, "printf '\\0' > nul; echo '#!/bin/sh' > run; chmod +x run; ln -s run ln");
  EXPECT_EQ(Diff(session),
            "diff --git a/ln b/ln\nnew file mode 120000\n"
            "--- /dev/null\n+++ b/ln\n@@ -0,0 +1 @@\n+run\n\\ No newline at end of file\n"
            "diff --git a/nul b/nul\nnew file mode 100644\n"
            "index 0000000000000000000000000000000000000000.."
            "f76dd238ade08917e6712764a16a22005a50573d\nGIT binary patch\n"
            "literal 1\nIcmZPo000310RR91\n\nliteral 0\nHcmV?d00001\n\n"
            "diff --git a/run b/run\nnew file mode 100755\n"
            "--- /dev/null\n+++ b/run\n@@ -0,0 +1 @@\n+#!/bin/sh\n");
}

// A file that cannot be read is not said to be removed.
TEST_F(SessionTest, DiffIsIncompleteWhereAFileCannotBeRead) {
  proto::OpenSessionRequest request;
  for (const char* path : {"closed", "d/file", "linked"}) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path);
    file->set_content("one\n");
  }
  const std::string session = Open(request);
  bool truncated = false;
  Diff(session, &truncated);
  EXPECT_FALSE(truncated);
  Output(session, "ln linked other; mkdir .git; echo > .git/x; echo > .GIT");
  EXPECT_EQ(Diff(session, &truncated), "");
  EXPECT_TRUE(truncated);
  Output(session, "rm other; chmod 0 closed; chmod 0 d");
  EXPECT_EQ(Diff(session, &truncated), "");
  EXPECT_TRUE(truncated);
}

TEST_F(SessionTest, OneCommandAtATime) {
  const std::string session = Open();
  std::jthread first(
      [&] { EXPECT_EQ(Run(session, "echo > started; sleep 1000", 3000).exit_code(), 130); });
  proto::ReadFileRequest read;
  read.set_session(session);
  read.set_path("started");
  for (bool started = false; !started;) {
    grpc::ClientContext context;
    proto::ReadFileReply reply;
    started = stub().ReadFile(&context, read, &reply).ok();
  }
  EXPECT_EQ(TryRun(session, "pwd").error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(SessionTest, SessionsAreBoundedAndApart) {
  const std::string a = Open();
  const std::string b = Open();
  Output(a, "echo secret > /tmp/x; echo secret > y");
  EXPECT_EQ(Output(b, "ls /tmp /work"), "/tmp:\n\n/work:\n");
  grpc::ClientContext context;
  proto::OpenSessionReply reply;
  EXPECT_EQ(stub().OpenSession(&context, {}, &reply).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Close(a).ok());
  EXPECT_EQ(Close(a).error_code(), grpc::StatusCode::NOT_FOUND);
  Open();
}

TEST_F(SessionTest, IdleSessionsEnd) {
  proto::OpenSessionRequest request;
  request.set_idle_timeout_ms(1);
  Open(request);
  AwaitEnd();
}

TEST_F(SessionTest, LimitsOfTheWholeSessionEndIt) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_cpu_time_ms(300);
  const std::string busy = Open(request);
  const proto::RunCommandReply reply = Run(busy, "while :; do :; done");
  EXPECT_TRUE(reply.ended());
  EXPECT_THAT(reply.detail(), HasSubstr("300 ms of CPU time"));
  request.mutable_limits()->set_cpu_time_ms(0);
  request.mutable_limits()->set_wall_time_ms(100);
  Open(request);
  AwaitEnd();
}

TEST_F(SessionTest, MemoryLimitKillsTheCommandAndIsTold) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_memory_bytes(64 << 20);
  const std::string session = Open(request);
  const proto::RunCommandReply reply = Run(session, "python3 -c 'x = bytearray(10**9)'");
  EXPECT_NE(reply.exit_code(), 0);
  EXPECT_EQ(Output(session, "echo alive"), "alive\n");
}

TEST_F(SessionTest, CallerThatLeavesInterruptsItsCommand) {
  const std::string session = Open();
  proto::RunCommandRequest request;
  request.set_session(session);
  request.set_command("sleep 1000");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  proto::RunCommandReply reply;
  EXPECT_EQ(stub().RunCommand(&context, request, &reply).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  grpc::Status next;
  do {
    next = TryRun(session, "echo free");
  } while (next.error_code() == grpc::StatusCode::ABORTED);
  EXPECT_TRUE(next.ok()) << next.error_message();
}

TEST_F(SessionTest, RefusesBadRequests) {
  const std::string session = Open();
  EXPECT_EQ(TryRun("nobody", "pwd").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(TryRun(session, std::string("a\0b", 3)).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TryRun(session, std::string(1 << 20, 'x')).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  proto::OpenSessionRequest request;
  request.set_idle_timeout_ms(-1);
  grpc::ClientContext context;
  proto::OpenSessionReply reply;
  EXPECT_EQ(stub().OpenSession(&context, request, &reply).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace longhaul::sandbox
