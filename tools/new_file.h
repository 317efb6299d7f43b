// SPDX-License-Identifier: Apache-2.0
//
// Files that commands make and never replace.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace longhaul::tools {

// Whether a file can be made there, asked before the work whose result it is to hold:
// AlreadyExists, or there is no such directory.
Status CheckNewFile(const std::string& path);

// Whole or not at all. AlreadyExists, with nothing written: the path is taken, by the time it is
// put there too, so that of two processes that make one file only one succeeds.
Status WriteNewFile(const std::string& path, std::string_view bytes);

}  // namespace longhaul::tools
