// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer of what judged programs answer: replies of calls and verdicts of tests, right ones
// mutated and wrong ones made up, and outputs against what is expected. A score above 0 must come
// from an answer that matches by a second, plain reading of the rules.
#include <cmath>
#include <map>
#include <sstream>

#include "reward/code/call_server.h"
#include "reward/code/guest_value.h"
#include "reward/code/text_comparison.h"
#include "scorer_case.h"
#include "tests/support/fuzz_source.h"

namespace longhaul::reward {
namespace {

// Values on the wire, right and wrong, some of them absurd.
std::string WireValue(FuzzSource& source, int depth = 0) {
  static const std::string kScalars[] = {"0",
                                         "1",
                                         "2",
                                         "-1",
                                         "true",
                                         "null",
                                         "1.0",
                                         "0.5",
                                         "1e308",
                                         "1e999",
                                         "-0.0",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "\"\"",
                                         "\"1\"",
                                         "\"\\ud800\"",
                                         "\"\xff\"",
                                         "\"a\"",
                                         R"({"t":"float","v":"nan"})",
                                         R"({"t":"float","v":"inf"})",
                                         R"({"t":"int","v":"10000000000000000"})",
                                         R"({"t":"int","v":"-0"})",
                                         R"({"t":"int","v":"zz"})",
                                         R"({"t":"int","v":"1"})",
                                         R"({"t":"ref","v":0})",
                                         R"({"t":"dict","v":[]})",
                                         R"({"t":"dict","v":[["a",1],["a",1]]})",
                                         R"({"t":"tuple","v":3})",
                                         "{",
                                         "NaN",
                                         std::string(5000, '['),
                                         std::string(3000, '9'),
                                         R"({"t":"int","v":")" + std::string(3000, 'f') + "\"}"};
  if (depth > 3 || source.Chance(2)) return source.Pick(kScalars);
  std::string items;
  const uint64_t form = source.Below(4);
  for (uint64_t count = source.Below(4); count > 0; --count) {
    if (!items.empty()) items += ",";
    const std::string item = WireValue(source, depth + 1);
    items += form == 1 ? "[\"" + std::string(1, "ab1"[source.Below(3)]) + "\"," + item + "]" : item;
  }
  if (form == 0) return "[" + items + "]";
  if (form == 1) return R"({"t":"dict","v":[)" + items + "]}";
  if (form == 2) return R"({"t":"tuple","v":[)" + items + "]}";
  return R"({"t":"set","v":[)" + items + "]}";
}

const std::string kExpected[] = {"1",
                                 "2.5",
                                 "true",
                                 "null",
                                 "\"a\"",
                                 "\"\"",
                                 "[]",
                                 "[1,2]",
                                 "[[1],\"1\"]",
                                 "{}",
                                 R"({"a":1})",
                                 R"({"a":1,"b":1})",
                                 R"({"a":[1,2],"b":{"1":null}})",
                                 R"({"$int":"18446744073709551616"})",
                                 "1e300"};

// The expected value as a program's reply says it.
std::string RightReply(const Json& expected) { return ToGuestValue(expected).ToString(); }

// A value in one spelling: what Python's == would take for equal is spelled alike. Nothing: it is
// no value that an expected one can be equal to.
std::optional<std::string> Spell(const Json& value, bool from_guest) {
  switch (value.kind()) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBool:
      return *value.AsBool() ? "1" : "0";
    case Json::Kind::kInt:
      return std::to_string(*value.AsInt());
    case Json::Kind::kString:
      return Json(*value.AsString()).ToString();
    case Json::Kind::kDouble: {
      const double number = *value.AsDouble();
      char digits[400];
      if (number == std::floor(number)) {
        std::snprintf(digits, sizeof(digits), "%.0f", number == 0 ? 0.0 : number);
        return digits;
      }
      return Json(number).ToString();
    }
    case Json::Kind::kArray: {
      std::string text = "[";
      for (const Json& item : value.items()) {
        const auto spelled = Spell(item, from_guest);
        if (!spelled.has_value()) return std::nullopt;
        text += *spelled + ",";
      }
      return text + "]";
    }
    case Json::Kind::kObject:
      break;
  }
  std::map<std::string, std::string> members;
  if (!from_guest) {
    if (const Json* large = value.Find("$int"); large != nullptr) return *large->AsString();
    for (const Json::Member& member : value.members()) {
      members[member.key] = *Spell(member.value, from_guest);
    }
  } else {
    const Json* tag = value.Find("t");
    const Json* content = value.Find("v");
    if (tag == nullptr || content == nullptr || !tag->is_string()) return std::nullopt;
    const std::string kind = *tag->AsString();
    if (kind == "tuple" && content->is_array()) return Spell(*content, from_guest);
    if (kind == "int" && content->is_string()) {
      // The only one of more than 64 bits that is ever expected.
      char* end = nullptr;
      std::string digits = *content->AsString();
      if (digits.size() > 1)
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
      if (digits == "10000000000000000") return "18446744073709551616";
      const long number = std::strtol(digits.c_str(), &end, 16);
      if (digits.empty() || *end != 0 || digits.size() > 15) return std::nullopt;
      return std::to_string(number);
    }
    if (kind != "dict" || !content->is_array()) return std::nullopt;
    for (const Json& member : content->items()) {
      if (!member.is_array() || member.size() != 2) return std::nullopt;
      const Json& key = member.items()[0];
      const auto spelled = Spell(member.items()[1], from_guest);
      if (!spelled.has_value() || (!key.is_string() && key.kind() != Json::Kind::kInt)) {
        return std::nullopt;
      }
      const std::string name = key.is_string() ? *key.AsString() : std::to_string(*key.AsInt());
      if (!members.emplace(name, *spelled).second) return std::nullopt;
    }
  }
  std::string text = "{";
  for (const auto& [key, spelled] : members) text += key + ":" + spelled + ",";
  return text + "}";
}

