// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "common/checkpoint/checkpoint_dir.h"
#include "common/checkpoint/manifest.h"
#include "common/file.h"

namespace longhaul {
namespace {

constexpr double kMiB = 1 << 20;

Status CheckFreeSpace(const CheckpointWriter::Args& args) {
  ASSIGN_OR_RETURN(const int64_t free_bytes, FreeSpace(args.root));
  if (free_bytes >= args.estimated_bytes) return OkStatus();
  return ResourceExhausted(
      "checkpoint {} in {}: need {:.0f} MiB, free {:.0f} MiB: free space or lower "
      "checkpoint.keep_last",
      args.name, args.root, static_cast<double>(args.estimated_bytes) / kMiB,
      static_cast<double>(free_bytes) / kMiB);
}

// Files under `directory`, as paths relative to it, and every directory on the way.
struct Tree {
  std::vector<std::string> files;
  std::vector<std::string> directories;
};
Status Collect(const std::string& directory, const std::string& below, Tree& tree) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(JoinPath(directory, below)));
  for (const std::string& name : names) {
    const std::string relative = below.empty() ? name : JoinPath(below, name);
    if (DirectoryExists(JoinPath(directory, relative))) {
      RETURN_IF_ERROR(Collect(directory, relative, tree));
    } else {
      tree.files.push_back(relative);
    }
  }
  tree.directories.push_back(JoinPath(directory, below));
  return OkStatus();
}

Status Rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? OkStatus()
                                                 : ErrnoStatus(errno, "renaming to", to);
}

// The two directories change places in one step where the file system can.
Status Exchange(const std::string& a, const std::string& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0)
    return OkStatus();
  if (errno != EINVAL && errno != ENOSYS) return ErrnoStatus(errno, "renaming to", b);
  const std::string aside = a + "-old";
  RETURN_IF_ERROR(Rename(b, aside));
  RETURN_IF_ERROR(Rename(a, b));
  return Rename(aside, a);
}

}  // namespace

Status ReplaceDirectory(const std::string& fresh, const std::string& place) {
  const bool replaces = DirectoryExists(place);
  RETURN_IF_ERROR(replaces ? Exchange(fresh, place) : Rename(fresh, place));
  RETURN_IF_ERROR(SyncDirectory(ParentDirectory(place)));
  return replaces ? RemoveTree(fresh) : OkStatus();
}

StatusOr<std::unique_ptr<CheckpointWriter>> CheckpointWriter::Create(Args args) {
  RETURN_IF_ERROR(CreateDirectories(args.root));
  RETURN_IF_ERROR(CheckFreeSpace(args));
  std::string directory = JoinPath(args.root, TemporaryCheckpointName(args.name));
  RETURN_IF_ERROR(RemoveTree(directory));
  RETURN_IF_ERROR(CreateDirectories(directory));
  return std::unique_ptr<CheckpointWriter>(
      new CheckpointWriter(std::move(args), std::move(directory)));
}

CheckpointWriter::~CheckpointWriter() {
  if (!committed_) RemoveTree(directory_).IgnoreError();
}

Status CheckpointWriter::AddFile(const std::string& name, std::string_view bytes) {
  const std::string path = JoinPath(directory_, name);
  RETURN_IF_ERROR(CreateDirectories(ParentDirectory(path)));
  ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(path, 0));
  RETURN_IF_ERROR(file.Append(bytes));
  return file.Flush();
}

Status CheckpointWriter::AddCopy(const std::string& name, const std::string& from) {
  ASSIGN_OR_RETURN(const MappedFile source, MappedFile::Open(from));
  return AddFile(name, source.bytes());
}

StatusOr<std::string> CheckpointWriter::Commit() {
  Tree tree;
  RETURN_IF_ERROR(Collect(directory_, "", tree));
  Manifest manifest{.metadata = args_.metadata};
  for (const std::string& name : tree.files) {
    RETURN_IF_ERROR(SyncFile(JoinPath(directory_, name)));
    ASSIGN_OR_RETURN(ManifestFile file, DescribeFile(directory_, name));
    manifest.files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(AddFile(std::string(kManifestName), ManifestText(manifest)));
  RETURN_IF_ERROR(SyncFile(JoinPath(directory_, std::string(kManifestName))));
  for (const std::string& directory : tree.directories) RETURN_IF_ERROR(SyncDirectory(directory));
  const std::string finished = JoinPath(args_.root, args_.name);
  RETURN_IF_ERROR(ReplaceDirectory(directory_, finished));
  committed_ = true;
  return finished;
}

}  // namespace longhaul
