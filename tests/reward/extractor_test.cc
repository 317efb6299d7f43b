// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kNone = "(none)";

struct Case {
  std::string extractor;
  std::string text;
  std::string_view want;
  std::string options = "{}";
};

std::string Extract(const Case& c) {
  const auto extractor = FindExtractor(c.extractor);
  EXPECT_TRUE(extractor.ok()) << extractor.status();
  const auto options = Json::Parse(c.options, "options");
  EXPECT_TRUE(options.ok()) << options.status();
  const auto found = (*extractor)->Extract(c.text, *options);
  return std::string(found.value_or(std::string(kNone)));
}

TEST(Extractor, FindsWhatItSays) {
  const std::vector<Case> cases = {
      {"whole", "  42 \n", "42"},
      {"whole", "", ""},
      {"whole", "<think>41</think> 42", "42"},
      {"whole", "a</think>b</think> c", "c"},
      {"whole", "<think> 42", ""},
      {"whole", "<think>41</think> 42 <think> or 43", ""},
      {"boxed", "<think>\\boxed{3}", kNone},
      {"math_answer", "<think>\\boxed{3}", kNone},
      {"answer_tag", "<think><answer>1</answer>", kNone},
      {"last_number", "<think> 42", kNone},
      {"response", "<think> 42", "<think> 42"},
      {"response", " <think>41</think> 42", " <think>41</think> 42"},

      {"answer_tag", "x <answer> 42 </answer> y", "42"},
      {"answer_tag", "<answer>1</answer><answer>2</answer>", "2"},
      {"answer_tag", "<answer>1<answer>2</answer>", "2"},
      {"answer_tag", "<answer></answer>", ""},
      {"answer_tag", "<answer>1", kNone},
      {"answer_tag", "1</answer>", kNone},
      {"answer_tag", "</answer>1<answer>", kNone},
      {"answer_tag", "<answer><answer>1</answer></answer>", kNone},
      {"answer_tag", "<answer>1</answer> so 2</answer>", kNone},
      {"answer_tag", "<answer>1</answer></think>nothing", kNone},
      {"answer_tag", "<think><answer>1</answer></think><answer>2</answer>", "2"},

      {"answer_line", "work\nAnswer: 42", "42"},
      {"answer_line", "Answer: 1\nAnswer: 2\nbye", "2"},
      {"answer_line", "  ANSWER :  42  \n", "42"},
      {"answer_line", "**Answer:** 42", "42"},
      {"answer_line", "**Answer**: 42", "42"},
      {"answer_line", "**Answer: 42**", "42"},
      {"answer_line", "The answer: 42", kNone},
      {"answer_line", "Answer 42", kNone},
      {"answer_line", "Answers: 42", kNone},
      {"answer_line", "", kNone},
      {"answer_line", "Answer:", ""},

      {"last_number", "3 apples and 5 pears", "5"},
      {"last_number", "x = -3.", "-3"},
      {"last_number", "5-3", "3"},
      {"last_number",
       "x=\xE2\x88\x92"
       "7",
       "\xE2\x88\x92"
       "7"},
      {"last_number", "1,234,567 in all", "1,234,567"},
      {"last_number", "1,2,3", "3"},
      {"last_number", "half is 1/2.", "1/2"},
      {"last_number", "it is .5", ".5"},
      {"last_number", "sum.5", "5"},
      {"last_number", "6.02e23 atoms", "6.02e23"},
      {"last_number", "3 x 10^5 m", "3 x 10^5"},
      {"last_number", "50% of it", "50%"},
      {"last_number", "1-2-3", "3"},
      {"last_number", "none", kNone},
      {"last_number", "v3", kNone},
      {"last_number", "7 of H2O5", "7"},
      {"last_number", "so 5\u00b2", "5\u00b2"},
      {"last_number", "", kNone},
      {"last_number", "9 </think> none", kNone},

      {"after", "7+5+0:12#132", "132", R"({"marker": "#"})"},
      {"after", "#1#2\nrest", "2", R"({"marker": "#"})"},
      {"after", "132", kNone, R"({"marker": "#"})"},
      {"after", "[[a]] [[b]] c", "b", R"({"marker": "[[", "until": "]]"})"},
      {"after", "[[a", kNone, R"({"marker": "[[", "until": "]]"})"},

      {"boxed", R"(so \boxed{42}.)", "42"},
      {"boxed", R"(\boxed{1} is wrong, it is \boxed{\frac{1}{2}})", R"(\frac{1}{2})"},
      {"boxed", R"(\boxed{1} is wrong, it is \fbox{ 2 })", "2"},
      {"boxed", R"(\boxed{1} \fbox{ 2 })", R"(\boxed{1} \fbox{ 2 })"},
      {"boxed", R"(\boxed{\{1, 2\}})", R"(\{1, 2\})"},
      {"boxed", R"(\boxed{1} \boxed{2)", kNone},
      {"boxed", R"(\boxed{1\)", kNone},
      {"boxed", R"(\boxed 42.)", "42"},
      {"boxed", R"($\boxed 4.5$)", "4.5"},
      {"boxed", R"(\boxed 4/5)", kNone},
      {"boxed", R"($\boxed{42}$\%)", R"(42\%)"},
      {"boxed", R"(\boxed{42} percent)", R"(42\%)"},
      {"boxed", R"(\boxed{42} percentiles)", "42"},
      {"boxed", R"(\boxed{1}, 99 and \boxed{2})", "2"},
      {"boxed", R"($x_1=\boxed{1}$, $x_2=\boxed{2}$)", R"(\boxed{1}$, $x_2=\boxed{2})"},
      {"boxed", "boxed{1}", kNone},

      {"hash", "work\n#### 42\n", "42"},
      {"hash", "#### 1\n#### 2", "2"},
      {"hash", "### 42", kNone},
      {"hash", "#### **42**", "42"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Extract(c), c.want) << c.extractor << " of " << c.text;
  }
}

TEST(Extractor, SurvivesHostileTexts) {
  const std::string megabyte(1 << 20, '{'), digits(1 << 20, '7'), hashes(1 << 20, '#');
  std::string tags, numbers;
  for (int i = 0; i < 100000; ++i) tags += "<answer>", numbers += "1,";
  const std::string nul("a\0b 4\0", 6), broken = "\xff\xfe 5 \xc3";
  for (const char* name :
       {"whole", "response", "answer_tag", "answer_line", "last_number", "boxed", "hash"}) {
    for (const std::string& text :
         {megabyte, digits, hashes, tags, numbers, nul, broken, "\\boxed{" + megabyte}) {
      Extract({name, text, ""});
    }
  }
  EXPECT_EQ(Extract({"last_number", nul, ""}), "4");
  EXPECT_EQ(Extract({"last_number", broken, ""}), "5");
  EXPECT_EQ(Extract({"last_number", digits, ""}), digits);
  EXPECT_EQ(Extract({"boxed", "\\boxed{" + megabyte, ""}), kNone);
}

TEST(Extractor, UnknownNameListsTheValidOnes) {
  const Status status = FindExtractor("answer").status();
  EXPECT_THAT(Message(status), HasSubstr("unknown extractor 'answer'"));
  EXPECT_THAT(Message(status), HasSubstr("answer_line, answer_tag, boxed"));
}

TEST(Extractor, OptionsAreChecked) {
  const Extractor* after = FindExtractor("after").value();
  const auto check = [&](const char* options) {
    return Message(after->CheckOptions(Json::Parse(options, "options").value()));
  };
  EXPECT_THAT(check("{}"), HasSubstr("extractor 'after' needs a string in option marker"));
  EXPECT_THAT(check(R"({"marker": ""})"), HasSubstr("marker"));
  EXPECT_THAT(check(R"({"marker": 3})"), HasSubstr("marker"));
  EXPECT_THAT(check(R"({"marker": "#", "until": 4})"), HasSubstr("until"));
  EXPECT_EQ(check(R"({"marker": "#", "until": ";"})"), "");
}

}  // namespace
}  // namespace longhaul::reward
