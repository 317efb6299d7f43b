// SPDX-License-Identifier: Apache-2.0
//
// The options that a scorer and its extractor read. Some keys both read, such as `extract` of
// mathematics.
#pragma once

#include <string>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "reward/extractors/extractor.h"
#include "reward/scorer.h"

namespace longhaul::reward {

// Sorted, each once.
std::vector<std::string> OptionKeys(const Scorer& scorer, const Extractor& extractor);

// InvalidArgument names the first key that nobody reads and what is meant, or all that are read.
// `beside` are keys that stand where the options stand and that the caller reads itself.
Status CheckOptionKeys(const Json& options, const Scorer& scorer, const Extractor& extractor,
                       const std::vector<std::string>& beside = {});

}  // namespace longhaul::reward
