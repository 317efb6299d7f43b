// SPDX-License-Identifier: Apache-2.0
//
// The table of filters, filled by two files.
#pragma once

#include <map>
#include <string_view>

#include "common/tokenizer/jinja_builtins.h"

namespace longhaul::jinja {

using Filter = StatusOr<Value> (*)(const Value& input, const Arguments& arguments,
                                   const BuiltinContext& context);

void AddSequenceFilters(std::map<std::string_view, Filter>* filters);

}  // namespace longhaul::jinja
