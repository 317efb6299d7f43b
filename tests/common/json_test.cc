// SPDX-License-Identifier: Apache-2.0
#include "common/json.h"

#include <cmath>
#include <limits>

#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

constexpr auto kBad = StatusCode::kInvalidArgument;

StatusOr<Json> Parse(std::string_view text) { return Json::Parse(text, "f.json"); }

TEST(Json, ReadsEveryKind) {
  const StatusOr<Json> json =
      Parse(R"({"b": true, "i": -7, "d": 0.5, "s": "a\u00e9\n", "n": null, "a": [1, [2]]})");
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(*json->GetBool("b"), true);
  EXPECT_EQ(*json->GetInt("i"), -7);
  EXPECT_EQ(*json->GetDouble("d"), 0.5);
  EXPECT_EQ(*json->GetDouble("i"), -7.0);
  EXPECT_EQ(*json->GetString("s"), "a\xc3\xa9\n");
  EXPECT_TRUE(json->Find("n")->is_null());
  EXPECT_EQ(json->Find("a")->items()[1].items()[0].AsInt().value(), 2);
  EXPECT_EQ(json->members()[1].key, "i");
  EXPECT_EQ(json->Find("absent"), nullptr);
}

TEST(Json, ReadsBareScalars) {
  EXPECT_EQ(Parse(" 12 ")->AsInt().value(), 12);
  EXPECT_EQ(Parse("\"x\"")->AsString().value(), "x");
  EXPECT_EQ(Parse("true")->AsBool().value(), true);
  EXPECT_TRUE(Parse("null")->is_null());
}

TEST(Json, NumbersAreExact) {
  EXPECT_EQ(Parse("9223372036854775807")->AsInt().value(), INT64_MAX);
  EXPECT_EQ(Parse("-9223372036854775808")->AsInt().value(), INT64_MIN);
  EXPECT_EQ(Parse("0.1")->AsDouble().value(), 0.1);
  EXPECT_EQ(Parse("5e-324")->AsDouble().value(), 5e-324);
  EXPECT_EQ(Parse("1e6")->AsInt().value(), 1000000);
  EXPECT_THAT(Parse("9223372036854775808"), FailsWith(kBad, "f.json"));
  EXPECT_THAT(Parse("[1, 123456789012345678901234567890]"), FailsWith(kBad, "f.json"));
}

TEST(Json, FloatsOfManyDigitsAreTheNearestDouble) {
  for (const char* text :
       {"0.1234567890123456789012345", "3.141592653589793238462643", "18446744073709551616.0",
        "-99999999999999999999.5", "123456789012345678901.5", "0.00000000000000000000000123456789",
        "179769313486231570000000000000000000000e270", "2.2250738585072011e-308"}) {
    EXPECT_EQ(Json::Parse(text, "x").value().AsDouble().value(), std::strtod(text, nullptr));
    const std::string list = "[1," + std::string(text) + " ]";
    EXPECT_EQ(Json::Parse(list, "x").value().items()[1].AsDouble().value(),
              std::strtod(text, nullptr));
  }
  EXPECT_EQ(Json::Parse("1e-400", "x").value().AsDouble().value(), 0);
  for (const char* text : {"1e400", "1.", ".5", "01.5", "1.5.5", "-", "1e", "0x1p3"}) {
    EXPECT_FALSE(Json::Parse(text, "x").ok()) << text;
  }
}

TEST(Json, ErrorsNameSourceAndPosition) {
  EXPECT_THAT(Parse("{\"a\": 1,\n \"b\" 2}"), FailsWith(kBad, "f.json:2:"));
  EXPECT_THAT(Parse("{\"a\": tru}"), FailsWith(kBad, "f.json:1:"));
  EXPECT_THAT(Parse(""), FailsWith(kBad, "f.json: no JSON"));
  for (const char* text :
       {"{", "[1,", "[1 2]", "{\"a\"}", "[1]]", "{} {}", "\"abc", "01", "1 2", "nul", "[1,]",
        "{\"a\":1,}", "'a'", "[\"\x01\"]", "\"\\x\"", "+1", ".5", "nan"}) {
    EXPECT_THAT(Parse(text), FailsWith(kBad, "f.json")) << text;
  }
}

TEST(Json, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(Parse("\xef\xbb\xbf{\"a\": 1}").value().GetInt("a").value(), 1);
  EXPECT_THAT(Parse("\xef\xbb\xbf"), FailsWith(kBad, "no JSON here"));
  EXPECT_THAT(Parse("\xff\xfe{"), FailsWith(kBad, "f.json:1:1: not valid UTF-8"));  // UTF-16
}

TEST(Json, RefusesBadUtf8) {
  EXPECT_THAT(Parse("{\"a\":\n \"\xff\"}"), FailsWith(kBad, "f.json:2:3: not valid UTF-8"));
  // A line of a file is found by line and column.
  EXPECT_THAT(Json::Parse("{\"a\": 1} 2", "f.jsonl:7"),
              FailsWith(kBad, "f.jsonl:7:10: text after the JSON value"));
  EXPECT_THAT(Parse("\"\xed\xa0\x80\""), FailsWith(kBad, "UTF-8"));  // a surrogate
  EXPECT_THAT(Parse("\"\xc3"), FailsWith(kBad, "UTF-8"));
}

