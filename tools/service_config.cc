// SPDX-License-Identifier: Apache-2.0
#include "tools/service_config.h"

#include "common/file.h"

namespace longhaul::tools {

StatusOr<Config> LoadServiceConfig(const std::string& section, const std::string& file,
                                   const std::vector<std::string>& settings) {
  StatusOr<Config> source =
      file.empty() ? Config::Parse("{}", section, settings) : Config::Load(file, settings);
  if (!source.ok() || !source->Has(section)) return source;
  const std::string where = source->Where(section);
  return InvalidArgument("{}: {}: give what a run has inside this section, without its name",
                         where.empty() ? "command line" : where, section);
}

std::string ResolvePath(const Config& source, const std::string& file, const std::string& key,
                        const std::string& path) {
  if (path.empty() || file.empty() || source.Where(key).starts_with("command line")) return path;
  return JoinPath(ParentDirectory(file), path);
}

}  // namespace longhaul::tools
