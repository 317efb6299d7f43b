// SPDX-License-Identifier: Apache-2.0
#include "common/checkpoint/safetensors.h"

#include <cstring>
#include <numeric>

#include "common/json.h"
#include "tests/common/status_matchers.h"

namespace longhaul {
namespace {

using ::testing::ElementsAre;

constexpr auto kDamaged = StatusCode::kDataLoss;

// A file with any header, right or wrong.
std::string RawFile(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

class Safetensors : public ::testing::Test {
 protected:
  Status OpenRaw(const std::string& header, const std::string& data) {
    return OpenBytes(RawFile(header, data));
  }
  Status OpenBytes(const std::string& bytes) {
    const std::string path = dir_ / "x.safetensors";
    if (Status status = WriteFileAtomic(path, bytes); !status.ok()) return status;
    return SafetensorsReader::Open(path).status();
  }

  TestDirectory dir_;
};

TEST_F(Safetensors, WritesWhatItReads) {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  const std::vector<BFloat16> b = {BFloat16(1.5f), BFloat16(-2.0f), BFloat16(0.0f)};
  const std::vector<int64_t> c = {INT64_MIN};
  const std::string path = dir_ / "model.safetensors";
  ASSERT_THAT(WriteSafetensors(path, {{"b", {b.data(), {3}}},
                                      {"a", {a.data(), {2, 3}}},
                                      {"c", {c.data(), {}}},
                                      {"empty", {a.data(), {0, 4}}}}),
              IsOk());
  const auto reader = SafetensorsReader::Open(dir_.path());
  ASSERT_THAT(reader, IsOk());
  EXPECT_THAT((*reader)->Names(), ElementsAre("a", "b", "c", "empty"));
  const StatusOr<TensorView> view = (*reader)->Get("a", {2, 3});
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(std::memcmp(view->as<float>(), a.data(), 24), 0);
  EXPECT_EQ((*reader)->Get("c")->as<int64_t>()[0], INT64_MIN);
  EXPECT_EQ((*reader)->Get("c")->shape.rank(), 0);
  EXPECT_EQ((*reader)->Get("empty")->numel(), 0);
  EXPECT_THAT(*(*reader)->GetF32("b"), ElementsAre(1.5f, -2.0f, 0.0f));
  EXPECT_EQ((*reader)->metadata().at("format"), "pt");
  EXPECT_EQ((*reader)->total_bytes(), 24 + 6 + 8);
  EXPECT_EQ((*reader)->FileOf("a"), path);
}

TEST_F(Safetensors, BytesAreThoseOfTheFormat) {
  const float value = 1.0f;
  const std::string path = dir_ / "x.safetensors";
  ASSERT_THAT(WriteSafetensors(path, {{"t", {&value, {1}}}}), IsOk());
  std::string header =
      R"({"__metadata__":{"format":"pt"},"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  EXPECT_EQ(*ReadFile(path), RawFile(header, std::string("\0\0\x80\x3f", 4)));
}

TEST_F(Safetensors, ConvertsHalfAndDouble) {
  const std::vector<double> d = {0.1, -3};
  const uint16_t halves[4] = {0x3c00, 0xc000, 0x0001, 0x7bff};
  std::string data(reinterpret_cast<const char*>(halves), 8);
  data.append(reinterpret_cast<const char*>(d.data()), 16);
  ASSERT_THAT(OpenRaw(R"({"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},)"
                      R"("d":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}})",
                      data),
              IsOk());
  const auto reader = SafetensorsReader::Open(dir_ / "x.safetensors");
  EXPECT_THAT(*(*reader)->GetF32("h"), ElementsAre(1.0f, -2.0f, 0x1p-24f, 65504.0f));
  EXPECT_THAT(*(*reader)->GetF32("d"), ElementsAre(0.1f, -3.0f));
}

TEST_F(Safetensors, UnalignedDataIsCopiedIntoPlace) {
  const float value = 2.5f;
  const std::string data = "\x01" + std::string(reinterpret_cast<const char*>(&value), 4);
  ASSERT_THAT(OpenRaw(R"({"u":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},)"
                      R"("f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
                      data),
              IsOk());
  const auto reader = SafetensorsReader::Open(dir_ / "x.safetensors");
  const TensorView view = *(*reader)->Get("f");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(view.data) % 4, 0u);
  EXPECT_EQ(view.as<float>()[0], 2.5f);
  EXPECT_EQ((*reader)->Get("u")->as<uint8_t>()[0], 1);
}

