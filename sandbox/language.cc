// SPDX-License-Identifier: Apache-2.0
#include "sandbox/language.h"

#include "sandbox/printable.h"

namespace longhaul::sandbox {
namespace {

// The flags of the ICPC World Finals (https://docs.icpc.global/worldfinals-programming-environment)
// but for -static, which costs more at link time than it saves at start. -pipe: no temporary files.
std::vector<std::string> Gxx(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"{tool}", "-std=gnu++20",   "-O2",
                                        "-pipe",  "-DONLINE_JUDGE", "-fmax-errors=20"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Language Cpp() {
  return {.name = "cpp",
          .source_file = "main.cc",
          .tools = {"/usr/bin/g++", "/usr/local/bin/g++"},
          .package = "g++",
          .version = {"{tool}", "-dumpfullversion"},
          .compile = Gxx({"-I/headers", "{source}", "-o", "{product}"}),
          .run = {"{product}"},
          .precompiled_header = PrecompiledHeader{
              .header = "bits/stdc++.h",
              .text = "#include_next <bits/stdc++.h>\n",
              .file = "bits/stdc++.h.gch",
              .compile = Gxx({"-x", "c++-header", "{source}", "-o", "{product}"})}};
}

// Not isolated mode (-I): a solution must be able to import files beside it. The environment is
// ours alone, so nothing else of what -I keeps out can come in, but for user packages (-s).
Language Python() {
  return {.name = "python",
          .source_file = "main.py",
          .tools = {"/usr/bin/python3", "/usr/local/bin/python3"},
          .package = "python3",
          .version = {"{tool}", "--version"},
          .run = {"{tool}", "-s", "-B", "{source}"},
          .environment = {{"PYTHONHASHSEED", "0"}, {"PYTHONUTF8", "1"}}};
}

}  // namespace

const std::vector<Language>& Languages() {
  static const std::vector<Language> languages = {Cpp(), Python()};
  return languages;
}

StatusOr<const Language*> FindLanguage(std::string_view name) {
  std::string names;
  for (const Language& language : Languages()) {
    if (language.name == name) return &language;
    names += (names.empty() ? "" : ", ") + language.name;
  }
  if (name.empty()) return InvalidArgument("the request names no language; there are {}", names);
  return InvalidArgument("unknown language '{}'; there are {}", Printable(name), names);
}

std::vector<std::string> Substitute(const std::vector<std::string>& pattern,
                                    const LanguageArguments& arguments) {
  std::vector<std::string> result = pattern;
  for (std::string& argument : result) {
    if (argument == "{tool}") argument = arguments.tool;
    if (argument == "{source}") argument = arguments.source;
    if (argument == "{product}") argument = arguments.product;
  }
  return result;
}

}  // namespace longhaul::sandbox
