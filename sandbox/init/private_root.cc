// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/init/init.h"
#include "sandbox/init/raw_syscall.h"
#include "sandbox/init/text.h"

namespace longhaul::sandbox {
namespace {

constexpr long kErrorExists = -17;
constexpr int kRecursive = 0x8000;  // AT_RECURSIVE
constexpr int kEmptyPath = 0x1000;  // AT_EMPTY_PATH
constexpr int kDetach = 2;          // MNT_DETACH

void Configure(long context, const char* key, const char* value) {
  Must(key, raw::Call(SYS_fsconfig, context, FSCONFIG_SET_STRING, key, value, 0));
}

void ConfigureNumber(long context, const char* key, uint64_t value) {
  Line text;
  text.Number(static_cast<int64_t>(value));
  Configure(context, key, text.bytes);
}

// Turns a configured context into a detached mount.
long Mount(const char* step, long context, int attributes) {
  Must(step, raw::Call(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
  const long mount = Must(step, raw::Call(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes));
  raw::Call(SYS_close, context);
  return mount;
}

void Attach(const char* step, long mount, const char* at) {
  Must(step, raw::Call(SYS_move_mount, mount, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH));
}

void MakeDirectory(const char* path, int mode) {
  const long result = raw::Call(SYS_mkdir, path, mode);
  if (result < 0 && result != kErrorExists) Fail(path, result);
}

// Directories above `path`; paths are relative to the new root, which is the working directory.
void MakeParents(const char* path) {
  char prefix[4096];
  for (size_t i = 0; path[i] != 0 && i + 1 < sizeof(prefix); ++i) {
    if (path[i] == '/' && i > 0) {
      prefix[i] = 0;
      MakeDirectory(prefix, 0755);
    }
    prefix[i] = path[i];
  }
}

void MakeFile(const char* path) {
  const long fd = Must(path, raw::Call(SYS_open, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  raw::Call(SYS_close, fd);
}

void AttachTree(const TreeEntry& tree, long fd, const char* at) {
  MakeParents(at);
  if (tree.is_directory) {
    MakeDirectory(at, 0755);
  } else {
    MakeFile(at);
  }
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID;
  attributes.attr_set |= tree.is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV;
  if (tree.is_directory || !tree.is_device) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  const int flags = kEmptyPath | (tree.is_directory ? kRecursive : 0);
  Must(at, raw::Call(SYS_mount_setattr, fd, "", flags, &attributes, sizeof(attributes)));
  Attach(at, fd, at);
}

// A mount of its own of a directory of the root's tmpfs, so that it stays writable when the root
// becomes read-only, and one size and one count of inodes hold for all of them.
long WritableTree(const char* path, int mode) {
  MakeDirectory(path, mode);
  raw::Call(SYS_chmod, path, mode);
  return Must(path, raw::Call(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
}

void MountProc() {
  MakeDirectory("proc", 0555);
  const long context = Must("proc", raw::Call(SYS_fsopen, "proc", FSOPEN_CLOEXEC));
  Configure(context, "subset", "pid");
  const long proc =
      Mount("mounting proc", context, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  Attach("mounting proc", proc, "proc");
}

void BringUpLoopback() {
  const long fd = Must("loopback", raw::Call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  Must("loopback", raw::Call(SYS_ioctl, fd, SIOCSIFFLAGS, &request));
  raw::Call(SYS_close, fd);
}

void EnterRoot(long root) {
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  Must("making the root read-only",
       raw::Call(SYS_mount_setattr, root, "", kEmptyPath, &read_only, sizeof(read_only)));
  Must("entering the private root", raw::Call(SYS_pivot_root, ".", "."));
  Must("leaving the host's root", raw::Call(SYS_umount2, ".", kDetach));
  Must("entering the private root", raw::Call(SYS_chdir, "/"));
}

}  // namespace

void OpenTrees(PlanReader trees, unsigned count, int* tree_fds) {
  for (unsigned i = 0; i < count; ++i) {
    const TreeEntry tree = trees.Struct<TreeEntry>();
    const char* host_path = trees.String();
    trees.String();
    const int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (tree.is_directory ? kRecursive : 0);
    tree_fds[i] =
        static_cast<int>(Must(host_path, raw::Call(SYS_open_tree, AT_FDCWD, host_path, flags)));
  }
}

void BuildRoot(const PlanHeader& header, PlanReader trees, const int* tree_fds,
               PlanReader symlinks) {
  const long context = Must("tmpfs", raw::Call(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC));
  ConfigureNumber(context, "size", header.files_bytes_max);
  ConfigureNumber(context, "nr_inodes", header.files_count_max);
  Configure(context, "mode", "0755");
  const long root = Mount("mounting the root", context, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  // Any directory of this mount namespace will do to attach it to: nobody else sees it.
  Attach("mounting the root", root, "/usr");
  Must("entering the new root", raw::Call(SYS_fchdir, root));

  MakeDirectory("dev", 0755);
  const long shared_memory = WritableTree("dev/shm", 01777);  // a tree may come to lie over "dev"
  for (unsigned i = 0; i < header.tree_count; ++i) {
    const TreeEntry tree = trees.Struct<TreeEntry>();
    trees.String();
    AttachTree(tree, tree_fds[i], trees.String());
  }
  for (unsigned i = 0; i < header.symlink_count; ++i) {
    const char* target = symlinks.String();
    const char* path = symlinks.String();
    Must(path, raw::Call(SYS_symlink, target, path));
  }
  Attach("/dev/shm", shared_memory, "dev/shm");
  Attach("/work", WritableTree("work", 0755), "work");
  Attach("/tmp", WritableTree("tmp", 01777), "tmp");
  const long state = (header.flags & kCommands) ? WritableTree(kStateDirectory, 0755) : -1;
  if (header.flags & kMountProc) MountProc();
  if (header.flags & kLoopbackUp) BringUpLoopback();
  EnterRoot(root);
  raw::Call(SYS_close, root);
  if (state >= 0 && state != kStateFd) raw::Call(SYS_dup3, state, kStateFd, O_CLOEXEC);
  raw::Call(SYS_sethostname, "sandbox", 7);
}

void ReceiveFiles(PlanReader& files, unsigned count) {
  static char chunk[1 << 16];
  for (unsigned i = 0; i < count; ++i) {
    const FileEntry file = files.Struct<FileEntry>();
    const char* path = files.String();
    MakeParents(path);
    const long fd =
        Must(path, raw::Call(SYS_open, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
    for (uint64_t left = file.bytes; left > 0;) {
      const size_t size = left < sizeof(chunk) ? left : sizeof(chunk);
      ReceiveExactly(chunk, size);
      const long written = Must("writing the given files", raw::Call(SYS_write, fd, chunk, size));
      if (static_cast<size_t>(written) != size) Fail("writing the given files", -28);
      left -= size;
    }
    Must(path, raw::Call(SYS_fchmod, fd, file.mode));
    raw::Call(SYS_close, fd);
  }
}

}  // namespace longhaul::sandbox
