// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/normalizer.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <memory>

#include "common/check.h"
#include "common/tokenizer/split_pattern.h"
#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// ASCII is in every normal form; ICU's instances are immutable and shared.
std::string Normalize(const icu::Normalizer2& form, std::string text) {
  if (IsAscii(text)) return text;
  UErrorCode error = U_ZERO_ERROR;
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  if (form.isNormalizedUTF8(piece, error) && U_SUCCESS(error)) return text;
  error = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<int32_t>(text.size()));
  form.normalizeUTF8(0, piece, sink, nullptr, error);
  CHECK(U_SUCCESS(error)) << "ICU normalization: " << u_errorName(error);
  return out;
}

// What a model was trained with decides, and that is the crate unicode-normalization-alignments
// 0.1.12 of Hugging Face's tokenizers: its tables are Unicode 9.0. Characters that came later are
// left where they stand.
const icu::UnicodeSet* NormalizedCharacters() {
  static const icu::UnicodeSet* const set = [] {
    UErrorCode error = U_ZERO_ERROR;
    auto* characters = new icu::UnicodeSet(u"[:Age=9.0:]", error);
    CHECK(U_SUCCESS(error)) << "ICU property Age: " << u_errorName(error);
    characters->freeze();
    return characters;
  }();
  return set;
}

StatusOr<std::shared_ptr<const icu::Normalizer2>> NormalForm(std::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = name == "NFC"    ? icu::Normalizer2::getNFCInstance(error)
                                 : name == "NFD"  ? icu::Normalizer2::getNFDInstance(error)
                                 : name == "NFKC" ? icu::Normalizer2::getNFKCInstance(error)
                                                  : icu::Normalizer2::getNFKDInstance(error);
  if (U_FAILURE(error)) return Internal("ICU has no data for {}: {}", name, u_errorName(error));
  return std::make_shared<icu::FilteredNormalizer2>(*form, *NormalizedCharacters());
}

// Character by character, as Rust's char::to_lowercase: U+0130 is the one that becomes two.
std::string Lowercase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(character.value))), &out);
    if (character.value == 0x130) AppendUtf8(0x307, &out);
    text.remove_prefix(character.length);
  }
  return out;
}

struct StripSides {
  bool left;
  bool right;
};

std::string Strip(const std::string& text, const StripSides& sides) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t position = 0; position < text.size();) {
    const Utf8Character character = FirstCharacter(std::string_view(text).substr(position));
    if (!u_isUWhiteSpace(static_cast<UChar32>(character.value))) {
      if (begin == text.size()) begin = position;
      end = position + character.length;
    }
    position += character.length;
  }
  if (!sides.left) begin = 0;
  if (!sides.right) end = text.size();
  return begin < end ? text.substr(begin, end - begin) : std::string();
}

}  // namespace

StatusOr<Normalizer> Normalizer::Parse(const Json& json) {
  Normalizer normalizer;
  RETURN_IF_ERROR(AppendSteps(json, &normalizer.steps_));
  return normalizer;
}

Status Normalizer::AppendSteps(const Json& json, std::vector<Step>* steps) {
  if (json.is_null()) return OkStatus();
  ASSIGN_OR_RETURN(const std::string type, json.GetString("type"));
  if (type == "Sequence") {
    ASSIGN_OR_RETURN(const Json* members, json.Get("normalizers"));
    for (const Json& member : members->items()) RETURN_IF_ERROR(AppendSteps(member, steps));
    return OkStatus();
  }
  ASSIGN_OR_RETURN(Step step, ParseStep(type, json));
  steps->push_back(std::move(step));
  return OkStatus();
}

StatusOr<Normalizer::Step> Normalizer::ParseStep(std::string_view type, const Json& json) {
  if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD") {
    ASSIGN_OR_RETURN(const std::shared_ptr<const icu::Normalizer2> form, NormalForm(type));
    return Step([form](std::string text) { return Normalize(*form, std::move(text)); });
  }
  if (type == "Lowercase") return Step([](std::string text) { return Lowercase(text); });
  if (type == "Prepend") {
    ASSIGN_OR_RETURN(std::string prefix, json.GetString("prepend"));
    return Step([prefix = std::move(prefix)](std::string text) {
      return text.empty() ? text : prefix + text;
    });
  }
  if (type == "Strip") {
    StripSides sides;
    ASSIGN_OR_RETURN(sides.left, json.GetBoolOr("strip_left", true));
    ASSIGN_OR_RETURN(sides.right, json.GetBoolOr("strip_right", true));
    return Step([sides](std::string text) { return Strip(text, sides); });
  }
  if (type == "Replace") {
    ASSIGN_OR_RETURN(const Json* pattern, json.Get("pattern"));
    ASSIGN_OR_RETURN(Regex regex, ParsePattern(*pattern));
    ASSIGN_OR_RETURN(std::string content, json.GetString("content"));
    auto shared =
        std::make_shared<const Regex>(std::move(regex));  // std::function copies its target
    return Step([shared, content = std::move(content)](std::string text) {
      return ReplaceAll(*shared, text, content);
    });
  }
  return Unimplemented(
      "{}: normalizer '{}' is not supported (NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, "
      "Strip, "
      "Sequence are)",
      json.where(), type);
}

std::string Normalizer::Apply(std::string text) const {
  for (const Step& step : steps_) text = step(std::move(text));
  return text;
}

}  // namespace longhaul::tokenizer
