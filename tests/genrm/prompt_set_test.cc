// SPDX-License-Identifier: Apache-2.0
#include "reward/genrm/prompt_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/common/status_matchers.h"

namespace longhaul::reward::genrm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PromptSet, BuiltInSetsHoldEveryPlaceHolder) {
  for (const char* name : {"default", "strict"}) {
    const PromptSet set = LoadPromptSet(name).value();
    for (const std::string& text : {set.grade, set.equivalence}) {
      for (const char* holder : {"{question}", "{reference}", "{candidate}", "{fence}"}) {
        EXPECT_THAT(text, HasSubstr(holder)) << name;
      }
    }
    for (const char* holder : {"{question}", "{a}", "{b}", "{fence}"}) {
      EXPECT_THAT(set.pairwise, HasSubstr(holder)) << name;
    }
  }
  EXPECT_NE(LoadPromptSet("default")->grade, LoadPromptSet("strict")->grade);
}

TEST(PromptSet, ADirectoryReplacesWhatItHolds) {
  const std::string dir = testing::TempDir() + "/prompts";
  ASSERT_TRUE(RemoveTree(dir).ok());
  ASSERT_TRUE(CreateDirectories(dir).ok());
  EXPECT_THAT(Message(LoadPromptSet(dir).status()), HasSubstr("holds none of grade.txt, "));
  ASSERT_TRUE(
      WriteFileAtomic(dir + "/grade.txt", "{question}|{reference}|{fence}{candidate}{fence}").ok());
  const PromptSet set = LoadPromptSet(dir).value();
  EXPECT_EQ(set.grade, "{question}|{reference}|{fence}{candidate}{fence}");
  EXPECT_EQ(set.pairwise, LoadPromptSet("default")->pairwise);
  ASSERT_TRUE(WriteFileAtomic(dir + "/pairwise.txt", "{question} {a}").ok());
  EXPECT_THAT(Message(LoadPromptSet(dir).status()),
              HasSubstr("pairwise.txt: the template has no {b}"));
  EXPECT_THAT(Message(LoadPromptSet("defualt").status()), HasSubstr("neither default nor strict"));
}

TEST(FillTemplate, WhatIsPutInIsNotLookedAtAgain) {
  EXPECT_EQ(FillTemplate("{a}{b} {c} {", {{"a", "{b}"}, {"b", "x{a}"}}), "{b}x{a} {c} {");
}

TEST(Fence, IsAFunctionOfTheTextsAndStandsInNone) {
  const std::string first = MakeFence(1, {"question", "candidate"});
  EXPECT_EQ(MakeFence(1, {"question", "candidate"}), first);
  EXPECT_NE(MakeFence(2, {"question", "candidate"}), first);
  EXPECT_NE(MakeFence(1, {"question", "candidates"}), first);
  const std::string spoofed = "candidate " + first;
  EXPECT_THAT(spoofed, Not(HasSubstr(MakeFence(1, {"question", spoofed}))));
}

TEST(VisibleAnswer, HasNoThinking) {
  EXPECT_EQ(VisibleAnswer("<think>a</think> b\n", 100), "b");
  EXPECT_EQ(VisibleAnswer("a</think>b</think>c", 100), "c");
  EXPECT_EQ(VisibleAnswer("<think>never ends: the answer is 4", 100), "");
  EXPECT_EQ(VisibleAnswer(" plain ", 100), "plain");
}

TEST(VisibleAnswer, IsTextAndBounded) {
  EXPECT_EQ(VisibleAnswer("a\xff"
                          "b",
                          100),
            "a\xef\xbf\xbd"
            "b");
  std::string long_text;
  for (int i = 0; i < 1000; ++i) long_text += "\xc3\xa9";
  const std::string cut = VisibleAnswer(long_text, 301);
  EXPECT_THAT(cut, HasSubstr("bytes left out"));
  EXPECT_LT(cut.size(), 400u);
  EXPECT_EQ(VisibleAnswer(cut, 1000), cut) << "no character is cut";
}

TEST(SaysAnything, WhatCanBeAnAnswerInAnyScript) {
  EXPECT_TRUE(SaysAnything("4"));
  EXPECT_TRUE(SaysAnything("\xe8\xa7\xa3"));
  EXPECT_TRUE(SaysAnything("\xe2\x88\x9e"));  // infinity
  EXPECT_TRUE(SaysAnything("\xc2\xbd"));      // a half
  EXPECT_FALSE(SaysAnything(":"));
  EXPECT_FALSE(SaysAnything("\xef\xbc\x9a \xe3\x80\x82 \xe2\x80\xa6"))
      << "a wide colon, an ideographic stop, dots";
  EXPECT_FALSE(SaysAnything("\xff\xef\xbf\xbd"));
  EXPECT_FALSE(SaysAnything(" . , !"));
  EXPECT_FALSE(SaysAnything(""));
}

}  // namespace
}  // namespace longhaul::reward::genrm
