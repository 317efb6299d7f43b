// SPDX-License-Identifier: Apache-2.0
#include "sandbox/program_guest.h"

namespace longhaul::sandbox {

GuestProgram MakeGuestProgram(const BuiltProgram& built, const ProgramRun& run) {
  const Program& program = *built.program;
  const Language& language = *program.language;
  GuestProgram guest;
  guest.argv = Substitute(language.run, {.tool = built.toolchain->path,
                                         .source = language.source_file,
                                         .product = std::string(kProductPath)});
  guest.argv.insert(guest.argv.end(), run.arguments.begin(), run.arguments.end());
  guest.environment = language.environment;
  guest.files = program.files;
  guest.files.insert(guest.files.end(), run.files.begin(), run.files.end());
  if (language.compiled()) {
    guest.binds = {{.host_path = built.product_path, .guest_path = std::string(kProductPath)}};
  } else {
    guest.files.push_back({.path = language.source_file, .content = program.source});
  }
  guest.stdin_bytes = run.stdin_bytes;
  guest.stdin_pace = run.stdin_pace;
  guest.limits = run.limits;
  guest.fetch = run.fetch;
  return guest;
}

}  // namespace longhaul::sandbox
