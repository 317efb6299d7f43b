// SPDX-License-Identifier: Apache-2.0
//
// LayoutKeeper: the guests' /etc and /dev on this host's disk, and the layout that names them.
// Hosts clean temporary directories by age, names one by one, and a guest without one of them would
// run with another result; so each launch asks whether all is there, and what is not is made again.
//
// Thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/status.h"
#include "sandbox/host_layout.h"
#include "sandbox/state_directory.h"

namespace longhaul::sandbox {

class LayoutKeeper {
 public:
  // Below `state`, which outlives this.
  static StatusOr<std::unique_ptr<LayoutKeeper>> Create(StateDirectory* state);

  // The layout, with nothing missing now. Unavailable: it cannot be made again.
  StatusOr<std::shared_ptr<const HostLayout>> Get();

 private:
  // A directory as it was when it was complete: a name that goes changes its time.
  struct Seen {
    std::string path;
    ino_t inode = 0;
    timespec changed = {};
  };

  explicit LayoutKeeper(StateDirectory* state) : state_(state) {}
  Status Make();
  bool IsWhole() const;

  StateDirectory* const state_;
  std::mutex mutex_;  // guards what follows
  int generation_ = 0;
  std::vector<Seen> seen_;
  std::shared_ptr<const HostLayout> layout_;
};

}  // namespace longhaul::sandbox
