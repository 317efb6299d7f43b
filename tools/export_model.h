// SPDX-License-Identifier: Apache-2.0
//
// Writing a model as a directory for others, and making sure of it: the directory is written aside,
// read back, and its log-probs on a probe are compared with those of the model in memory before it
// gets its name.
#pragma once

#include <string>

#include "common/dtype.h"
#include "common/status.h"
#include "common/tokenizer/tokenizer.h"
#include "kernels/stream.h"
#include "model/model_config.h"
#include "model/parameters.h"

namespace longhaul::tools {

// A directory that holds something is refused, or replaced where all of it is what an earlier
// export wrote, as its manifest.json says. Files of others are never removed.
enum class ExistingExport { kRefuse, kReplace };

struct ExportArgs {
  const model::ModelConfig* config = nullptr;
  const model::Parameters* parameters = nullptr;
  const Tokenizer* tokenizer = nullptr;  // may be null: no tokenizer files
  std::string out_dir;
  DType dtype = DType::kF32;
  ExistingExport existing = ExistingExport::kRefuse;
};

struct ExportReport {
  int64_t probe_tokens = 0;
  double max_logprob_difference = 0;  // of the reloaded model; exactly 0 for fp32
  double allowed_difference = 0;
};

// What ExportModel would say of the place, for runs that export at their end: known at their start.
Status CheckExportPlace(const std::string& out_dir, ExistingExport existing);

// Writes to <out_dir>.tmp-export first, which it locks: two exports to one place do not mix, and
// what a killed one left is written over. Fails, and leaves no directory, when the reloaded model
// differs by more than the dtype explains.
StatusOr<ExportReport> ExportModel(kernels::Stream& stream, const ExportArgs& args);

}  // namespace longhaul::tools
