// SPDX-License-Identifier: Apache-2.0
//
// Bounds of numbers on the command line, in the words that a configuration has for them. What is no
// number is left to the option to refuse.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace longhaul::tools {

CLI::Validator AtLeast(int64_t min);
CLI::Validator AboveZeroUpToOne();

}  // namespace longhaul::tools
