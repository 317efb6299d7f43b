// SPDX-License-Identifier: Apache-2.0
//
// What a sandbox service may use: of the machine, and for each program. Keys of the `sandbox`
// section of a run and of the configuration of `longhaul sandbox-server`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/status.h"
#include "sandbox/jail.h"

namespace longhaul::sandbox {

struct LimitsConfig : Limits {
  template <typename V>
  void VisitFields(V& v) {
    v.Field("cpu_time_ms", cpu_time_ms, {.min = 1, .doc = "of all processes together"});
    v.Field("wall_time_ms", wall_time_ms, {.min = 1, .doc = "without the time in the queue"});
    v.Field("memory_bytes", memory_bytes, {.min = 1, .doc = "with files in memory"});
    v.Field("output_bytes", output_bytes,
            {.min = 1, .max = 256 << 20, .doc = "of stdout, stderr and the reply channel each"});
    v.Field("processes", processes, {.min = 1, .doc = "and threads"});
    v.Field("file_bytes", file_bytes, {.min = 1, .doc = "all that is written"});
  }
};

struct RequestLimits {
  int64_t source_bytes = 1 << 20;
  int64_t payload_bytes = 256ll << 20;  // stdin, arguments and files of a request together
  int files = 4096;
  int runs = 1024;
  int64_t reply_bytes = 256ll << 20;  // output and fetched files of a request together
  template <typename V>
  void VisitFields(V& v) {
    v.Field("source_bytes", source_bytes, {.min = 1, .max = 64 << 20, .doc = "of one program"});
    v.Field("payload_bytes", payload_bytes,
            {.min = 1, .max = 1 << 30, .doc = "stdin, arguments and files of a request together"});
    v.Field("files", files, {.min = 0, .max = 1 << 20, .doc = "of a request"});
    v.Field("runs", runs, {.min = 1, .max = 1 << 20, .doc = "of one program in one request"});
    v.Field("reply_bytes", reply_bytes,
            {.min = 1, .max = 1 << 30, .doc = "output and fetched files of a request together"});
  }
};

struct SessionsConfig {
  int max_sessions = 16;
  int64_t idle_timeout_ms = 600'000;
  int64_t command_wall_time_ms = 60'000;  // of a command that names none
  LimitsConfig limits;                    // of a session that names none
  LimitsConfig ceiling;

  SessionsConfig() {
    limits.cpu_time_ms = 600'000;
    limits.wall_time_ms = 3'600'000;
    limits.memory_bytes = 1ll << 30;
    limits.processes = 256;
    limits.file_bytes = 512ll << 20;
    ceiling.cpu_time_ms = 6 * 3'600'000;
    ceiling.wall_time_ms = 24 * 3'600'000;
    ceiling.memory_bytes = 8ll << 30;
    ceiling.output_bytes = 16 << 20;
    ceiling.processes = 4096;
    ceiling.file_bytes = 8ll << 30;
  }
  template <typename V>
  void VisitFields(V& v) {
    v.Field("max_sessions", max_sessions, {.min = 0, .max = 4096, .doc = "open at a time"});
    v.Field("idle_timeout_ms", idle_timeout_ms,
            {.min = 1, .doc = "a session that nobody called for so long is closed"});
    v.Field("command_wall_time_ms", command_wall_time_ms,
            {.min = 1, .doc = "of a command whose request names none"});
    v.Field("limits", limits, {.doc = "of a session whose request names none"});
    v.Field("ceiling", ceiling, {.doc = "a request beyond is refused"});
  }
};

struct SandboxConfig {
  int slots = 0;
  int queue_length = 1024;
  std::string state_dir;
  std::string cache_dir;
  int64_t cache_bytes = 2ll << 30;
  std::vector<std::string> required_protections;  // beside the built-in floor
  LimitsConfig limits;
  LimitsConfig compile_limits;
  LimitsConfig ceiling{kDefaultCeiling};
  RequestLimits requests;
  SessionsConfig sessions;

  SandboxConfig() {
    compile_limits.cpu_time_ms = 20'000;
    compile_limits.wall_time_ms = 40'000;
    compile_limits.memory_bytes = 1ll << 30;
    compile_limits.output_bytes = 64 << 10;
    compile_limits.file_bytes = 128ll << 20;
  }
  template <typename V>
  void VisitFields(V& v) {
    v.Field("slots", slots, {.min = 0, .max = 4096, .doc = "runs at a time; 0: one per core"});
    v.Field("queue_length", queue_length,
            {.min = 0, .max = 65536, .doc = "requests that may wait; those beyond are refused"});
    v.Field("state_dir", state_dir,
            {.doc = "what a killed service leaves to be cleaned; default: below the temporary "
                    "directory"});
    v.Field("cache_dir", cache_dir, {.doc = "compiled programs; default: below /var/tmp"});
    v.Field("cache_bytes", cache_bytes, {.min = 1 << 20, .doc = "least recently used goes first"});
    v.Field("required_protections", required_protections,
            {.doc = "names of `longhaul sandbox probe`; without them nothing runs"});
    v.Field("limits", limits, {.doc = "of a run whose request names none"});
    v.Field("compile_limits", compile_limits, {.doc = "of a compilation whose request names none"});
    v.Field("ceiling", ceiling, {.doc = "a request beyond is refused"});
    v.Field("requests", requests, {.doc = "what one request may carry"});
    v.Field("sessions", sessions, {.doc = "shells that stay open between commands"});
  }
};

// Defaults must lie below their ceilings.
Status Validate(const SandboxConfig& config);

}  // namespace longhaul::sandbox
