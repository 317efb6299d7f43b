// SPDX-License-Identifier: Apache-2.0
//
// manifest.json of a checkpoint: what files there are, their sizes and checksums, and the writer's
// metadata. It ends with a checksum of itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul {

struct ManifestFile {
  std::string name;
  int64_t bytes;
  std::string checksum;  // ChecksumHex of Checksum64
};

struct Manifest {
  Json metadata = Json::Object();
  std::vector<ManifestFile> files = {};
};

// Reads the file to compute its checksum.
StatusOr<ManifestFile> DescribeFile(const std::string& directory, const std::string& name);

std::string ManifestText(const Manifest& manifest);
// kDataLoss when the text is not what ManifestText wrote.
StatusOr<Manifest> ParseManifest(std::string_view text, const std::string& path);

// ".tmp-<name>-<process id>", and the process id in such a name (-1: another name).
std::string TemporaryCheckpointName(std::string_view name);
int64_t TemporaryCheckpointOwner(std::string_view name);

}  // namespace longhaul
