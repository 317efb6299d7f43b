// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/utf8.h"

#include "common/utf8.h"

namespace longhaul::tokenizer {
namespace {

// Valid second bytes after each lead byte: Unicode 15, table 3-7.
struct LeadByte {
  size_t length = 0;  // 0: cannot lead
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

LeadByte Classify(unsigned char byte) {
  if (byte < 0x80) return {.length = 1};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {.length = 2};
  if (byte == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (byte == 0xED) return {.length = 3, .second_max = 0x9F};
  if (byte < 0xF0) return {.length = 3};
  if (byte == 0xF0) return {.length = 4, .second_min = 0x90};
  if (byte == 0xF4) return {.length = 4, .second_max = 0x8F};
  if (byte < 0xF4) return {.length = 4};
  return {};
}

constexpr size_t kByteAlphabetEnd = 0x100 + 68;

// Byte of each character of the alphabet, -1 elsewhere.
const std::array<int, kByteAlphabetEnd>& BytesOfAlphabet() {
  static const std::array<int, kByteAlphabetEnd> table = [] {
    std::array<int, kByteAlphabetEnd> result;
    result.fill(-1);
    for (int byte = 0; byte < 256; ++byte) result[ByteAlphabet()[byte]] = byte;
    return result;
  }();
  return table;
}

}  // namespace

Utf8Character FirstCharacter(std::string_view text) {
  using Kind = Utf8Character::Kind;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const LeadByte lead = Classify(byte(0));
  if (lead.length == 1) return {Kind::kValid, 1, byte(0)};
  if (lead.length == 0) return {Kind::kInvalid, 1, 0};
  char32_t value = byte(0) & (0x7F >> lead.length);
  for (size_t i = 1; i < lead.length; ++i) {
    if (i == text.size()) return {Kind::kUnfinished, i, 0};
    const unsigned char min = i == 1 ? lead.second_min : 0x80;
    const unsigned char max = i == 1 ? lead.second_max : 0xBF;
    if (byte(i) < min || byte(i) > max) return {Kind::kInvalid, i, 0};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  return {Kind::kValid, lead.length, value};
}

void AppendUtf8(char32_t value, std::string* out) {
  const auto put = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | (value >> 6));
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | (value >> 12));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | (value >> 18));
    put(0x80 | ((value >> 12) & 0x3F));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

size_t ValidPrefix(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    if (static_cast<unsigned char>(text[position]) < 0x80) {
      ++position;
      continue;
    }
    const Utf8Character character = FirstCharacter(text.substr(position));
    if (character.kind != Utf8Character::Kind::kValid) break;
    position += character.length;
  }
  return position;
}

size_t InvalidPrefix(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    const Utf8Character character = FirstCharacter(text.substr(position));
    if (character.kind == Utf8Character::Kind::kValid) break;
    position += character.length;
  }
  return position;
}

bool IsValidUtf8(std::string_view text) { return ValidPrefix(text) == text.size(); }

size_t AppendLossy(std::string_view bytes, std::string* out) {
  size_t position = 0;
  while (position < bytes.size()) {
    const size_t valid = ValidPrefix(bytes.substr(position));
    out->append(bytes.substr(position, valid));
    position += valid;
    if (position == bytes.size()) break;
    const Utf8Character bad = FirstCharacter(bytes.substr(position));
    if (bad.kind == Utf8Character::Kind::kUnfinished) break;
    out->append(kReplacementCharacter);
    position += bad.length;
  }
  return position;
}

std::string ToValidUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  if (AppendLossy(bytes, &out) < bytes.size()) out.append(kReplacementCharacter);
  return out;
}

const std::array<char32_t, 256>& ByteAlphabet() {
  static const std::array<char32_t, 256> table = [] {
    std::array<char32_t, 256> result;
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
      result[byte] = printable ? byte : next++;
    }
    return result;
  }();
  return table;
}

std::string ByteLevelEncode(std::string_view bytes) {
  const std::array<char32_t, 256>& alphabet = ByteAlphabet();
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  for (const char byte : bytes) AppendUtf8(alphabet[static_cast<unsigned char>(byte)], &out);
  return out;
}

std::string ByteLevelDecode(std::string_view piece) {
  std::string out;
  for (size_t position = 0; position < piece.size();) {
    const Utf8Character character = FirstCharacter(piece.substr(position));
    const bool known = character.kind == Utf8Character::Kind::kValid &&
                       character.value < kByteAlphabetEnd &&
                       BytesOfAlphabet()[character.value] >= 0;
    if (!known) return std::string(piece);
    out.push_back(static_cast<char>(BytesOfAlphabet()[character.value]));
    position += character.length;
  }
  return out;
}

}  // namespace longhaul::tokenizer
