// SPDX-License-Identifier: Apache-2.0
#include "sandbox/layout_keeper.h"

#include <errno.h>
#include <sys/stat.h>

#include <algorithm>

#include "common/file.h"

namespace longhaul::sandbox {

StatusOr<std::unique_ptr<LayoutKeeper>> LayoutKeeper::Create(StateDirectory* state) {
  std::unique_ptr<LayoutKeeper> keeper(new LayoutKeeper(state));
  RETURN_IF_ERROR(keeper->Make());
  return keeper;
}

Status LayoutKeeper::Make() {
  // A new directory each time, and what is left of the one before stays for guests that have it.
  const std::string directory = fmt::format("{}/{}", state_->path(), generation_++);
  ASSIGN_OR_RETURN(HostLayout layout, MakeHostLayout(directory));
  layout_ = std::make_shared<const HostLayout>(std::move(layout));
  seen_.clear();
  for (const std::string& path :
       {state_->path(), directory, directory + "/dev", directory + "/dev/shm", directory + "/etc",
        directory + "/etc/alternatives"}) {
    struct stat found;
    if (stat(path.c_str(), &found) == 0) {
      seen_.push_back({path, found.st_ino, found.st_mtim});
    } else if (errno != ENOENT) {
      return ErrnoStatus(errno, "looking at", path);
    }
  }
  return OkStatus();
}

bool LayoutKeeper::IsWhole() const {
  return !seen_.empty() && std::all_of(seen_.begin(), seen_.end(), [](const Seen& seen) {
    struct stat now;
    return stat(seen.path.c_str(), &now) == 0 && now.st_ino == seen.inode &&
           now.st_mtim.tv_sec == seen.changed.tv_sec && now.st_mtim.tv_nsec == seen.changed.tv_nsec;
  });
}

StatusOr<std::shared_ptr<const HostLayout>> LayoutKeeper::Get() {
  const std::lock_guard lock(mutex_);
  if (IsWhole()) return layout_;
  seen_.clear();
  Status made = state_->Renew();
  if (made.ok()) made = Make();
  if (!made.ok()) {
    seen_.clear();
    return Unavailable("{} was cleaned while the service runs, and could not be made again: {}",
                       state_->path(), Message(made));
  }
  return layout_;
}

}  // namespace longhaul::sandbox
