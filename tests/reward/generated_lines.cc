// SPDX-License-Identifier: Apache-2.0
#include "tests/reward/generated_lines.h"

#include <gtest/gtest.h>

#include "reward/generators/generate_tasks.h"

namespace longhaul::reward {

std::vector<Json> Lines(const GeneratorConfig& config) {
  const auto lines = GenerateTasks(config);
  EXPECT_TRUE(lines.ok()) << lines.status();
  std::vector<Json> parsed;
  for (const std::string& line : *lines) parsed.push_back(Json::Parse(line, "line").value());
  return parsed;
}

}  // namespace longhaul::reward
