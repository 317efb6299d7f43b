// SPDX-License-Identifier: Apache-2.0
#include "reward/code/cpp_declaration.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/check.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

// A solution's own main and macros must not reach the code behind it, which has keywords and names
// of its own only.
constexpr std::string_view kServer = R"(#include <bits/stdc++.h>
#include "cpp_call_server.h"
{prelude}
namespace longhaul_declared {{
{declaration};
}}
using longhaul_type = decltype(&::longhaul_declared::{name});
#define main longhaul_main_of_solution
#include "solution.cc"
#undef main
#undef auto
#undef const
#undef decltype
#undef int
#undef operator
#undef return
#undef static_cast
#undef struct
#undef template
#undef typename
struct longhaul_solution {{
  template <typename... longhaul_types>
  decltype(auto) operator()(longhaul_types&&... longhaul_arguments) const {{
    return ::{name}(static_cast<longhaul_types&&>(longhaul_arguments)...);
  }}
}};
int main() {{ return longhaul_serve<longhaul_type>(longhaul_solution()); }}
)";

constexpr std::string_view kTests = R"(#include <bits/stdc++.h>
{prelude}
#include "cpp_check_runner.h"
namespace longhaul_declared {{
{declaration};
}}
inline constexpr ::longhaul::StandIn<decltype(&::longhaul_declared::{name})> {name}{{}};
{setup}
{test}
)";

bool IsNameCharacter(char ch) {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
         ch == '_';
}

// Where the parenthesis is that the last one closes.
size_t OpeningParenthesis(std::string_view text) {
  int depth = 0;
  for (size_t i = text.size(); i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::string_view TrimBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string Fill(std::string_view pattern, const CodeTests& tests) {
  const StatusOr<std::string> name = DeclaredName(tests.declaration);
  CHECK(name.ok()) << name.status();  // checked when the data was loaded
  return fmt::format(fmt::runtime(pattern), fmt::arg("prelude", tests.prelude),
                     fmt::arg("declaration", tests.declaration), fmt::arg("name", *name),
                     fmt::arg("setup", tests.setup),
                     fmt::arg("test", tests.assertions.empty() ? "" : tests.assertions[0]));
}

}  // namespace

StatusOr<std::string> DeclaredName(std::string_view declaration) {
  const std::string_view text = TrimBlanks(declaration);
  const size_t open = text.ends_with(')') ? OpeningParenthesis(text) : std::string_view::npos;
  if (open != std::string_view::npos && text.find_first_of(";{}#") == std::string_view::npos) {
    const std::string_view head = TrimBlanks(text.substr(0, open));
    size_t begin = head.size();
    while (begin > 0 && IsNameCharacter(head[begin - 1])) --begin;
    const std::string_view name = head.substr(begin), type = TrimBlanks(head.substr(0, begin));
    const bool is_name = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
    if (is_name && !type.empty() && !type.ends_with(':')) return std::string(name);
  }
  return InvalidArgument("declaration '{}': expected one function, 'type name(parameters)'",
                         Excerpt(declaration));
}

std::string CppServerSource(const CodeTests& tests) { return Fill(kServer, tests); }
std::string CppTestsSource(const CodeTests& tests) { return Fill(kTests, tests); }

}  // namespace longhaul::reward
