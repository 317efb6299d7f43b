// SPDX-License-Identifier: Apache-2.0
//
// The YAML of a service: what stands inside a section of a run, in a file of its own.
#pragma once

#include <string>
#include <vector>

#include "common/config.h"
#include "common/status.h"

namespace longhaul::tools {

// The file (or none: "") and settings over it. InvalidArgument where the contents are still wrapped
// in `section`, the name they have in a run.
StatusOr<Config> LoadServiceConfig(const std::string& section, const std::string& file,
                                   const std::vector<std::string>& settings);

// Where a path given under `key` leads: those of a file start from the directory of the file that
// gives them (`file` or its base), those of the command line from the working directory.
std::string ResolvePath(const Config& source, const std::string& file, const std::string& key,
                        const std::string& path);

}  // namespace longhaul::tools
