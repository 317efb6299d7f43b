// SPDX-License-Identifier: Apache-2.0
//
// What a session has changed, as `git apply` takes it.
#include <gmock/gmock.h>

#include "sandbox/session.h"
#include "tests/sandbox/git_apply.h"
#include "tests/sandbox/session_fixture.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class SessionDiffTest : public SessionFixture {
 protected:
  std::string Diff(const std::string& session, bool* truncated = nullptr) {
    const proto::DiffReply reply = SessionFixture::Diff(session);
    if (truncated != nullptr) *truncated = reply.truncated();
    return reply.unified_diff();
  }
};

TEST_F(SessionDiffTest, DiffIsAgainstWhatItWasOpenedWith) {
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

TEST_F(SessionDiffTest, DiffOfAFileThatBecameADirectoryAndBack) {
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
class GitApplyTest : public SessionDiffTest, public testing::WithParamInterface<const char*> {};

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
        "mkdir 'd ' ' '; : > 'd /e'; : > ' /e'; echo > 'd /f'; printf '\\0' > 'd /b b'",
        "for i in $(seq 120); do head -c $i /dev/urandom | cat - /dev/zero | "
        "head -c $((i * 7)) > b$i; done"));

TEST_F(SessionDiffTest, DiffSaysWhatGitSays) {
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
TEST_F(SessionDiffTest, DiffIsIncompleteWhereAFileCannotBeRead) {
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
  Output(session, "mkdir .git; echo > .git/x");
  EXPECT_EQ(Diff(session, &truncated), "");
  EXPECT_FALSE(truncated);
  Output(session, "ln linked other");
  EXPECT_EQ(Diff(session, &truncated), "");
  EXPECT_TRUE(truncated);
  Output(session, "rm other; chmod 0 closed; chmod 0 d");
  EXPECT_EQ(Diff(session, &truncated), "");
  EXPECT_TRUE(truncated);
}

// A closed /work is the guest's deed: what can be read in it is told, the rest is named.
TEST_F(SessionDiffTest, DiffOfAClosedWorkDirectory) {
  proto::OpenSessionRequest request;
  for (const char* path : {"changed", "gone", "same"}) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path);
    file->set_content("one\n");
  }
  const std::string session = Open(request);
  Output(session, "echo two >> changed; rm gone; echo > new; chmod 300 /work");
  proto::DiffReply diff = SessionFixture::Diff(session);
  EXPECT_EQ(diff.unified_diff(),
            "diff --git a/changed b/changed\n--- a/changed\n+++ b/changed\n"
            "@@ -1 +1,2 @@\n one\n+two\n"
            "diff --git a/gone b/gone\ndeleted file mode 100644\n"
            "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n");
  EXPECT_TRUE(diff.truncated());
  EXPECT_EQ(diff.detail(), "opening /work: Permission denied");
  for (const char* mode : {"0", "400"}) {
    Output(session, std::string("chmod ") + mode + " /work");
    diff = SessionFixture::Diff(session);
    EXPECT_EQ(diff.unified_diff(), "");
    EXPECT_TRUE(diff.truncated());
    EXPECT_THAT(diff.detail(), HasSubstr("opening changed: Permission denied"));
  }
}

TEST_F(SessionDiffTest, NamesThatGitRefusesAreNamed) {
  const std::string session = Open();
  Output(session, "echo > .GIT; mkdir -p 'd/git~1'; echo > 'd/git~1/x'; echo > $'\\e.git'");
  const proto::DiffReply diff = SessionFixture::Diff(session);
  EXPECT_THAT(diff.unified_diff(), HasSubstr("+++ \"b/\\033.git\""));
  EXPECT_EQ(diff.detail(),
            ".GIT: git takes the name for its own, and no patch of it; "
            "d/git~1/x: git takes the name for its own, and no patch of it");
}

TEST_F(SessionDiffTest, WhatIsLeftOutIsNamedInPart) {
  const std::string session = Open();
  Output(session, "for i in {1..40}; do echo > l$i; ln l$i m$i; done");
  const std::string detail = SessionFixture::Diff(session).detail();
  EXPECT_THAT(detail, HasSubstr("l1 is a hard link; "));
  EXPECT_THAT(detail, HasSubstr("; and 64 more"));
}

// What a guest makes Diff do is bounded: files that are too large are left out unread, in whatever
// number.
TEST_F(SessionDiffTest, LargeFilesAreLeftOutUnread) {
  proto::OpenSessionRequest request;
  request.mutable_limits()->set_file_bytes(1ll << 30);
  const std::string session = Open(request);
  Output(session, "echo small > zz; for i in {1..1000}; do echo f$i; done | xargs truncate -s 70M");
  bool truncated = false;
  const std::string patch = Diff(session, &truncated);  // in a minute if it read 64 MiB of each
  EXPECT_THAT(patch, HasSubstr("+++ b/zz"));
  EXPECT_TRUE(truncated);
}

TEST_F(SessionDiffTest, DiffEndsWithItsCallerAndItsSession) {
  JailOptions options;
  options.slots = 2;
  options.state_dir = directory_ + "/jail";
  const auto jail = Jail::Create(options);
  ASSERT_TRUE(jail.ok()) << jail.status();
  auto opened = Session::Open(jail->get(), {{"a", "one\n"}, {"b", "one\n"}}, {}, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  RunContext gone;
  gone.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ((*opened)->Diff(gone).status().code(), StatusCode::kDeadlineExceeded);
  int looks = 0;
  RunContext context;
  context.cancelled = [&] {
    if (++looks == 2) (*opened)->End("enough");
    return false;
  };
  const auto ended = (*opened)->Diff(context);
  EXPECT_EQ(ended.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Message(ended.status()), HasSubstr("enough"));
  EXPECT_EQ(looks, 2);
}

// One text that takes too much to compare is left out, and what depends on it; the others are told.
TEST_F(SessionDiffTest, WhatCannotBeComparedIsLeftOutAlone) {
  proto::OpenSessionRequest request;
  const auto add = [&](const std::string& path, const std::string& content) {
    proto::ExecutionFile* file = request.add_files();
    file->set_path(path);
    file->set_content(content);
  };
  const std::string lines(17'000'000, '\n');
  add("a.txt", "one\n");
  add("lines", "a\n" + lines);
  add("zz", "one\n");
  request.mutable_limits()->set_file_bytes(1ll << 30);
  const std::string session = Open(request);
  Output(session, "for f in a.txt zz; do echo two >> $f; done; sed -i '1s/a/b/; $s/$/c/' lines");
  bool truncated = false;
  EXPECT_EQ(Diff(session, &truncated),
            "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1,2 @@\n one\n+two\n"
            "diff --git a/zz b/zz\n--- a/zz\n+++ b/zz\n@@ -1 +1,2 @@\n one\n+two\n");
  EXPECT_TRUE(truncated);
  Output(session, "rm lines; mkdir lines; echo new > lines/new");
  const std::string patch = Diff(session, &truncated);
  EXPECT_TRUE(patch.find("lines") == patch.npos);  // not shown: it would have 34 MB
  EXPECT_TRUE(truncated);
}

}  // namespace
}  // namespace longhaul::sandbox
