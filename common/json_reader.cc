// SPDX-License-Identifier: Apache-2.0
//
// Json::Parse on top of simdjson.
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "common/file.h"
#include "common/json.h"
#include "common/utf8.h"

namespace longhaul {
namespace {

// Editors put it in front of UTF-8; RFC 8259 section 8.1 lets a reader pass over it.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Files that data sets come as, by their first bytes.
struct Container {
  std::string_view magic;
  std::string_view meaning;
};
constexpr Container kContainers[] = {
    {"\x1f\x8b", "compressed with gzip: unpack the file (gunzip -k)"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd: unpack the file (zstd -d)"},
    {"PK\x03\x04", "a zip archive: unpack the file"},
    {"PAR1", "a Parquet file: write its rows as lines of JSON"}};

}  // namespace

// Walks simdjson's on-demand document once and builds our values.
class JsonReader {
 public:
  explicit JsonReader(std::string_view source) : source_(source) {}

  StatusOr<Json> Read(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return InvalidArgument("{}: no JSON here", source_);
    }
    RETURN_IF_ERROR(CheckUtf8(text));
    padded_ = simdjson::padded_string(text.data(), text.size());
    if (auto error = parser_.iterate(padded_).get(document_)) {  // no document, so no place in it
      return InvalidArgument("{}: {}", source_, simdjson::error_message(error));
    }
    Json root;
    RETURN_IF_ERROR(ReadDocument(root));
    const char* rest = nullptr;  // an error at the end of the text, a place before it
    if (!document_.current_location().get(rest)) {
      return InvalidArgument("{}{}: text after the JSON value", source_, Position());
    }
    return root;
  }

 private:
  Status CheckUtf8(std::string_view text) const {
    if (simdjson::validate_utf8(text.data(), text.size())) return OkStatus();
    for (const Container& container : kContainers) {
      if (text.starts_with(container.magic))
        return InvalidArgument("{}: {}", source_, container.meaning);
    }
    size_t offset = 0;
    while (const size_t length = Utf8CharacterLength(text.substr(offset))) offset += length;
    return InvalidArgument("{}{}: not valid UTF-8", source_, PositionOf(text, offset));
  }

  // Whether `source_` is "file:12" and so says the line of a text that is one line of a file.
  bool SourceNamesLine() const {
    const size_t colon = source_.find_last_not_of("0123456789");
    return colon != source_.npos && source_[colon] == ':' && colon + 1 < source_.size();
  }

  std::string PositionOf(std::string_view text, size_t offset) const {
    const std::string_view before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    if (lines == 0 && SourceNamesLine()) return fmt::format(":{}", offset + 1);
    return fmt::format(":{}:{}", lines + 1, offset - start + 1);
  }

  std::string Position() {
    const char* at = nullptr;
    if (document_.current_location().get(at) || at < padded_.data()) return "";
    const size_t offset = std::min(static_cast<size_t>(at - padded_.data()), padded_.size());
    return PositionOf({padded_.data(), padded_.size()}, offset);
  }

  Status Failure(simdjson::error_code error) {
    if (error == simdjson::NUMBER_ERROR || error == simdjson::INCORRECT_TYPE) {
      return InvalidArgument("{}{}: not a number of 64 bits or no JSON value", source_, Position());
    }
    return InvalidArgument("{}{}: {}", source_, Position(), simdjson::error_message(error));
  }

  Status ReadDocument(Json& out) {
    simdjson::ondemand::json_type type;
    if (auto error = document_.type().get(type)) return Failure(error);
    out.path_ = std::make_shared<const std::string>(fmt::format("{}:", source_));
    using Type = simdjson::ondemand::json_type;
    if (type == Type::object || type == Type::array) {
      simdjson::ondemand::value value;
      if (auto error = document_.get_value().get(value)) return Failure(error);
      return ReadContainer(value, type, out, 1);
    }
    return ReadScalar(document_, type, out);
  }

  Status ReadValue(simdjson::ondemand::value value, Json& out, int depth) {
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return Failure(error);
    using Type = simdjson::ondemand::json_type;
    if (type == Type::object || type == Type::array)
      return ReadContainer(value, type, out, depth + 1);
    return ReadScalar(value, type, out);
  }

  Status ReadContainer(simdjson::ondemand::value value, simdjson::ondemand::json_type type,
                       Json& out, int depth) {
    if (depth > Json::kMaxDepth) {
      return InvalidArgument("{}{}: nested deeper than {}", source_, Position(), Json::kMaxDepth);
    }
    return type == simdjson::ondemand::json_type::object ? ReadObject(value, out, depth)
                                                         : ReadArray(value, out, depth);
  }

