// SPDX-License-Identifier: Apache-2.0
//
// A directory of one running jail, "<root>/<instance>", held by a lock that ends with the process
// in whatever way it ends. Opening one removes what instances without a holder have left,
// directories and cgroups.
#pragma once

#include <optional>
#include <string>

#include "common/file.h"
#include "common/status.h"

namespace longhaul::sandbox {

// Where state lies when no directory is configured: one a user below the temporary directory.
std::string DefaultStateRoot();

class StateDirectory {
 public:
  // FailedPrecondition: `root` belongs to somebody else.
  static StatusOr<StateDirectory> Open(const std::string& root);
  StateDirectory(StateDirectory&&) noexcept = default;
  StateDirectory& operator=(StateDirectory&&) noexcept = default;
  ~StateDirectory();  // removes it

  // Makes it again, and its lock, where somebody has removed one of them.
  Status Renew();

  const std::string& instance() const { return instance_; }  // 16 hexadecimal digits
  const std::string& path() const { return path_; }

 private:
  StateDirectory(std::string instance, std::string path, FileLock lock)
      : instance_(std::move(instance)), path_(std::move(path)), lock_(std::move(lock)) {}

  std::string instance_;
  std::string path_;
  std::optional<FileLock> lock_;  // empty: could not be had again
};

}  // namespace longhaul::sandbox
