// SPDX-License-Identifier: Apache-2.0
#include "sandbox/executor.h"

#include <unistd.h>

#include "common/thread_pool.h"
#include "sandbox/run_batch.h"

namespace longhaul::sandbox {

std::string DefaultCacheDirectory() {
  return fmt::format("/var/tmp/longhaul-sandbox-{}/programs", geteuid());
}

Executor::Executor(const SandboxConfig& config, Jail* jail, std::unique_ptr<CompileCache> cache)
    : jail_(jail),
      reply_bytes_max_(config.requests.reply_bytes),
      cache_(std::move(cache)),
      compiler_(jail, cache_.get()),
      slots_(config.slots > 0 ? config.slots : AvailableCpus(), config.queue_length) {}

StatusOr<std::unique_ptr<Executor>> Executor::Create(const SandboxConfig& config, Jail* jail) {
  const std::string directory =
      config.cache_dir.empty() ? DefaultCacheDirectory() : config.cache_dir;
  ASSIGN_OR_RETURN(auto cache, CompileCache::Open(directory, config.cache_bytes));
  std::unique_ptr<Executor> executor(new Executor(config, jail, std::move(cache)));
  ASSIGN_OR_RETURN(executor->toolchains_, Toolchains::Find(*jail));
  return executor;
}

StatusOr<Executor::Built> Executor::Build(const ExecutionJob& job, const RunContext& context,
                                          ExecutionReport& report) {
  const Language& language = *job.program.language;
  Built built;
  ASSIGN_OR_RETURN(const Toolchain* toolchain, toolchains_.Of(language));
  if (language.compiled()) {
    ASSIGN_OR_RETURN(built.product, compiler_.Compile(*toolchain, job.program, context));
    report.compile_cached = built.product.cached;
    report.compile = std::move(built.product.result);
    built.runs = !built.product.host_path.empty();
  }
  built.program = {&job.program, toolchain, built.product.host_path};
  return built;
}

StatusOr<ExecutionReport> Executor::Execute(const ExecutionJob& job, const RunContext& context) {
  RETURN_IF_ERROR(toolchains_.Of(*job.program.language).status());
  ASSIGN_OR_RETURN(SlotPool::Slot slot, slots_.Acquire(context));
  RETURN_IF_ERROR(StillWanted(context));
  ExecutionReport report;
  ASSIGN_OR_RETURN(const Built built, Build(job, context, report));
  if (!built.runs) return report;
  RunBatch batch({.jail = jail_,
                  .slots = &slots_,
                  .job = &job,
                  .built = built.program,
                  .reply_bytes_max = reply_bytes_max_},
                 context);
  ASSIGN_OR_RETURN(report.runs, batch.Run());
  return report;
}

StatusOr<ConversationReport> Executor::Converse(const ConversationJob& job,
                                                const RunContext& context) {
  for (const ExecutionJob* side : {&job.leader, &job.partner}) {
    RETURN_IF_ERROR(toolchains_.Of(*side->program.language).status());
  }
  ASSIGN_OR_RETURN(SlotPool::Slot slot, slots_.Acquire(context));
  RETURN_IF_ERROR(StillWanted(context));
  ConversationReport report;
  ASSIGN_OR_RETURN(const Built first, Build(job.leader, context, report.leader));
  if (!first.runs) return report;
  ASSIGN_OR_RETURN(const Built second, Build(job.partner, context, report.partner));
  if (!second.runs) return report;
  ASSIGN_OR_RETURN(ConversationResult result,
                   jail_->Converse(MakeGuestProgram(first.program, job.leader.runs[0]),
                                   MakeGuestProgram(second.program, job.partner.runs[0]), context));
  ReplyBudget budget(reply_bytes_max_);
  budget.Charge(result.leader);
  report.leader.runs.push_back(std::move(result.leader));
  if (result.partner.has_value()) {
    budget.Charge(*result.partner);
    report.partner.runs.push_back(*std::move(result.partner));
  }
  return report;
}

}  // namespace longhaul::sandbox
