// SPDX-License-Identifier: Apache-2.0
#include "sandbox/file_changes.h"

#include <algorithm>
#include <utility>

#include "sandbox/slot_pool.h"

namespace longhaul::sandbox {
namespace {

constexpr int kMaxFiles = 20'000;
constexpr size_t kMaxChangedFiles = 2'000;
// Both sides of all changed files, and besides of what was read and left out.
constexpr int64_t kMaxChangedBytes = 64 << 20;

int64_t SizeOf(const GitFile& file) { return static_cast<int64_t>(file.content.size()); }

class Collector {
 public:
  explicit Collector(const WorkDirectory& after) : after_(after) {}

  // With `change.after` still to be found out.
  Status Add(GitChange change) {
    if (count_ == kMaxChangedFiles) {
      LeaveOut(change, fmt::format("{}: {} changed files are told, and no more", change.path,
                                   kMaxChangedFiles));
      return OkStatus();
    }
    const int64_t most = std::max(SizeOf(change.before), room_);
    StatusOr<GuestFileContent> now = after_.ReadTracked(change.path, most);
    switch (now.status().code()) {
      case StatusCode::kOk:
        change.after = {.mode = GitModeOf(now->mode), .content = std::move(now->bytes)};
        if (now->truncated) {
          LeaveOutTooLarge(change);
        } else {
          Compare(std::move(change));
        }
        return OkStatus();
      case StatusCode::kNotFound:
        Compare(std::move(change));
        return OkStatus();
      case StatusCode::kResourceExhausted:
        return now.status();
      default:  // what the guest made of it
        LeaveOut(change, Message(now.status()));
        return OkStatus();
    }
  }

  FileChanges& found() { return found_; }

 private:
  void Compare(GitChange change) {
    if (change.before.mode == change.after.mode && change.before.content == change.after.content)
      return;
    if (!GitTracks(change.path)) {
      return LeaveOut(change, change.path + ": git takes the name for its own, and no patch of it");
    }
    const int64_t bytes = SizeOf(change.before) + SizeOf(change.after);
    if (bytes > room_) return LeaveOutTooLarge(change);
    room_ -= bytes;
    ++count_;
    GitChange created;
    const bool split = SplitTypeChange(change, created);
    found_.changes.push_back(std::move(change));
    if (split) found_.changes.push_back(std::move(created));
  }

  void LeaveOutTooLarge(const GitChange& change) {
    room_ -= std::min(room_, SizeOf(change.after));
    LeaveOut(change, fmt::format("{}: the changed files have more than {} bytes together",
                                 change.path, kMaxChangedBytes));
  }
  void LeaveOut(const GitChange& change, const std::string& sentence) {
    found_.left_out.Add(sentence);
    if (change.before.mode != GitMode::kAbsent) found_.untold.Add(change.path);
  }

  const WorkDirectory& after_;
  FileChanges found_;
  size_t count_ = 0;
  int64_t room_ = kMaxChangedBytes;
};

// Sorted, each once.
std::vector<std::string> PathsOf(const std::vector<GuestFile>& before,
                                 const GuestListing& listing) {
  std::vector<std::string> paths = listing.paths;
  for (const GuestFile& file : before) paths.push_back(file.path);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace

bool UntoldRemovals::StandInTheWayOf(std::string_view path) const {
  const auto below = paths_.lower_bound(std::string(path) + "/");
  if (below != paths_.end() && below->starts_with(path) && (*below)[path.size()] == '/')
    return true;
  for (size_t end = path.size(); end != path.npos && end > 0; end = path.rfind('/', end - 1)) {
    if (paths_.contains(path.substr(0, end))) return true;
  }
  return false;
}

StatusOr<FileChanges> CollectChanges(const std::vector<GuestFile>& before,
                                     const WorkDirectory& after, const RunContext& context) {
  ASSIGN_OR_RETURN(const GuestListing listing, after.List(kMaxFiles));
  Collector collector(after);
  collector.found().left_out = listing.left_out;
  const auto by_path = [](const GuestFile& file, const std::string& path) {
    return file.path < path;
  };
  for (const std::string& path : PathsOf(before, listing)) {
    RETURN_IF_ERROR(StillWanted(context));
    if (LiesInGitDirectory(path)) continue;
    GitChange change = {.path = path, .before = {}, .after = {}};
    const auto old = std::lower_bound(before.begin(), before.end(), path, by_path);
    if (old != before.end() && old->path == path) {
      change.before = {.mode = GitModeOf(static_cast<unsigned>(old->mode)),
                       .content = old->content};
    }
    RETURN_IF_ERROR(collector.Add(std::move(change)));
  }
  return std::move(collector.found());
}

}  // namespace longhaul::sandbox
