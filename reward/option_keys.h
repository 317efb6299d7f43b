// SPDX-License-Identifier: Apache-2.0
//
// Whether a scorer or its extractor reads every option a task gives. Some keys both read, such as
// `extract` of mathematics.
#pragma once

#include "common/json.h"
#include "common/status.h"
#include "reward/extractors/extractor.h"
#include "reward/scorer.h"

namespace longhaul::reward {

// InvalidArgument names the first key that nobody reads and what is meant, or all that are read.
Status CheckOptionKeys(const Json& options, const Scorer& scorer, const Extractor& extractor);

}  // namespace longhaul::reward