TEST(Json, RefusesDuplicateKeysAndDeepNesting) {
  EXPECT_THAT(Parse(R"({"x": {"a": 1, "a": 2}})"), FailsWith(kBad, "f.json: x.a: key given twice"));
  EXPECT_THAT(Parse(std::string(128, '[') + std::string(128, ']')), IsOk());
  EXPECT_THAT(Parse(std::string(129, '[') + std::string(129, ']')),
              FailsWith(kBad, "nested deeper"));
  EXPECT_THAT(Parse(std::string(100000, '[')), FailsWith(kBad, "f.json"));
}

TEST(Json, AccessorsNameThePath) {
  const StatusOr<Json> json = Parse(R"({"layers": [{"size": 1}, {"size": "big"}], "n": 1.5})");
  ASSERT_THAT(json, IsOk());
  const Json& layers = *json->Find("layers");
  EXPECT_THAT(layers.items()[1].GetInt("size"),
              FailsWith(kBad, "f.json: layers[1].size: expected integer, found \"big\""));
  EXPECT_THAT(layers.items()[0].GetInt("width"),
              FailsWith(StatusCode::kNotFound, "f.json: layers[0].width: missing"));
  EXPECT_THAT(json->GetInt("n"), FailsWith(kBad, "f.json: n: expected integer, found 1.5"));
  EXPECT_THAT(json->GetBool("layers"),
              FailsWith(kBad, "f.json: layers: expected true or false, found array"));
  EXPECT_THAT(json->GetInts("n"), FailsWith(kBad, "f.json: n: expected array"));
  EXPECT_THAT(Parse("3")->GetInt("a"), FailsWith(kBad, "f.json: expected object, found 3"));
  EXPECT_EQ(Parse("3")->where(), "f.json");
  EXPECT_EQ(Parse("[[3]]")->items()[0].items()[0].where(), "f.json: [0][0]");
}

TEST(Json, DefaultsForMissingAndNull) {
  const StatusOr<Json> json = Parse(R"({"n": null, "i": 3, "s": "x"})");
  EXPECT_EQ(*json->GetIntOr("n", 5), 5);
  EXPECT_EQ(*json->GetIntOr("none", 6), 6);
  EXPECT_EQ(*json->GetIntOr("i", 5), 3);
  EXPECT_EQ(*json->GetStringOr("none", "y"), "y");
  EXPECT_EQ(*json->GetBoolOr("none", true), true);
  EXPECT_EQ(*json->GetDoubleOr("i", 1.0), 3.0);
  EXPECT_THAT(json->GetIntOr("s", 5), FailsWith(kBad, "f.json: s: expected integer"));
}

TEST(Json, WritesShortestNumbersAndReadsThemBack) {
  Json json = Json::Object();
  json.Set("i", INT64_MIN).Set("d", 0.1).Set("whole", 2.0).Set("zero", -0.0).Set("small", 5e-324);
  json.Set("nan", std::nan("")).Set("inf", std::numeric_limits<double>::infinity());
  EXPECT_EQ(
      json.ToString(),
      R"({"i":-9223372036854775808,"d":0.1,"whole":2.0,"zero":-0.0,"small":5e-324,"nan":null,"inf":null})");
  const StatusOr<Json> back = Parse(json.ToString());
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->ToString(), json.ToString());
  EXPECT_TRUE(std::signbit(*back->GetDouble("zero")));
}

TEST(Json, WritesStringsThatReadBack) {
  std::string text = "\"\\/\b\f\n\r\t\x0b\x1f\x7f é 漢 😀";
  text += '\0';
  const std::string line = Json(text).ToString();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(Parse(line)->AsString().value(), text);
  EXPECT_EQ(Json("a\xff"
                 "b\xe6\xbc")
                .ToString(),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Json, BuildsAndPrints) {
  Json json;
  json.Set("a", 1)
      .Set("b", std::vector<int64_t>{1, 2})
      .Set("c", Json::Object())
      .Set("a", "again")
      .Set("t", true);
  EXPECT_EQ(json.ToString(), R"({"a":"again","b":[1,2],"c":{},"t":true})");
  EXPECT_EQ(
      json.ToPrettyString(),
      "{\n  \"a\": \"again\",\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {},\n  \"t\": true\n}\n");
  json.Remove("b");
  json.Remove("none");
  EXPECT_EQ(json.ToString(), R"({"a":"again","c":{},"t":true})");
  Json copy = json;
  copy.Set("a", 2);
  EXPECT_EQ(json.GetString("a").value(), "again");  // copies are deep
  EXPECT_FALSE(copy == json);
}

TEST(Json, LargeObjectsKeepOrderAndFindEveryKey) {
  Json json = Json::Object();
  for (int i = 0; i < 2000; ++i) json.Set("key" + std::to_string((i * 7919) % 2000), i);
  EXPECT_EQ(json.members().size(), 2000u);
  EXPECT_EQ(json.members()[1].key, "key1919");
  const StatusOr<Json> back = Parse(json.ToString());
  ASSERT_THAT(back, IsOk());
  EXPECT_TRUE(*back == json);
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(*back->GetInt("key" + std::to_string((i * 7919) % 2000)), i);
  }
  EXPECT_EQ(back->Find("key2000"), nullptr);
}

}  // namespace
}  // namespace longhaul
