// SPDX-License-Identifier: Apache-2.0
//
// What is refused of cgroup v2, and cleaning up, on directories and files like those of the kernel.
// Groups that work are tested by the jails of hosts that have them.
#include "sandbox/cgroup/cgroup.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "common/file.h"
#include "sandbox/cgroup/group_directory.h"

namespace longhaul::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/longhaul-cgroup-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root_ = name;
    ASSERT_TRUE(CreateDirectories(Own()).ok());
  }
  void TearDown() override { EXPECT_TRUE(RemoveTree(root_).ok()); }

  std::string Own() const { return root_ + "/slice/own"; }
  // This process's group: may give no controllers to those below it, as one that holds processes.
  void MakeOwn(const std::string& controllers, const std::string& processes) {
    ASSERT_TRUE(WriteFileAtomic(Own() + "/cgroup.controllers", controllers).ok());
    ASSERT_TRUE(WriteFileAtomic(Own() + "/cgroup.procs", processes).ok());
    fs::create_symlink("/dev/full", Own() + "/cgroup.subtree_control");
  }
  std::string WhyNot(const std::string& own_group) {
    const auto made = MakeCgroupV2At({root_, own_group}, "0123456789abcdef");
    EXPECT_EQ(made.status().code(), StatusCode::kFailedPrecondition);
    return Message(made.status());
  }
  // Of `path` and below.
  std::vector<std::string> Groups(const std::string& path) {
    std::vector<std::string> groups;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_directory()) groups.push_back(entry.path().string().substr(root_.size()));
    }
    std::sort(groups.begin(), groups.end());
    return groups;
  }

  std::string root_;
};

TEST_F(CgroupTest, NeedsBothControllers) {
  MakeOwn("cpuset cpu pids\n", fmt::format("{}\n", getpid()));
  EXPECT_THAT(WhyNot("/slice/own"), HasSubstr("/slice/own has not both the controllers memory"));
  EXPECT_THAT(Groups(root_), testing::ElementsAre("/slice", "/slice/own"));
}

TEST_F(CgroupTest, StaysInAGroupThatHoldsOthersToo) {
  MakeOwn("memory pids\n", fmt::format("{}\n{}\n", getpid(), getppid()));
  EXPECT_THAT(WhyNot("/slice/own"), HasSubstr("/slice/own holds other processes than this one"));
  EXPECT_THAT(Groups(root_), testing::ElementsAre("/slice", "/slice/own"));
}

TEST_F(CgroupTest, NeedsTheRightToPutProcessesBelow) {
  MakeOwn("memory pids\n", "");
  fs::remove(Own() + "/cgroup.procs");
  EXPECT_THAT(WhyNot("/slice/own"), HasSubstr("/slice/own/cgroup.procs"));
  EXPECT_THAT(Groups(root_), testing::ElementsAre("/slice", "/slice/own"));
}

TEST_F(CgroupTest, NeedsToSeeItsOwnGroup) {
  EXPECT_THAT(WhyNot(""), HasSubstr("not among those at"));
}

// A service may start again in another group than the one it was killed in.
TEST_F(CgroupTest, RemovesGroupsWhereverTheyAre) {
  for (const char* group : {"/a/b/longhaul-1/0", "/a/longhaul-1/7", "/a/longhaul-2/0"}) {
    ASSERT_TRUE(CreateDirectories(root_ + group).ok());
  }
  KillAndRemoveGroupsNamed(root_, "longhaul-1");
  EXPECT_THAT(Groups(root_ + "/a"),
              testing::ElementsAre("/a/b", "/a/longhaul-2", "/a/longhaul-2/0"));
}

}  // namespace
}  // namespace longhaul::sandbox
