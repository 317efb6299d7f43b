// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect exactness: the log-prob a token was sampled with against the one training
// recomputes, bit by bit.
#include "model/exactness.h"
#include "tools/inspect.h"
#include "tools/model_bundle.h"

namespace longhaul::tools {
namespace {

struct Options {
  std::string model_dir;
  std::string precision = "fp32";
  std::string head_inputs = "fp32";
  model::ExactnessOptions exactness;
};

StatusOr<Outcome> InspectExactness(Options options) {
  RETURN_IF_ERROR(CheckHoldsModel(options.model_dir));
  ASSIGN_OR_RETURN(options.exactness.precision, ParsePrecision(options.precision));
  options.exactness.head_inputs =
      options.head_inputs == "bf16" ? model::HeadInputs::kBf16 : model::HeadInputs::kFp32;
  ASSIGN_OR_RETURN(const model::ExactnessReport report,
                   model::CheckExactness(options.model_dir, options.exactness));
  fmt::print("{:<4} {:<56} {:>9} {:>16} {:>15} {:>18}\n", "", "computed by", "tokens",
             "different tokens", "different bits", "largest difference");
  for (const model::ExactnessRow& row : report.rows) {
    fmt::print("{:<4} {:<56} {:>9} {:>16} {:>15} {:>18.3e}\n", row.pass() ? "ok" : "FAIL", row.how,
               row.tokens, row.different_tokens, row.different_bits, row.largest_difference);
  }
  fmt::print("{}\n", report.pass() ? "exact: every token and every log-prob has the same bits"
                                   : "NOT exact");
  return report.pass() ? Outcome::kDone : Outcome::kFailed;
}

}  // namespace

void AddInspectExactness(CLI::App& inspect, Action& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = inspect.add_subcommand(
      "exactness",
      "Sample under many batch shapes and thread counts, rescore as training does, compare bits");
  command->footer(
      "Example:\n  longhaul inspect exactness runs/quickstart/export --tokens 20000 --precision "
      "bf16");
  command->add_option("MODEL_DIR", options->model_dir, "Model directory")->required();
  command->add_option("--tokens", options->exactness.num_tokens, "Sampled tokens to compare")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 32))
      ->capture_default_str();
  command->add_option("--precision", options->precision, "fp32 or bf16")->capture_default_str();
  command->add_option("--head-inputs", options->head_inputs, "Of the LM head's product")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  command->add_option("--seed", options->exactness.seed, "Of prompts and sampling")
      ->capture_default_str();
  command->callback(
      [options, &chosen] { chosen = [options] { return InspectExactness(*options); }; });
}

}  // namespace longhaul::tools
