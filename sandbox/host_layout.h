// SPDX-License-Identifier: Apache-2.0
//
// What of this host a guest's root is made of: /usr, the top-level names that lead into it, five
// device nodes, and an /etc of its own.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"

namespace longhaul::sandbox {

struct HostTree {
  // kDevices: a directory of devices.
  enum class Kind { kDirectory, kFile, kDevice, kDevices };
  std::string host_path;
  std::string guest_path;  // relative to the root
  Kind kind = Kind::kDirectory;
};

struct Symlink {
  std::string target;
  std::string path;  // relative to the root
};

struct HostLayout {
  std::vector<HostTree> trees;
  std::vector<Symlink> symlinks;
};

// Writes the guests' /etc into `directory`: the host's linker cache and alternatives, and names for
// the guest's user and nobody else's; and their /dev, where device nodes may be made.
StatusOr<HostLayout> MakeHostLayout(const std::string& directory);

}  // namespace longhaul::sandbox
