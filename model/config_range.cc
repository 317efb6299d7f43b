// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/config_reader.h"

namespace longhaul::model {
namespace {

template <typename T>
Status CheckRange(const Json& root, std::string_view key, T value, Range<T> range) {
  // A NaN is in no range.
  if (value >= range.min && value <= range.max) return OkStatus();
  return InvalidArgument("{}: must be between {} and {}, found {}", root.WhereOf(key), range.min,
                         range.max, value);
}

template <typename T>
StatusOr<T> InRange(const Json& root, std::string_view key, const StatusOr<T>& value,
                    Range<T> range) {
  RETURN_IF_ERROR(value.status());
  RETURN_IF_ERROR(CheckRange(root, key, *value, range));
  return value;
}

}  // namespace

bool Present(const Json* value) { return value != nullptr && !value->is_null(); }

StatusOr<int64_t> ReadInt(const Json& root, std::string_view key, Range<int64_t> range,
                          std::optional<int64_t> missing) {
  return InRange(root, key, missing.has_value() ? root.GetIntOr(key, *missing) : root.GetInt(key),
                 range);
}

StatusOr<double> ReadDouble(const Json& root, std::string_view key, Range<double> range,
                            std::optional<double> missing) {
  return InRange(root, key,
                 missing.has_value() ? root.GetDoubleOr(key, *missing) : root.GetDouble(key),
                 range);
}

StatusOr<std::vector<int64_t>> ReadInts(const Json& root, std::string_view key,
                                        Range<int64_t> range) {
  std::vector<int64_t> values;
  const Json* found = root.Find(key);
  if (!Present(found)) return values;
  if (!found->is_array()) {
    ASSIGN_OR_RETURN(const int64_t value, ReadInt(root, key, range));
    values.push_back(value);
    return values;
  }
  ASSIGN_OR_RETURN(values, root.GetInts(key));
  for (int64_t value : values) RETURN_IF_ERROR(CheckRange(root, key, value, range));
  return values;
}

}  // namespace longhaul::model
