// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "common/check.h"
#include "common/checkpoint/safetensors.h"
#include "common/checkpoint/safetensors_header.h"
#include "common/file_descriptor.h"
#include "common/json.h"

namespace longhaul {
namespace {

Status WriteAt(int fd, std::string_view bytes, int64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(errno, "writing", path);
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return OkStatus();
}

std::string_view BytesOf(const TensorView& view) {
  return {static_cast<const char*>(view.data), static_cast<size_t>(view.bytes())};
}

}  // namespace

struct SafetensorsWriter::Shard {
  std::string name;
  std::string path;
  FileDescriptor fd;
  std::vector<const TensorSpec*> tensors;
};

SafetensorsWriter::SafetensorsWriter(Args args) : args_(std::move(args)) {}
SafetensorsWriter::~SafetensorsWriter() = default;

StatusOr<std::unique_ptr<SafetensorsWriter>> SafetensorsWriter::Create(Args args) {
  auto writer = std::unique_ptr<SafetensorsWriter>(new SafetensorsWriter(std::move(args)));
  writer->AssignShards();
  for (size_t i = 0; i < writer->shards_.size(); ++i) RETURN_IF_ERROR(writer->CreateShard(i));
  return writer;
}

void SafetensorsWriter::AssignShards() {
  int64_t bytes = 0;
  shards_.push_back(std::make_unique<Shard>());
  for (const TensorSpec& spec : args_.tensors) {
    if (bytes > 0 && bytes + spec.bytes() > args_.max_shard_bytes) {
      shards_.push_back(std::make_unique<Shard>());
      bytes = 0;
    }
    bytes += spec.bytes();
    shards_.back()->tensors.push_back(&spec);
    const Place place{.shard = shards_.size() - 1, .offset = 0, .spec = &spec};
    CHECK(places_.emplace(spec.name, place).second) << "tensor " << spec.name << " declared twice";
  }
}

Status SafetensorsWriter::CreateShard(size_t index) {
  Shard& shard = *shards_[index];
  shard.name = shards_.size() == 1 ? fmt::format("{}{}", args_.stem, kSafetensorsSuffix)
                                   : fmt::format("{}-{:05}-of-{:05}{}", args_.stem, index + 1,
                                                 shards_.size(), kSafetensorsSuffix);
  shard.path = JoinPath(args_.directory, shard.name);
  const std::string header = WriteSafetensorsHeader(shard.tensors, args_.metadata);
  auto offset = static_cast<int64_t>(header.size());
  for (const TensorSpec* spec : shard.tensors) {
    places_.at(spec->name).offset = offset;
    offset += spec->bytes();
  }
  shard.fd =
      FileDescriptor(::open(shard.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const int fd = shard.fd.get();
  if (fd < 0) return ErrnoStatus(errno, "creating", shard.path);
  file_names_.push_back(shard.name);
  // Takes the space now, so that a full disk shows before the work; not every file system can.
  if (::fallocate(fd, 0, 0, offset) != 0 && errno != EOPNOTSUPP && errno != ENOSYS) {
    return ErrnoStatus(errno, "reserving space for", shard.path);
  }
  return WriteAt(fd, header, 0, shard.path);
}

Status SafetensorsWriter::Write(std::string_view name, const TensorView& view) {
  const auto it = places_.find(std::string(name));
  CHECK(it != places_.end()) << "tensor " << std::string(name) << " was not declared";
  Place& place = it->second;
  CHECK(!place.written) << "tensor " << std::string(name) << " written twice";
  CHECK(view.dtype == place.spec->dtype && view.shape == place.spec->shape)
      << std::string(name) << " is " << view.shape << ", declared " << place.spec->shape;
  place.written = true;
  const Shard& shard = *shards_[place.shard];
  return WriteAt(shard.fd.get(), BytesOf(view), place.offset, shard.path);
}

Status SafetensorsWriter::Finish() {
  for (const auto& [name, place] : places_)
    CHECK(place.written) << "tensor " << name << " was not written";
  Json weight_map = Json::Object();
  int64_t total_bytes = 0;
  for (const auto& shard : shards_) {
    if (::fsync(shard->fd.get()) != 0) return ErrnoStatus(errno, "syncing", shard->path);
    shard->fd = FileDescriptor();
    for (const TensorSpec* spec : shard->tensors) {
      weight_map.Set(spec->name, shard->name);
      total_bytes += spec->bytes();
    }
  }
  if (shards_.size() > 1) {
    Json index = Json::Object();
    index.Set("metadata", Json::Object().Set("total_size", total_bytes));
    index.Set("weight_map", std::move(weight_map));
    file_names_.push_back(args_.stem + std::string(kSafetensorsIndexSuffix));
    RETURN_IF_ERROR(
        WriteFileAtomic(JoinPath(args_.directory, file_names_.back()), index.ToPrettyString()));
  }
  return SyncDirectory(args_.directory);
}

Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const NamedTensor& tensor : tensors)
    specs.push_back({tensor.name, tensor.view.dtype, tensor.view.shape});
  std::vector<const TensorSpec*> pointers;
  for (const TensorSpec& spec : specs) pointers.push_back(&spec);
  const std::string aside = fmt::format("{}.tmp-{}", path, ::getpid());
  const Status status = [&]() -> Status {
    ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(aside, 0));
    RETURN_IF_ERROR(file.Append(WriteSafetensorsHeader(pointers, {{"format", "pt"}})));
    for (const NamedTensor& tensor : tensors) RETURN_IF_ERROR(file.Append(BytesOf(tensor.view)));
    RETURN_IF_ERROR(file.Sync());
    if (::rename(aside.c_str(), path.c_str()) != 0) return ErrnoStatus(errno, "renaming to", path);
    return SyncDirectory(ParentDirectory(path));
  }();
  if (!status.ok()) ::unlink(aside.c_str());
  return status;
}

}  // namespace longhaul
