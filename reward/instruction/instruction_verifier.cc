// SPDX-License-Identifier: Apache-2.0
#include "reward/instruction/instruction_verifier.h"

#include <fmt/ranges.h>

#include <array>
#include <memory>

#include "reward/ground_truth.h"
#include "reward/instruction/constraint_table.h"

namespace longhaul::reward {
namespace {

using instruction::Constraint;
using instruction::FindConstraint;
using instruction::Kwargs;
using instruction::ReadKwargs;
using instruction::Text;
using instruction::TextView;
using instruction::Trim;
using instruction::View;
using instruction::WithoutAsterisks;

struct Instruction {
  const Constraint* constraint;
  Kwargs kwargs;
};

struct Truth {
  std::vector<Instruction> instructions;
  bool loose = false;
  bool all = false;
};

StatusOr<bool> ReadSwitch(const Json& options, std::string_view key, std::string_view off,
                          std::string_view on) {
  ASSIGN_OR_RETURN(const std::string value, options.GetStringOr(key, off));
  if (value != off && value != on) {
    return InvalidArgument("option {} '{}'; valid: {}, {}", key, value, off, on);
  }
  return value == on;
}

Status ReadInstructions(const Json& entry, std::vector<Instruction>& instructions) {
  ASSIGN_OR_RETURN(const Json* ids, entry.Get("instruction_id"));
  ASSIGN_OR_RETURN(const Json* kwargs, entry.Get("kwargs"));
  if (!ids->is_array() || !kwargs->is_array() || ids->size() != kwargs->size()) {
    return InvalidArgument("instruction_id and kwargs are not lists of the same length");
  }
  for (size_t i = 0; i < ids->size(); ++i) {
    ASSIGN_OR_RETURN(const std::string id, ids->items()[i].AsString());
    ASSIGN_OR_RETURN(const Constraint* constraint, FindConstraint(id));
    auto arguments = ReadKwargs(*constraint, kwargs->items()[i]);
    if (!arguments.ok()) return Annotate(arguments.status(), id);
    instructions.push_back({constraint, std::move(arguments).value()});
  }
  return OkStatus();
}

StatusOr<Truth> ReadTruth(const ScoringTask& task) {
  Truth truth;
  ASSIGN_OR_RETURN(truth.loose, ReadSwitch(task.options, "mode", "strict", "loose"));
  ASSIGN_OR_RETURN(truth.all, ReadSwitch(task.options, "score", "fraction", "all"));
  RETURN_IF_ERROR(RequireGroundTruth(task.answer));
  ASSIGN_OR_RETURN(const Json root, Json::Parse(task.answer, "instructions"));
  if (root.is_object()) {
    RETURN_IF_ERROR(ReadInstructions(root, truth.instructions));
  } else {
    for (const Json& entry : root.items()) {
      RETURN_IF_ERROR(ReadInstructions(entry, truth.instructions));
    }
  }
  if (truth.instructions.empty()) return InvalidArgument("no instructions");
  return truth;
}

// The response, and in loose mode what is left of it without its first and last line.
class Readings {
 public:
  Readings(Text response, bool loose, WorkBudget& budget) : budget_(budget) {
    texts_.push_back(std::move(response));
    if (!loose) return;
    const View all = texts_[0];
    const size_t first = all.find('\n'), last = all.rfind('\n');
    std::vector<Text> more;
    if (first != View::npos) {
      more.emplace_back(Trim(all.substr(first + 1)));
      more.emplace_back(Trim(all.substr(0, last)));
      if (last > first) more.emplace_back(Trim(all.substr(first + 1, last - first - 1)));
    }
    texts_.insert(texts_.end(), more.begin(), more.end());
    const size_t count = texts_.size();
    for (size_t i = 0; i < count; ++i) texts_.push_back(WithoutAsterisks(texts_[i]));
  }

  // Whether one of them follows the instruction.
  bool Follow(const Instruction& instruction) {
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (Trim(texts_[i]).empty()) continue;
      if (views_.size() <= i) views_.resize(i + 1);
      if (views_[i] == nullptr) views_[i] = std::make_unique<TextView>(texts_[i], budget_);
      const bool follows = instruction.constraint->follows(*views_[i], instruction.kwargs);
      exhausted_ |= views_[i]->exhausted();
      if (follows && !views_[i]->exhausted()) return true;
    }
    return false;
  }

  bool exhausted() const { return exhausted_; }

 private:
  WorkBudget& budget_;
  std::vector<Text> texts_;
  std::vector<std::unique_ptr<TextView>> views_;  // made when first read
  bool exhausted_ = false;
};

}  // namespace

Status InstructionVerifier::CheckTask(const ScoringTask& task) const {
  return ReadTruth(task).status();
}

Verdict InstructionVerifier::Verify(const ScoringTask& task, const Response& response,
                                    WorkBudget& budget) const {
  const StatusOr<Truth> truth = ReadTruth(task);
  if (!truth.ok()) return Unscorable("ground truth: " + Message(truth.status()));
  if (!response.answer.has_value()) return Wrong("no answer found");
  constexpr int64_t kDecodeSteps = 8;
  if (!budget.Spend(kDecodeSteps * static_cast<int64_t>(response.answer->size()))) {
    return Wrong("response too long");
  }
  Readings readings(instruction::DecodeUtf8(*response.answer), truth->loose, budget);
  std::vector<std::string_view> failed;
  for (const Instruction& instruction : truth->instructions) {
    if (!readings.Follow(instruction)) failed.push_back(instruction.constraint->id);
  }
  if (failed.empty()) return Right();
  const double total = static_cast<double>(truth->instructions.size());
  const double followed = total - static_cast<double>(failed.size());
  return Partial(truth->all ? 0 : followed / total,
                 fmt::format("not followed: {}{}", fmt::join(failed, ", "),
                             readings.exhausted() ? " (response too long)" : ""));
}

}  // namespace longhaul::reward
