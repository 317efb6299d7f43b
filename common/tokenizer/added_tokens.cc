// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/added_tokens.h"

#include <unicode/uchar.h>

#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

using Kind = Utf8Character::Kind;

// The character that ends at `end`; kInvalid when there is none.
Utf8Character CharacterBefore(std::string_view text, size_t end) {
  for (size_t length = 1; length <= 4 && length <= end; ++length) {
    const Utf8Character character = FirstCharacter(text.substr(end - length, length));
    if (character.kind == Kind::kValid && character.length == length) return character;
  }
  return {Kind::kInvalid, 0, 0};
}

Utf8Character CharacterAt(std::string_view text, size_t begin) {
  if (begin >= text.size()) return {Kind::kInvalid, 0, 0};
  return FirstCharacter(text.substr(begin));
}

bool IsSpace(const Utf8Character& character) {
  return character.kind == Kind::kValid && u_isUWhiteSpace(static_cast<UChar32>(character.value));
}

bool IsWordCharacter(const Utf8Character& character) {
  if (character.kind != Kind::kValid) return false;
  const auto value = static_cast<UChar32>(character.value);
  return u_hasBinaryProperty(value, UCHAR_ALPHABETIC) ||
         u_hasBinaryProperty(value, UCHAR_JOIN_CONTROL) ||
         (U_GET_GC_MASK(value) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

uint64_t EdgeKey(int node, char byte) {
  return static_cast<uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
}

}  // namespace

StatusOr<AddedToken> AddedToken::Parse(const Json& json) {
  AddedToken token;
  ASSIGN_OR_RETURN(token.content, json.GetString("content"));
  if (token.content.empty()) return InvalidArgument("{}: empty content", json.where());
  ASSIGN_OR_RETURN(const int64_t id, json.GetIntOr("id", -1));
  token.id = static_cast<int32_t>(id);
  ASSIGN_OR_RETURN(token.special, json.GetBoolOr("special", false));
  ASSIGN_OR_RETURN(token.single_word, json.GetBoolOr("single_word", false));
  ASSIGN_OR_RETURN(token.lstrip, json.GetBoolOr("lstrip", false));
  ASSIGN_OR_RETURN(token.rstrip, json.GetBoolOr("rstrip", false));
  ASSIGN_OR_RETURN(token.normalized, json.GetBoolOr("normalized", !token.special));
  return token;
}

void AddedTokenMatcher::Add(const AddedToken& token, std::string_view content) {
  if (content.empty()) return;
  int node = 0;
  for (const char byte : content) {
    const auto [edge, inserted] = edges_.try_emplace(EdgeKey(node, byte), entry_at_.size());
    if (inserted) entry_at_.push_back(-1);
    node = edge->second;
  }
  first_bytes_[static_cast<unsigned char>(content[0])] = true;
  entry_at_[node] = static_cast<int>(entries_.size());
  entries_.push_back({token, content.size()});
}

int AddedTokenMatcher::Longest(std::string_view text) const {
  int found = -1;
  int node = 0;
  for (const char byte : text) {
    const auto edge = edges_.find(EdgeKey(node, byte));
    if (edge == edges_.end()) break;
    node = edge->second;
    if (entry_at_[node] >= 0) found = entry_at_[node];
  }
  return found;
}

bool AddedTokenMatcher::Wanted(const Entry& entry, std::string_view text, size_t begin,
                               AddedTokenMode mode) const {
  if (mode == AddedTokenMode::kSpecialAsText && entry.token.special) return false;
  if (!entry.token.single_word) return true;
  return !IsWordCharacter(CharacterBefore(text, begin)) &&
         !IsWordCharacter(CharacterAt(text, begin + entry.length));
}

std::vector<AddedTokenMatcher::Part> AddedTokenMatcher::Split(std::string_view text,
                                                              AddedTokenMode mode) const {
  std::vector<Part> parts;
  size_t end = 0;  // of the last part
  const bool search = !entries_.empty() && mode != AddedTokenMode::kAllAsText;
  for (size_t position = 0; search && position < text.size();) {
    const bool possible = first_bytes_[static_cast<unsigned char>(text[position])];
    const int found = possible ? Longest(text.substr(position)) : -1;
    if (found < 0) {
      ++position;
      continue;
    }
    const Entry& entry = entries_[found];
    Span span{position, position + entry.length};
    position = span.end;
    if (!Wanted(entry, text, span.begin, mode)) continue;
    if (entry.token.lstrip) {
      for (auto c = CharacterBefore(text, span.begin); span.begin > end && IsSpace(c);
           c = CharacterBefore(text, span.begin)) {
        span.begin -= c.length;
      }
    }
    if (entry.token.rstrip) {
      for (auto c = CharacterAt(text, span.end); IsSpace(c); c = CharacterAt(text, span.end)) {
        span.end += c.length;
      }
    }
    if (span.begin > end) parts.push_back({{end, span.begin}, -1});
    parts.push_back({span, entry.token.id});
    end = span.end;
    position = std::max(position, end);
  }
  if (end < text.size()) parts.push_back({{end, text.size()}, -1});
  return parts;
}

}  // namespace longhaul::tokenizer
