// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, strictly (no surrogates, no overlong forms, nothing past U+10FFFF), and GPT-2's printable
// alphabet of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace longhaul::tokenizer {

// The first character of a text that is not empty.
struct Utf8Character {
  enum class Kind {
    kValid,
    kInvalid,     // `length` bytes can start no character, or start one that breaks off
    kUnfinished,  // all `length` bytes left are the start of a character
  };
  Kind kind;
  size_t length;   // 1 to 4 bytes; of an invalid one, what one U+FFFD replaces
  char32_t value;  // of a valid one
};
Utf8Character FirstCharacter(std::string_view text);

void AppendUtf8(char32_t value, std::string* out);
bool IsValidUtf8(std::string_view text);
// Length of the longest valid prefix, and of the prefix in which nothing is valid.
size_t ValidPrefix(std::string_view text);
size_t InvalidPrefix(std::string_view text);

// Appends `bytes` with U+FFFD for each invalid sequence (the substitution of maximal subparts that
// Rust and Python use) and returns how many bytes were consumed: all, but for an unfinished
// character at the end, which more bytes may complete.
size_t AppendLossy(std::string_view bytes, std::string* out);
std::string ToValidUtf8(std::string_view bytes);

// GPT-2's bytes_to_unicode: printable Latin-1 bytes stand for themselves, the other 68 for U+0100
// and up.
std::string ByteLevelEncode(std::string_view bytes);
// The bytes a byte-level piece stands for; a piece with a character outside the alphabet stands for
// its own UTF-8, as in Hugging Face tokenizers.
std::string ByteLevelDecode(std::string_view piece);
// The character of each byte.
const std::array<char32_t, 256>& ByteAlphabet();

}  // namespace longhaul::tokenizer
