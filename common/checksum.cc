// SPDX-License-Identifier: Apache-2.0
#include "common/checksum.h"

#include <fmt/format.h>
#include <nmmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace longhaul {
namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87ull;
constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Full;
constexpr uint64_t kPrime3 = 0x165667B19E3779F9ull;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63ull;
constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5ull;

uint64_t Load64(const unsigned char* p) {
  uint64_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

uint64_t Load32(const unsigned char* p) {
  uint32_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

uint64_t Round(uint64_t lane, uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

void Stripe(uint64_t* lanes, const unsigned char* p) {
  for (int i = 0; i < 4; ++i) lanes[i] = Round(lanes[i], Load64(p + 8 * i));
}

uint64_t MergeLanes(const uint64_t* lanes) {
  uint64_t h = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
               std::rotl(lanes[3], 18);
  for (int i = 0; i < 4; ++i) h = (h ^ Round(0, lanes[i])) * kPrime1 + kPrime4;
  return h;
}

uint64_t Finish(uint64_t h, const unsigned char* p, size_t size) {
  for (; size >= 8; p += 8, size -= 8) {
    h = std::rotl(h ^ Round(0, Load64(p)), 27) * kPrime1 + kPrime4;
  }
  if (size >= 4) {
    h = std::rotl(h ^ (Load32(p) * kPrime1), 23) * kPrime2 + kPrime3;
    p += 4, size -= 4;
  }
  for (; size > 0; ++p, --size) h = std::rotl(h ^ (*p * kPrime5), 11) * kPrime1;
  h = (h ^ (h >> 33)) * kPrime2;
  h = (h ^ (h >> 29)) * kPrime3;
  return h ^ (h >> 32);
}

}  // namespace

Checksum64Stream::Checksum64Stream(uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Checksum64Stream::Update(const void* data, size_t size) {
  const auto* p = static_cast<const unsigned char*>(data);
  total_ += size;
  if (tail_size_ > 0) {
    const size_t taken = std::min(size, sizeof(tail_) - tail_size_);
    std::copy_n(p, taken, tail_ + tail_size_);
    tail_size_ += taken, p += taken, size -= taken;
    if (tail_size_ < sizeof(tail_)) return;
    Stripe(lanes_, tail_);
    tail_size_ = 0;
  }
  for (; size >= 32; p += 32, size -= 32) Stripe(lanes_, p);
  std::copy_n(p, size, tail_);
  tail_size_ = size;
}

uint64_t Checksum64Stream::Digest() const {
  const uint64_t h = total_ >= 32 ? MergeLanes(lanes_) : seed_ + kPrime5;
  return Finish(h + total_, tail_, tail_size_);
}

uint64_t Checksum64(const void* data, size_t size) {
  Checksum64Stream stream;
  stream.Update(data, size);
  return stream.Digest();
}

std::string ChecksumHex(uint64_t checksum) { return fmt::format("{:016x}", checksum); }

uint32_t Crc32c(std::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (unsigned char byte : bytes) crc = _mm_crc32_u8(crc, byte);
  return ~crc;
}

}  // namespace longhaul
