// SPDX-License-Identifier: Apache-2.0
#include "sandbox/git_binary.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "common/check.h"

namespace longhaul::sandbox {
namespace {

constexpr size_t kLineBytes = 52;
constexpr std::string_view kBase85 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

// Big-endian; what lies behind the end is zero.
uint32_t Word(std::string_view bytes, size_t at) {
  uint32_t word = 0;
  for (size_t i = at; i < at + 4; ++i)
    word = word << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0u);
  return word;
}

// FIPS 180-4, section 6.1.2.
void AddBlock(std::string_view block, std::array<uint32_t, 5>& hash) {
  std::array<uint32_t, 80> w;
  for (size_t t = 0; t < 16; ++t) w[t] = Word(block, 4 * t);
  for (size_t t = 16; t < 80; ++t) w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  auto [a, b, c, d, e] = hash;
  for (size_t t = 0; t < 80; ++t) {
    const uint32_t f = t < 20   ? ((b & c) ^ (~b & d)) + 0x5a827999
                       : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                       : t < 60 ? ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc
                                : (b ^ c ^ d) + 0xca62c1d6;
    const uint32_t next = std::rotl(a, 5) + f + e + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const std::array<uint32_t, 5> sum = {a, b, c, d, e};
  for (size_t i = 0; i < 5; ++i) hash[i] += sum[i];
}

std::string Deflated(std::string_view content) {
  uLongf size = compressBound(content.size());
  std::string deflated(size, '\0');
  CHECK(compress2(reinterpret_cast<Bytef*>(deflated.data()), &size,
                  reinterpret_cast<const Bytef*>(content.data()), content.size(),
                  Z_BEST_SPEED) == Z_OK);
  deflated.resize(size);
  return deflated;
}

}  // namespace

std::string GitBlobName(std::string_view content) {
  std::string bytes = fmt::format("blob {}", content.size());
  bytes += '\0';
  bytes += content;
  const uint64_t bits = 8 * bytes.size();
  bytes += '\x80';
  while (bytes.size() % 64 != 56) bytes += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift);
  std::array<uint32_t, 5> hash = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (size_t at = 0; at < bytes.size(); at += 64)
    AddBlock(std::string_view(bytes).substr(at, 64), hash);
  std::string name;
  for (uint32_t word : hash) name += fmt::format("{:08x}", word);
  return name;
}

std::string GitLiteral(std::string_view content) {
  const std::string deflated = Deflated(content);
  std::string literal = fmt::format("literal {}\n", content.size());
  for (size_t at = 0; at < deflated.size(); at += kLineBytes) {
    const size_t length = std::min(kLineBytes, deflated.size() - at);
    const std::string_view line = std::string_view(deflated).substr(at, length);
    literal += static_cast<char>(length <= 26 ? 'A' + length - 1 : 'a' + length - 27);
    for (size_t i = 0; i < length; i += 4) {
      uint32_t word = Word(line, i);
      std::array<char, 5> digits;
      for (size_t digit = 5; digit-- > 0; word /= 85) digits[digit] = kBase85[word % 85];
      literal.append(digits.data(), digits.size());
    }
    literal += '\n';
  }
  return literal + '\n';
}

}  // namespace longhaul::sandbox
