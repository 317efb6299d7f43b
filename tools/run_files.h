// SPDX-License-Identifier: Apache-2.0
//
// What a run needs on disk before it starts: its directory, its resolved configuration, data files
// made by generators, and the tokenizer of a new model.
#pragma once

#include <memory>

#include "common/status.h"
#include "common/tokenizer/tokenizer.h"
#include "tools/run_config.h"

namespace longhaul::tools {

// Writes config.yaml, materialises every `generator` into <run directory>/data and sets its `path`.
// Writing is idempotent: a resumed run finds the same bytes. Call with the run directory locked.
Status PrepareRunFiles(LoadedRun& run);

// Of model.path, or made of model.init.tokenizer_alphabet.
StatusOr<std::unique_ptr<Tokenizer>> LoadRunTokenizer(const LoadedRun& run);

}  // namespace longhaul::tools