bool SpelledAlike(const std::string& reply, const Json& expected) {
  const StatusOr<Json> got = Json::Parse(reply, "reply");
  if (!got.ok()) return false;
  const auto spelled = Spell(*got, true);
  return spelled.has_value() && *spelled == *Spell(expected, false);
}

// What a program may answer to a call.
std::string Reply(FuzzSource& source, const Json& expected) {
  std::string reply = source.Chance(2) ? RightReply(expected) : WireValue(source);
  if (source.Chance(2)) source.Mutate(reply);
  return reply;
}

TEST(ReplyFuzz, ValuesEqualOnlyWhatIsSpelledAlike) {
  int64_t equal = 0, different = 0;
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + FuzzRuns(20'000); ++seed) {
    FuzzSource source(1, seed);
    const Json expected = *Json::Parse(source.Pick(kExpected), "expected");
    const std::string reply = Reply(source, expected);
    const StatusOr<Json> guest = Json::Parse(reply, "reply");
    if (!guest.ok()) continue;
    const bool same = GuestValueEquals(*guest, expected, {});
    ASSERT_EQ(same, SpelledAlike(reply, expected))
        << "seed " << seed << ": " << reply << " and " << expected.ToString();
    // A tolerance forgives numbers only, never more than it says.
    if (same) {
      ASSERT_TRUE(GuestValueEquals(*guest, expected, {.abs_tol = 1e-9})) << seed;
    }
    if (same) {
      ++equal;
    } else {
      ++different;
    }
  }
  if (FuzzRuns(20'000) < 1000) return;
  EXPECT_GT(equal, FuzzRuns(20'000) / 20);
  EXPECT_GT(different, FuzzRuns(20'000) / 20);
}

// The channel as the header describes it.
std::vector<std::string> PlainReplies(const std::string& channel, size_t count) {
  std::vector<std::string> replies;
  std::istringstream lines(channel);
  for (std::string line; std::getline(lines, line) && !lines.eof() && replies.size() < count;) {
    replies.push_back(line);
  }
  return replies;
}

TEST(ReplyFuzz, RepliesAreWholeLinesInOrder) {
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + FuzzRuns(20'000); ++seed) {
    FuzzSource source(2, seed);
    std::string channel;
    for (uint64_t lines = source.Below(6); lines > 0; --lines) {
      if (source.Chance(5)) channel += source.Bytes(20);
      channel += source.Bytes(10) + "\n";
    }
    if (source.Chance(2)) source.Mutate(channel);
    const size_t count = source.Below(5);
    ASSERT_EQ(ParseReplies(channel, count), PlainReplies(channel, count)) << "seed " << seed;
  }
}

// A run that ended well, or now and then in another way.
proto::Execution& AddRun(FuzzSource& source, proto::ExecuteReply& reply) {
  proto::Execution& run = *reply.add_runs();
  run.set_outcome(source.Chance(8) ? proto::EXECUTION_OUTCOME_RUNTIME_ERROR
                                   : proto::EXECUTION_OUTCOME_OK);
  run.set_stdout(source.Bytes(20));
  run.set_stderr(source.Bytes(20));
  return run;
}

class ReplyScoreFuzz : public CodeScorerTest {};

TEST_F(ReplyScoreFuzz, CallsScoreOnlyWithMatchingReplies) {
  const int64_t runs = FuzzRuns(1500) / 5;
  int64_t right = 0;
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + runs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FuzzSource source(3, seed);
    const std::string first = source.Pick(kExpected), second = source.Pick(kExpected);
    const std::vector<Json> expected = {*Json::Parse(first, "e"), *Json::Parse(second, "e")};
    std::string channel;
    bool ended_well = false;
    const bool fraction = source.Chance(2);
    sandbox_.set_script([&](int, const proto::ExecuteRequest&, proto::ExecuteReply* reply) {
      proto::Execution& run = AddRun(source, *reply);
      ended_well = run.outcome() == proto::EXECUTION_OUTCOME_OK;
      channel.clear();
      for (size_t i = 0; i < 2; ++i) {
        const std::string value =
            source.Chance(3) ? Reply(source, expected[i]) : RightReply(expected[i]);
        channel += "{\"v\":" + value + "}\n";
      }
      if (source.Chance(2)) source.Mutate(channel);
      run.set_reply(channel);
      return grpc::Status();
    });
    const Verdict verdict = Judge(
        {R"({"fn_name": "f", "inputs": [[1], [2]], "outputs": [)" + first + "," + second + "]}",
         "def f(x): pass", fraction ? R"({"score": "fraction"})" : "{}"});
    ASSERT_TRUE(verdict.scorable) << verdict.detail;
    const std::vector<std::string> replies = PlainReplies(channel, 2);
    double matching = 0;
    for (size_t i = 0; i < replies.size(); ++i) {
      const StatusOr<Json> reply = Json::Parse(replies[i], "reply");
      const Json* value = reply.ok() ? reply->Find("v") : nullptr;
      matching += value != nullptr && SpelledAlike(value->ToString(), expected[i]);
    }
    ASSERT_LE(verdict.score, matching / 2) << channel;
    // All tests may pass before the program ends badly, which only whole scores hold against it.
    ASSERT_EQ(verdict.score == 1, matching == 2 && (ended_well || fraction))
        << channel << verdict.detail;
    right += verdict.score == 1;
  }
  if (runs >= 100) {
    EXPECT_GT(right, runs / 20);
  }
}

// The tests' own jail reports them. It is ours, and what it says is still read as if it were not.
TEST_F(ReplyScoreFuzz, AssertionsScoreOnlyWithAVerdictThatSaysSo) {
  const int64_t runs = FuzzRuns(1500) / 5;
  int64_t right = 0;
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + runs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FuzzSource source(4, seed);
    std::string report;
    const std::string first = source.Chance(3) ? "false" : "true";
    sandbox_.set_converse_script([&](proto::ConverseReply& reply) {
      report = "call\nverdict\n{\"passed\":[" + first +
               ",true],\"details\":[\"\",\"\"],\"ended\":false}";
      if (source.Chance(2)) source.Mutate(report);
      AddRun(source, *reply.mutable_leader()).set_stdout(report);
      AddRun(source, *reply.mutable_partner());
    });
    const Verdict verdict =
        Judge({R"({"assert_case": ["assert f(1) == 2", "assert f(1) == 2"]})", "def f(x): pass"});
    if (!verdict.scorable || verdict.score == 0) continue;
    ASSERT_TRUE(report.starts_with("call\nverdict\n")) << report;
    const StatusOr<Json> said = Json::Parse(report.substr(13), "verdict");
    ASSERT_TRUE(said.ok()) << report;
    ASSERT_EQ(said->Find("passed")->ToString(), "[true,true]") << report;
    ++right;
  }
  if (runs >= 100) {
    EXPECT_GT(right, runs / 10);
  }
}

// What stands between the braces of a reply: keys of ours and of programs, of any type.
std::string Members(FuzzSource& source) {
  static const std::string kKeys[] = {"v", "a", "o", "i",  "c",      "e",       "d", "g",
                                      "m", "p", "x", "ok", "passed", "details", "t", ""};
  std::string members;
  for (uint64_t count = source.Below(4); count > 0; --count) {
    if (!members.empty()) members += ",";
    const std::string value =
        source.Chance(4) ? R"(["AssertionError","Ended","KeyError"])" : WireValue(source);
    members += Json(source.Pick(kKeys)).ToString() + ":" + value;
  }
  if (source.Chance(4)) source.Mutate(members);
  return members;
}

// Real tests, which expect what the fuzzer cannot spell.
TEST_F(ReplyScoreFuzz, AssertionsPassByNothingButTheRightValue) {
  const std::string tests =
      R"J({"assert_case": ["assert f(1) == 'the value'", "l = [1]\nf(l)\nassert l == ['the value']"]})J";
  const int64_t runs = FuzzRuns(1500) / 30;
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + runs; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FuzzSource source(6, seed);
    std::string channel;
    sandbox_.set_partner([&](int) {
      std::string reply = "{";
      reply += Members(source) += "}\n";
      channel += reply;
      return reply;
    });
    const Verdict verdict = Judge({tests, "def f(x): pass", R"J({"score": "fraction"})J"});
    ASSERT_TRUE(verdict.scorable) << channel << verdict.detail;
    ASSERT_EQ(verdict.score, 0) << channel << verdict.detail;
  }
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(" \t\r\f\v") + 1);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// By the C library, whose numbers are a superset: hexadecimal ones are words to us.
bool NumbersAgree(const std::string& a, const std::string& b, double tolerance) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  return *end_a == 0 && *end_b == 0 && (x == y || std::fabs(x - y) <= tolerance);
}

std::string Output(FuzzSource& source) {
  static constexpr std::string_view kPieces[] = {"1",    "2",   "1.0",  "1.05", "-3e2",    "nan",
                                                 "inf",  "0x1", "yes",  " ",    "  ",      "\n",
                                                 "\r\n", "\t",  "\xff", "\v",   "1e99999", "+1"};
  std::string text;
  for (uint64_t count = source.Below(10); count > 0; --count) {
    text += source.Pick(kPieces);
    if (source.Chance(2)) text += ' ';
  }
  if (source.Chance(20)) text += std::string(1, '\0');
  return text;
}

TEST(ReplyFuzz, OutputsAgreeByThePlainRules) {
  constexpr Tolerance kTolerance = {.abs_tol = 0.1};
  for (int64_t seed = FirstSeed(); seed < FirstSeed() + FuzzRuns(20'000); ++seed) {
    FuzzSource source(5, seed);
    const std::string expected = Output(source);
    std::string got = source.Chance(2) ? expected : Output(source);
    if (source.Chance(2)) source.Mutate(got);
    const auto agree = [&](TextComparator comparator) {
      return CompareText(expected, got, comparator, kTolerance).empty();
    };
    ASSERT_EQ(agree(TextComparator::kLines), Lines(expected) == Lines(got)) << "seed " << seed;
    const std::vector<std::string> want = Words(expected), have = Words(got);
    ASSERT_EQ(agree(TextComparator::kTokens), want == have) << "seed " << seed;
    if (!agree(TextComparator::kFloat)) {
      ASSERT_NE(want, have) << "seed " << seed;
      continue;
    }
    ASSERT_EQ(want.size(), have.size()) << "seed " << seed;
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_TRUE(want[i] == have[i] || NumbersAgree(want[i], have[i], 0.1 + 1e-12))
          << "seed " << seed << ": " << want[i] << " and " << have[i];
    }
  }
}

}  // namespace
}  // namespace longhaul::reward
