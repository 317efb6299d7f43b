// SPDX-License-Identifier: Apache-2.0
#include "sandbox/git_binary.h"

#include <fmt/format.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <array>
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
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash;
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  std::string name;
  for (unsigned char byte : hash) name += fmt::format("{:02x}", byte);
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
