// SPDX-License-Identifier: Apache-2.0
//
// longhaul inspect keys: the reference of a run's YAML, as docs/configuration-keys.md keeps it.
#include "common/config_keys.h"
#include "tools/inspect.h"
#include "tools/run_config.h"

namespace longhaul::tools {
namespace {

std::string Code(const std::string& text) {
  return text.empty() ? text : fmt::format("`{}`", text);
}

// Bars and angle brackets would be the table's and HTML's.
std::string Cell(std::string_view text) {
  std::string cell;
  for (char c : text) {
    if (c == '|' || c == '<') cell += '\\';
    cell += c;
  }
  return cell;
}

// "integer, at least 1"; choices say what they are without a type.
std::string ValueOf(const ConfigKey& key) {
  if (key.type == "word") return Cell(key.range);
  return key.range.empty() ? key.type : fmt::format("{}, {}", key.type, key.range);
}

StatusOr<Outcome> InspectKeys() {
  std::string section;
  for (const ConfigKey& key : ListConfigKeys<RunConfig>()) {
    const std::string top = key.path.substr(0, key.path.find_first_of(".["));
    if (top != section) {
      fmt::print("\n## {}\n\n| key | value | default | meaning |\n|---|---|---|---|\n", top);
      section = top;
    }
    fmt::print("| `{}` | {} | {} | {} |\n", key.path, ValueOf(key), Code(key.preset),
               Cell(key.meaning));
  }
  return Outcome::kDone;
}

}  // namespace

void AddInspectKeys(CLI::App& inspect, Action& chosen) {
  CLI::App* command = inspect.add_subcommand(
      "keys", "Every key of a run's YAML: type, range, default, unit and meaning");
  command->footer("Example:\n  longhaul inspect keys");
  command->callback([&chosen] { chosen = InspectKeys; });
}

}  // namespace longhaul::tools
