// SPDX-License-Identifier: Apache-2.0
//
// Mathematics with a final answer, in the fields that GSM8K, MATH, AIME and AMC files share:
// `problem` or `question`, and `answer`, a text or a number. GSM8K's answer is a solution that ends
// with "#### 72"; without `answer` it is the last \boxed of `solution`, as in MATH.
#include "reward/extractors/extractor.h"
#include "reward/math/math_verifier.h"
#include "tools/convert/convert.h"

namespace longhaul::tools {
namespace {

constexpr std::string_view kHash = "####";
// What Qwen2.5-Math and many since ask for.
constexpr std::string_view kAskForBox =
    "\n\nPlease reason step by step, and put your final answer within \\boxed{}.";

// An integer may be written as 27.0.
std::string NumberText(const Json& number) {
  const StatusOr<int64_t> integer = number.AsInt();
  return integer.ok() ? std::to_string(*integer) : number.ToString();
}

// Empty: the row has none.
StatusOr<std::string> AnswerOf(const Json& row) {
  const Json* answer = row.Find("answer");
  if (answer != nullptr && answer->is_number()) return NumberText(*answer);
  if (answer != nullptr && !answer->is_null()) {
    ASSIGN_OR_RETURN(const std::string text, answer->AsString());
    const size_t hash = text.rfind(kHash);
    return std::string(reward::Trim(hash == text.npos ? text : text.substr(hash + kHash.size())));
  }
  ASSIGN_OR_RETURN(const std::string solution, row.GetStringOr("solution", ""));
  const size_t box = solution.rfind("\\boxed");
  if (box == solution.npos) return std::string();
  ASSIGN_OR_RETURN(const reward::Extractor* boxed, reward::FindExtractor("boxed"));
  return boxed->Extract(solution.substr(box), Json::Object()).value_or("");
}

Json MathReward(const std::string& answer) {
  Json reward = Json::Object();
  reward.Set("type", "math");
  reward.Set("answer", answer);
  reward.Set("extractor", "boxed");
  return reward;
}

}  // namespace

StatusOr<Converted> ConvertMath(const ConvertInput& input) {
  ASSIGN_OR_RETURN(const std::vector<Json> rows, ReadRows(input));
  const reward::MathVerifier verifier;
  const Json options = Json::Object();
  Converted converted;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string problem, GetFirstString(rows[i], {"problem", "question"}));
    ASSIGN_OR_RETURN(const std::string answer, AnswerOf(rows[i]));
    if (answer.empty()) {
      ++converted.left_out["there is no answer"];
    } else if (!verifier.CheckTask({.answer = answer, .options = options}).ok()) {
      ++converted.left_out["the answer is no mathematics"];
    } else {
      Json task = TaskOf(input, i, problem + std::string(kAskForBox));
      task.Set("reward", MathReward(answer));
      converted.tasks.push_back(std::move(task));
    }
  }
  return converted;
}

}  // namespace longhaul::tools
