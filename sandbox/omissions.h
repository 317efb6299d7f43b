// SPDX-License-Identifier: Apache-2.0
//
// Omissions: what a guest's files hold and a reply does not, in sentences that name the file and
// say why. A guest can cause any number, so only the first are kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longhaul::sandbox {

class Omissions {
 public:
  // `sentence` may hold a guest's bytes.
  void Add(std::string_view sentence);
  void Add(const Omissions& others);
  bool empty() const { return count_ == 0; }
  // Valid UTF-8, without control characters; empty: there are none.
  std::string ToString() const;

 private:
  std::vector<std::string> first_;
  int64_t count_ = 0;
};

}  // namespace longhaul::sandbox
