// SPDX-License-Identifier: Apache-2.0
//
// Strict YAML into plain structs. A struct names its fields once, and that serves reading, printing
// and the reference of all keys (config_keys.h):
//
//   struct CurriculumConfig {
//     int64_t window_tokens = 40960;
//     std::optional<double> ratio;
//     template <typename V>
//     void VisitFields(V& v) {
//       v.Field("window_tokens", window_tokens, {.min = 1, .doc = "longest response, in tokens"});
//       v.Field("ratio", ratio, {.above = 0, .max = 1});
//     }
//   };
//   ASSIGN_OR_RETURN(Config file, Config::Load("runs.yaml", overrides));
//   RunConfig config;
//   RETURN_IF_ERROR(file.Read(config));
//   if (bad) return file.Error("trainer.minibatch_prompts", "{} does not divide {}", a, b);
//
// Fields: bool, int, int64_t, uint64_t, float, double, std::string, enums (EnumNames), structs, and
// std::optional, std::vector and std::map<std::string, .> of them. What the file does not give
// keeps the struct's default; a list given replaces the default list; `null` is for optionals.
//
// Errors begin with file:line:column and name the full dotted key; up to ten are reported at once,
// a line each:
//   runs.yaml:12:3: unknown key 'minibatch_prompt' in section 'trainer'; did you mean
//   'minibatch_prompts'? command line: trainer.lr: expected number, found 'abc'
//
// A file may begin with `base: other.yaml` (relative to itself, one level deep), which it overlays.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/config_node.h"
#include "common/config_visitor.h"
#include "common/status.h"

namespace longhaul {

class Config {
 public:
  // `overrides`: "section.key=value" from the command line, applied in order after the file.
  static StatusOr<Config> Load(const std::string& path,
                               const std::vector<std::string>& overrides = {});
  static StatusOr<Config> Parse(std::string_view text, std::string_view source,
                                const std::vector<std::string>& overrides = {});

  // Reads the document into `out`, which holds the defaults.
  template <typename T>
  Status Read(T& out) const {
    return ReadWith([&](ConfigVisitor& visitor) { out.VisitFields(visitor); });
  }

  // Where a key was given: "runs.yaml:12:3", "command line", or "runs.yaml (default)" when it was
  // not.
  std::string Where(std::string_view dotted_key) const;
  bool Has(std::string_view dotted_key) const;
  // "runs.yaml:12:3: trainer.minibatch_prompts: <message>", for checks across fields.
  template <typename... Args>
  Status Error(std::string_view dotted_key, fmt::format_string<Args...> format,
               Args&&... args) const {
    return InvalidArgument("{}: {}: {}", Where(dotted_key), dotted_key,
                           fmt::format(format, std::forward<Args>(args)...));
  }
  const std::string& source() const { return source_; }

 private:
  Config(std::string source, ConfigNode root)
      : source_(std::move(source)), root_(std::move(root)) {}
  Status ReadWith(const std::function<void(ConfigVisitor&)>& visit) const;
  const ConfigNode* Find(std::string_view dotted_key) const;

  std::string source_;
  ConfigNode root_;
};

enum class ConfigComments { kLeftOut, kPrinted };

// Every field with its value, as YAML that reads back the same; meaning and range of fields as
// comments.
std::string PrintConfigWith(const std::function<void(ConfigVisitor&)>& visit,
                            ConfigComments comments);
template <typename T>
std::string PrintConfig(const T& config, ConfigComments comments = ConfigComments::kLeftOut) {
  // The printer only reads, though VisitFields is written for both directions.
  return PrintConfigWith(
      [&](ConfigVisitor& visitor) { const_cast<T&>(config).VisitFields(visitor); }, comments);
}

}  // namespace longhaul
