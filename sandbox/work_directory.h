// SPDX-License-Identifier: Apache-2.0
//
// WorkDirectory: the host's way into a guest's /work, through a held descriptor. The guest may
// rearrange names at any moment, so every path is resolved by openat2 beneath the descriptor with
// no symbolic link followed anywhere, files are opened without blocking, and only regular files
// with one name are read (a FIFO, a device or a hard link is refused), and the targets of links.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_descriptor.h"
#include "common/status.h"
#include "sandbox/omissions.h"

namespace longhaul::sandbox {

struct GuestFile {
  std::string path;  // relative to /work
  std::string content;
  int mode = 0644;
};

// InvalidArgument unless `path` is relative, valid UTF-8 without control characters, without empty,
// "." or ".." components, each component of at most 255 bytes, and shorter than 4096.
Status CheckGuestPath(std::string_view path);
// The paths of all, that none is given twice, and that none is a directory of another.
Status CheckGuestFiles(const std::vector<GuestFile>& files);

struct GuestFileContent {
  std::string bytes;
  bool truncated = false;
  unsigned mode = 0;  // st_mode
};

struct GuestListing {
  std::vector<std::string> paths;  // sorted; names are whatever the guest chose
  Omissions left_out;              // more than asked for, too deep, or in a closed directory
};

class WorkDirectory {
 public:
  // `uid`, `gid`: of this host, to which what is written belongs.
  WorkDirectory(FileDescriptor directory, uid_t uid, gid_t gid);

  // Creates or replaces, with the directories above it. ResourceExhausted: the guest's file limit.
  Status Write(const GuestFile& file);
  // At most `bytes_max` bytes. NotFound; FailedPrecondition: a link, a directory or not a regular
  // file.
  StatusOr<GuestFileContent> Read(const std::string& path, int64_t bytes_max) const;
  // Regular files and symbolic links, at most `count_max` of them.
  StatusOr<GuestListing> List(int count_max) const;
  // As Read, of what git sees at a path, which List or the caller knows: the content of a symbolic
  // link is its target, and a file of more bytes is not read (unless it grows meanwhile):
  // truncated. NotFound: nothing is there, or a directory, a pipe or a socket.
  // ResourceExhausted: this process is out of descriptors or memory.
  StatusOr<GuestFileContent> ReadTracked(const std::string& path, int64_t bytes_max) const;

  int fd() const { return directory_.get(); }

 private:
  FileDescriptor directory_;
  uid_t uid_;
  gid_t gid_;
};

}  // namespace longhaul::sandbox
