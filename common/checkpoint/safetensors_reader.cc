// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <set>

#include "common/checkpoint/safetensors.h"
#include "common/checkpoint/safetensors_header.h"
#include "common/json.h"

namespace longhaul {
namespace {

// The file to open for a directory: its index, its model.safetensors, or its only one.
StatusOr<std::string> FindInDirectory(const std::string& directory) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  std::vector<std::string> found;
  for (const std::string_view suffix : {kSafetensorsIndexSuffix, kSafetensorsSuffix}) {
    for (const std::string& name : names) {
      if (name == "model" + std::string(suffix)) return JoinPath(directory, name);
      if (name.ends_with(suffix)) found.push_back(name);
    }
    if (found.size() == 1) return JoinPath(directory, found[0]);
    if (found.size() > 1) {
      return FailedPrecondition("{}: which of {} to read? Name the file", directory,
                                fmt::join(found, ", "));
    }
  }
  return NotFound("{}: no .safetensors file here", directory);
}

}  // namespace

StatusOr<std::unique_ptr<SafetensorsReader>> SafetensorsReader::Open(const std::string& path) {
  std::string file = path;
  if (DirectoryExists(path)) {
    ASSIGN_OR_RETURN(file, FindInDirectory(path));
  }
  auto reader = std::unique_ptr<SafetensorsReader>(new SafetensorsReader());
  reader->path_ = file;
  RETURN_IF_ERROR(file.ends_with(".json") ? reader->OpenIndex(file) : reader->AddFile(file));
  return reader;
}

Status SafetensorsReader::OpenIndex(const std::string& path) {
  ASSIGN_OR_RETURN(const Json index, Json::ParseFile(path));
  ASSIGN_OR_RETURN(const Json* weight_map, index.Get("weight_map"));
  if (!weight_map->is_object()) return InvalidArgument("{}: expected object", weight_map->where());
  std::set<std::string> files;
  for (const Json::Member& member : weight_map->members()) {
    ASSIGN_OR_RETURN(const std::string file, member.value.AsString());
    if (file.find('/') != std::string::npos || file.empty()) {
      return InvalidArgument("{}: '{}' is not the name of a file beside the index",
                             member.value.where(), file);
    }
    files.insert(file);
  }
  const std::string directory = ParentDirectory(path);
  for (const std::string& file : files) {
    Status status = AddFile(JoinPath(directory, file));
    if (!status.ok()) return Annotate(status, fmt::format("{} names {}", path, file));
  }
  for (const Json::Member& member : weight_map->members()) {
    const std::string file = JoinPath(directory, *member.value.AsString());
    if (FileOf(member.key) != file) {
      return DataLoss("{}: tensor '{}' should be in {} but is not", path, member.key, file);
    }
  }
  return OkStatus();
}

Status SafetensorsReader::AddFile(const std::string& path) {
  ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  ASSIGN_OR_RETURN(SafetensorsHeader header, ParseSafetensorsHeader(file.bytes(), path));
  for (SafetensorsHeader::Tensor& tensor : header.tensors) {
    Entry entry{files_.size(), file.data() + tensor.begin, tensor.dtype, tensor.shape,
                tensor.end - tensor.begin};
    total_bytes_ += entry.bytes;
    const std::optional<DType> dtype = SafetensorsDType(tensor.dtype);
    const auto alignment = static_cast<uintptr_t>(dtype.has_value() ? SizeOf(*dtype) : 1);
    if (entry.bytes > 0 && reinterpret_cast<uintptr_t>(entry.data) % alignment != 0) {
      std::vector<uint64_t>& copy =
          aligned_copies_.emplace_back((static_cast<size_t>(entry.bytes) + 7) / 8);
      std::memcpy(copy.data(), entry.data, static_cast<size_t>(entry.bytes));
      entry.data = reinterpret_cast<const unsigned char*>(copy.data());
    }
    if (!entries_.emplace(tensor.name, std::move(entry)).second) {
      return DataLoss("tensor '{}' is both in {} and in {}", tensor.name, FileOf(tensor.name),
                      path);
    }
  }
  if (files_.empty()) metadata_ = header.metadata;
  files_.push_back(std::move(file));
  return OkStatus();
}

std::vector<std::string> SafetensorsReader::Names() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

const SafetensorsReader::Entry* SafetensorsReader::Find(std::string_view name) const {
  const auto it = entries_.find(name);
  return it != entries_.end() ? &it->second : nullptr;
}

std::string SafetensorsReader::FileOf(std::string_view name) const {
  const Entry* entry = Find(name);
  return entry != nullptr ? files_[entry->file].path() : "";
}

StatusOr<TensorView> SafetensorsReader::Get(std::string_view name) const {
  const Entry* entry = Find(name);
  if (entry == nullptr) return NotFound("{}: no tensor '{}'", path_, name);
  const std::string& file = files_[entry->file].path();
  const std::optional<DType> dtype = SafetensorsDType(entry->dtype);
  if (!dtype.has_value()) {
    return Unimplemented(
        "{}: tensor '{}' has dtype {}, which Longhaul does not read; convert it to F32, BF16 "
        "or F16",
        file, name, entry->dtype);
  }
  if (entry->shape.size() > Shape::kMaxRank) {
    return Unimplemented("{}: tensor '{}' has {} dimensions, more than {}", file, name,
                         entry->shape.size(), Shape::kMaxRank);
  }
  Shape shape;
  for (int64_t dim : entry->shape) shape.Append(dim);
  return TensorView(entry->data, shape, *dtype);
}

StatusOr<TensorView> SafetensorsReader::Get(std::string_view name, const Shape& shape) const {
  ASSIGN_OR_RETURN(const TensorView view, Get(name));
  if (!(view.shape == shape)) {
    return InvalidArgument("{}: tensor '{}' has shape {}, expected {}", FileOf(name), name,
                           view.shape.ToString(), shape.ToString());
  }
  return view;
}

StatusOr<std::vector<float>> SafetensorsReader::GetF32(std::string_view name) const {
  ASSIGN_OR_RETURN(const TensorView view, Get(name));
  std::vector<float> values(static_cast<size_t>(view.numel()));
  const Status status = ConvertToF32(view, values.data());
  if (!status.ok()) return Annotate(status, fmt::format("{}: tensor '{}'", FileOf(name), name));
  return values;
}

Status SafetensorsReader::ReadF32(std::string_view name, const Shape& shape, float* out) const {
  ASSIGN_OR_RETURN(const TensorView view, Get(name, shape));
  const Status status = ConvertToF32(view, out);
  return status.ok() ? status
                     : Annotate(status, fmt::format("{}: tensor '{}'", FileOf(name), name));
}

}  // namespace longhaul
