// SPDX-License-Identifier: Apache-2.0
//
// A fault of the program that wrote a table (kinds/buggy_tables.cc): done to the texts of the
// table, told, and undone.
#pragma once

#include <string>
#include <vector>

#include "common/json.h"
#include "common/random.h"
#include "common/status.h"
#include "reward/logic/number_table.h"

namespace longhaul::reward {

using TableTexts = std::vector<std::vector<std::string>>;  // [row][column]

struct TableBug {
  std::string kind;
  std::string column;
  std::string other;
  int count = 0;
  std::vector<std::string> values;
};

// Draws a fault, the harder kinds from higher difficulties, and does it to the texts.
TableBug DrawTableBug(int difficulty, const NumberTable& table, TableTexts& texts,
                      RandomSequence& random);
// What the fault did, in words.
std::string TableBugText(const TableBug& bug);
// The texts as they were. InvalidArgument: no such fault can have made them. Of `table` only the
// names of the columns are read.
Status RepairTable(const TableBug& bug, const NumberTable& table, TableTexts& texts);

Json TableBugJson(const TableBug& bug);
StatusOr<TableBug> ReadTableBug(const Json& json);

}  // namespace longhaul::reward
