// SPDX-License-Identifier: Apache-2.0
//
// Which characters a tokenizer has nothing for, as an error names them.
#pragma once

#include <string>
#include <string_view>

#include "common/tokenizer/tokenizer.h"

namespace longhaul {

// Of a text that loses something (Tokenizer::LosesText): `: "é", "\n"`, the first few, each once;
// empty where no character alone is lost.
std::string DescribeLostCharacters(const Tokenizer& tokenizer, std::string_view text);

}  // namespace longhaul
