// SPDX-License-Identifier: Apache-2.0
#include "reward/code/execution.h"

#include <fmt/format.h>

#include <algorithm>

#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

constexpr int64_t kLeastOutputBytes = 1 << 20;
constexpr int64_t kMostOutputBytes = 64 << 20;
constexpr int kSigprof = 27, kSigalrm = 14;  // how the harness ends one call that takes too long

std::string LastLine(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  const size_t newline = text.rfind('\n');
  return Excerpt(newline == std::string_view::npos ? text : text.substr(newline + 1), 160);
}

std::string DescribeExit(const proto::Execution& execution) {
  std::string text = execution.signal() != 0 ? fmt::format("signal {}", execution.signal())
                                             : fmt::format("exit code {}", execution.exit_code());
  const std::string line = LastLine(execution.stderr());
  if (!line.empty()) text += ": " + line;
  return text;
}

proto::ExecutionFile MakeFile(std::string_view path, std::string_view content) {
  proto::ExecutionFile file;
  file.set_path(std::string(path));
  file.set_content(std::string(content));
  return file;
}

}  // namespace

int64_t WallTimeMs(int64_t cpu_time_ms) { return 4 * cpu_time_ms + 10'000; }

void SetLimits(const CodeOptions& options, const RunSize& size, proto::ExecutionLimits& limits) {
  const int64_t cpu_ms = std::min(options.time_limit_ms * size.num_tests, kMostCpuTimeMs);
  limits.set_cpu_time_ms(cpu_ms);
  limits.set_wall_time_ms(std::min(WallTimeMs(cpu_ms), kMostWallTimeMs));
  limits.set_memory_bytes(options.memory_bytes);
  limits.set_output_bytes(std::min(kLeastOutputBytes + 2 * size.output_bytes, kMostOutputBytes));
}

void AddFile(proto::ExecutionProgram& program, std::string_view path, std::string_view content) {
  *program.add_files() = MakeFile(path, content);
}
void AddFile(proto::ExecutionRun& run, std::string_view path, std::string_view content) {
  *run.add_files() = MakeFile(path, content);
}

bool IsOk(const proto::Execution& execution) {
  return execution.outcome() == proto::EXECUTION_OUTCOME_OK;
}

std::string DescribeFailure(const proto::Execution& execution) {
  const std::string detail =
      execution.detail().empty() ? "" : fmt::format(" ({})", Excerpt(execution.detail()));
  switch (execution.outcome()) {
    case proto::EXECUTION_OUTCOME_TIME_LIMIT:
      return "time limit" + detail;
    case proto::EXECUTION_OUTCOME_MEMORY_LIMIT:
      return "memory limit" + detail;
    case proto::EXECUTION_OUTCOME_OUTPUT_LIMIT:
      return "output limit" + detail;
    case proto::EXECUTION_OUTCOME_SECURITY_VIOLATION:
      return "security violation" + detail;
    case proto::EXECUTION_OUTCOME_RUNTIME_ERROR:
      if (execution.signal() == kSigprof || execution.signal() == kSigalrm) return "time limit";
      return DescribeExit(execution);
    default:
      return "ended early";
  }
}

std::string CompileFailure(const proto::ExecuteReply& reply) {
  if (!reply.has_compile() || IsOk(reply.compile())) return "";
  const proto::Execution& compile = reply.compile();
  if (compile.outcome() != proto::EXECUTION_OUTCOME_RUNTIME_ERROR) {
    return "does not compile: " + DescribeFailure(compile);
  }
  const size_t error = compile.stderr().find("error:");
  const std::string_view words = compile.stderr();
  return "does not compile: " +
         Excerpt(error == std::string::npos ? words : words.substr(error), 160);
}

}  // namespace longhaul::reward
