// SPDX-License-Identifier: Apache-2.0
#include "reward/verifiers/choice.h"

#include <algorithm>
#include <set>

#include "reward/extractors/extractor.h"
#include "reward/ground_truth.h"
#include "reward/text_normalizer.h"

namespace longhaul::reward {
namespace {

constexpr TextRules kChoiceText = {CaseRule::kIgnore, WhitespaceRule::kCollapse};
constexpr size_t kMaxChoices = 26;
constexpr size_t kMaxAnswerBytes = 64 << 10;

// A letter of an answer and the text behind it.
struct Labelled {
  size_t index = 0;  // of the option: A is 0
  std::string_view text;
};

enum class Labels { kLetters, kDigits };

// What the options of a task say.
struct Question {
  std::vector<std::string> choices;  // normalised
  Labels labels = Labels::kLetters;
  bool select_all = false;
  std::set<size_t> right;  // of one: any of them; of all: exactly these
};

// The label at the front of `text`, and how long it is: "C", or "12" where labels are digits.
std::optional<std::pair<size_t, size_t>> LabelAt(std::string_view text, Labels labels) {
  size_t length = 0, number = 0;
  if (labels == Labels::kLetters) {
    const char ch = text.empty() ? ' ' : static_cast<char>(text[0] & ~0x20);
    if (ch >= 'A' && ch <= 'Z') return {{static_cast<size_t>(ch - 'A'), 1}};
    return std::nullopt;
  }
  while (length < text.size() && length < 2 && text[length] >= '0' && text[length] <= '9') {
    number = number * 10 + static_cast<size_t>(text[length++] - '0');
  }
  if (number < 1 || number > kMaxChoices) return std::nullopt;
  return {{number - 1, length}};
}

// Removes an opening and its closing mark when both are there.
bool Unwrap(std::string_view open, std::string_view close, std::string_view& text) {
  if (text.size() <= open.size() + close.size()) return false;
  if (!text.starts_with(open) || !text.ends_with(close)) return false;
  text.remove_prefix(open.size());
  text.remove_suffix(close.size());
  text = Trim(text);
  return true;
}

std::string_view Undecorated(std::string_view text) {
  text = Trim(text);
  while (Unwrap("**", "**", text) || Unwrap("$", "$", text) || Unwrap("\\text{", "}", text) ||
         Unwrap("\\textbf{", "}", text) || Unwrap("\\boxed{", "}", text)) {
  }
  for (const std::string_view word : {"option ", "Option ", "choice ", "Choice "}) {
    if (text.starts_with(word)) return Trim(text.substr(word.size()));
  }
  return text;
}

std::optional<Labelled> ReadLabel(std::string_view text, Labels labels) {
  char closer = 0;
  if (!text.empty() && (text[0] == '(' || text[0] == '[')) {
    closer = text[0] == '(' ? ')' : ']';
    text.remove_prefix(1);
  }
  const auto label = LabelAt(text, labels);
  if (!label.has_value()) return std::nullopt;
  std::string_view rest = text.substr(label->second);
  const bool marked = !rest.empty() && std::string_view(".):").find(rest[0]) != rest.npos;
  if (closer != 0) {
    if (rest.empty() || rest[0] != closer) return std::nullopt;
    rest.remove_prefix(1);
  } else if (marked) {
    rest.remove_prefix(1);
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  rest = Trim(rest);
  if (closer != 0 && rest == ".") rest = {};
  return Labelled{label->first, rest};
}

// Where a text is among the options, a full stop at its end aside; their number when it is none.
size_t FindText(std::string_view text, const std::vector<std::string>& choices) {
  std::string normalized = NormalizeText(text, kChoiceText);
  auto found = std::find(choices.begin(), choices.end(), normalized);
  if (found == choices.end() && normalized.ends_with('.')) {
    normalized.pop_back();
    found = std::find(choices.begin(), choices.end(), normalized);
  }
  return static_cast<size_t>(found - choices.begin());
}

// The option a text names; nothing when it names none, or two.
std::optional<size_t> ChoiceIndex(std::string_view text, const Question& question) {
  const std::vector<std::string>& choices = question.choices;
  text = Undecorated(text);
  const size_t by_text = FindText(text, choices);
  const std::optional<Labelled> label = ReadLabel(text, question.labels);
  const size_t known = choices.empty() ? kMaxChoices : choices.size();
  const bool labelled = label.has_value() && label->index < known;
  if (by_text < choices.size()) {
    // "A" can be the letter of one option and the text of another.
    if (labelled && label->text.empty() && label->index != by_text) return std::nullopt;
    return by_text;
  }
  if (!labelled) return std::nullopt;
  if (label->text.empty()) return label->index;
  if (FindText(label->text, choices) != label->index) return std::nullopt;
  return choices.empty() ? std::nullopt : std::optional(label->index);
}

// Parts between commas, semicolons, '&', line ends and the word "and".
std::vector<std::string_view> SplitSelection(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t start = 0, at = 0;
  const auto take = [&](size_t length) {
    if (!Trim(text.substr(start, at - start)).empty()) {
      parts.push_back(Trim(text.substr(start, at - start)));
    }
    at += length;
    start = at;
  };
  while (at < text.size()) {
    if (std::string_view(",;&\n").find(text[at]) != std::string_view::npos) {
      take(1);
    } else if (text.substr(at).starts_with(" and ")) {
      take(5);
    } else {
      ++at;
    }
  }
  take(0);
  return parts;
}

// "ACD"
bool AreLettersInARow(std::string_view text) {
  return text.size() > 1 && text.size() <= kMaxChoices &&
         std::all_of(text.begin(), text.end(), [](char ch) { return ch >= 'A' && ch <= 'Z'; });
}

// Adds the options that a part of a selection names; false when it names something else, or one
// again.
bool AddNamed(std::string_view part, const Question& question, std::set<size_t>& named) {
  if (const auto index = ChoiceIndex(part, question)) return named.insert(*index).second;
  std::vector<std::string_view> pieces;
  if (question.labels == Labels::kLetters && AreLettersInARow(part)) {
    for (size_t i = 0; i < part.size(); ++i) pieces.push_back(part.substr(i, 1));
  } else {
    while (!part.empty()) {
      pieces.push_back(part.substr(0, part.find(' ')));
      part = Trim(part.substr(pieces.back().size()));
    }
  }
  if (pieces.size() < 2) return false;
  return std::all_of(pieces.begin(), pieces.end(), [&](std::string_view piece) {
    const auto index = ChoiceIndex(piece, question);
    return index.has_value() && named.insert(*index).second;
  });
}

// The options a text names; empty when it names something else.
std::set<size_t> NamedOptions(std::string_view text, const Question& question) {
  std::set<size_t> named;
  if (const auto index = ChoiceIndex(text, question)) return {*index};
  if (!question.select_all) return {};
  for (const std::string_view part : SplitSelection(Undecorated(text))) {
    if (!AddNamed(part, question, named)) return {};
  }
  return named;
}

StatusOr<std::vector<std::string>> ReadChoices(const Json& options) {
  std::vector<std::string> choices;
  const Json* list = options.Find("choices");
  if (list == nullptr) return choices;
  if (!list->is_array() || list->size() < 2 || list->size() > kMaxChoices) {
    return InvalidArgument("option choices is not a list of 2 to {} texts", kMaxChoices);
  }
  std::set<std::string> distinct;
  for (const Json& item : list->items()) {
    ASSIGN_OR_RETURN(const std::string text, item.AsString());
    choices.push_back(NormalizeText(text, kChoiceText));
    if (choices.back().empty()) return InvalidArgument("option choices has an empty text");
    if (!distinct.insert(choices.back()).second) {
      return InvalidArgument("option choices names '{}' twice", Excerpt(text));
    }
  }
  return choices;
}

Status AddRight(std::string_view text, Question& question) {
  const std::set<size_t> named = NamedOptions(text, question);
  question.right.insert(named.begin(), named.end());
  if (!named.empty()) return OkStatus();
  return InvalidArgument("'{}' is no option{}", Excerpt(text),
                         question.choices.empty()
                             ? ": a letter is wanted when option choices is not given"
                             : " of option choices");
}

Status ReadAccept(const Json& options, Question& question) {
  const Json* accept = options.Find("accept");
  if (accept == nullptr) return OkStatus();
  if (!accept->is_array()) return InvalidArgument("option accept is not a list of options");
  if (question.select_all) return InvalidArgument("option accept is not for select: all");
  for (const Json& item : accept->items()) {
    ASSIGN_OR_RETURN(const std::string text, item.AsString());
    RETURN_IF_ERROR(Annotate(AddRight(text, question), "option accept"));
  }
  return OkStatus();
}

StatusOr<Question> ReadQuestion(const ScoringTask& task) {
  Question question;
  ASSIGN_OR_RETURN(question.choices, ReadChoices(task.options));
  ASSIGN_OR_RETURN(const std::string labels, task.options.GetStringOr("labels", "letters"));
  if (labels != "letters" && labels != "digits") {
    return InvalidArgument("option labels '{}'; valid: letters, digits", Excerpt(labels));
  }
  question.labels = labels == "digits" ? Labels::kDigits : Labels::kLetters;
  ASSIGN_OR_RETURN(const std::string select, task.options.GetStringOr("select", "one"));
  if (select != "one" && select != "all") {
    return InvalidArgument("option select '{}'; valid: one, all", Excerpt(select));
  }
  question.select_all = select == "all";
  RETURN_IF_ERROR(ReadAccept(task.options, question));
  RETURN_IF_ERROR(RequireGroundTruth(task.answer));
  RETURN_IF_ERROR(AddRight(task.answer, question));
  return question;
}

std::string LabelsOf(const std::set<size_t>& indices, const Question& question) {
  std::string text;
  for (const size_t index : indices) {
    if (!text.empty()) text += ", ";
    text += question.labels == Labels::kDigits ? std::to_string(index + 1)
                                               : std::string(1, static_cast<char>('A' + index));
  }
  return text;
}

}  // namespace

Status ChoiceVerifier::CheckTask(const ScoringTask& task) const {
  return ReadQuestion(task).status();
}

Verdict ChoiceVerifier::Verify(const ScoringTask& task, const Response& response,
                               WorkBudget& budget) const {
  const StatusOr<Question> question = ReadQuestion(task);
  if (!question.ok()) return Unscorable("ground truth: " + Message(question.status()));
  if (!response.answer.has_value()) return Wrong("no answer found");
  const std::string_view answer = *response.answer;
  if (answer.size() > kMaxAnswerBytes || !budget.Spend(static_cast<int64_t>(answer.size()))) {
    return Wrong("answer too long");
  }
  const std::set<size_t> named = NamedOptions(answer, *question);
  if (named.empty()) return Wrong(fmt::format("'{}' names no one option", Excerpt(answer)));
  const bool right =
      question->select_all ? named == question->right : question->right.contains(*named.begin());
  if (right) return Right();
  return Wrong(fmt::format("{} instead of {}", LabelsOf(named, *question),
                           LabelsOf(question->right, *question)));
}

}  // namespace longhaul::reward
