// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reward_case.h"

namespace longhaul::reward {
namespace {

using ::testing::DoubleEq;
using ::testing::HasSubstr;

struct Case {
  SpecArgs spec;
  std::string response;
  double want;
};

void CheckCases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_THAT(ScoreOf(c.spec, c.response), DoubleEq(c.want))
        << c.spec.type << " '" << c.spec.answer << "' " << c.spec.options << ": "
        << Excerpt(c.response);
  }
}

TEST(Exact, ComparesByItsOptions) {
  const std::string fold = R"({"case": "ignore"})", collapse = R"({"whitespace": "collapse"})",
                    remove = R"({"whitespace": "remove"})", keep = R"({"whitespace": "keep"})";
  CheckCases({
      {{"exact", "Paris"}, " Paris\n", 1},
      {{"exact", "Paris"}, "paris", 0},
      {{"exact", "Paris"}, "Paris.", 0},
      {{"exact", "Paris"}, "", 0},
      {{"exact", ""}, "", 1},
      {{"exact", ""}, " ", 1},
      {{"exact", "Paris", "", fold}, "pARIS", 1},
      {{"exact",
        "STRA\xC3\x9F"
        "E",
        "", fold},
       "strasse",
       1},
      {{"exact", "\xC3\x89t\xC3\xA9", "", fold}, "\xC3\xA9T\xC3\x89", 1},
      {{"exact", "a\xff", "", fold}, "A\xff", 1},
      {{"exact", "a\xff", "", fold}, "A\xfe", 0},
      {{"exact", "a b", "", collapse}, " a \n\t b ", 1},
      {{"exact", "a b", "", collapse}, "ab", 0},
      {{"exact", "a b", "", remove}, "ab", 1},
      {{"exact", "a", "response", keep}, "a ", 0},
      {{"exact", "a", "response", keep}, "a", 1},
      {{"exact", "a", "", R"({"accept": ["b", " c "]})"}, "c", 1},
      {{"exact", "a", "", R"({"accept": ["b"]})"}, "d", 0},
      {{"exact", "b", "answer_tag"}, "<answer>b</answer>", 1},
      {{"exact", "b", "answer_tag"}, "b", 0},
      {{"exact", std::string("a\0b", 3)}, std::string("a\0b", 3), 1},
      {{"exact", std::string("a\0b", 3)}, "a", 0},
      {{"exact", std::string(1 << 20, 'x')}, std::string(1 << 20, 'x'), 1},
  });
}

TEST(Exact, PartialCreditGrowsWithTheRightBeginning) {
  const SpecArgs spec = {"exact", "7,2,6", "response", R"({"partial": "prefix"})"};
  CheckCases({
      {spec, "7,2,6", 1},
      {spec, "7,2,6,1", 5.0 / 6},
      {spec, "7,2", 3.0 / 6},
      {spec, "8,2,6", 0},
      {spec, "", 0},
      {{"exact", "", "response", R"({"partial": "prefix"})"}, "", 1},
      {{"exact", "", "response", R"({"partial": "prefix"})"}, "7", 0},
  });
}

