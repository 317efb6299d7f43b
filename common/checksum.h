// SPDX-License-Identifier: Apache-2.0
//
// Checksums of bytes: XXH64 (Collet, https://github.com/Cyan4973/xxHash, format specification
// 0.1.1) for our own files and messages, and CRC-32C, which TFRecord files use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longhaul {

// XXH64 of bytes that arrive in pieces. The result does not depend on how they were cut.
class Checksum64Stream {
 public:
  explicit Checksum64Stream(uint64_t seed = 0);
  void Update(const void* data, size_t size);
  uint64_t Digest() const;

 private:
  uint64_t seed_;
  uint64_t lanes_[4];
  unsigned char tail_[32];
  size_t tail_size_ = 0;
  uint64_t total_ = 0;
};

uint64_t Checksum64(const void* data, size_t size);
inline uint64_t Checksum64(std::string_view bytes) {
  return Checksum64(bytes.data(), bytes.size());
}

// 16 lower-case hexadecimal digits: how a checksum is written in manifests.
std::string ChecksumHex(uint64_t checksum);

uint32_t Crc32c(std::string_view bytes);

}  // namespace longhaul
