// SPDX-License-Identifier: Apache-2.0
//
// A request after its checks, and what came of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/jail.h"
#include "sandbox/language.h"

namespace longhaul::sandbox {

struct Program {
  const Language* language = nullptr;
  std::string source;
  std::vector<GuestFile> files;  // beside the source, when it is compiled and when it runs
  Limits compile_limits;
};

struct ProgramRun {
  std::string_view stdin_bytes;  // outlives the execution
  StdinPace stdin_pace = StdinPace::kAtOnce;
  std::vector<std::string> arguments;
  std::vector<GuestFile> files;
  Limits limits;
  std::vector<std::string> fetch;
};

struct ExecutionJob {
  Program program;
  std::vector<ProgramRun> runs;
  bool stop_after_failure = false;
};

// One run each.
struct ConversationJob {
  ExecutionJob leader, partner;
};

struct ExecutionReport {
  std::optional<GuestResult> compile;  // unset for languages that are not compiled
  bool compile_cached = false;
  std::vector<GuestResult> runs;  // in order; none when the compilation failed
};

struct ConversationReport {
  ExecutionReport leader, partner;
};

}  // namespace longhaul::sandbox
