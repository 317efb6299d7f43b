// SPDX-License-Identifier: Apache-2.0
#include "sandbox/file_diff.h"

#include <optional>
#include <utility>

#include "sandbox/file_changes.h"
#include "sandbox/slot_pool.h"
#include "sandbox/text_hunks.h"

namespace longhaul::sandbox {
namespace {

constexpr int64_t kMaxDiffBytes = 32 << 20;
constexpr std::chrono::seconds kMaxDiffTime{60};  // of all comparisons of texts together

// The patches of changes that come in order of their paths.
class PatchList {
 public:
  PatchList(const DiffArgs& args, FileChanges& changes) : args_(args), changes_(changes) {}

  Status Add(const GitChange& change) {
    ASSIGN_OR_RETURN(std::optional<std::string> patch, PatchOf(change));
    if (patch.has_value()) {
      room_ -= static_cast<int64_t>(patch->size());
      patches_.push_back({&change, *std::move(patch)});
      return OkStatus();
    }
    changes_.left_out.Add(change.path + ": takes too long to compare, or its patch is too large");
    if (change.before.mode != GitMode::kAbsent) changes_.untold.Add(change.path);
    // A file is not said to be removed where another of its name is there.
    if (!patches_.empty() && patches_.back().change->path == change.path) {
      changes_.untold.Add(change.path);
      patches_.pop_back();
    }
    return OkStatus();
  }

  std::string Join() {
    std::string all;
    for (const auto& [change, text] : patches_) {
      const bool made = change->before.mode == GitMode::kAbsent;
      if (made && changes_.untold.StandInTheWayOf(change->path)) {
        changes_.left_out.Add(change->path + ": stands where a removal is not told");
      } else {
        all += text;
      }
    }
    return all;
  }

 private:
  struct Patch {
    const GitChange* change;
    std::string text;
  };

  StatusOr<std::optional<std::string>> PatchOf(const GitChange& change) const {
    std::optional<std::string> hunks = std::string();
    if (!IsBinary(change)) {
      ASSIGN_OR_RETURN(hunks, TextHunks(change, {.jail = args_.jail,
                                                 .context = args_.context,
                                                 .until = until_,
                                                 .bytes_max = room_}));
      if (!hunks.has_value()) return std::nullopt;
    }
    std::string patch = GitPatch(change, *hunks);
    if (static_cast<int64_t>(patch.size()) > room_) return std::nullopt;
    return patch;
  }

  const DiffArgs& args_;
  FileChanges& changes_;
  const std::chrono::steady_clock::time_point until_ =
      std::chrono::steady_clock::now() + kMaxDiffTime;
  std::vector<Patch> patches_;
  int64_t room_ = kMaxDiffBytes;
};

}  // namespace

StatusOr<FileDiff> DiffAgainst(const std::vector<GuestFile>& before, const WorkDirectory& after,
                               const DiffArgs& args) {
  RETURN_IF_ERROR(CheckTextHunks());
  ASSIGN_OR_RETURN(FileChanges changes, CollectChanges(before, after, *args.context));
  PatchList patches(args, changes);
  for (const GitChange& change : changes.changes) {
    RETURN_IF_ERROR(StillWanted(*args.context));
    RETURN_IF_ERROR(patches.Add(change));
  }
  FileDiff diff;
  diff.unified_diff = patches.Join();
  diff.left_out = std::move(changes.left_out);
  return diff;
}

}  // namespace longhaul::sandbox
