// SPDX-License-Identifier: Apache-2.0
//
// The languages programs may be written in. Adding one is an entry in the table of language.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"

namespace longhaul::sandbox {

// A header that a compiler may read precompiled, and how to make it. Only sources that include it
// pay for it, and only the first of them per compiler. A precompiled header serves the first
// include of a source alone; those behind it read a header of the same name beside it.
struct PrecompiledHeader {
  std::string header;                // as sources include it
  std::string text;                  // what stands beside it, for further includes
  std::string file;                  // what the compiler looks for below an include directory
  std::vector<std::string> compile;  // arguments as in Language
};

// Arguments may hold {tool}, {source} and {product}: the compiler or interpreter, the source file
// and the compiled program.
struct Language {
  std::string name;                // in requests
  std::string source_file;         // what the source is called in the working directory
  std::vector<std::string> tools;  // compiler or interpreter; the first that is there serves
  std::string package;             // of Debian, for who has none of them
  std::vector<std::string> version;
  std::vector<std::string> compile = {};  // empty: run as it is
  std::vector<std::string> run;
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::optional<PrecompiledHeader> precompiled_header = std::nullopt;

  bool compiled() const { return !compile.empty(); }
};

// Where a compiled program and precompiled headers lie inside the jail.
inline constexpr std::string_view kProductPath = "/program";
inline constexpr std::string_view kHeadersPath = "/headers";
// What a compiler writes, in its working directory.
inline constexpr std::string_view kProductFile = "program.out";

const std::vector<Language>& Languages();

// InvalidArgument names those there are.
StatusOr<const Language*> FindLanguage(std::string_view name);

struct LanguageArguments {
  std::string tool;
  std::string source;
  std::string product;
};
std::vector<std::string> Substitute(const std::vector<std::string>& pattern,
                                    const LanguageArguments& arguments);

}  // namespace longhaul::sandbox
