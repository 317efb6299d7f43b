// SPDX-License-Identifier: Apache-2.0
#include "sandbox/file_diff.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

namespace longhaul::sandbox {
namespace {

constexpr int kMaxFiles = 20'000;
constexpr int kMaxChangedFiles = 2'000;
constexpr int64_t kMaxChangedBytes = 64 << 20;
constexpr Limits kDiffLimits = {.cpu_time_ms = 60'000,
                                .wall_time_ms = 120'000,
                                .memory_bytes = 1ll << 30,
                                .output_bytes = 32 << 20,
                                .processes = 16,
                                .file_bytes = 512ll << 20};

// One changed file after another, each name in the list ended by NUL. The headers are those of git:
// an absent side is /dev/null, and an empty file is told by its mode line. What is a directory on
// one side is absent there.
constexpr std::string_view kScript = R"(
while IFS= read -r -d '' path; do
  before="a/$path" after="b/$path" from="a/$path" to="b/$path"
  printf 'diff --git a/%s b/%s\n' "$path" "$path"
  [ -f "$before" ] || { printf 'new file mode 100644\n'; before=/dev/null from=/dev/null; }
  [ -f "$after" ] || { printf 'deleted file mode 100644\n'; after=/dev/null to=/dev/null; }
  diff -u --label "$from" --label "$to" -- "$before" "$after"
  [ $? -le 1 ] || exit 2
done
)";

class Changes {
 public:
  // False: the bound is reached, and what comes is left out.
  bool Add(const std::string& path, const std::string* before, const std::string* after) {
    bytes_ += static_cast<int64_t>((before ? before->size() : 0) + (after ? after->size() : 0));
    if (++count_ > kMaxChangedFiles || bytes_ > kMaxChangedBytes) return false;
    if (before) files_.push_back({.path = "a/" + path, .content = *before});
    if (after) files_.push_back({.path = "b/" + path, .content = *after});
    names_ += path;
    names_ += '\0';
    return true;
  }
  std::vector<GuestFile> TakeFiles() { return std::move(files_); }
  const std::string& names() const { return names_; }

 private:
  std::vector<GuestFile> files_;
  std::string names_;
  int64_t bytes_ = 0;
  int count_ = 0;
};

bool InGitDirectory(const std::string& path) {
  return path.starts_with(".git/") || path.find("/.git/") != path.npos;
}

const GuestFile* FindFile(const std::vector<GuestFile>& sorted, const std::string& path) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), path,
      [](const GuestFile& file, const std::string& wanted) { return file.path < wanted; });
  return found != sorted.end() && found->path == path ? &*found : nullptr;
}

// False: a bound was reached.
bool CollectChanges(const std::vector<GuestFile>& before, const WorkDirectory& after,
                    const std::vector<std::string>& listed, Changes& changes) {
  std::vector<std::string> paths = listed;
  for (const GuestFile& file : before) paths.push_back(file.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  for (const std::string& path : paths) {
    if (InGitDirectory(path) || !CheckGuestPath("a/" + path).ok()) continue;
    const GuestFile* old = FindFile(before, path);
    const StatusOr<GuestFileContent> now = after.Read(path, kMaxChangedBytes);
    if (!now.ok() && old == nullptr) continue;  // came and went, or is no regular file
    if (now.ok() && now->truncated) return false;
    if (now.ok() && old != nullptr && now->bytes == old->content) continue;
    if (!changes.Add(path, old ? &old->content : nullptr, now.ok() ? &now->bytes : nullptr))
      return false;
  }
  return true;
}

}  // namespace

StatusOr<FileDiff> DiffAgainst(const std::vector<GuestFile>& before, const WorkDirectory& after,
                               const DiffArgs& args) {
  for (const char* tool : {"/usr/bin/diff", "/usr/bin/bash"}) {
    if (access(tool, X_OK) != 0)
      return FailedPrecondition("there is no {}: install the packages bash and diffutils", tool);
  }
  FileDiff diff;
  ASSIGN_OR_RETURN(const std::vector<std::string> listed, after.List(kMaxFiles));
  Changes changes;
  diff.truncated = static_cast<int>(listed.size()) >= kMaxFiles;
  diff.truncated |= !CollectChanges(before, after, listed, changes);
  if (changes.names().empty()) return diff;
  GuestProgram program;
  program.argv = {"/usr/bin/bash", "--noprofile", "--norc", "-c", std::string(kScript)};
  program.files = changes.TakeFiles();
  program.stdin_bytes = changes.names();
  program.limits = kDiffLimits;
  ASSIGN_OR_RETURN(GuestResult result, args.jail->Run(program, *args.context));
  diff.unified_diff = std::move(result.stdout_bytes);
  if (result.outcome == Outcome::kOutputLimit) {
    diff.truncated = true;
  } else if (result.outcome != Outcome::kOk) {
    return Internal("diff in the sandbox: {} {} {}", OutcomeName(result.outcome), result.detail,
                    result.stderr_bytes);
  }
  return diff;
}

}  // namespace longhaul::sandbox
