// SPDX-License-Identifier: Apache-2.0
//
// What a session's commands leave for those that follow, and what they cannot.
#include <gmock/gmock.h>

#include "tests/sandbox/session_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class SessionStateTest : public SessionFixture {};

TEST_F(SessionStateTest, ExitEndsItsCommandAndKeepsTheState) {
  const std::string session = Open();
  const proto::RunCommandReply reply = Run(session, "cd /tmp; x=1; echo bye; exit 3; echo no");
  EXPECT_EQ(reply.output(), "bye\n");
  EXPECT_EQ(reply.exit_code(), 3);
  EXPECT_EQ(reply.detail(), "");
  EXPECT_FALSE(reply.ended());
  EXPECT_EQ(Output(session, "pwd; echo $x"), "/tmp\n1\n");
}

TEST_F(SessionStateTest, EverythingThatAShellKeepsIsKept) {
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

TEST_F(SessionStateTest, OptionsAreKept) {
  const std::string session = Open();
  Output(session, "set -euf -o pipefail; set -C");
  EXPECT_EQ(Output(session, "echo $-; shopt -o pipefail || :"), "efhuBCc\npipefail       \ton\n");
  EXPECT_EQ(Run(session, "false | true; echo not reached").output(), "");
  EXPECT_EQ(Run(session, "false; echo not reached").exit_code(), 1);
  EXPECT_EQ(Output(session, "set +e; false; echo reached"), "reached\n");
  Output(session, "set -t");  // a shell that ends after a command runs no other
  EXPECT_EQ(Output(session, "echo one\necho two"), "one\ntwo\n");
}

TEST_F(SessionStateTest, DirectoriesAreKept) {
  const std::string session = Open();
  Output(session, "mkdir $'a\\n' 'it'\\''s'; ln -s /tmp link; cd $'a\\n'");
  EXPECT_EQ(Output(session, "printf %q \"$PWD\"; cd -"), "$'/work/a\\n'/work\n");
  EXPECT_EQ(Output(session, "pwd; cd \"it's\"; PWD=/"), "/work\n");
  EXPECT_EQ(Output(session, "pwd; cd ../link; unset OLDPWD"), "/work/it's\n");
  EXPECT_EQ(Output(session, "pwd; pwd -P; unset PWD; set -u"), "/work/link\n/tmp\n");
  EXPECT_EQ(Output(session, "pwd; cd -P .; echo $PWD"), "/work/link\n/tmp\n");
}

TEST_F(SessionStateTest, AnUmaskOfEverythingIsKept) {
  const std::string session = Open();
  const std::string why = Run(session, "x=kept; umask 0777").detail();
  EXPECT_EQ(why, "");
  EXPECT_EQ(Output(session, "echo $x; umask; > f; stat -c %a f"), "kept\n0777\n0\n");
  EXPECT_EQ(Output(session, "echo $x; umask"), "kept\n0777\n");
}

TEST_F(SessionStateTest, LargeVariablesAreKept) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_memory_bytes(1 << 30);
  const std::string session = Open(request);
  Output(session, "x=$(head -c 9750000 /dev/urandom | base64 -w 0)");
  EXPECT_EQ(Output(session, "echo ${#x}"), "13000000\n");
  const proto::RunCommandReply full = Run(session, "head -c 1G /dev/zero > f");
  EXPECT_THAT(full.detail(), HasSubstr("no room for files"));
  EXPECT_EQ(Output(session, "rm f; echo ${#x}"), "0\n");
}

