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

// Materialises every set of section `generate` into <run directory>/data and sets the `path` of the
// sources that name it. Writing is idempotent: a resumed run finds the same bytes, and one that
// would change the tasks its checkpoints were made with is refused. Call with the run directory
// locked.
Status PrepareRunFiles(LoadedRun& run);

// Writes config.yaml and says what changed since the run began. Call once nothing can refuse the
// run any more, so that a refused one leaves the file of the run before.
Status WriteRunConfig(const LoadedRun& run);

// Of model.path, or made of model.init.tokenizer_alphabet.
StatusOr<std::unique_ptr<Tokenizer>> LoadRunTokenizer(const LoadedRun& run);

}  // namespace longhaul::tools
