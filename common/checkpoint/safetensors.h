// SPDX-License-Identifier: Apache-2.0
//
// Tensors on disk in the safetensors format (https://github.com/huggingface/safetensors, format
// section):
//   8 bytes, little endian: length n of the header
//   n bytes of JSON: {"name": {"dtype": "BF16", "shape": [..], "data_offsets": [begin, end]}, ..}
//   the data; offsets count from its beginning, ranges tile it without gaps or overlaps
// A directory holds model.safetensors, or shards and model.safetensors.index.json with its
// "weight_map".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/file.h"
#include "common/status.h"
#include "common/tensor.h"

namespace longhaul {

// Reads by mapping: opening reads headers only, data comes in when it is touched. Thread-safe once
// open. Errors name the file and the tensor. Damaged files are kDataLoss.
class SafetensorsReader {
 public:
  // `path`: a .safetensors file, a .index.json file, or a directory (its index, else
  // model.safetensors, else its only .safetensors file).
  static StatusOr<std::unique_ptr<SafetensorsReader>> Open(const std::string& path);

  // Names, sorted.
  std::vector<std::string> Names() const;
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // A view that lives as long as this reader, aligned for its type. BOOL reads as kU8. Fails for a
  // name that is not there, more than four dimensions, or an element type that Longhaul has no use
  // for.
  StatusOr<TensorView> Get(std::string_view name) const;
  // As Get, and the shape must be this one: "model.safetensors: tensor 'x' has shape [2, 3],
  // expected [3, 2]".
  StatusOr<TensorView> Get(std::string_view name, const Shape& shape) const;
  // The values converted to fp32, from F32, BF16, F16 or F64.
  StatusOr<std::vector<float>> GetF32(std::string_view name) const;
  // As above into `out`, which has room for numel values.
  Status ReadF32(std::string_view name, const Shape& shape, float* out) const;
  // The file that holds a tensor, for messages; "" when there is none.
  std::string FileOf(std::string_view name) const;
  // "__metadata__" of the (first) file.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  int64_t total_bytes() const { return total_bytes_; }

 private:
  struct Entry {
    size_t file;
    const unsigned char* data;
    std::string dtype;
    std::vector<int64_t> shape;
    int64_t bytes;
  };

  SafetensorsReader() = default;
  Status AddFile(const std::string& path);
  Status OpenIndex(const std::string& path);
  const Entry* Find(std::string_view name) const;

  std::string path_;
  std::vector<MappedFile> files_;
  std::map<std::string, Entry, std::less<>> entries_;
  // Copies of tensors whose place in the file is not aligned for their type.
  std::vector<std::vector<uint64_t>> aligned_copies_;
  std::map<std::string, std::string> metadata_;
  int64_t total_bytes_ = 0;
};

// Converts `numel` values of F32, BF16, F16 or F64 to fp32; kInvalidArgument for other types.
Status ConvertToF32(const TensorView& from, float* to);

struct TensorSpec {
  std::string name;
  DType dtype;
  Shape shape;

  int64_t bytes() const { return shape.numel() * SizeOf(dtype); }
};

// Writes many tensors, one at a time. All are declared first, since headers come before data.
//   ASSIGN_OR_RETURN(auto writer, SafetensorsWriter::Create({.directory = dir, .tensors = specs}));
//   for (...) RETURN_IF_ERROR(writer->Write(name, view));
//   RETURN_IF_ERROR(writer->Finish());
// Thread-compatible.
class SafetensorsWriter {
 public:
  struct Args {
    std::string directory = {};  // must exist
    std::string stem =
        "model";  // model.safetensors, or model-00001-of-00002.safetensors and its index
    std::vector<TensorSpec> tensors = {};  // in the order of the files
    int64_t max_shard_bytes = int64_t{5} << 30;
    std::map<std::string, std::string> metadata = {{"format", "pt"}};
  };
  // Creates the files at their full size.
  static StatusOr<std::unique_ptr<SafetensorsWriter>> Create(Args args);
  ~SafetensorsWriter();

  // In any order, each tensor once; shape and dtype as declared (CHECK).
  Status Write(std::string_view name, const TensorView& view);
  // Every declared tensor must have been written (CHECK). Syncs the files, writes the index.
  Status Finish();
  // Names of the files written, the index included.
  const std::vector<std::string>& files() const { return file_names_; }

 private:
  struct Shard;
  struct Place {
    size_t shard;
    int64_t offset;
    const TensorSpec* spec;
    bool written = false;
  };

  explicit SafetensorsWriter(Args args);
  void AssignShards();
  Status CreateShard(size_t index);

  Args args_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unordered_map<std::string, Place> places_;
  std::vector<std::string> file_names_;
};

struct NamedTensor {
  std::string name;
  TensorView view;
};
// Writes one file at once, aside and renamed.
Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors);

}  // namespace longhaul
