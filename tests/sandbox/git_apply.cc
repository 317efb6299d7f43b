// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/git_apply.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/file.h"
#include "sandbox/git_patch.h"

namespace longhaul::sandbox {
namespace {

namespace fs = std::filesystem;

void Put(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string Get(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

bool HaveGit() { return access("/usr/bin/git", X_OK) == 0; }

std::map<std::string, std::string> ReadGitTree(const std::string& directory) {
  std::map<std::string, std::string> tree;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string path = entry.path().lexically_relative(directory).string();
    if (!GitTracks(path)) continue;
    if (entry.is_symlink()) {
      tree[path] = "120000 " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_regular_file()) {
      const bool executable =
          (entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
      tree[path] = (executable ? "100755 " : "100644 ") + Get(entry.path());
    }
  }
  return tree;
}

std::map<std::string, std::string> ApplyWithGit(const std::vector<GuestFile>& files,
                                                const std::string& patch,
                                                const std::string& scratch) {
  const fs::path root = scratch + "/tree";
  fs::create_directories(root);
  for (const GuestFile& file : files) {
    if (!GitTracks(file.path)) continue;  // git would take it for a repository
    Put(root / file.path, file.content);
    chmod((root / file.path).c_str(), static_cast<mode_t>(file.mode));
  }
  if (!patch.empty()) {
    Put(scratch + "/patch", patch);
    const std::string command = fmt::format(
        "cd '{0}/tree' && GIT_CEILING_DIRECTORIES='{0}' GIT_CONFIG_NOSYSTEM=1 "
        "GIT_CONFIG_GLOBAL=/dev/null git apply --whitespace=nowarn ../patch 2>../said",
        scratch);
    EXPECT_EQ(std::system(command.c_str()), 0) << Get(scratch + "/said") << patch;
  }
  return ReadGitTree(root);
}

}  // namespace longhaul::sandbox
