// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect parity: this implementation against numbers that somebody else computed.
#include <map>

#include "model/parity.h"
#include "tools/inspect.h"
#include "tools/model_bundle.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string model_dir;
  std::string golden;
  std::string precision = "fp32";
  model::ParityOptions parity;
  bool all_rows = false;
};

// The worst tensor of each kind, in the order the kinds appear.
std::vector<model::ParityRow> WorstOfEachKind(const std::vector<model::ParityRow>& rows) {
  std::vector<model::ParityRow> worst;
  std::map<std::string, size_t> index;
  for (const model::ParityRow& row : rows) {
    const auto [found, added] = index.try_emplace(row.kind, worst.size());
    if (added) {
      worst.push_back(row);
      continue;
    }
    model::ParityRow& current = worst[found->second];
    const auto share = [](const model::ParityRow& r) {
      return r.allowed > 0 ? r.largest / r.allowed : r.largest;
    };
    if (current.pass > row.pass || (current.pass == row.pass && share(row) > share(current)))
      current = row;
  }
  return worst;
}

StatusOr<Outcome> InspectParity(Options options) {
  ASSIGN_OR_RETURN(options.parity.precision, ParsePrecision(options.precision));
  ASSIGN_OR_RETURN(const model::ParityReport report,
                   model::RunParity(options.model_dir, options.golden, options.parity));
  fmt::print("{:<4} {:<12} {:<60} {:>18} {:>10}\n", "", "kind", "worst tensor",
             "largest difference", "allowed");
  for (const model::ParityRow& row :
       options.all_rows ? report.rows : WorstOfEachKind(report.rows)) {
    fmt::print("{:<4} {:<12} {:<60} {:>18.3e} {:>10.1e} {}\n", row.pass ? "ok" : "FAIL", row.kind,
               row.tensor, row.largest, row.allowed, row.note);
  }
  for (const std::string& name : report.unknown)
    fmt::print("not compared, unknown name: {}\n", name);
  fmt::print("{} tensors compared, {} failed\n", report.rows.size(), report.failed);
  if (!options.parity.out_path.empty()) fmt::print("wrote {}\n", options.parity.out_path);
  return report.pass() ? Outcome::kDone : Outcome::kFailed;
}

}  // namespace

void AddInspectParity(CLI::App& inspect, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      inspect.add_subcommand("parity", "Compare with reference tensors; exit 1 past the tolerance");
  command->footer(
      "Example, from the source tree:\n  longhaul inspect parity tests/golden/models/qwen3 "
      "tests/golden/models/qwen3/golden.safetensors --out mine.safetensors");
  command->add_option("MODEL_DIR", options->model_dir, "Model directory")->required();
  command
      ->add_option("GOLDEN", options->golden,
                   "Reference tensors: golden, decode, tree or long layout")
      ->required();
  command->add_option("--out", options->parity.out_path,
                      "Write what was computed, same names and shapes");
  command->add_option("--atol", options->parity.atol,
                      "Allowed on logits, log-probs and entropy (1e-4)");
  command->add_option("--grad-rtol", options->parity.grad_rtol,
                      "Allowed on gradients, of the tensor's largest (1e-3)");
  command->add_option("--precision", options->precision, "fp32 or bf16")->capture_default_str();
  command->add_option("--threads", options->parity.num_threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--all", options->all_rows, "Every tensor, not the worst of each kind");
  command->callback([options, &chosen] { chosen = [options] { return InspectParity(*options); }; });
}

}  // namespace longhaul::tools
