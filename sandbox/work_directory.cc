// SPDX-License-Identifier: Apache-2.0
#include "sandbox/work_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "common/file.h"
#include "common/utf8.h"

namespace longhaul::sandbox {
namespace {

constexpr size_t kPathMax = 4095, kNameMax = 255;
// What List walks, whatever a guest has made: directories in each other, names of any kind, and
// bytes of the paths that it gives.
constexpr int kDepthMax = 256;
constexpr int kNamesMax = 200'000;
constexpr size_t kPathBytesMax = 16 << 20;

// The next component of `rest`, taken off it.
std::string_view NextComponent(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view component = rest.substr(0, slash);
  rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  return component;
}

// File systems are asked as the guest's user, so that what is made belongs to it. Of this thread
// only: the system calls themselves, since the C library would change every thread.
class AsUser {
 public:
  AsUser(uid_t uid, gid_t gid)
      : gid_(static_cast<gid_t>(syscall(SYS_setfsgid, gid))),
        uid_(static_cast<uid_t>(syscall(SYS_setfsuid, uid))) {}
  ~AsUser() {
    syscall(SYS_setfsuid, uid_);
    syscall(SYS_setfsgid, gid_);
  }
  AsUser(const AsUser&) = delete;
  AsUser& operator=(const AsUser&) = delete;

 private:
  gid_t gid_;
  uid_t uid_;
};

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

int OpenBeneath(int directory, const std::string& path, int flags, int mode = 0) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags) | O_CLOEXEC;
  if ((flags & O_PATH) == 0) how.flags |= O_NONBLOCK | O_NOCTTY;  // not allowed together
  how.mode = static_cast<uint64_t>(mode);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  // EAGAIN: the guest renamed something meanwhile.
  constexpr int kAttempts = 16;
  int fd = -1;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    fd = static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how)));
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return fd;
}

Status OpenError(int error, const std::string& path) {
  if (error == ELOOP || error == EXDEV) {
    return FailedPrecondition("{} is or goes through a symbolic link", path);
  }
  if (error == EISDIR || error == ENXIO) return FailedPrecondition("{} is not a file", path);
  if (error == EAGAIN) return FailedPrecondition("{} was moved again and again", path);
  return ErrnoStatus(error, "opening", path);
}

// Opens the directory above `path`, making what is missing; `path` becomes the name in it.
StatusOr<FileDescriptor> OpenParent(int root, std::string_view& path) {
  FileDescriptor at(OpenBeneath(root, ".", O_RDONLY | O_DIRECTORY));
  if (at.get() < 0) return OpenError(errno, ".");
  while (path.find('/') != path.npos) {
    const std::string name(NextComponent(path));
    if (mkdirat(at.get(), name.c_str(), 0755) < 0 && errno != EEXIST) {
      return ErrnoStatus(errno, "making the directory", name);
    }
    FileDescriptor next(OpenBeneath(at.get(), name, O_RDONLY | O_DIRECTORY));
    if (next.get() < 0) return OpenError(errno, name);
    at = std::move(next);
  }
  return at;
}

Status CheckRegular(int fd, const std::string& path, struct stat& status) {
  if (fstat(fd, &status) < 0) return ErrnoStatus(errno, "looking at", path);
  if (!S_ISREG(status.st_mode)) return FailedPrecondition("{} is not a regular file", path);
  if (status.st_nlink > 1) return FailedPrecondition("{} is a hard link", path);
  return OkStatus();
}

// A larger file is read in part, or not at all.
enum class WhenLarger { kCut, kLeave };

struct ReadBounds {
  int64_t bytes_max;
  WhenLarger when_larger;
};

StatusOr<GuestFileContent> ReadRegular(int directory, const std::string& path, ReadBounds bounds) {
  const FileDescriptor fd(OpenBeneath(directory, path, O_RDONLY));
  if (fd.get() < 0) return OpenError(errno, path);
  struct stat status;
  RETURN_IF_ERROR(CheckRegular(fd.get(), path, status));
  GuestFileContent content;
  content.mode = status.st_mode;
  content.truncated = bounds.when_larger == WhenLarger::kLeave && status.st_size > bounds.bytes_max;
  char chunk[1 << 16];
  while (!content.truncated) {
    const ssize_t got = read(fd.get(), chunk, sizeof(chunk));
    if (got < 0) return ErrnoStatus(errno, "reading", path);
    if (got == 0) break;
    const int64_t room = bounds.bytes_max - static_cast<int64_t>(content.bytes.size());
    content.bytes.append(chunk, static_cast<size_t>(std::min<int64_t>(got, room)));
    content.truncated = got > room;
  }
  return content;
}

class Lister {
 public:
  Lister(size_t count_max, GuestListing& listing) : count_max_(count_max), listing_(listing) {}

  // Takes the descriptor.
  void Walk(int parent, const std::string& prefix) {
    DIR* directory = fdopendir(parent);
    if (directory == nullptr) {
      listing_.left_out.Add(Message(OpenError(errno, prefix.empty() ? "/work" : prefix)));
      close(parent);
      return;
    }
    while (const dirent* entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (++names_ > kNamesMax) SetFull();
      if (!full_ && entry->d_type == DT_DIR) WalkChild(dirfd(directory), prefix, name);
      if (!full_ && (entry->d_type == DT_REG || entry->d_type == DT_LNK)) Add(prefix + name);
      if (full_) break;
    }
    closedir(directory);
  }

