// SPDX-License-Identifier: Apache-2.0
//
// Where tasks come from: section `data`, and the data lists of `sft` and `eval`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

// A JSONL file of tasks. A source may name a generator instead; whoever starts the run writes the
// file and sets `path` before the trainer sees it.
struct DataSource {
  std::string path;
  double weight = 1;
  std::map<std::string, std::string> generator;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("path", path, {.doc = "JSONL file"});
    v.Field("weight", weight, {.above = 0, .doc = "share of the tasks drawn"});
    v.Field("generator", generator, {.doc = "options of a task generator, instead of a path"});
  }
};

struct DataConfig {
  std::vector<DataSource> train;
  int64_t max_prompt_length = 1024;
  bool shuffle = true;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("train", train);
    v.Field("max_prompt_length", max_prompt_length, {.min = 1, .doc = "tokens"});
    v.Field("shuffle", shuffle);
  }
};

}  // namespace longhaul::trainer
