// SPDX-License-Identifier: Apache-2.0
#include "reward/logic/table_bug.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "reward/logic/draw.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr std::string_view kNull = "null";

void ShiftColumn(TableTexts& texts, size_t column, size_t down) {
  std::vector<std::string> shifted(texts.size());
  for (size_t row = 0; row < texts.size(); ++row) {
    shifted[(row + down) % texts.size()] = texts[row][column];
  }
  for (size_t row = 0; row < texts.size(); ++row) texts[row][column] = shifted[row];
}

void SwapColumns(TableTexts& texts, size_t a, size_t b) {
  for (std::vector<std::string>& row : texts) std::swap(row[a], row[b]);
}

void ReverseRows(TableTexts& texts, size_t every) {
  for (size_t row = every - 1; row < texts.size(); row += every) {
    std::reverse(texts[row].begin(), texts[row].end());
  }
}

}  // namespace

Status RepairTable(const TableBug& bug, const NumberTable& table, TableTexts& texts) {
  const size_t column = table.IndexOf(bug.column), count = static_cast<size_t>(bug.count);
  const size_t columns = table.columns.size();
  if (bug.kind == "scaled_column" || bug.kind == "swapped_columns" ||
      bug.kind == "shifted_column") {
    if (column == columns) return InvalidArgument("bug: unknown column '{}'", Excerpt(bug.column));
  }
  if (bug.kind == "scaled_column") {
    for (std::vector<std::string>& row : texts) {
      ASSIGN_OR_RETURN(const int64_t value, ReadHundredths(row[column]));
      if (value % 10 != 0) return InvalidArgument("bug: '{}' was not scaled", row[column]);
      row[column] = Hundredths(value / 10);
    }
  } else if (bug.kind == "swapped_columns") {
    const size_t other = table.IndexOf(bug.other);
    if (other == columns) return InvalidArgument("bug: unknown column '{}'", Excerpt(bug.other));
    SwapColumns(texts, column, other);
  } else if (bug.kind == "shifted_column") {
    if (count >= texts.size()) return InvalidArgument("bug: count {} is too large", count);
    ShiftColumn(texts, column, texts.size() - count);
  } else if (bug.kind == "reversed_rows") {
    if (count == 0) return InvalidArgument("bug: count is missing");
    ReverseRows(texts, count);
  } else if (bug.kind == "nulls") {
    size_t next = 0;
    for (std::vector<std::string>& row : texts) {
      for (std::string& text : row) {
        if (text != kNull) continue;
        if (next == bug.values.size()) return InvalidArgument("bug: more nulls than values");
        text = bug.values[next++];
      }
    }
    if (next != bug.values.size()) return InvalidArgument("bug: more values than nulls");
  } else {
    return InvalidArgument("bug: unknown kind '{}'", Excerpt(bug.kind));
  }
  return OkStatus();
}

TableBug DrawTableBug(int difficulty, const NumberTable& table, TableTexts& texts,
                      RandomSequence& random) {
  const std::vector<std::string> kinds = {"scaled_column", "swapped_columns", "shifted_column",
                                          "reversed_rows", "nulls"};
  TableBug bug;
  bug.kind = kinds[random.Below(std::min<uint64_t>(kinds.size(), 1 + difficulty / 2u))];
  const std::vector<int> order = DrawPermutation(static_cast<int>(table.columns.size()), random);
  const size_t column = static_cast<size_t>(order[0]), other = static_cast<size_t>(order[1]);
  const int rows = static_cast<int>(texts.size());
  if (bug.kind == "scaled_column") {
    for (size_t row = 0; row < texts.size(); ++row) {
      texts[row][column] = Hundredths(10 * table.rows[row][column]);
    }
  } else if (bug.kind == "swapped_columns") {
    bug.other = table.columns[other];
    SwapColumns(texts, column, other);
  } else if (bug.kind == "shifted_column") {
    bug.count = DrawInt(1, rows - 1, random);
    ShiftColumn(texts, column, static_cast<size_t>(bug.count));
  } else if (bug.kind == "reversed_rows") {
    bug.count = DrawInt(2, 4, random);
    ReverseRows(texts, static_cast<size_t>(bug.count));
  } else {
    for (std::vector<std::string>& row : texts) {
      for (std::string& text : row) {
        if (random.Below(8) == 0) bug.values.push_back(std::exchange(text, std::string(kNull)));
      }
    }
  }
  if (bug.kind.ends_with("_column") || bug.kind == "swapped_columns") {
    bug.column = table.columns[column];
  }
  return bug;
}

std::string TableBugText(const TableBug& bug) {
  if (bug.kind == "scaled_column") {
    return fmt::format("every value of column {} was written ten times too large", bug.column);
  }
  if (bug.kind == "swapped_columns") {
    return fmt::format("the values of the columns {} and {} were exchanged", bug.column, bug.other);
  }
  if (bug.kind == "shifted_column") {
    return fmt::format(
        "the values of column {} were moved down by {} rows, and those that fell off "
        "the end came in at the top in the same order",
        bug.column, bug.count);
  }
  if (bug.kind == "reversed_rows") {
    return fmt::format(
        "in row {0}, row {1} and so on, every {0} rows, the numbers were written in "
        "reverse order (the city stayed in its place)",
        bug.count, 2 * bug.count);
  }
  if (bug.values.empty()) return "numbers may be written as null, but none were";
  std::string values;
  for (const std::string& value : bug.values) values += (values.empty() ? "" : ", ") + value;
  return "some numbers were written as null; row by row, from left to right, they were " + values;
}

Json TableBugJson(const TableBug& bug) {
  Json json = Json::Object();
  json.Set("kind", bug.kind);
  if (!bug.column.empty()) json.Set("column", bug.column);
  if (!bug.other.empty()) json.Set("other", bug.other);
  if (bug.count > 0) json.Set("count", bug.count);
  if (bug.kind == "nulls") json.Set("values", bug.values);
  return json;
}

StatusOr<TableBug> ReadTableBug(const Json& json) {
  TableBug bug;
  ASSIGN_OR_RETURN(bug.kind, json.GetString("kind"));
  ASSIGN_OR_RETURN(bug.column, json.GetStringOr("column", ""));
  ASSIGN_OR_RETURN(bug.other, json.GetStringOr("other", ""));
  ASSIGN_OR_RETURN(const int64_t count, json.GetIntOr("count", 0));
  if (count < 0 || count > static_cast<int64_t>(kNumberTableRowsMax)) {
    return InvalidArgument("bug: count {} is out of range", count);
  }
  bug.count = static_cast<int>(count);
  if (const Json* values = json.Find("values"); values != nullptr) {
    for (const Json& value : values->items()) {
      ASSIGN_OR_RETURN(std::string text, value.AsString());
      bug.values.push_back(std::move(text));
    }
  }
  return bug;
}

}  // namespace longhaul::reward
