// SPDX-License-Identifier: Apache-2.0
#include "tools/service_config.h"

#include "common/file.h"

namespace longhaul::tools {
namespace {

// The file of a place "file:line:column"; empty where no file gives the key.
std::string FileOf(std::string place) {
  for (int number = 0; number < 2; ++number) {
    const size_t colon = place.find_last_not_of("0123456789");
    if (colon == place.npos || place[colon] != ':' || colon + 1 == place.size()) return "";
    place.erase(colon);
  }
  return place;
}

}  // namespace

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
  const std::string place = source.Where(key);
  if (path.empty() || file.empty() || place.starts_with("command line")) return path;
  const std::string given_in = FileOf(place);  // `file` or its base
  return JoinPath(ParentDirectory(given_in.empty() ? file : given_in), path);
}

}  // namespace longhaul::tools
