// SPDX-License-Identifier: Apache-2.0
#include "common/checkpoint/manifest.h"

#include <unistd.h>

#include <charconv>

#include "common/checksum.h"
#include "common/file.h"

namespace longhaul {
namespace {

constexpr std::string_view kFormat = "longhaul checkpoint";
constexpr int64_t kVersion = 1;
constexpr std::string_view kChecksumKey = "manifest_xxh64";
constexpr std::string_view kTemporaryPrefix = ".tmp-";

StatusOr<Manifest> ReadFields(const Json& json) {
  ASSIGN_OR_RETURN(const std::string format, json.GetString("format"));
  ASSIGN_OR_RETURN(const int64_t version, json.GetInt("version"));
  if (format != kFormat || version != kVersion) {
    return DataLoss("{} '{}' version {}, expected '{}' version {}", json.where(), format, version,
                    kFormat, kVersion);
  }
  Manifest manifest;
  ASSIGN_OR_RETURN(const Json* metadata, json.Get("metadata"));
  manifest.metadata = *metadata;
  ASSIGN_OR_RETURN(const Json* files, json.Get("files"));
  for (const Json& entry : files->items()) {
    ManifestFile& file = manifest.files.emplace_back();
    ASSIGN_OR_RETURN(file.name, entry.GetString("name"));
    ASSIGN_OR_RETURN(file.bytes, entry.GetInt("bytes"));
    ASSIGN_OR_RETURN(file.checksum, entry.GetString("xxh64"));
  }
  return manifest;
}

}  // namespace

StatusOr<ManifestFile> DescribeFile(const std::string& directory, const std::string& name) {
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(JoinPath(directory, name)));
  return ManifestFile{name, file.size(), ChecksumHex(Checksum64(file.bytes()))};
}

std::string ManifestText(const Manifest& manifest) {
  Json files = Json::Array();
  for (const ManifestFile& file : manifest.files) {
    Json entry = Json::Object();
    files.Append(entry.Set("name", file.name).Set("bytes", file.bytes).Set("xxh64", file.checksum));
  }
  Json json = Json::Object();
  json.Set("format", kFormat).Set("version", kVersion).Set("metadata", manifest.metadata);
  json.Set("files", std::move(files));
  json.Set(kChecksumKey, ChecksumHex(Checksum64(json.ToString())));
  return json.ToPrettyString();
}

StatusOr<Manifest> ParseManifest(std::string_view text, const std::string& path) {
  StatusOr<Json> json = Json::Parse(text, path);
  if (!json.ok()) return DataLoss("{}", Message(json.status()));
  const StatusOr<std::string> recorded = json->GetString(kChecksumKey);
  if (!recorded.ok()) return DataLoss("{}", Message(recorded.status()));
  json->Remove(kChecksumKey);
  if (ChecksumHex(Checksum64(json->ToString())) != *recorded) {
    return DataLoss("{}: does not match its own checksum", path);
  }
  StatusOr<Manifest> manifest = ReadFields(*json);
  if (!manifest.ok()) return DataLoss("{}", Message(manifest.status()));
  return manifest;
}

std::string TemporaryCheckpointName(std::string_view name) {
  return fmt::format("{}{}-{}", kTemporaryPrefix, name, ::getpid());
}

int64_t TemporaryCheckpointOwner(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (!name.starts_with(kTemporaryPrefix) || dash < kTemporaryPrefix.size()) return -1;
  int64_t process = -1;
  const auto [end, error] =
      std::from_chars(name.data() + dash + 1, name.data() + name.size(), process);
  return error == std::errc() && end == name.data() + name.size() ? process : -1;
}

}  // namespace longhaul
