// SPDX-License-Identifier: Apache-2.0
//
// Executor: compiles a program once and runs it as often as asked, each run in a jail of its own,
// under a bounded number of slots. A request holds one slot for as long as it runs, and the slots
// that nobody else waits for. Thread-safe.
#pragma once

#include <memory>

#include "common/status.h"
#include "sandbox/compiler.h"
#include "sandbox/execution.h"
#include "sandbox/program_guest.h"
#include "sandbox/sandbox_config.h"
#include "sandbox/slot_pool.h"

namespace longhaul::sandbox {

class Executor {
 public:
  // The jail outlives the executor and has at least twice as many slots.
  static StatusOr<std::unique_ptr<Executor>> Create(const SandboxConfig& config, Jail* jail);

  // ResourceExhausted: the queue is full. FailedPrecondition: the language has no tool here.
  // Cancelled, DeadlineExceeded: what ran was killed.
  StatusOr<ExecutionReport> Execute(const ExecutionJob& job, const RunContext& context);

  // Two programs that talk (Jail::Converse), as one execution. When one of them does
  // not compile neither runs.
  StatusOr<ConversationReport> Converse(const ConversationJob& job, const RunContext& context);

  const Toolchains& toolchains() const { return toolchains_; }
  int slots() const { return slots_.slots(); }
  int free_slots() const { return slots_.free(); }

 private:
  struct Built {
    BuiltProgram program;
    CompileProduct product;  // held as long as it runs
    bool runs = true;
  };
  // Compiles, where the language asks for it.
  StatusOr<Built> Build(const ExecutionJob& job, const RunContext& context,
                        ExecutionReport& report);

  Executor(const SandboxConfig& config, Jail* jail, std::unique_ptr<CompileCache> cache);

  Jail* const jail_;
  const int64_t reply_bytes_max_;
  Toolchains toolchains_;
  std::unique_ptr<CompileCache> cache_;
  Compiler compiler_;
  SlotPool slots_;
};

// Where the compile cache of this user is when the configuration names none.
std::string DefaultCacheDirectory();

}  // namespace longhaul::sandbox
