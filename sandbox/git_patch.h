// SPDX-License-Identifier: Apache-2.0
//
// The patch of one changed file, as git writes it and `git apply` takes it: names quoted as in C
// where need be, modes, symbolic links as files of mode 120000 that hold their target, and binary
// files as literals of both sides.
#pragma once

#include <string>
#include <string_view>

namespace longhaul::sandbox {

// What git knows of a file. Absent, when nothing or something else (a directory, a pipe) is there.
enum class GitMode { kAbsent = 0, kFile = 0100644, kExecutable = 0100755, kSymlink = 0120000 };
GitMode GitModeOf(unsigned st_mode);

struct GitFile {
  GitMode mode = GitMode::kAbsent;
  std::string content;
};

struct GitChange {
  std::string path;
  GitFile before, after;
};

// False for a path that git takes for its own at any depth, .git and what file systems of other
// hosts take for it (.GIT, git~1, ".git "): a patch that names one is refused as a whole.
bool GitTracks(std::string_view path);
// Whether it is .git, spelt so, or lies below one.
bool LiesInGitDirectory(std::string_view path);

// True when git takes a side for binary, as far as this is asked here: it holds a NUL byte.
bool IsBinary(const GitChange& change);

// `hunks`: from the first "@@" on, of a change that is not binary; empty: the contents are equal.
// Not for a change of type (see SplitTypeChange).
std::string GitPatch(const GitChange& change, std::string_view hunks);

// A file that became a symbolic link, or one a file, is a removal and then a new file. True:
// `change` is now the removal and `created` the new file.
bool SplitTypeChange(GitChange& change, GitChange& created);

}  // namespace longhaul::sandbox
