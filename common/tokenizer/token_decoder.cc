// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/token_decoder.h"

#include <memory>

#include "common/tokenizer/split_pattern.h"
#include "common/tokenizer/utf8.h"

namespace longhaul::tokenizer {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// "<0xE2>" is the byte E2.
std::string DecodeByteFallback(std::string_view piece) {
  if (piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with('>')) {
    const int high = HexDigit(piece[3]);
    const int low = HexDigit(piece[4]);
    if (high >= 0 && low >= 0) return std::string(1, static_cast<char>(high * 16 + low));
  }
  return std::string(piece);
}

std::string_view StripStart(std::string_view text, std::string_view content, size_t count) {
  for (size_t i = 0; i < count && !content.empty() && text.starts_with(content); ++i) {
    text.remove_prefix(content.size());
  }
  return text;
}

std::string_view StripStop(std::string_view text, std::string_view content, size_t count) {
  for (size_t i = 0; i < count && !content.empty() && text.ends_with(content); ++i) {
    text.remove_suffix(content.size());
  }
  return text;
}

}  // namespace

StatusOr<TokenDecoder> TokenDecoder::Parse(const Json& json) {
  TokenDecoder decoder;
  if (json.is_null()) decoder.separator_ = " ";
  RETURN_IF_ERROR(decoder.Append(json));
  return decoder;
}

Status TokenDecoder::Append(const Json& json) {
  if (json.is_null()) return OkStatus();
  ASSIGN_OR_RETURN(const std::string type, json.GetString("type"));
  if (type == "Sequence") {
    ASSIGN_OR_RETURN(const Json* members, json.Get("decoders"));
    for (const Json& member : members->items()) RETURN_IF_ERROR(Append(member));
    return OkStatus();
  }
  if (type == "Fuse") {
    fused_ = true;
    return OkStatus();
  }
  if (type == "Strip") return AppendStrip(json);
  if (fused_) {
    return Unimplemented("{}: decoder '{}' after Fuse is not supported", json.where(), type);
  }
  if (type == "Replace") return AppendReplace(json);
  if (type == "ByteLevel") {
    steps_.push_back(ByteLevelDecode);
  } else if (type == "ByteFallback") {
    steps_.push_back(DecodeByteFallback);
  } else {
    return Unimplemented(
        "{}: decoder '{}' is not supported (ByteLevel, ByteFallback, Replace, Fuse, Strip, "
        "Sequence are)",
        json.where(), type);
  }
  return OkStatus();
}

Status TokenDecoder::AppendReplace(const Json& json) {
  ASSIGN_OR_RETURN(const Json* pattern, json.Get("pattern"));
  ASSIGN_OR_RETURN(Regex regex, ParsePattern(*pattern));
  ASSIGN_OR_RETURN(std::string content, json.GetString("content"));
  auto shared = std::make_shared<const Regex>(std::move(regex));  // std::function copies its target
  steps_.push_back([shared, content = std::move(content)](std::string_view piece) {
    return IsValidUtf8(piece) ? ReplaceAll(*shared, piece, content) : std::string(piece);
  });
  return OkStatus();
}

Status TokenDecoder::AppendStrip(const Json& json) {
  Strip strip;
  ASSIGN_OR_RETURN(strip.content, json.GetString("content"));
  ASSIGN_OR_RETURN(const int64_t start, json.GetIntOr("start", 0));
  ASSIGN_OR_RETURN(const int64_t stop, json.GetIntOr("stop", 0));
  if (start < 0 || stop < 0) return InvalidArgument("{}: negative count", json.where());
  strip.start = static_cast<size_t>(start);
  strip.stop = static_cast<size_t>(stop);
  if (fused_) {
    if (strip.stop > 0 || strip.start > 1) {
      return Unimplemented("{}: of a fused text only one leading '{}' can be stripped",
                           json.where(), strip.content);
    }
    text_strip_ = std::move(strip);
    return OkStatus();
  }
  steps_.push_back([strip = std::move(strip)](std::string_view piece) {
    piece = StripStart(piece, strip.content, strip.start);
    return std::string(StripStop(piece, strip.content, strip.stop));
  });
  return OkStatus();
}

std::string TokenDecoder::Decode(std::string_view piece) const {
  std::string bytes(piece);
  for (const Step& step : steps_) bytes = step(bytes);
  return bytes;
}

std::string_view TokenDecoder::StripTextStart(std::string_view bytes) const {
  return StripStart(bytes, text_strip_.content, text_strip_.start);
}

}  // namespace longhaul::tokenizer