// What a command may do to its shell: the next one runs, and either finds what was left or the
// first one's result says that it will not.
TEST_F(SessionStateTest, NoCommandDisablesTheShellForThoseThatFollow) {
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
      "rm -rf /dev/shm/.[!.]*; mkdir /dev/shm/.longhaul-state",
      "echo 'exit 0' > /dev/shm/.longhaul-state; kill -9 $$",
      "echo 'exit 0' > /.session/state; rm -rf /.session; chmod 777 /.session/state",
      "exec < /dev/null; ln -sf /dev/zero /dev/shm/.longhaul-state",
      "rm /dev/shm/.longhaul-state; mkfifo /dev/shm/.longhaul-state; exec true",
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

// A command that was not run is not taken for one that was.
TEST_F(SessionStateTest, ACommandThatWasNotRunIsTold) {
  const std::string session = Open();
  EXPECT_EQ(Run(session, "trap() { exit 9; }").detail(), "");
  const proto::RunCommandReply reply = Run(session, "echo ran");
  EXPECT_EQ(reply.output(), "");
  EXPECT_THAT(reply.detail(), HasSubstr("the command was not run"));
  EXPECT_EQ(Output(session, "echo ran"), "ran\n");
}

// What is kept lies where only PID 1 writes, so that what goes on after its command cannot put
// itself in the way of those that follow.
TEST_F(SessionStateTest, BackgroundProcessesCannotChangeWhatIsKept) {
  const std::string session = Open();
  Output(session,
         "cd /tmp; x=1; (while :; do for f in /.session/state /dev/shm/.longhaul-state*; do "
         "chmod 777 $f; echo 'exit 9' > $f; rm $f; done; sleep 0.05; done) "
         "> /dev/null 2>&1 &");
  for (int code = 1; code < 4; ++code) {
    const proto::RunCommandReply reply = Run(session, "sleep 0.2; exit " + std::to_string(code));
    EXPECT_EQ(reply.exit_code(), code) << reply.detail();
  }
}

// Nor can anything be put in its place for good; and PID 1 follows no link from there.
TEST_F(SessionStateTest, NothingStaysInThePlaceOfTheState) {
  const std::string session = Open();
  Output(session, "echo > t.sh; chmod 755 t.sh; ln -s /work/t.sh /dev/shm/.longhaul-link");
  for (const char* obstacle :
       {"mkdir -p /dev/shm/.longhaul-state/a", "mkdir -p /dev/shm/.longhaul-run/a",
        "mv -T /dev/shm/.longhaul-link /dev/shm/.longhaul-state", "chmod 0 /dev/shm"}) {
    Output(session, obstacle);
    EXPECT_EQ(Run(session, "cd /tmp; x=5").detail(), "") << obstacle;
    EXPECT_EQ(Output(session, "pwd; echo $x; cd; unset x"), "/tmp\n5\n") << obstacle;
  }
  EXPECT_EQ(Output(session, "stat -c %a t.sh; rm -rf /dev/shm/.longhaul-*; ls -A /dev/shm"),
            "755\n");
}

// A session that those before have filled up is cleared for the next command.
TEST_F(SessionStateTest, NoCommandUsesUpTheProcessesForThoseThatFollow) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_processes(24);
  const std::string session = Open(request);
  Output(session,
         "x=kept; python3 -c 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass' "
         "> /dev/null 2>&1 &");
  proto::RunCommandReply reply;
  do {
    reply = Run(session, "echo here $x");
    ASSERT_EQ(reply.output(), "here kept\n");
    ASSERT_EQ(reply.exit_code(), 0);
  } while (reply.detail().empty());
  EXPECT_THAT(reply.detail(), HasSubstr("had used up the session's processes"));
  const proto::RunCommandReply after = Run(session, "ls -d /proc/[0-9]* | wc -l");
  EXPECT_EQ(after.output(), "4\n");  // PID 1, the shell, ls, wc
  EXPECT_EQ(after.detail(), "");
}

// The end of a command is told by none of its processes, and by none that others left behind.
TEST_F(SessionStateTest, TheEndOfACommandCannotBeForged) {
  const std::string session = Open();
  // Every descriptor of every process, written to again and again.
  Run(session,
      "(while :; do for f in /proc/[0-9]*/fd/*; do echo 0 > $f; done; done) > /dev/null 2>&1 &");
  for (int code = 1; code < 4; ++code) {
    EXPECT_EQ(Run(session, "/bin/sleep 0.2; exit " + std::to_string(code)).exit_code(), code);
  }
}

}  // namespace
}  // namespace longhaul::sandbox
