// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer of what is read from a guest's files: trees as a hostile program may leave them, with
// links of both kinds, pipes, sockets, files of a terabyte that hold nothing, and names that are
// neither text nor short. The tree is made here, so what may come out is known.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/file.h"
#include "sandbox/file_diff.h"
#include "sandbox/process_list.h"
#include "sandbox/sandbox_service.h"
#include "sandbox/work_directory.h"
#include "tests/sandbox/git_apply.h"
#include "tests/support/fuzz_source.h"

namespace longhaul::sandbox {
namespace {

constexpr std::string_view kSecret = "what no guest may see";
constexpr int64_t kTerabyte = int64_t{1} << 40;

std::string Name(FuzzSource& source) {
  static constexpr std::string_view kNames[] = {
      "a",        "b",   "main.py", ".git", "x y", "\"quoted\"", "new\nline",  "\x01",
      "\xff\xfe", "ä.c", "-r",      "...",  "d",   "$(touch)",   "back\\slash"};
  if (source.Chance(30)) return std::string(255, 'n');
  if (source.Chance(8)) {
    std::string name = source.Bytes(12);
    std::erase_if(name, [](char c) { return c == '/' || c == '\0'; });
    if (!name.empty() && name != "." && name != "..") return name;
  }
  return std::string(source.Pick(kNames));
}

void MakeFile(const std::string& path, const std::string& content) {
  const FileDescriptor fd(open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
  EXPECT_GE(fd.get(), 0) << path;
  EXPECT_TRUE(WriteAll(fd.get(), content, path).ok());
}

// A tree on disk, and what of it is a regular file with one name.
class HostileTree {
 public:
  HostileTree(FuzzSource& source, const std::string& directory)
      : source_(source), root_(directory + "/tree"), secret_(directory + "/secret") {
    MakeFile(secret_, std::string(kSecret));
    EXPECT_EQ(mkdir(root_.c_str(), 0755), 0);
    directories_.push_back("");
    for (uint64_t entries = source.Below(14); entries > 0; --entries) AddEntry();
  }

  int Open() const { return open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }
  // By path. A sparse file holds nothing that could be compared: its content is not here.
  const std::map<std::string, std::string>& files() const { return files_; }
  const std::set<std::string>& sparse() const { return sparse_; }
  const std::set<std::string>& hard_links() const { return hard_links_; }
  const std::set<std::string>& symlinks() const { return symlinks_; }
  const std::string& root() const { return root_; }
  std::string SomePath() const {
    if (names_.empty() || source_.Chance(4)) {
      static constexpr std::string_view kBad[] = {
          "..", "../secret", "/etc/passwd", "", "a/../../secret", "a//b", ".", "a/"};
      return std::string(source_.Pick(kBad));
    }
    std::string path = source_.Pick(names_);
    if (source_.Chance(10)) path += "/" + Name(source_);
    return path;
  }

 private:
  void AddEntry() {
    const std::string path = source_.Pick(directories_) + Name(source_);
    const std::string host = root_ + "/" + path;
    struct stat there;
    if (path.size() > 2000 || lstat(host.c_str(), &there) == 0) return;
    names_.push_back(path);
    switch (source_.Below(8)) {
      case 0:
        if (mkdir(host.c_str(), 0755) == 0) directories_.push_back(path + "/");
        return;
      case 1:
        return AddSymlink(path, host);
      case 2:
        mkfifo(host.c_str(), 0644);
        return;
      case 3:
        return AddHardLink(path, host);
      case 4:
        return AddSocket(host);
      case 5:
        if (!source_.Chance(4)) return AddFile(path, host);
        AddFile(path, host);
        EXPECT_EQ(truncate(host.c_str(), kTerabyte), 0);
        files_.erase(path);
        sparse_.insert(path);
        return;
      default:
        AddFile(path, host);
    }
  }
  void AddFile(const std::string& path, const std::string& host) {
    const std::string content = source_.Chance(3) ? source_.Bytes(90) : "line\nother\n";
    MakeFile(host, content);
    EXPECT_EQ(chmod(host.c_str(), source_.Chance(4) ? 0755 : 0644), 0);
    files_[path] = content;
  }
  void AddSymlink(const std::string& path, const std::string& host) {
    static constexpr std::string_view kTargets[] = {
        "/etc/passwd", "..", ".", "../secret", "a", "d", "/proc/self/fd", "/dev/zero"};
    const std::string target = source_.Chance(3) ? secret_ : std::string(source_.Pick(kTargets));
    EXPECT_EQ(symlink(target.c_str(), host.c_str()), 0);
    symlinks_.insert(path);
  }
  // To the secret outside, or to a file inside, which is no longer one with one name either.
  void AddHardLink(const std::string& path, const std::string& host) {
    std::string target = secret_, inside;
    if (!files_.empty() && source_.Chance(2)) {
      inside = std::next(files_.begin(), static_cast<long>(source_.Below(files_.size())))->first;
      target = root_ + "/" + inside;
    }
    ASSERT_EQ(link(target.c_str(), host.c_str()), 0);
    hard_links_.insert(path);
    if (inside.empty()) return;
    files_.erase(inside);
    hard_links_.insert(inside);
  }
  void AddSocket(const std::string& host) {
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    if (host.size() >= sizeof(name.sun_path)) return;
    host.copy(name.sun_path, host.size());
    const FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
  }

  FuzzSource& source_;
  const std::string root_, secret_;
  std::vector<std::string> directories_, names_;
  std::map<std::string, std::string> files_;
  std::set<std::string> sparse_, hard_links_, symlinks_;
};

class CollectionFuzz : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "c-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { ASSERT_TRUE(RemoveTree(directory_).ok()); }

  template <typename Run>
  void ForEachSeed(int64_t runs, const Run& run) {
    for (int64_t seed = FirstSeed(); seed < FirstSeed() + FuzzRuns(runs); ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const std::string directory = directory_ + "/" + std::to_string(seed);
      ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
      run(seed, directory);
      ASSERT_TRUE(RemoveTree(directory).ok());
      if (HasFailure()) return;
    }
  }

  std::string directory_;
};

// One read of a path that may be anything, with a random bound.
void CheckRead(FuzzSource& source, const HostileTree& tree, const WorkDirectory& work) {
  const std::string path = tree.SomePath();
  const int64_t most = static_cast<int64_t>(source.Below(100));
  const StatusOr<GuestFileContent> content = work.Read(path, most);
  const auto file = tree.files().find(path);
  const bool sparse = tree.sparse().contains(path);
  const bool readable = CheckGuestPath(path).ok() && (file != tree.files().end() || sparse);
  ASSERT_EQ(content.ok(), readable) << path << " " << content.status();
  if (!content.ok()) return;
  ASSERT_LE(static_cast<int64_t>(content->bytes.size()), most);
  if (sparse) {
    ASSERT_TRUE(content->truncated);
    return;
  }
  ASSERT_EQ(content->truncated, static_cast<int64_t>(file->second.size()) > most);
  ASSERT_EQ(content->bytes, file->second.substr(0, static_cast<size_t>(most)));
}

TEST_F(CollectionFuzz, OnlyRegularFilesOfTheTreeAreEverRead) {
  ForEachSeed(500, [](int64_t seed, const std::string& directory) {
    FuzzSource source(1, seed);
    const HostileTree tree(source, directory);
    WorkDirectory work(FileDescriptor(tree.Open()), getuid(), getgid());
    for (int read = 0; read < 12; ++read) {
      CheckRead(source, tree, work);
      if (testing::Test::HasFatalFailure()) return;
    }
    std::vector<std::string> listable(tree.symlinks().begin(), tree.symlinks().end());
    for (const auto& [path, content] : tree.files()) listable.push_back(path);
    for (const std::string& path : tree.sparse()) listable.push_back(path);
    for (const std::string& path : tree.hard_links()) listable.push_back(path);
    std::sort(listable.begin(), listable.end());
    const auto listed = work.List(1000);
    ASSERT_TRUE(listed.ok());
    ASSERT_EQ(listed->paths, listable);
    ASSERT_TRUE(listed->left_out.empty());
    for (const std::string& path : tree.sparse()) {
      const auto large = work.ReadTracked(path, 1000);
      ASSERT_TRUE(large.ok() && large->truncated && large->bytes.empty()) << path;
    }
    const int few = static_cast<int>(source.Below(4));
    const auto some = work.List(few);
    ASSERT_EQ(some->paths.size(), std::min<size_t>(static_cast<size_t>(few), listable.size()));
    ASSERT_EQ(some->left_out.empty(), some->paths.size() == listable.size());
  });
}

// What is written replaces what stands in its place and never goes through it.
TEST_F(CollectionFuzz, NothingIsWrittenOutsideTheTree) {
  ForEachSeed(200, [](int64_t seed, const std::string& directory) {
    FuzzSource source(2, seed);
    const HostileTree tree(source, directory);
    WorkDirectory work(FileDescriptor(tree.Open()), getuid(), getgid());
    for (int write = 0; write < 6; ++write) {
      const std::string path = tree.SomePath(), content = source.Bytes(30);
      if (work.Write({path, content}).ok()) {
        const StatusOr<GuestFileContent> back = work.Read(path, 100);
        ASSERT_TRUE(back.ok()) << path << " " << back.status();
        ASSERT_EQ(back->bytes, content);
      }
    }
    ASSERT_EQ(*ReadFile(directory + "/secret"), kSecret);
    ASSERT_EQ(ListDirectory(directory)->size(), 2u);
  });
}

// What the tree is for git, and what the diff makes of the files it was opened with, when git
// applies it. A hard link is neither told of nor touched.
void CheckWithGit(const HostileTree& tree, const std::vector<GuestFile>& files,
                  const std::string& patch, const std::string& scratch) {
  std::map<std::string, std::string> wanted = ReadGitTree(tree.root());
  std::map<std::string, std::string> made = ApplyWithGit(files, patch, scratch);
  for (const std::string& path : tree.hard_links()) {
    wanted.erase(path);
    made.erase(path);
  }
  ASSERT_EQ(made, wanted) << patch;
}

TEST_F(CollectionFuzz, GitMakesTheTreeOfTheDiff) {
  JailOptions options;
  options.state_dir = directory_ + "/state";
  options.slots = 2;
  const auto jail = Jail::Create(options);
  ASSERT_TRUE(jail.ok()) << jail.status();
  ForEachSeed(40, [&](int64_t seed, const std::string& directory) {
    FuzzSource source(3, seed);
    const HostileTree tree(source, directory);
    WorkDirectory work(FileDescriptor(tree.Open()), getuid(), getgid());
    // Some as they are, some changed, some of names that are something else now, some gone.
    std::map<std::string, std::string> before;
    for (const auto& [path, content] : tree.files()) {
      if (source.Chance(2)) before[path] = source.Chance(2) ? content : content + "more\n";
    }
    for (int other = 0; other < 3; ++other) before[tree.SomePath()] = "before\n";
    std::vector<GuestFile> files;
    std::erase_if(before, [](const auto& file) { return !CheckGuestPath(file.first).ok(); });
    for (const auto& [path, content] : before) {
      files.push_back({path, content});
      if (CheckGuestFiles(files).ok()) continue;
      files.pop_back();
    }
    for (GuestFile& file : files) file.mode = source.Chance(3) ? 0755 : 0644;
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    const RunContext context;
    const auto diff = DiffAgainst(files, work, {.jail = jail->get(), .context = &context});
    ASSERT_TRUE(diff.ok()) << diff.status();
    ASSERT_EQ(diff->unified_diff.find(kSecret), std::string::npos);
    ASSERT_TRUE(diff->left_out.empty() || !tree.sparse().empty() || !tree.hard_links().empty());
    if (tree.sparse().empty() && HaveGit()) {
      CheckWithGit(tree, files, diff->unified_diff, directory + "/applied");
    }
  });
}

// A process chooses its own name, and may be gone between two reads.
TEST_F(CollectionFuzz, ProcessListsWithHostileNames) {
  ForEachSeed(200, [](int64_t seed, const std::string& directory) {
    FuzzSource source(4, seed);
    std::map<pid_t, std::string> names;
    for (uint64_t count = source.Below(5); count > 0; --count) {
      const pid_t pid = static_cast<pid_t>(source.Below(500) + 2);
      static constexpr std::string_view kNames[] = {"sh",          ") R 1 1", "((", "a b",
                                                    "1 (x) S 9 9", "\n",      "",   "))"};
      const std::string name =
          source.Chance(2) ? std::string(source.Pick(kNames)) : source.Bytes(15);
      const std::string process = directory + "/" + std::to_string(pid);
      if (mkdir(process.c_str(), 0755) != 0) continue;
      const bool gone = source.Chance(6);
      std::string stat = std::to_string(pid) + " (" + name + ") S 7 1 1 0 -1 0 0 0 0 0 30 20 0 0";
      if (gone) stat.resize(source.Below(stat.find('(')));
      MakeFile(process + "/stat", stat);
      MakeFile(process + "/status", "Name:\t" + name + "\nRssAnon:\t 12 kB\n");
      if (!gone) names[pid] = name;
    }
    ASSERT_EQ(mkdir((directory + "/self").c_str(), 0755), 0);
    const FileDescriptor proc(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::map<pid_t, std::string> listed;
    for (const GuestProcess& process : ListProcesses(proc.get())) {
      listed[process.pid] = process.name;
      ASSERT_EQ(process.state, 'S');
      ASSERT_EQ(process.parent, 7);
    }
    ASSERT_EQ(listed, names);
    for (const ProcessUse& use : ListProcessUse(proc.get())) {
      ASSERT_GE(use.cpu_time_ms, 0);
      ASSERT_LE(use.cpu_time_ms, 50 * 1000 / sysconf(_SC_CLK_TCK));
    }
    ASSERT_GE(ExactMemory(proc.get()), 0);
    for (const auto& [pid, name] : names) ASSERT_FALSE(SignalProcess(proc.get(), pid, 0));
  });
}

}  // namespace
}  // namespace longhaul::sandbox
