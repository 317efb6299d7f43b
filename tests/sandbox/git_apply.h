// SPDX-License-Identifier: Apache-2.0
//
// Trees of files as git knows them, and the real `git apply` on them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox/work_directory.h"

namespace longhaul::sandbox {

// Whether this host has git.
bool HaveGit();

// By path, "<mode> <content>" of every regular file and "120000 <target>" of every symbolic link
// below `directory`. What lies in .git (and what git takes for it) is left out.
std::map<std::string, std::string> ReadGitTree(const std::string& directory);

// The tree that `git apply` makes of `files` with `patch`, in a new directory `scratch`. A patch
// that git refuses is a failure of the test.
std::map<std::string, std::string> ApplyWithGit(const std::vector<GuestFile>& files,
                                                const std::string& patch,
                                                const std::string& scratch);

}  // namespace longhaul::sandbox
