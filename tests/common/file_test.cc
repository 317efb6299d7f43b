// SPDX-License-Identifier: Apache-2.0
#include "common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

using ::testing::ElementsAre;

TEST(File, DevicesWithoutEndAreNotReadForEver) {
  EXPECT_THAT(ReadFile("/dev/zero"), FailsWith(StatusCode::kResourceExhausted, "256 MiB"));
  EXPECT_EQ(*ReadFile("/dev/null"), "");
}

TEST(File, WritesAtomicallyAndReadsBack) {
  TestDirectory dir;
  const std::string path = dir / "a";
  const std::string bytes("zero\0byte", 9);
  ASSERT_THAT(WriteFileAtomic(path, "old"), IsOk());
  ASSERT_THAT(WriteFileAtomic(path, bytes), IsOk());
  EXPECT_EQ(*ReadFile(path), bytes);
  EXPECT_EQ(*FileSize(path), 9);
  EXPECT_THAT(*ListDirectory(dir.path()), ElementsAre("a"));  // nothing left aside
}

TEST(File, ErrorsNamePathAndReason) {
  TestDirectory dir;
  EXPECT_THAT(ReadFile(dir / "none"), FailsWith(StatusCode::kNotFound, dir / "none: No such file"));
  EXPECT_THAT(ReadFile(dir.path()), FailsWith(StatusCode::kInvalidArgument, "Is a directory"));
  ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(WriteFileAtomic(dir / "pipe", "x"),
              FailsWith(StatusCode::kFailedPrecondition, "is no file"));
  EXPECT_TRUE(std::filesystem::is_fifo((dir / "pipe").c_str())) << "still there";
  EXPECT_THAT(WriteFileAtomic(dir / "no/such/x", ""),
              FailsWith(StatusCode::kNotFound, "no/such/x"));
  EXPECT_THAT(ErrnoStatus(ENOSPC, "writing", "runs/a"),
              FailsWith(StatusCode::kResourceExhausted, "writing runs/a: No space left on device"));
  EXPECT_THAT(MappedFile::Open(dir / "none"), FailsWith(StatusCode::kNotFound, dir / "none"));
}

TEST(File, FullDeviceIsResourceExhausted) {
  StatusOr<AppendFile> full = AppendFile::Open("/dev/full");
  if (!full.ok()) GTEST_SKIP() << "no /dev/full here";
  ASSERT_THAT(full->Append("x"), IsOk());
  EXPECT_THAT(full->Flush(), FailsWith(StatusCode::kResourceExhausted, "/dev/full"));
}

TEST(File, ReadsFilesOfUnknownSize) {
  const StatusOr<std::string> text = ReadFile("/proc/self/status");
  ASSERT_THAT(text, IsOk());
  EXPECT_NE(text->find("VmPeak"), std::string::npos);
}

TEST(File, MakesListsAndRemovesTrees) {
  TestDirectory dir;
  ASSERT_THAT(CreateDirectories(dir / "x/y/z"), IsOk());
  ASSERT_THAT(CreateDirectories(dir / "x/y/z"), IsOk());
  ASSERT_THAT(WriteFileAtomic(dir / "x/b", "1"), IsOk());
  ASSERT_THAT(WriteFileAtomic(dir / "x/a", "1"), IsOk());
  EXPECT_THAT(*ListDirectory(dir / "x"), ElementsAre("a", "b", "y"));
  EXPECT_THAT(CreateDirectories(dir / "x/a/q"), FailsWith(StatusCode::kInvalidArgument, "x/a/q"));
  ASSERT_THAT(RemoveTree(dir / "x"), IsOk());
  ASSERT_THAT(RemoveTree(dir / "x"), IsOk());
  EXPECT_FALSE(DirectoryExists(dir / "x"));
  EXPECT_THAT(ListDirectory(dir / "x"), FailsWith(StatusCode::kNotFound, "/x"));
}

TEST(File, FreeSpaceOfAPathThatIsNotThereYet) {
  TestDirectory dir;
  const StatusOr<int64_t> bytes = FreeSpace(dir / "not/yet");
  ASSERT_THAT(bytes, IsOk());
  EXPECT_GT(*bytes, 0);
  EXPECT_THAT(FreeSpace("relative/not/yet"), IsOk());
}

