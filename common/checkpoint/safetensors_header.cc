// SPDX-License-Identifier: Apache-2.0
#include "common/checkpoint/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "common/json.h"

namespace longhaul {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little endian");

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the bound of the reference implementation
constexpr std::string_view kMetadataKey = "__metadata__";

struct DTypeInfo {
  std::string_view name;
  int64_t bytes;
  std::optional<DType> dtype;
};
constexpr DTypeInfo kDTypes[] = {
    {"F32", 4, DType::kF32},     {"BF16", 2, DType::kBF16},    {"F16", 2, DType::kF16},
    {"F64", 8, DType::kF64},     {"I32", 4, DType::kI32},      {"I64", 8, DType::kI64},
    {"U8", 1, DType::kU8},       {"BOOL", 1, DType::kU8},      {"I8", 1, std::nullopt},
    {"I16", 2, std::nullopt},    {"U16", 2, std::nullopt},     {"U32", 4, std::nullopt},
    {"U64", 8, std::nullopt},    {"F8_E4M3", 1, std::nullopt}, {"F8_E5M2", 1, std::nullopt},
    {"F8_E8M0", 1, std::nullopt}};

const DTypeInfo* FindDType(std::string_view name) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

Status Damaged(const std::string& path, std::string_view tensor, std::string_view what) {
  return DataLoss("{}: tensor '{}': {}", path, tensor, what);
}

StatusOr<int64_t> BytesOf(const SafetensorsHeader::Tensor& tensor, const std::string& path) {
  const DTypeInfo* info = FindDType(tensor.dtype);
  if (info == nullptr) {
    return Damaged(path, tensor.name, fmt::format("unknown dtype '{}'", tensor.dtype));
  }
  int64_t bytes = info->bytes;
  for (int64_t dim : tensor.shape) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) {
      return Damaged(path, tensor.name,
                     fmt::format("impossible shape [{}]", fmt::join(tensor.shape, ", ")));
    }
  }
  return bytes;
}

StatusOr<SafetensorsHeader::Tensor> ParseTensor(const Json::Member& member, int64_t data_begin,
                                                const std::string& path) {
  SafetensorsHeader::Tensor tensor{
      .name = member.key, .dtype = "", .shape = {}, .begin = 0, .end = 0};
  ASSIGN_OR_RETURN(tensor.dtype, member.value.GetString("dtype"));
  ASSIGN_OR_RETURN(tensor.shape, member.value.GetInts("shape"));
  ASSIGN_OR_RETURN(const std::vector<int64_t> offsets, member.value.GetInts("data_offsets"));
  ASSIGN_OR_RETURN(const int64_t bytes, BytesOf(tensor, path));
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
    return Damaged(path, tensor.name,
                   fmt::format("bad data_offsets [{}]", fmt::join(offsets, ", ")));
  }
  if (offsets[1] - offsets[0] != bytes) {
    return Damaged(path, tensor.name,
                   fmt::format("{} [{}] takes {} bytes, but data_offsets [{}, {}] span {}",
                               tensor.dtype, fmt::join(tensor.shape, ", "), bytes, offsets[0],
                               offsets[1], offsets[1] - offsets[0]));
  }
  // Neither sum overflows: the offsets are checked against the file only below, so do it here by
  // halves.
  if (offsets[1] > INT64_MAX - data_begin) return Damaged(path, tensor.name, "offset out of range");
  tensor.begin = data_begin + offsets[0];
  tensor.end = data_begin + offsets[1];
  return tensor;
}

Status CheckTiling(const SafetensorsHeader& header, int64_t data_begin, int64_t file_bytes,
                   const std::string& path) {
  int64_t end = data_begin;
  const SafetensorsHeader::Tensor* previous = nullptr;
  for (const SafetensorsHeader::Tensor& tensor : header.tensors) {
    if (tensor.begin < end) {
      return Damaged(path, tensor.name, fmt::format("overlaps tensor '{}'", previous->name));
    }
    if (tensor.begin > end) return Damaged(path, tensor.name, "unused bytes before its data");
    if (tensor.end > file_bytes) {
      return Damaged(path, tensor.name,
                     fmt::format("data ends at byte {}, but the file has {}: it is truncated",
                                 tensor.end, file_bytes));
    }
    end = tensor.end;
    previous = &tensor;
  }
  if (end != file_bytes) {
    return DataLoss("{}: {} bytes after the last tensor belong to none", path, file_bytes - end);
  }
  return OkStatus();
}

Status ParseMetadata(const Json& json, SafetensorsHeader& header) {
  for (const Json::Member& member : json.members()) {
    ASSIGN_OR_RETURN(header.metadata[member.key], member.value.AsString());
  }
  return OkStatus();
}

}  // namespace

std::optional<DType> SafetensorsDType(std::string_view name) {
  const DTypeInfo* info = FindDType(name);
  return info != nullptr ? info->dtype : std::nullopt;
}

StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view file, const std::string& path) {
  if (file.size() < kLengthBytes) {
    return DataLoss("{}: {} bytes are too few for a safetensors file", path, file.size());
  }
  uint64_t length;
  std::memcpy(&length, file.data(), sizeof(length));
  if (length > kMaxHeaderBytes || length > file.size() - kLengthBytes) {
    return DataLoss("{}: header of {} bytes in a file of {}: truncated, or no safetensors file",
                    path, length, file.size());
  }
  StatusOr<Json> json = Json::Parse(file.substr(kLengthBytes, length), path + ": header");
  if (!json.ok()) return DataLoss("{}", Message(json.status()));
  if (!json->is_object()) return DataLoss("{}: the header is no JSON object", path);
  SafetensorsHeader header;
  const auto data_begin = static_cast<int64_t>(kLengthBytes + length);
  for (const Json::Member& member : json->members()) {
    if (member.key == kMetadataKey) {
      RETURN_IF_ERROR(ParseMetadata(member.value, header));
      continue;
    }
    StatusOr<SafetensorsHeader::Tensor> tensor = ParseTensor(member, data_begin, path);
    if (!tensor.ok()) return DataLoss("{}", Message(tensor.status()));
    header.tensors.push_back(*std::move(tensor));
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  RETURN_IF_ERROR(CheckTiling(header, data_begin, static_cast<int64_t>(file.size()), path));
  return header;
}

std::string WriteSafetensorsHeader(const std::vector<const TensorSpec*>& tensors,
                                   const std::map<std::string, std::string>& metadata) {
  Json json = Json::Object();
  if (!metadata.empty()) {
    Json values = Json::Object();
    for (const auto& [key, value] : metadata) values.Set(key, value);
    json.Set(kMetadataKey, std::move(values));
  }
  int64_t offset = 0;
  for (const TensorSpec* tensor : tensors) {
    Json shape = Json::Array();
    for (int i = 0; i < tensor->shape.rank(); ++i) shape.Append(tensor->shape[i]);
    Json entry = Json::Object();
    entry.Set("dtype", DTypeName(tensor->dtype)).Set("shape", std::move(shape));
    entry.Set("data_offsets", std::vector<int64_t>{offset, offset + tensor->bytes()});
    json.Set(tensor->name, std::move(entry));
    offset += tensor->bytes();
  }
  std::string text = json.ToString();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text;
}

}  // namespace longhaul