TEST(Exact, ComparesWhatAPatternFinds) {
  const SpecArgs numbers = {"exact", "3, 4, 4", "", R"({"pattern": "[0-9]+"})"},
                 any = {"exact", "3, 4, 4", "", R"({"pattern": "[0-9]+", "order": "any"})"},
                 roles = {"exact", "(1) Zoe is a knight (2) Tom is a knave", "",
                          R"k({"pattern": "([A-Za-z]+) is a (knight|knave)", "order": "any",
                               "case": "ignore"})k"};
  CheckCases({
      {numbers, "[3 4 4]", 1},
      {numbers, "3, 4", 0},
      {numbers, "3, 4, 4, 4", 0},
      {numbers, "4, 3, 4", 0},
      {numbers, "none", 0},
      {numbers, "", 0},
      {any, "4, 3, 4", 1},
      {any, "4, 3, 3", 0},
      {roles, "tom is a knave. ZOE is a knight!", 1},
      {roles, "Tom is a knight, Zoe is a knave", 0},
      {roles, "Zoe is a knight", 0},
      {roles, "Zoe is a knight, Tom is a knave, Tom is a knight", 0},
      {roles, "Zoe is a knight, Tom is a knave, Zoe is a knight", 0},
      {{"exact", "1", "", R"({"pattern": "[0-9]+", "accept": ["2 3"]})"}, "(2, 3)", 1},
      {{"exact", "axx", "", R"({"pattern": "x*"})"}, "b xx c", 1},  // empty matches are none
      {{"exact", "axx", "", R"({"pattern": "x*"})"}, "x x", 0},
      {numbers, std::string(100'000, '4'), 0},
  });
}

TEST(Exact, BadOptionsAreFoundWhenLoaded) {
  const auto check = [](const std::string& options) {
    return CheckMessage({"exact", "a", "", options});
  };
  EXPECT_THAT(check(R"({"case": "upper"})"), HasSubstr("valid: match, ignore"));
  EXPECT_THAT(check(R"({"whitespace": "no"})"), HasSubstr("valid: trim, collapse, remove, keep"));
  EXPECT_THAT(check(R"({"partial": "some"})"), HasSubstr("valid: none, prefix"));
  EXPECT_THAT(check(R"({"accept": "b"})"), HasSubstr("not a list"));
  EXPECT_THAT(check(R"({"accept": [1]})"), HasSubstr("expected string"));
  EXPECT_THAT(check(R"({"pattern": "("})"), HasSubstr("missing )"));
  EXPECT_THAT(check(R"({"pattern": "b"})"), HasSubstr("finds nothing in 'a'"));
  EXPECT_THAT(check(R"({"pattern": "a", "accept": ["b"]})"), HasSubstr("finds nothing in 'b'"));
  EXPECT_THAT(check(R"({"order": "any"})"), HasSubstr("needs a pattern"));
  EXPECT_THAT(check(R"({"pattern": "a", "order": "no"})"), HasSubstr("valid: same, any"));
  EXPECT_THAT(check(R"({"pattern": "a", "partial": "prefix"})"), HasSubstr("not for a pattern"));
  EXPECT_THAT(check(R"({"marker": "#"})"), HasSubstr("unknown option 'marker'"));
}

TEST(Choice, ReadsLettersAndTexts) {
  const std::string colours = R"({"choices": ["red", "Light  green", "a shade of blue"]})";
  const SpecArgs letter = {"choice", "B"}, spec = {"choice", "B", "", colours};
  CheckCases({
      {letter, "B", 1},
      {letter, "b", 1},
      {letter, "(B)", 1},
      {letter, "[B]", 1},
      {letter, "B.", 1},
      {letter, "(B).", 1},
      {letter, "**B**", 1},
      {letter, "\\text{B}", 1},
      {letter, "$B$", 1},
      {letter, "Option B", 1},
      {letter, "A", 0},
      {letter, "", 0},
      {letter, "A or B", 0},
      {letter, "B or A", 0},
      {letter, "A, B", 0},
      {letter, "B, A", 0},
      {letter, "AB", 0},
      {letter, "Because", 0},
      {letter, "(B", 0},
      {letter, "(B]", 0},
      {letter, "B) green", 0},
      {letter, "2", 0},
      {letter, "(\xC3\x89)", 0},
      {spec, "B", 1},
      {spec, "light green", 1},
      {spec, "LIGHT\n GREEN", 1},
      {spec, "B) light green", 1},
      {spec, "(B) light green", 1},
      {spec, "B: Light green", 1},
      {spec, "B) red", 0},
      {spec, "A) light green", 0},
      {spec, "C", 0},
      {spec, "D", 0},
      {spec, "green", 0},
      {spec, "light green red", 0},
      {spec, std::string(1 << 20, 'B'), 0},
      {{"choice", "light green", "", colours}, "(b)", 1},
      {{"choice", "C", "answer_line", colours}, "Answer: a shade of blue", 1},
  });
}

TEST(Choice, SeveralMayBeRight) {
  const std::string colours = R"("choices": ["red", "green", "red and blue", "C"])";
  const SpecArgs accept = {"choice", "A", "", R"({"accept": ["C"]})"},
                 digits = {"choice", "2", "", R"({"labels": "digits"})"},
                 all = {"choice", "A, C", "", R"({"select": "all"})"},
                 texts = {"choice", "A, green", "", R"({"select": "all", )" + colours + "}"};
  CheckCases({
      {accept, "A", 1},
      {accept, "(C)", 1},
      {accept, "B", 0},
      {accept, "A, C", 0},
      {digits, "2", 1},
      {digits, "(2).", 1},
      {digits, "2)", 1},
      {digits, "12", 0},
      {digits, "B", 0},
      {digits, "27", 0},
      {all, "A and C", 1},
      {all, "(C), (A)", 1},
      {all, "AC", 1},
      {all, "C A", 1},
      {all, "A", 0},
      {all, "A, B, C", 0},
      {all, "A, C, C", 0},
      {all, "A, C or maybe D", 0},
      {all, "", 0},
      {texts, "Green, red", 1},
      {texts, "(B) green and (A) red", 1},
      {texts, "red; red and green", 0},
      {texts, "A) red, C) blue", 0},
      {texts, "red, (C)", 0},  // "C" is the letter of one option and the text of another
      {{"choice", "green", "", "{" + colours + "}"}, "Green.", 1},
      {{"choice", "red and green", "", R"({"select": "all", "choices": ["red", "green", "x"]})"},
       "green\nred",
       1},
  });
}

TEST(Choice, BadTasksAreFoundWhenLoaded) {
  const auto check = [](const std::string& truth, const std::string& options) {
    return CheckMessage({"choice", truth, "", options});
  };
  EXPECT_THAT(check("green", ""), HasSubstr("a letter is wanted"));
  EXPECT_THAT(check("D", R"({"choices": ["x", "y"]})"), HasSubstr("'D' is no option"));
  EXPECT_THAT(check("A", R"({"choices": ["x", " X "]})"), HasSubstr("twice"));
  EXPECT_THAT(check("A", R"({"choices": ["x"]})"), HasSubstr("2 to 26"));
  EXPECT_THAT(check("A", R"({"choices": ["x", ""]})"), HasSubstr("empty"));
  EXPECT_THAT(check("A", R"({"labels": "roman"})"), HasSubstr("valid: letters, digits"));
  EXPECT_THAT(check("A", R"({"select": "some"})"), HasSubstr("valid: one, all"));
  EXPECT_THAT(check("A", R"({"accept": "B"})"), HasSubstr("not a list"));
  EXPECT_THAT(check("A", R"({"accept": ["green"]})"), HasSubstr("'green' is no option"));
  EXPECT_THAT(check("A, B", R"({"select": "all", "accept": ["C"]})"), HasSubstr("not for select"));
  EXPECT_THAT(check("A, B", ""), HasSubstr("is no option"));
  // "A" is the letter of one option and the text of another.
  EXPECT_THAT(check("A", R"({"choices": ["b", "a"]})"), HasSubstr("'A' is no option"));
}

TEST(Format, MatchesPatternsAndLayouts) {
  const SpecArgs full = {"format", "", "", R"({"pattern": "<a>.*</a>"})"},
                 part = {"format", "", "", R"({"pattern": "[0-9]{3}", "match": "contains"})"},
                 think = {"format", "", "", R"({"layout": "think"})"},
                 both = {"format", "", "", R"({"layout": "think_answer"})"};
  CheckCases({
      {full, "<a>x\ny</a>", 1},
      {full, "<a>x</a> ", 0},
      {full, "<a>\xff</a>", 0},
      {part, "ab 123", 1},
      {part, "12", 0},
      {part, std::string(1 << 20, '1'), 1},
      {think, "<think>a</think> b", 1},
      {think, "<think>a</think>", 0},
      {think, "<think> </think> b", 0},
      {think, "<think>a</think> b <think>", 0},
      {think, "x <think>a</think> b", 0},
      {think, "a</think> b", 0},
      {both, "<think>a</think><answer>b</answer>", 1},
      {both, " <think>a</think>\n<answer>b</answer>\n", 1},
      {both, "<think></think><answer>b</answer>", 0},
      {both, "<think>a</think><answer> \n</answer>", 0},
      {both, "<think>a</think>x<answer>b</answer>", 0},
      {both, "<think>a</think><answer>b</answer>x", 0},
      {both, "<think>a</think><answer>b</answer><answer>c</answer>", 0},
      {both, "<think>a<answer>x</answer></think><answer>b</answer>", 0},
      {both, "<think>a<think>b</think><answer>b</answer>", 0},
      {both, "<think>a</think><answer>b<think></answer>", 0},
      {both, "<think>a</think></think><answer>b</answer>", 0},
      {both, "<answer>b</answer><think>a</think>", 0},
      {both, "", 0},
  });
}

TEST(Format, KnowsMoreLayouts) {
  const auto layout = [](const std::string& name) {
    return SpecArgs{"format", "", "", R"({"layout": ")" + name + "\"}"};
  };
  CheckCases({
      {layout("think_boxed"), "<think>a</think> so \\boxed{2}", 1},
      {layout("think_boxed"), "<think>a</think> so 2", 0},
      {layout("think_boxed"), "<think>\\boxed{1}</think> so \\boxed{2}", 1},
      {layout("think_boxed"), "<think>a</think> \\boxed{1} or \\boxed{2}", 0},
      {layout("think_boxed"), "<think>a</think> \\boxed{1", 0},
      {layout("think_boxed"), "\\boxed{1}", 0},
      {layout("think_boxed"), "<think>a</think> \\boxed{}", 0},
      {layout("answer"), "so <answer>2</answer>.", 1},
      {layout("answer"), "<answer>1</answer></think><answer>2</answer>", 1},
      {layout("answer"), "<answer>1</answer><answer>2</answer>", 0},
      {layout("answer"), "</answer><answer>2</answer>", 0},
      {layout("answer"), "2", 0},
      {layout("boxed"), "so \\boxed{\\frac{1}{2}}", 1},
      {layout("boxed"), "so 2", 0},
      {layout("json"), "{\"a\": 1}", 1},
      {layout("json"), "x</think>```json\n[1]\n```", 1},
      {layout("json"), "5", 0},
      {layout("json"), "{\"a\": 1} done", 0},
      {layout("json"), "```", 0},
  });
}

TEST(Format, RequiresAndForbidsPatterns) {
  const SpecArgs require = {"format", "", "", R"({"require": ["[0-9]", "Answer:"]})"},
                 forbid = {"format", "", "", R"({"forbid": "(?i)as an ai"})"},
                 both = {"format", "", "",
                         R"({"layout": "think", "require": "x", "forbid": ["y", "z"]})"};
  CheckCases({
      {require, "Answer: 5", 1},
      {require, "Answer: five", 0},
      {forbid, "fine", 1},
      {forbid, "As an AI", 0},
      {both, "<think>a</think> x", 1},
      {both, "<think>a</think> x y", 0},
      {both, "x", 0},
  });
}

TEST(Format, BadOptionsAreFoundWhenLoaded) {
  const auto check = [](const std::string& options) {
    return CheckMessage({"format", "", "", options});
  };
  EXPECT_THAT(check("{}"), HasSubstr("either a pattern or a layout"));
  EXPECT_THAT(check(R"({"pattern": "a", "layout": "think"})"), HasSubstr("either"));
  EXPECT_THAT(check(R"({"pattern": "("})"), HasSubstr("missing )"));
  EXPECT_THAT(check(R"({"pattern": "(a{1000}){1000}"})"), HasSubstr("pattern"));
  EXPECT_THAT(check(R"({"layout": "no"})"),
              HasSubstr("valid: answer, boxed, json, think, think_answer, think_boxed"));
  EXPECT_THAT(check(R"({"require": []})"), HasSubstr("option require is empty"));
  EXPECT_THAT(check(R"({"forbid": [1]})"), HasSubstr("expected string"));
  EXPECT_THAT(check(R"({"forbid": "("})"), HasSubstr("missing )"));
  EXPECT_THAT(check(R"({"pattern": "a", "match": "no"})"), HasSubstr("valid: full, contains"));
}

}  // namespace
}  // namespace longhaul::reward