 private:
  void WalkChild(int directory, const std::string& prefix, const std::string& name) {
    const bool near = std::count(prefix.begin(), prefix.end(), '/') < kDepthMax &&
                      prefix.size() + name.size() < kPathMax;
    if (!near) return listing_.left_out.Add(prefix + name + " lies too deep");
    const int child = OpenBeneath(directory, name, O_RDONLY | O_DIRECTORY);
    if (child >= 0) return Walk(child, prefix + name + "/");
    listing_.left_out.Add(Message(OpenError(errno, prefix + name)));
  }
  void Add(std::string path) {
    bytes_ += path.size();
    if (listing_.paths.size() >= count_max_ || bytes_ > kPathBytesMax) return SetFull();
    listing_.paths.push_back(std::move(path));
  }
  void SetFull() {
    full_ = true;
    listing_.left_out.Add(
        fmt::format("there are more names than are looked at: {} files of {}", count_max_, names_));
  }

  const size_t count_max_;
  GuestListing& listing_;
  int names_ = 0;
  size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace

Status CheckGuestPath(std::string_view path) {
  const auto refuse = [&](std::string_view why) {
    std::string shown;
    for (unsigned char c : path.substr(0, 80)) {
      shown += c >= 0x20 && c < 0x7f ? std::string(1, static_cast<char>(c))
                                     : fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    }
    return InvalidArgument("file path '{}': {}", shown, why);
  };
  if (path.empty()) return refuse("is empty");
  if (path.size() > kPathMax) return refuse("is longer than 4095 bytes");
  if (path.front() == '/') return refuse("is absolute; give it relative to /work");
  if (!IsValidUtf8(path)) return refuse("is not UTF-8");
  for (unsigned char c : path) {
    if (c < 0x20 || c == 0x7f) return refuse("holds a control character");
  }
  if (path.back() == '/') return refuse("names a directory");
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view component = NextComponent(rest);
    if (component.empty()) return refuse("has an empty component");
    if (component == "." || component == "..") return refuse("has '.' or '..' in it");
    if (component.size() > kNameMax) return refuse("has a component of more than 255 bytes");
  }
  return OkStatus();
}

Status CheckGuestFiles(const std::vector<GuestFile>& files) {
  std::set<std::string_view> paths, directories;
  for (const GuestFile& file : files) {
    RETURN_IF_ERROR(CheckGuestPath(file.path));
    if (!paths.insert(file.path).second) {
      return InvalidArgument("the file '{}' is given twice", file.path);
    }
    const std::string_view path = file.path;
    for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
      directories.insert(path.substr(0, slash));
    }
  }
  for (std::string_view path : paths) {
    if (directories.contains(path)) {
      return InvalidArgument("'{}' is given as a file and is a directory of another", path);
    }
  }
  return OkStatus();
}

WorkDirectory::WorkDirectory(FileDescriptor directory, uid_t uid, gid_t gid)
    : directory_(std::move(directory)), uid_(uid), gid_(gid) {}

Status WorkDirectory::Write(const GuestFile& file) {
  RETURN_IF_ERROR(CheckGuestPath(file.path));
  const AsUser user(uid_, gid_);
  std::string_view name = file.path;
  ASSIGN_OR_RETURN(const FileDescriptor parent, OpenParent(directory_.get(), name));
  const std::string name_in_parent(name);
  unlinkat(parent.get(), name_in_parent.c_str(), 0);  // what stands there may be a link or a pipe
  const FileDescriptor fd(
      OpenBeneath(parent.get(), name_in_parent, O_CREAT | O_EXCL | O_WRONLY, file.mode & 0777));
  if (fd.get() < 0) return OpenError(errno, file.path);
  RETURN_IF_ERROR(WriteAll(fd.get(), file.content, file.path));
  fchmod(fd.get(), static_cast<mode_t>(file.mode & 0777));
  return OkStatus();
}

StatusOr<GuestFileContent> WorkDirectory::Read(const std::string& path, int64_t bytes_max) const {
  RETURN_IF_ERROR(CheckGuestPath(path));
  const AsUser user(uid_, gid_);
  return ReadRegular(directory_.get(), path, {bytes_max, WhenLarger::kCut});
}

StatusOr<GuestFileContent> WorkDirectory::ReadTracked(const std::string& path,
                                                      int64_t bytes_max) const {
  const AsUser user(uid_, gid_);
  const FileDescriptor fd(OpenBeneath(directory_.get(), path, O_PATH | O_NOFOLLOW));
  // A directory above it may have become something else.
  if (fd.get() < 0 && (errno == ENOTDIR || errno == ELOOP)) return NotFound("{} is gone", path);
  if (fd.get() < 0) return OpenError(errno, path);
  struct stat status;
  if (fstat(fd.get(), &status) < 0) return ErrnoStatus(errno, "looking at", path);
  if (S_ISREG(status.st_mode))
    return ReadRegular(directory_.get(), path, {bytes_max, WhenLarger::kLeave});
  if (!S_ISLNK(status.st_mode)) return NotFound("{} is nothing to git", path);
  char target[kPathMax + 1];
  const ssize_t length = readlinkat(fd.get(), "", target, sizeof(target));
  if (length < 0) return ErrnoStatus(errno, "reading the link", path);
  GuestFileContent content;
  content.bytes.assign(target, static_cast<size_t>(length));
  content.mode = status.st_mode;
  return content;
}

StatusOr<GuestListing> WorkDirectory::List(int count_max) const {
  const AsUser user(uid_, gid_);
  const int root = OpenBeneath(directory_.get(), ".", O_RDONLY | O_DIRECTORY);
  GuestListing listing;
  if (root >= 0) {
    Lister(static_cast<size_t>(count_max), listing).Walk(root, "");
  } else if (errno == EACCES) {  // the guest has closed it
    listing.left_out.Add(Message(OpenError(errno, "/work")));
  } else {
    return OpenError(errno, "/work");
  }
  std::sort(listing.paths.begin(), listing.paths.end());
  return listing;
}

}  // namespace longhaul::sandbox
