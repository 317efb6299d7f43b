// SPDX-License-Identifier: Apache-2.0
//
// CHECK stops the process on a broken invariant of our own, in release builds too. What can happen
// to correct code is a Status (common/status.h).
//
//   CHECK(index < size) << "index " << index;     CHECK_EQ(a.shape(), b.shape());
#pragma once

#include <sstream>

namespace longhaul {

class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  [[noreturn]] ~CheckFailure();  // prints the message and aborts
  std::ostream& stream() { return message_; }

 private:
  std::ostringstream message_;
};
struct CheckVoidify {
  void operator&(std::ostream&) {}
};

}  // namespace longhaul

#define CHECK(condition)                            \
  __builtin_expect(static_cast<bool>(condition), 1) \
      ? (void)0                                     \
      : ::longhaul::CheckVoidify() &                \
            ::longhaul::CheckFailure(__FILE__, __LINE__, #condition).stream()
#define CHECK_EQ(a, b) CHECK((a) == (b))
#define CHECK_NE(a, b) CHECK((a) != (b))
#define CHECK_LE(a, b) CHECK((a) <= (b))
#define CHECK_LT(a, b) CHECK((a) < (b))
#define CHECK_GE(a, b) CHECK((a) >= (b))
#define CHECK_GT(a, b) CHECK((a) > (b))