TEST_F(Safetensors, AsksNameFileAndTensor) {
  const std::vector<float> a(6);
  const std::vector<int32_t> i(2);
  const std::string path = dir_ / "model.safetensors";
  ASSERT_THAT(WriteSafetensors(path, {{"a", {a.data(), {2, 3}}}, {"i", {i.data(), {2}}}}), IsOk());
  const auto reader = SafetensorsReader::Open(path);
  EXPECT_THAT((*reader)->Get("zz"), FailsWith(StatusCode::kNotFound, path + ": no tensor 'zz'"));
  EXPECT_THAT((*reader)->Get("a", {3, 2}),
              FailsWith(StatusCode::kInvalidArgument,
                        path + ": tensor 'a' has shape [2, 3], expected [3, 2]"));
  EXPECT_THAT((*reader)->GetF32("i"),
              FailsWith(StatusCode::kInvalidArgument, "tensor 'i': I32 is no floating"));
}

TEST_F(Safetensors, TypesWithoutUseFailOnlyWhenAsked) {
  ASSERT_THAT(OpenRaw(R"({"q":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},)"
                      R"("r":{"dtype":"U8","shape":[1,1,1,1,1],"data_offsets":[2,3]}})",
                      "abc"),
              IsOk());
  const auto reader = SafetensorsReader::Open(dir_ / "x.safetensors");
  EXPECT_THAT((*reader)->Get("q"),
              FailsWith(StatusCode::kUnimplemented, "tensor 'q' has dtype F8_E4M3"));
  EXPECT_THAT((*reader)->Get("r"),
              FailsWith(StatusCode::kUnimplemented, "tensor 'r' has 5 dimensions"));
}

TEST_F(Safetensors, DamagedHeaders) {
  const std::string good = R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  ASSERT_THAT(OpenRaw(good, std::string(8, 'x')), IsOk());
  EXPECT_THAT(OpenRaw(good, std::string(7, 'x')),
              FailsWith(kDamaged, "tensor 't': data ends at byte"));
  EXPECT_THAT(OpenRaw(good, std::string(9, 'x')),
              FailsWith(kDamaged, "1 bytes after the last tensor"));
  EXPECT_THAT(OpenBytes("abc"), FailsWith(kDamaged, "3 bytes are too few"));
  EXPECT_THAT(OpenBytes(RawFile(good, "").substr(0, 30)), FailsWith(kDamaged, "truncated"));
  EXPECT_THAT(OpenBytes(std::string(16, '\xff')),
              FailsWith(kDamaged, "truncated, or no safetensors"));
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"t":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})",
       "tensor 't': unknown dtype 'F33'"},
      {R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
       "tensor 't': F32 [3] takes 12 bytes"},
      {R"({"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "impossible shape [-2]"},
      {R"({"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
       "impossible shape"},
      {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "bad data_offsets"},
      {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", "bad data_offsets"},
      {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}})",
       "tensor 't': offset out of range"},
      {R"({"t":{"dtype":"F32","shape":"2","data_offsets":[0,8]}})", "t.shape: expected array"},
      {R"({"t":{"dtype":"F32","data_offsets":[0,8]}})", "t.shape: missing"},
      {R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"u":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}})",
       "tensor 'u': overlaps tensor 't'"},
      {R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"u":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}})",
       "tensor 'u': unused bytes before"},
      {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
       "t: key given twice"},
      {"[1]", "no JSON object"},
      {"{", "header"},
  };
  for (const auto& [header, message] : kCases) {
    EXPECT_THAT(OpenRaw(header, std::string(8, 'x')), FailsWith(kDamaged, message)) << header;
    EXPECT_THAT(OpenRaw(header, std::string(8, 'x')), FailsWith(kDamaged, "x.safetensors"));
  }
}