  Status ReadArray(simdjson::ondemand::value value, Json& out, int depth) {
    simdjson::ondemand::array array;
    if (auto error = value.get_array().get(array)) return Failure(error);
    const auto path = out.index_ < 0 ? out.path_ : std::make_shared<const std::string>(out.where());
    out.value_ = std::vector<Json>();
    auto& items = std::get<std::vector<Json>>(out.value_);
    for (auto element : array) {
      simdjson::ondemand::value item;
      if (auto error = element.get(item)) return Failure(error);
      Json& json = items.emplace_back();
      json.path_ = path;
      json.index_ = static_cast<int64_t>(items.size()) - 1;
      RETURN_IF_ERROR(ReadValue(item, json, depth));
    }
    return OkStatus();
  }

  Status ReadObject(simdjson::ondemand::value value, Json& out, int depth) {
    simdjson::ondemand::object object;
    if (auto error = value.get_object().get(object)) return Failure(error);
    out.value_ = Json::ObjectValue();
    auto& result = std::get<Json::ObjectValue>(out.value_);
    for (auto field : object) {
      std::string_view key;
      if (auto error = field.unescaped_key().get(key)) return Failure(error);
      result.members.push_back({std::string(key), Json()});
      Json& json = result.members.back().value;
      json.path_ = std::make_shared<const std::string>(out.WhereOf(key));
      simdjson::ondemand::value item;
      if (auto error = field.value().get(item)) return Failure(error);
      RETURN_IF_ERROR(ReadValue(item, json, depth));
    }
    result.SortKeys();
    for (size_t i = 1; i < result.by_key.size(); ++i) {
      const std::string& key = result.members[result.by_key[i]].key;
      if (key == result.members[result.by_key[i - 1]].key) {
        return InvalidArgument("{}: key given twice", out.WhereOf(key));
      }
    }
    return OkStatus();
  }

  template <typename Value>
  Status ReadScalar(Value& value, simdjson::ondemand::json_type type, Json& out) {
    using Type = simdjson::ondemand::json_type;
    if (type == Type::string) {
      std::string_view text;
      if (auto error = value.get_string().get(text)) return Failure(error);
      out.value_ = std::string(text);
    } else if (type == Type::boolean) {
      bool truth;
      if (auto error = value.get_bool().get(truth)) return Failure(error);
      out.value_ = truth;
    } else if (type == Type::number) {
      return ReadNumber(value, out);
    } else {
      bool null = false;
      if (auto error = value.is_null().get(null)) return Failure(error);
      if (!null) return Failure(simdjson::N_ATOM_ERROR);
    }
    return OkStatus();
  }

  template <typename Value>
  Status ReadNumber(Value& value, Json& out) {
    simdjson::ondemand::number_type type;
    if (auto error = value.get_number_type().get(type)) return Failure(error);
    if (type == simdjson::ondemand::number_type::floating_point_number) {
      return ReadDouble(value, out);
    }
    if (type == simdjson::ondemand::number_type::unsigned_integer) {
      uint64_t number = 0;
      if (auto error = value.get_uint64().get(number)) return Failure(error);
      return InvalidArgument("{}: integer {} is over 2^63 - 1", out.where(), number);
    }
    int64_t number = 0;
    if (auto error = value.get_int64().get(number)) return Failure(error);
    out.value_ = number;
    return OkStatus();
  }

  // simdjson 3.0 says whether it is a number, but misreads those of many digits
  // (0.1234567890123456789012345 as 1.1e-07).
  template <typename Value>
  Status ReadDouble(Value& value, Json& out) {
    simdjson::simdjson_result<std::string_view> raw = value.raw_json_token();
    std::string_view token;
    if (auto error = std::move(raw).get(token)) return Failure(error);
    double number = 0;
    if (auto error = value.get_double().get(number)) return Failure(error);
    double exact = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), exact);
    out.value_ = read.ec == std::errc() ? exact : number;  // out of range: 0, else refused above
    return OkStatus();
  }

  std::string source_;
  simdjson::padded_string padded_;
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
};

StatusOr<Json> Json::Parse(std::string_view text, std::string_view source) {
  return JsonReader(source).Read(text);
}

StatusOr<Json> Json::ParseFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Parse(text, path);
}

}  // namespace longhaul
