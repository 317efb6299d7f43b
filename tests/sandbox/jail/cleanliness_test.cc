// SPDX-License-Identifier: Apache-2.0
//
// Nothing is left behind: not by any outcome, and not by a service that is killed.
#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "common/file.h"
#include "sandbox/cgroup/group_directory.h"
#include "tests/sandbox/jail/jail_fixture.h"

namespace longhaul::sandbox {
namespace {

namespace fs = std::filesystem;

// Processes whose parent is `parent`, and those whose command line holds `word`.
int CountProcesses(pid_t parent, const std::string& word) {
  int count = 0;
  const StatusOr<std::vector<std::string>> names = ListDirectory("/proc");
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    const StatusOr<std::string> stat = ReadFile("/proc/" + name + "/stat");
    const StatusOr<std::string> arguments = ReadFile("/proc/" + name + "/cmdline");
    if (!stat.ok() || !arguments.ok()) continue;
    std::istringstream words(stat->substr(stat->rfind(')') + 1));
    std::string state;
    pid_t of = 0;
    words >> state >> of;
    count += of == parent || (!word.empty() && arguments->find(word) != arguments->npos);
  }
  return count;
}

// Wherever in the hierarchies: on v2 they are beside or below the group of whoever runs this.
std::set<std::string> CgroupsOf(const std::string& instance) {
  std::set<std::string> groups;
  for (const char* controller : {"memory", "pids", "cpuacct", ""}) {
    const std::optional<CgroupMount> mount = FindCgroupMount(controller);
    if (!mount.has_value()) continue;
    std::error_code gone;  // meanwhile
    fs::recursive_directory_iterator it(mount->mount_point,
                                        fs::directory_options::skip_permission_denied, gone);
    for (; it != fs::end(it); it.increment(gone)) {
      const bool ours = it->path().string().find("/longhaul-" + instance) != std::string::npos;
      if (ours && it->is_directory(gone)) groups.insert(it->path());
    }
  }
  return groups;
}

struct Traces {
  int processes, descriptors, mounts, files;
  bool operator==(const Traces&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Traces& t) {
  return out << t.processes << " processes, " << t.descriptors << " descriptors, " << t.mounts
             << " mounts, " << t.files << " files";
}

class CleanlinessTest : public JailFixture {
 protected:
  void SetUp() override {
    JailFixture::SetUp();
    // Where only this test mounts, if this user may have it so.
    if (unshare(CLONE_NEWNS) == 0) {
      ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    }
  }
  std::string Instance() {
    const std::vector<std::string> names = ListDirectory(options_.state_dir).value();
    for (const std::string& name : names) {
      if (name[0] != '.') return name;
    }
    return "none";
  }
  // What the jail keeps ready for the next guests is not of any guest, and how much of it there is
  // depends on how many were at once: network namespaces and idle groups.
  bool IsKeptReady(const std::string& descriptor) {
    return descriptor.starts_with("net:[") ||
           descriptor.find("/longhaul-" + Instance() + "/") != descriptor.npos;
  }
  Traces Look() {
    const auto entries = [](const auto& range) {
      return static_cast<int>(std::distance(begin(range), end(range)));
    };
    int descriptors = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc/self/fd")) {
      std::error_code closed;  // by another thread meanwhile
      const std::string target = fs::read_symlink(entry.path(), closed);
      descriptors += !closed && !IsKeptReady(target);
    }
    const std::string mounts = ReadFile("/proc/self/mountinfo").value();
    return {CountProcesses(getpid(), ""), descriptors,
            static_cast<int>(std::count(mounts.begin(), mounts.end(), '\n')),
            entries(fs::recursive_directory_iterator(directory()))};
  }
  // Groups without a process in them, no more than one for each slot in each hierarchy.
  void ExpectIdleGroups() {
    const std::set<std::string> groups = CgroupsOf(Instance());
    constexpr size_t kHierarchies = 3;
    EXPECT_LE(groups.size(), kHierarchies * (1 + static_cast<size_t>(jail().slots())));
    for (const std::string& group : groups) {
      EXPECT_EQ(ReadFile(group + "/cgroup.procs").value_or("?"), "") << group;
    }
  }
};

TEST_F(CleanlinessTest, NothingIsLeftByAnyOutcome) {
  const std::vector<std::vector<std::string>> attempts = {{"true"},
                                                          {"exit", "1"},
                                                          {"int-80"},
                                                          {"fork-bomb", "100"},
                                                          {"detached-fork-bomb"},
                                                          {"memory-bomb"},
                                                          {"flood", "1"},
                                                          {"daemon"},
                                                          {"spin"},
                                                          {"sleep"},
                                                          {"deep-directories"},
                                                          {"recurse"},
                                                          {"many-files", "100000"},
                                                          {"odd-results"},
                                                          {"child-bomb"},
                                                          {"stop"},
                                                          {"none"}};
  Run(Probe({"true"}));
  const Traces before = Look();
  std::mt19937 random(20);
  const int runs = LongVariants() ? 1000 : 60;
  std::atomic<int> left = runs;
  std::vector<unsigned> seeds;
  for (int i = 0; i < 4; ++i) seeds.push_back(random());
  std::vector<std::thread> threads;
  for (unsigned seed : seeds) {
    threads.emplace_back([&, seed] {
      std::mt19937 choose(seed);
      while (left-- > 0) {
        GuestProgram program = Probe(attempts[choose() % attempts.size()]);
        program.limits.cpu_time_ms = 50;
        program.limits.wall_time_ms = 20 + choose() % 100;
        program.files = {{"given", std::string(choose() % 10000, 'x')}};
        program.fetch = {"given", "plain"};
        const StatusOr<GuestResult> result = jail().Run(program, {});
        EXPECT_TRUE(result.ok()) << result.status();
        if (result.ok()) {
          EXPECT_NE(result->outcome, Outcome::kInternalError) << result->detail;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Look(), before);
  ExpectIdleGroups();
}

TEST_F(CleanlinessTest, AClosedJailLeavesNothing) {
  Run(Probe({"true"}));
  const std::string instance = Instance();
  CloseJail();
  EXPECT_TRUE(CgroupsOf(instance).empty());
  EXPECT_FALSE(DirectoryExists(options_.state_dir + "/" + instance));
}

TEST_F(CleanlinessTest, AKilledServiceLeavesNothingAfterTheNextStart) {
  const std::string word = "longhaul-word-" + std::to_string(getpid());
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t service = fork();
  if (service == 0) {
    // Eight guests at once, of which nobody waits for the end.
    std::vector<std::unique_ptr<Guest>> guests;
    for (int i = 0; i < 8; ++i) {
      StatusOr<std::unique_ptr<Guest>> guest = jail().Start(Probe({"sleep"}), {});
      if (!guest.ok() || !(*guest)->Execute(word).ok()) _exit(1);
      guests.push_back(std::move(guest).value());
    }
    static_cast<void>(write(ready[1], "x", 1) == 1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  const std::string instance = Instance();
  for (int i = 0; i < 2000 && CountProcesses(-1, word) < 8; ++i) std::this_thread::yield();
  EXPECT_GE(CountProcesses(-1, word), 8);
  kill(service, SIGKILL);
  ASSERT_EQ(waitpid(service, nullptr, 0), service);

  EXPECT_EQ(Run(Probe({"true"})).outcome, Outcome::kOk);  // the next start
  EXPECT_TRUE(CgroupsOf(instance).empty());
  EXPECT_FALSE(DirectoryExists(options_.state_dir + "/" + instance));
  // They end by themselves when the service's descriptors close; that takes the kernel a moment.
  for (int i = 0; i < 2000 && CountProcesses(-1, word) > 0; ++i) std::this_thread::yield();
  EXPECT_EQ(CountProcesses(-1, word), 0);
}

}  // namespace
}  // namespace longhaul::sandbox
