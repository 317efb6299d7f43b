// SPDX-License-Identifier: Apache-2.0
//
// Matchers of Status and StatusOr, and a directory for a test's files.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "common/status.h"

namespace longhaul {

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
const Status& StatusOf(const StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "") {
  const Status& status = StatusOf(arg);
  if (!status.ok()) *result_listener << Message(status);
  return status.ok();
}

// Fails with this code and a message that contains this text.
MATCHER_P2(FailsWith, code, text, "") {
  const Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code && Message(status).find(text) != std::string::npos;
}

// A fresh directory, removed with all in it.
class TestDirectory {
 public:
  TestDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "longhaul_test_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace longhaul
