// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "sandbox/guest_program.h"

namespace longhaul::sandbox {

// Standard input on its way to a guest, of which only a part may be due yet.
class PacedInput {
 public:
  PacedInput(std::string_view bytes, StdinPace pace) : left_(bytes) {
    if (pace == StdinPace::kAtOnce) {
      due_ = bytes.size();
    } else {
      Answered("\n");
    }
  }

  // What the guest wrote: each line end in it makes a line more due.
  void Answered(std::string_view reply) {
    for (auto lines = std::count(reply.begin(), reply.end(), '\n');
         lines > 0 && due_ < left_.size(); --lines) {
      due_ = std::min(left_.find('\n', due_), left_.size() - 1) + 1;
    }
  }
  void Written(size_t bytes) {
    left_.remove_prefix(bytes);
    due_ -= bytes;
  }

  std::string_view due() const { return left_.substr(0, due_); }
  bool done() const { return left_.empty(); }

 private:
  std::string_view left_;
  size_t due_ = 0;
};

}  // namespace longhaul::sandbox
