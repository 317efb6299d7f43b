// SPDX-License-Identifier: Apache-2.0
//
// Where tasks come from: section `data`, and the data lists of `sft` and `eval`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config_visitor.h"

namespace longhaul::trainer {

// A JSONL file of tasks. A source may name a set of section `generate` instead; whoever starts the
// run writes that file and sets `path` before the trainer sees it.
struct DataSource {
  std::string path = {};
  double weight = 1;
  std::string generated = {};

  template <typename V>
  void VisitFields(V& v) {
    v.Field("path", path, {.doc = "JSONL file"});
    v.Field("weight", weight, {.above = 0, .doc = "share of the tasks drawn"});
    v.Field("generated", generated,
            {.doc = "name of a set of section `generate`, instead of a path"});
  }
};

struct DataConfig {
  std::vector<DataSource> train = {};
  int64_t max_prompt_length = 1024;
  bool shuffle = true;

  template <typename V>
  void VisitFields(V& v) {
    v.Field("train", train, {.doc = "files the tasks of RL are drawn from"});
    v.Field("max_prompt_length", max_prompt_length,
            {.min = 1, .max = 1 << 30, .doc = "tokens; a longer prompt is an error at start"});
    v.Field("shuffle", shuffle, {.doc = "another order each epoch; false: file order"});
  }
};

}  // namespace longhaul::trainer
