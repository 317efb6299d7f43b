// SPDX-License-Identifier: Apache-2.0
#include "sandbox/text_hunks.h"

#include <unistd.h>

#include <algorithm>

namespace longhaul::sandbox {
namespace {

constexpr const char* kDiff = "/usr/bin/diff";
// Of one file, output aside.
constexpr Limits kLimits = {.cpu_time_ms = 5'000,
                            .wall_time_ms = 10'000,
                            .memory_bytes = 512ll << 20,
                            .output_bytes = 0,
                            .processes = 4,
                            .file_bytes = 128ll << 20};

std::string Range(size_t lines) {
  if (lines == 0) return "0,0";
  return lines == 1 ? "1" : fmt::format("1,{}", lines);
}

// All of a text, each line behind `sign`.
std::optional<std::string> WholeText(const std::string& text, char sign, int64_t bytes_max) {
  constexpr std::string_view kNoEnd = "\n\\ No newline at end of file\n";
  const bool ended = text.back() == '\n';
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + !ended;
  std::string hunks = sign == '-' ? fmt::format("@@ -{} +0,0 @@\n", Range(lines))
                                  : fmt::format("@@ -0,0 +{} @@\n", Range(lines));
  const size_t size = hunks.size() + text.size() + lines + (ended ? 0 : kNoEnd.size());
  if (static_cast<int64_t>(size) > bytes_max) return std::nullopt;
  hunks.reserve(size);
  for (size_t at = 0, end; at < text.size(); at = end) {
    end = std::min(text.find('\n', at), text.size() - 1) + 1;
    hunks += sign;
    hunks.append(text, at, end - at);
  }
  if (!ended) hunks += kNoEnd;
  return hunks;
}

// Without the two lines of labels, which are git's to write.
StatusOr<std::optional<std::string>> HunksOf(const GuestResult& result) {
  constexpr int kTheyDiffer = 1, kTrouble = 2;
  const std::string said = fmt::format("diff in the sandbox: {} {} {}", OutcomeName(result.outcome),
                                       result.detail, result.stderr_bytes);
  switch (result.outcome) {
    case Outcome::kTimeLimit:
    case Outcome::kMemoryLimit:
    case Outcome::kOutputLimit:
      return std::nullopt;
    case Outcome::kRuntimeError:
      break;
    default:
      return Internal("{}", said);
  }
  if (result.exit_code == kTrouble && said.find("memory exhausted") != said.npos)
    return std::nullopt;
  const size_t first = result.stdout_bytes.find("\n@@");
  if (result.exit_code != kTheyDiffer || first == std::string::npos) return Internal("{}", said);
  return result.stdout_bytes.substr(first + 1);
}

}  // namespace

Status CheckTextHunks() {
  if (access(kDiff, X_OK) == 0) return OkStatus();
  return FailedPrecondition("there is no {}: install the package diffutils", kDiff);
}

StatusOr<std::optional<std::string>> TextHunks(const GitChange& change, const TextHunksArgs& args) {
  const std::string &before = change.before.content, &after = change.after.content;
  if (before == after) return std::string();
  if (args.bytes_max <= 0) return std::nullopt;
  if (before.empty()) return WholeText(after, '+', args.bytes_max);
  if (after.empty()) return WholeText(before, '-', args.bytes_max);
  if (std::chrono::steady_clock::now() >= args.until) return std::nullopt;
  GuestProgram program;
  program.argv = {kDiff, "-a", "-u", "--label", "-", "--label", "-", "a", "b"};
  program.files = {{"a", before}, {"b", after}};
  program.limits = kLimits;
  program.limits.output_bytes = args.bytes_max;
  ASSIGN_OR_RETURN(const GuestResult result, args.jail->Run(program, *args.context));
  return HunksOf(result);
}

}  // namespace longhaul::sandbox
