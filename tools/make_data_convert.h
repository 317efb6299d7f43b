// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/command.h"

namespace longhaul::tools {

// `convert` below `make-data`: a published data set as a task file. Formats: tools/convert.
CLI::App* AddMakeDataConvert(CLI::App& make_data, Action& chosen);

}  // namespace longhaul::tools
