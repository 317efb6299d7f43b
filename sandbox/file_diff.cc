// SPDX-License-Identifier: Apache-2.0
#include "sandbox/file_diff.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "sandbox/git_patch.h"

namespace longhaul::sandbox {
namespace {

constexpr int kMaxFiles = 20'000;
constexpr int kMaxChangedFiles = 2'000;
constexpr int64_t kMaxChangedBytes = 64 << 20;
constexpr size_t kMaxDiffBytes = 32 << 20;
constexpr Limits kDiffLimits = {.cpu_time_ms = 60'000,
                                .wall_time_ms = 120'000,
                                .memory_bytes = 1ll << 30,
                                .output_bytes = 32 << 20,
                                .processes = 16,
                                .file_bytes = 512ll << 20};

// The two sides of change i are a/<i> and b/<i>, of which an absent one is empty. Both are text, so
// NUL ends each difference.
constexpr std::string_view kScript = R"(
for ((i = 0; i < $1; ++i)); do
  diff -a -u --label - --label - "a/$i" "b/$i"
  [ $? -le 1 ] || exit 2
  printf '\0'
done
)";

class Changes {
 public:
  // False: the bound is reached, and what comes is left out.
  bool Add(GitChange change) {
    bytes_ += static_cast<int64_t>(change.before.content.size() + change.after.content.size());
    if (++count_ > kMaxChangedFiles || bytes_ > kMaxChangedBytes) return false;
    GitChange created;
    const bool split = SplitTypeChange(change, created);
    changes_.push_back(std::move(change));
    if (split) changes_.push_back(std::move(created));
    return true;
  }
  const std::vector<GitChange>& all() const { return changes_; }

 private:
  std::vector<GitChange> changes_;
  int64_t bytes_ = 0;
  int count_ = 0;
};

bool IsEqual(const GitFile& a, const GitFile& b) {
  return a.mode == b.mode && a.content == b.content;
}

const GuestFile* FindFile(const std::vector<GuestFile>& sorted, const std::string& path) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), path,
      [](const GuestFile& file, const std::string& wanted) { return file.path < wanted; });
  return found != sorted.end() && found->path == path ? &*found : nullptr;
}

// What is there now; a file that went while we looked is absent. An error: it is there, and what it
// holds cannot be told.
StatusOr<GitFile> FileNow(const WorkDirectory& after, const std::string& path) {
  StatusOr<GuestFileContent> now = after.ReadListed(path, kMaxChangedBytes);
  if (now.status().code() == StatusCode::kNotFound) return GitFile{};
  RETURN_IF_ERROR(now.status());
  if (now->truncated) return ResourceExhausted("{} is too large", path);
  return GitFile{.mode = GitModeOf(now->mode), .content = std::move(now->bytes)};
}

// False: not everything that changed is among the changes.
bool CollectChanges(const std::vector<GuestFile>& before, const WorkDirectory& after,
                    const GuestListing& listing, Changes& changes) {
  std::vector<std::string> paths = listing.paths;
  for (const GuestFile& file : before) paths.push_back(file.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  bool complete = listing.complete;
  for (const std::string& path : paths) {
    if (!GitTracks(path)) continue;
    GitChange change = {.path = path, .before = {}, .after = {}};
    if (const GuestFile* old = FindFile(before, path)) {
      change.before = {.mode = GitModeOf(static_cast<unsigned>(old->mode)),
                       .content = old->content};
    }
    if (std::binary_search(listing.paths.begin(), listing.paths.end(), path)) {
      StatusOr<GitFile> now = FileNow(after, path);
      complete &= now.ok();
      if (!now.ok()) continue;
      change.after = std::move(*now);
    } else if (!listing.complete) {
      continue;  // gone, or not come to
    }
    if (!IsEqual(change.before, change.after) && !changes.Add(std::move(change))) return false;
  }
  return complete;
}

bool NeedsHunks(const GitChange& change) {
  return !IsBinary(change) && change.before.content != change.after.content;
}

// The output of the script for each change that needs it, in order. Fewer: the bound is reached.
StatusOr<std::vector<std::string>> TextDiffs(const std::vector<GitChange>& changes,
                                             const DiffArgs& args) {
  GuestProgram program;
  size_t count = 0;
  for (const GitChange& change : changes) {
    if (!NeedsHunks(change)) continue;
    program.files.push_back({fmt::format("a/{}", count), change.before.content});
    program.files.push_back({fmt::format("b/{}", count), change.after.content});
    ++count;
  }
  std::vector<std::string> diffs;
  if (count == 0) return diffs;
  program.argv = {"/usr/bin/bash", "--noprofile",           "--norc", "-c", std::string(kScript),
                  "diff",          fmt::format("{}", count)};
  program.limits = kDiffLimits;
  ASSIGN_OR_RETURN(const GuestResult result, args.jail->Run(program, *args.context));
  if (result.outcome != Outcome::kOk && result.outcome != Outcome::kOutputLimit) {
    return Internal("diff in the sandbox: {} {} {}", OutcomeName(result.outcome), result.detail,
                    result.stderr_bytes);
  }
  const std::string& output = result.stdout_bytes;
  for (size_t at = 0, end; (end = output.find('\0', at)) != output.npos; at = end + 1)
    diffs.push_back(output.substr(at, end - at));
  if (diffs.size() > count || (diffs.size() < count && result.outcome == Outcome::kOk))
    return Internal("diff in the sandbox compared {} files of {}", diffs.size(), count);
  return diffs;
}

// Without the two lines of labels, which are git's to write.
std::string_view HunksOf(std::string_view diff) {
  const size_t first = diff.find("\n@@");
  return first == diff.npos ? std::string_view() : diff.substr(first + 1);
}

}  // namespace

StatusOr<FileDiff> DiffAgainst(const std::vector<GuestFile>& before, const WorkDirectory& after,
                               const DiffArgs& args) {
  for (const char* tool : {"/usr/bin/diff", "/usr/bin/bash"}) {
    if (access(tool, X_OK) != 0)
      return FailedPrecondition("there is no {}: install the packages bash and diffutils", tool);
  }
  FileDiff diff;
  ASSIGN_OR_RETURN(const GuestListing listing, after.List(kMaxFiles));
  Changes changes;
  diff.truncated = !CollectChanges(before, after, listing, changes);
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, TextDiffs(changes.all(), args));
  size_t text = 0;
  for (const GitChange& change : changes.all()) {
    std::string_view hunks;
    if (NeedsHunks(change)) {
      if (text == texts.size()) {
        diff.truncated = true;
        break;
      }
      hunks = HunksOf(texts[text++]);
    }
    const std::string patch = GitPatch(change, hunks);
    if (diff.unified_diff.size() + patch.size() > kMaxDiffBytes) {
      diff.truncated = true;
      break;
    }
    diff.unified_diff += patch;
  }
  return diff;
}

}  // namespace longhaul::sandbox
