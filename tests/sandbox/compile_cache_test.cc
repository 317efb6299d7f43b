// SPDX-License-Identifier: Apache-2.0
#include "sandbox/compile_cache.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "common/file.h"
#include "sandbox/language.h"

namespace longhaul::sandbox {
namespace {

using testing::HasSubstr;

class CompileCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "cache-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    Open(1 << 30);
  }
  void TearDown() override { ASSERT_TRUE(RemoveTree(directory_).ok()); }

  void Open(int64_t max_bytes) {
    auto cache = CompileCache::Open(directory_, max_bytes);
    ASSERT_TRUE(cache.ok()) << cache.status();
    cache_ = *std::move(cache);
  }
  StatusOr<CompileProduct> Get(const std::string& material, const std::string& product) {
    const auto compile = [&]() -> StatusOr<GuestResult> {
      ++compilations_;
      GuestResult result;
      result.outcome = Outcome::kOk;
      result.stderr_bytes = "a warning";
      result.files[std::string(kProductFile)] = product;
      return result;
    };
    return cache_->Get({ProductKind::kProgram, material}, compile, {});
  }
  std::vector<std::string> Files(std::string_view ending) const {
    std::vector<std::string> found;
    const StatusOr<std::vector<std::string>> names = ListDirectory(directory_);
    for (const std::string& name : *names) {
      if (name.ends_with(ending)) found.push_back(JoinPath(directory_, name));
    }
    return found;
  }

  std::string directory_;
  std::unique_ptr<CompileCache> cache_;
  std::atomic<int> compilations_ = 0;
};

TEST_F(CompileCacheTest, KeepsProductsOverRestarts) {
  EXPECT_FALSE(Get("a", "binary of a")->cached);
  Open(1 << 30);
  const auto again = Get("a", "never asked for");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->cached);
  EXPECT_EQ(*ReadFile(again->host_path), "binary of a");
  EXPECT_EQ(again->result.stderr_bytes, "a warning");
  EXPECT_EQ(compilations_, 1);
}

TEST_F(CompileCacheTest, CompilesOnceForAllWhoAskAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { EXPECT_EQ(*ReadFile(Get("a", "x")->host_path), "x"); });
  threads.clear();
  EXPECT_EQ(compilations_, 1);
}

TEST_F(CompileCacheTest, CompilesAgainWhatIsDamaged) {
  for (const char* ending : {".product", ".entry"}) {
    compilations_ = 0;
    ASSERT_TRUE(Get("a", "binary of a").ok());
    const std::string path = Files(ending).at(0);
    chmod(path.c_str(), 0644);
    std::string bytes = *ReadFile(path);
    bytes.back() ^= 1;
    ASSERT_TRUE(WriteFileAtomic(path, bytes).ok());
    const auto again = Get("a", "binary of a");
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->cached) << ending;
    EXPECT_EQ(*ReadFile(again->host_path), "binary of a");
    EXPECT_TRUE(Get("a", "")->cached);
  }
}

// Where two materials have one name, the bytes decide.
TEST_F(CompileCacheTest, ComparesTheMaterialItself) {
  ASSERT_TRUE(Get("a", "binary of a").ok());
  ASSERT_TRUE(Get("b", "binary of b").ok());
  const std::vector<std::string> entries = Files(".entry");
  const std::vector<std::string> products = Files(".product");
  ASSERT_EQ(entries.size(), 2u);
  ASSERT_EQ(rename(entries[0].c_str(), entries[1].c_str()), 0);
  ASSERT_EQ(rename(products[0].c_str(), products[1].c_str()), 0);
  EXPECT_EQ(*ReadFile(Get("a", "binary of a")->host_path), "binary of a");
  EXPECT_EQ(*ReadFile(Get("b", "binary of b")->host_path), "binary of b");
}

TEST_F(CompileCacheTest, LeastRecentlyUsedGoesFirst) {
  const std::string product(100'000, 'x');
  for (const char* material : {"a", "b", "c"}) ASSERT_TRUE(Get(material, product).ok());
  // The clock of files is coarse: say what was used when.
  int age = 10;
  for (const char* material : {"b", "c", "a"}) {
    const timespec times[2] = {{time(nullptr) - age, 0}, {time(nullptr) - age, 0}};
    const auto held = Get(material, product);
    const std::string entry = held->host_path.substr(0, held->host_path.rfind('.')) + ".entry";
    ASSERT_EQ(utimensat(AT_FDCWD, entry.c_str(), times, 0), 0);
    --age;
  }
  compilations_ = 0;
  Open(250'000);
  EXPECT_TRUE(Get("a", product)->cached);
  EXPECT_TRUE(Get("c", product)->cached);
  EXPECT_FALSE(Get("b", product)->cached);
}

TEST_F(CompileCacheTest, WhatIsInUseStays) {
  const auto held = Get("a", std::string(100'000, 'x'));
  ASSERT_TRUE(held.ok());
  Open(1);
  EXPECT_TRUE(FileExists(held->host_path));
}

TEST_F(CompileCacheTest, FailuresAreNotKept) {
  const auto fail = [&]() -> StatusOr<GuestResult> {
    ++compilations_;
    GuestResult result;
    result.outcome = Outcome::kRuntimeError;
    result.exit_code = 1;
    return result;
  };
  for (int i = 0; i < 2; ++i) {
    const auto failed = cache_->Get({ProductKind::kProgram, "bad"}, fail, {});
    ASSERT_TRUE(failed.ok());
    EXPECT_TRUE(failed->host_path.empty());
    EXPECT_EQ(failed->result.exit_code, 1);
  }
  EXPECT_EQ(compilations_, 2);
}

// A service lives longer than what is left in a temporary directory.
TEST_F(CompileCacheTest, WorksOnWhenItsDirectoryIsCleaned) {
  const auto held = Get("a", "x");
  ASSERT_TRUE(held.ok());
  EXPECT_TRUE(IsThere(*held));
  ASSERT_TRUE(RemoveTree(directory_).ok());
  EXPECT_FALSE(IsThere(*held));
  const auto again = Get("a", "x");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->cached);
  EXPECT_TRUE(IsThere(*again));
  EXPECT_FALSE(IsThere(*held));  // of the same name
}

TEST_F(CompileCacheTest, RefusesADirectoryThatOthersMayWrite) {
  chmod(directory_.c_str(), 0777);
  const auto cache = CompileCache::Open(directory_, 1 << 30);
  EXPECT_EQ(cache.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(cache.status()), HasSubstr("only this user writes"));
}

}  // namespace
}  // namespace longhaul::sandbox
