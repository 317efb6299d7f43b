// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstring>
#include <ctime>

#include "common/random.h"
#include "math_case.h"

namespace longhaul::reward {
namespace {

using testing::HasSubstr;

std::string Boxed(const std::string& text) { return "\\boxed{" + text + "}"; }

double ThreadMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

std::string Repeat(const std::string& part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

TEST(MathVerifier, RefusesGroundTruthsThatDoNotParse) {
  EXPECT_EQ(CheckGold("\\frac{1}{2}"), "");
  EXPECT_EQ(CheckGold("\\text{Monday}"), "");
  EXPECT_THAT(CheckGold("\\frac{1}{"), HasSubstr("is no mathematics"));
  EXPECT_THAT(CheckGold(""), HasSubstr("key `answer`, is missing"));
  Json text = Json::Object();
  text.Set("text", true);
  EXPECT_EQ(CheckGold("\\frac{1}{", text), "");
  Json percent = Json::Object();
  percent.Set("percent", "no");
  EXPECT_THAT(CheckGold("1", percent), HasSubstr("valid: fraction, value, reject"));
}

TEST(MathVerifier, AResponseOfNothingButWordsIsItsAnswer) {
  EXPECT_TRUE(IsEqual("no solution", "no solution"));
  EXPECT_TRUE(IsEqual("no solution", "\n\nNo solution.\n"));
  EXPECT_TRUE(IsEqual("\\text{Paris}", "Paris"));
  EXPECT_FALSE(IsEqual("no solution", "I see no solution"));
  EXPECT_FALSE(IsEqual("no solution", "no solution below 5"));
  EXPECT_FALSE(IsEqual("no solution", "**one solution**"));
  EXPECT_EQ(ExplainPair("Paris", std::string(61, 'a')).rule, "the extractor found no answer");
}

TEST(MathVerifier, PercentMeansWhatTheTaskSays) {
  Json value = Json::Object(), reject = Json::Object();
  value.Set("percent", "value");
  reject.Set("percent", "reject");
  EXPECT_TRUE(IsEqual("5", Boxed("5\\%"), value));
  EXPECT_FALSE(IsEqual("0.05", Boxed("5\\%"), value));
  EXPECT_TRUE(IsEqual("0.05", Boxed("5\\%")));
  EXPECT_FALSE(IsEqual("0.05", Boxed("5\\%"), reject));
}

TEST(MathVerifier, TolerancesAreOptions) {
  Json options = Json::Object();
  options.Set("abs_tol", "0.01");
  EXPECT_TRUE(IsEqual("3.14", Boxed("3.149"), options));
  EXPECT_FALSE(IsEqual("3.14", Boxed("3.151"), options));
  EXPECT_FALSE(IsEqual("3.14", Boxed("3.141")));
}

TEST(MathVerifier, ExplainsWhatItReadAndWhatDecided) {
  const MathExplanation steps = ExplainPair("\\frac{1}{2}", "so \\boxed{0.5}");
  EXPECT_EQ(steps.pred_text, "0.5");
  EXPECT_EQ(steps.gold_reading, "expression (1 / 2)");
  EXPECT_EQ(steps.pred_reading, "number 1/2");
  EXPECT_EQ(steps.rule, "exact rationals");
}

TEST(MathVerifier, UnparsedTextIsRightOnlyAsTheSameText) {
  EXPECT_TRUE(IsEqual("\\boxed{1+}", Boxed("1+")));
  EXPECT_FALSE(IsEqual("1", Boxed("1+")));
  EXPECT_FALSE(IsEqual("\\frac{1}{2004!}", Boxed("\\frac{1}{2006!}")));
}

TEST(MathVerifier, HostileTextsCostLittleAndAreWrong) {
  const std::vector<std::string> texts = {
      Boxed(Repeat("{", 100'000) + "1" + Repeat("}", 100'000)),
      Boxed(Repeat("{", 20'000) + "1" + Repeat("}", 20'000)),
      Boxed("(10^9)!"),
      Boxed("1000000000!"),
      Boxed("9^9^9^9"),
      Boxed("9^{9^{9^9}}"),
      Boxed("2^{2^{2^{2^{2^{2^2}}}}}"),
      Boxed(Repeat("1+", 30'000) + "2"),
      Boxed(Repeat("\\frac{1}{", 5'000) + "1" + Repeat("}", 5'000)),
      Boxed(Repeat("\\sqrt", 10'000) + "2"),
      Boxed(Repeat("x^", 10'000) + "2"),
      Boxed(Repeat("-", 60'000) + "2"),
      Boxed(Repeat("(", 30'000)),
      Boxed(Repeat("|", 30'000)),
      Boxed(Repeat("x", 60'000)),
      Boxed(Repeat("1,", 20'000) + "2"),
      Boxed("\\sum_{k=1}^{10^9} k^k"),
      Boxed("\\sum_{k=1}^{9999}\\sum_{j=1}^{9999} \\sin(jk)"),
      Boxed("\\sin(10^{10000})"),
      Boxed("\\binom{10^9}{10^8}"),
      Boxed("1e999999999"),
      Boxed("10^{10^{10}}"),
      Repeat("\\boxed{", 20'000),
      Repeat("$", 60'001),
      Repeat("\\(", 30'000),
      Repeat("final answer is 3. i hope", 2'000),
      Repeat("answer: ", 10'000)};
  for (const std::string& text : texts) {
    for (const char* gold : {"1", "\\sqrt{x}+\\pi"}) {
      const double start = ThreadMilliseconds();
      EXPECT_FALSE(IsEqual(gold, text)) << text.substr(0, 60);
      const double took = ThreadMilliseconds() - start;
      // Milliseconds each; what grows faster than its text takes minutes.
      EXPECT_LT(took, 1000) << text.substr(0, 60);
    }
  }
}

// A model that repeats itself must not hold up the others. The bound leaves room for a machine
// several times slower than one that takes 20 ms.
TEST(MathVerifier, RepetitionCostsLittle) {
  for (const char* part : {"1,",
                           "12,",
                           "123,",
                           "\\circ ",
                           "\\or ",
                           "\\times2",
                           "1\\\\",
                           "7^{9999}\\cdot ",
                           "π",
                           "(x^2+1)",
                           "1e",
                           "x!",
                           "\\pm1",
                           "1\\pm",
                           "e^{\\pi}+",
                           "\\sum_{k=1}^{9999}k^{99}+",
                           " {",
                           "\\tanh(1000x)+",
                           "DNE ",
                           "]1,(",
                           "p\\lor q\\land ",
                           "\\neg ",
                           "\\forall x ",
                           "x_1=1 or ",
                           "\\mathbf{i}+",
                           "\\|v\\|",
                           "5\\mu\\text{m} ",
                           "c_1e^x+",
                           "The correct option is C. "}) {
    for (const size_t bytes : {size_t{3'900}, size_t{64'000}, size_t{1'000'000}}) {
      const std::string repeated = Repeat(part, static_cast<int>(bytes / std::strlen(part)));
      for (const std::string& text : {Boxed(repeated + "1"), "The answer is " + repeated + "1.",
                                      Repeat(Boxed(std::string(part) + "1"),
                                             static_cast<int>(bytes / (std::strlen(part) + 9)))}) {
        const double start = ThreadMilliseconds();
        IsEqual("\\sqrt{x}+\\pi", text);
        const double took = ThreadMilliseconds() - start;
        EXPECT_LT(took, bytes < 100'000 ? 100 : 500) << bytes << " bytes of " << part;
      }
    }
  }
}

// Texts made of what the parser knows, cut and joined at random, and random bytes. 10^7 of them
// with LONGHAUL_FUZZ_RUNS=10000000.
TEST(MathVerifier, RandomTextsNeitherCrashNorEqualSomethingElse) {
  const std::vector<std::string> parts = {"\\frac",
                                          "{",
                                          "}",
                                          "1",
                                          "23",
                                          "x",
                                          "^",
                                          "_",
                                          "\\sqrt",
                                          "[",
                                          "]",
                                          "(",
                                          ")",
                                          ",",
                                          ";",
                                          "+",
                                          "-",
                                          "\\pm",
                                          "\\cdot",
                                          "/",
                                          "=",
                                          "<",
                                          "\\le",
                                          "\\in",
                                          "\\infty",
                                          "\\pi",
                                          "e",
                                          "i",
                                          "\\text",
                                          "cm",
                                          " ",
                                          "\\,",
                                          "|",
                                          "!",
                                          "%",
                                          "\\{",
                                          "\\}",
                                          "\\cup",
                                          "\\begin{pmatrix}",
                                          "\\end{pmatrix}",
                                          "&",
                                          "\\\\",
                                          "\\log",
                                          "\\sin",
                                          "\\sum_{k=1}^{3}",
                                          "\\binom",
                                          "and",
                                          "or",
                                          "0.5",
                                          "1,000",
                                          ":",
                                          "\\circ",
                                          "$",
                                          "\\boxed{",
                                          "\\overline",
                                          "\\lfloor",
                                          "\\rfloor",
                                          "f",
                                          "'",
                                          "\\int_0^1",
                                          "dx",
                                          "\\ldots",
                                          "...",
                                          "C",
                                          "{}_8C_3",
                                          "C(8,3)",
                                          "k",
                                          "n",
                                          "k\\in\\mathbb{Z}",
                                          "\\lim_{x\\to 0^+}",
                                          "\\times",
                                          "dx",
                                          "\\partial",
                                          "\\nabla",
                                          "\\Delta",
                                          "\\circ ",
                                          "\\wedge",
                                          "A^{-1}",
                                          "AB",
                                          "X^T",
                                          "f^{(2)}",
                                          "f^{-1}",
                                          "E[",
                                          "\\mathbf{AB}",
                                          "\\star",
                                          "\\dim(",
                                          "\\phi(",
                                          "^{\\underline{",
                                          "^{\\overline{",
                                          "}}",
                                          "(or ",
                                          "SU(",
                                          "A\\times B",
                                          "^{(n)}",
                                          "^\\top",
                                          "g^{-1}",
                                          "\\Delta^2",
                                          "GL_2(",
                                          "\\choose",
                                          "\\pmod",
                                          "(12)",
                                          "minus 1",
                                          "matrix",
                                          "\\land",
                                          "\\lor",
                                          "\\neg ",
                                          "\\to ",
                                          "\\mathbf{i}",
                                          "\\hat{k}",
                                          "\\vec",
                                          "\\mu",
                                          "\\text{C}",
                                          "\\|",
                                          "\\Vert",
                                          "\\text{ for all }",
                                          "\\forall x",
                                          "\\exists x",
                                          "\\text{such that}",
                                          "\\equiv",
                                          "y(x)=",
                                          "c_1",
                                          "C_1",
                                          "+C",
                                          "\\text{ to }",
                                          "\\text{ where }",
                                          "option ",
                                          "(C) ",
                                          "\\mathbf{R}",
                                          "\\$1",
                                          " - ",
                                          "\xC2\xB2",
                                          "\xE2\x80\x8B",
                                          "\xE2\x88\x92",
                                          "\xE4\xB8\x87"};
  const char* runs_set = std::getenv("LONGHAUL_FUZZ_RUNS");
  const int64_t runs = runs_set != nullptr ? std::atoll(runs_set) : 20'000;
  for (int64_t run = 0; run < runs; ++run) {
    RandomSequence random(RandomKey(7, RandomStream::kTest), static_cast<uint64_t>(run));
    const auto draw = [&] {
      std::string text;
      const uint64_t length = 1 + random.Below(random.Below(8) == 0 ? 60 : 12);
      for (uint64_t i = 0; i < length; ++i) {
        if (random.Below(40) == 0) {
          text += static_cast<char>(random.Below(256));
        } else {
          text += parts[random.Below(parts.size())];
        }
      }
      return text;
    };
    const std::string gold = draw(), pred = random.Below(4) == 0 ? gold : draw();
    EXPECT_FALSE(IsEqual("123456789\\zeta", Boxed(pred))) << pred;
    EXPECT_FALSE(IsEqual("123456789\\zeta", "so it is " + pred + " of them")) << pred;
    IsEqual(gold, Boxed(pred));
  }
}

}  // namespace
}  // namespace longhaul::reward