class ShardedSafetensors : public ::testing::Test {
 protected:
  // Three tensors of 400 bytes in shards of at most 900.
  void SetUp() override {
    std::iota(values_.begin(), values_.end(), 0.0f);
    SafetensorsWriter::Args args{.directory = dir_.path(), .max_shard_bytes = 900};
    for (const char* name : {"z", "y", "x"}) args.tensors.push_back({name, DType::kF32, {100}});
    auto writer = SafetensorsWriter::Create(std::move(args));
    ASSERT_THAT(writer, IsOk());
    for (const char* name : {"x", "z", "y"}) {
      ASSERT_THAT((*writer)->Write(name, {values_.data(), {100}}), IsOk());
    }
    ASSERT_THAT((*writer)->Finish(), IsOk());
    EXPECT_THAT((*writer)->files(),
                ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                            "model.safetensors.index.json"));
  }
  void EditIndex(const std::function<void(Json&)>& edit) {
    const std::string path = dir_ / "model.safetensors.index.json";
    Json index = *Json::ParseFile(path);
    Json weight_map = *index.Find("weight_map");
    edit(weight_map);
    index.Set("weight_map", weight_map);
    ASSERT_THAT(WriteFileAtomic(path, index.ToString()), IsOk());
  }

  TestDirectory dir_;
  std::vector<float> values_ = std::vector<float>(100);
};

TEST_F(ShardedSafetensors, ReadsBack) {
  const auto reader = SafetensorsReader::Open(dir_.path());
  ASSERT_THAT(reader, IsOk());
  EXPECT_THAT((*reader)->Names(), ElementsAre("x", "y", "z"));
  for (const char* name : {"x", "y", "z"}) EXPECT_EQ(*(*reader)->GetF32(name), values_);
  EXPECT_EQ((*reader)->FileOf("y"), dir_ / "model-00001-of-00002.safetensors");
  EXPECT_EQ((*reader)->FileOf("x"), dir_ / "model-00002-of-00002.safetensors");
  const Json index = *Json::ParseFile(dir_ / "model.safetensors.index.json");
  EXPECT_EQ(*index.Find("metadata")->GetInt("total_size"), 1200);
}

TEST_F(ShardedSafetensors, IndexThatNamesAMissingFile) {
  EditIndex([](Json& map) { map.Set("x", "model-00003-of-00002.safetensors"); });
  EXPECT_THAT(
      SafetensorsReader::Open(dir_.path()),
      FailsWith(StatusCode::kNotFound, "index.json names model-00003-of-00002.safetensors"));
}

TEST_F(ShardedSafetensors, IndexThatNamesAMissingTensor) {
  EditIndex([](Json& map) { map.Set("w", "model-00001-of-00002.safetensors"); });
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()), FailsWith(kDamaged, "tensor 'w' should be in"));
}

TEST_F(ShardedSafetensors, IndexThatLeavesTheDirectory) {
  EditIndex([](Json& map) { map.Set("x", "../other.safetensors"); });
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()),
              FailsWith(StatusCode::kInvalidArgument,
                        "weight_map.x: '../other.safetensors' is not the name"));
}

TEST_F(ShardedSafetensors, OneTensorInTwoFiles) {
  const std::string path = dir_ / "model-00002-of-00002.safetensors";
  ASSERT_THAT(
      WriteSafetensors(path, {{"x", {values_.data(), {100}}}, {"y", {values_.data(), {100}}}}),
      IsOk());
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()), FailsWith(kDamaged, "tensor 'y' is both in"));
}

TEST_F(ShardedSafetensors, TruncatedShard) {
  ASSERT_THAT(AppendFile::Open(dir_ / "model-00002-of-00002.safetensors", 300), IsOk());
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()),
              FailsWith(kDamaged, "tensor 'x': data ends at byte"));
}

TEST_F(Safetensors, DirectoriesWithoutAClearModel) {
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()),
              FailsWith(StatusCode::kNotFound, "no .safetensors file here"));
  const float value = 0;
  ASSERT_THAT(WriteSafetensors(dir_ / "a.safetensors", {{"t", {&value, {1}}}}), IsOk());
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()), IsOk());
  ASSERT_THAT(WriteSafetensors(dir_ / "b.safetensors", {{"t", {&value, {1}}}}), IsOk());
  EXPECT_THAT(SafetensorsReader::Open(dir_.path()),
              FailsWith(StatusCode::kFailedPrecondition, "which of a.safetensors, b.safetensors"));
}

TEST_F(Safetensors, WriterMisuseIsABug) {
  const std::vector<float> a(2);
  const auto create = [&] {
    return *SafetensorsWriter::Create(
        {.directory = dir_.path(), .tensors = {{"a", DType::kF32, {2}}}});
  };
  EXPECT_DEATH((void)create()->Write("b", {a.data(), {2}}), "tensor b was not declared");
  EXPECT_DEATH((void)create()->Write("a", {a.data(), {1, 2}}), "declared \\[2\\]");
  EXPECT_DEATH((void)create()->Finish(), "tensor a was not written");
}

}  // namespace
}  // namespace longhaul