TEST(File, PathsAreJoinedAndParted) {
  EXPECT_EQ(ParentDirectory("a/b/c"), "a/b");
  EXPECT_EQ(ParentDirectory("c"), ".");
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
}

TEST(AppendFile, TellsCutsAndGoesOn) {
  TestDirectory dir;
  const std::string path = dir / "log";
  {
    StatusOr<AppendFile> file = AppendFile::Open(path);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT(file->Append("one\n"), IsOk());
    ASSERT_THAT(file->Append(std::string(100'000, 'x')), IsOk());
    EXPECT_EQ(file->Tell(), 100'004);
    ASSERT_THAT(file->Sync(), IsOk());
    EXPECT_EQ(*FileSize(path), 100'004);
    ASSERT_THAT(file->Truncate(4), IsOk());
    ASSERT_THAT(file->Append("two\n"), IsOk());
    EXPECT_EQ(file->Tell(), 8);
  }
  EXPECT_EQ(*ReadFile(path), "one\ntwo\n");
  {
    StatusOr<AppendFile> resumed = AppendFile::Open(path, 4);
    ASSERT_THAT(resumed, IsOk());
    AppendFile moved = std::move(*resumed);
    ASSERT_THAT(moved.Append("three\n"), IsOk());
  }
  EXPECT_EQ(*ReadFile(path), "one\nthree\n");
  EXPECT_THAT(AppendFile::Open(path, 11), FailsWith(StatusCode::kDataLoss, "has 10 bytes"));
}

TEST(MappedFile, ShowsTheBytes) {
  TestDirectory dir;
  ASSERT_THAT(WriteFileAtomic(dir / "a", "mapped"), IsOk());
  ASSERT_THAT(WriteFileAtomic(dir / "empty", ""), IsOk());
  StatusOr<MappedFile> file = MappedFile::Open(dir / "a");
  ASSERT_THAT(file, IsOk());
  const MappedFile moved = std::move(*file);
  EXPECT_EQ(moved.bytes(), "mapped");
  EXPECT_EQ(MappedFile::Open(dir / "empty")->size(), 0);
}

TEST(FileLock, OneProcessAtATime) {
  TestDirectory dir;
  const std::string run = dir / "run";
  int ready[2], quit[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(quit), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const StatusOr<FileLock> lock = FileLock::Acquire(run);
    const char told = lock.ok() ? 'y' : 'n';
    char end;
    ::close(quit[1]);
    if (::write(ready[1], &told, 1) != 1 || ::read(quit[0], &end, 1) < 0) ::_exit(2);
    ::_exit(0);
  }
  char told = 0;
  ASSERT_EQ(::read(ready[0], &told, 1), 1);
  ASSERT_EQ(told, 'y');
  EXPECT_THAT(FileLock::Acquire(run),
              FailsWith(StatusCode::kFailedPrecondition,
                        fmt::format("{} is in use by process {}", run, child)));
  ::close(quit[0]);
  ::close(quit[1]);  // the child reads the end and leaves without releasing anything
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_THAT(FileLock::Acquire(run), IsOk());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, LeavesAFileOfOthersAlone) {
  TestDirectory dir;
  ASSERT_THAT(WriteFileAtomic(dir / ".lock", "theirs"), IsOk());
  EXPECT_THAT(FileLock::Acquire(dir.path()),
              FailsWith(StatusCode::kFailedPrecondition, ".lock: is not ours"));
  EXPECT_EQ(*ReadFile(dir / ".lock"), "theirs");
}

TEST(FileLock, IsReleasedWithItsOwner) {
  TestDirectory dir;
  {
    const StatusOr<FileLock> lock = FileLock::Acquire(dir.path());
    ASSERT_THAT(lock, IsOk());
    EXPECT_THAT(FileLock::Acquire(dir.path()),
                FailsWith(StatusCode::kFailedPrecondition, "in use by process"));
  }
  EXPECT_THAT(FileLock::Acquire(dir.path()), IsOk());
}

}  // namespace
}  // namespace longhaul
