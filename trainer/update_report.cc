// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/process_memory.h"
#include "trainer/trainer_impl.h"

namespace longhaul::trainer {

Status Trainer::Impl::CountUpdate(const LearnerReport& report, MetricSet& metrics) {
  ++counters.updates;
  counters.optimizer_steps = learner->optimizer().applied_steps();
  const OptimizerReport& optimizer = report.optimizer;
  metrics.SetLast("optim/lr", report.lr);
  metrics.AddMean("optim/nonfinite", optimizer.skipped);
  if (optimizer.skipped) {
    ++counters.nonfinite_total;
    ++counters.nonfinite_in_a_row;
    LogWarning("update {}: the gradient is not finite; skipped ({} in a row)", counters.updates,
               counters.nonfinite_in_a_row);
    if (counters.nonfinite_in_a_row > config.trainer.max_nonfinite_steps) {
      return FailedPrecondition(
          "{} updates in a row had a gradient that is not finite (trainer.max_nonfinite_steps is "
          "{}): the run cannot go on; lower the learning rate or start from an earlier checkpoint",
          counters.nonfinite_in_a_row, config.trainer.max_nonfinite_steps);
    }
    return OkStatus();
  }
  counters.nonfinite_in_a_row = 0;
  metrics.AddMean("optim/grad_norm", optimizer.grad_norm);
  metrics.AddMean("optim/clipped", optimizer.clip_scale < 1);
  metrics.SetLast("optim/eps_dominated_frac", optimizer.eps_dominated_frac);
  static const std::vector<double> kEdges = {0,     1e-18, 1e-16, 1e-14, 1e-12, 1e-10,
                                             1e-08, 1e-06, 1e-04, 1e-02, 1};
  for (double rms : optimizer.grad_rms) metrics.AddToHistogram("optim/grad_rms_hist", rms, kEdges);
  if (deps.model_config->num_experts > 0 && report.packed_tokens > 0) {
    metrics.AddMax("moe/max_violation", report.router_max_violation);
    metrics.AddMean("moe/router_entropy", report.router_entropy,
                    static_cast<double>(report.packed_tokens));
  }
  return OkStatus();
}

void Trainer::Impl::ReportMachine(MetricSet& metrics) const {
  const ProcessMemory memory = ReadProcessMemory();
  metrics.SetLast("mem/host_rss", static_cast<double>(memory.resident_bytes));
  metrics.SetLast("mem/host_peak", static_cast<double>(memory.peak_bytes));
}

void Trainer::Impl::ShowPhase(const std::string& phase) {
  const bool in_rl = sft_done();
  ShowProgress(fmt::format("{} {}/{} {}{}{}", in_rl ? "step" : "sft",
                           in_rl ? counters.rl_step + 1 : counters.sft_step + 1,
                           in_rl ? config.trainer.max_steps : sft->total_steps(), phase,
                           summary.empty() ? "" : " | ", summary));
}

void Trainer::Impl::ShowProgress(const std::string& text) {
  if (status_line.has_value()) status_line->Progress(text);
}

void Trainer::Impl::ShowStatus(const std::string& text) {
  if (status_line.has_value()) status_line->Update(text);
}

}  // namespace longhaul::trainer
