// SPDX-License-Identifier: Apache-2.0
#include "common/tfevents.h"

#include <bit>

#include "common/checksum.h"

namespace longhaul {
namespace {

// Wire types of Protocol Buffers.
enum class Wire : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

template <typename T>
void AppendFixed(T value, std::string& out) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i));
}

void AppendTag(uint32_t field, Wire wire, std::string& out) {
  AppendVarint(field << 3 | static_cast<uint32_t>(wire), out);
}

void AppendBytes(uint32_t field, std::string_view bytes, std::string& out) {
  AppendTag(field, Wire::kBytes, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

void AppendWallTime(double seconds, std::string& out) {  // Event.wall_time = 1
  AppendTag(1, Wire::kFixed64, out);
  AppendFixed(std::bit_cast<uint64_t>(seconds), out);
}

uint32_t MaskedCrc(std::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

}  // namespace

std::string VersionEvent(double wall_time_seconds) {
  std::string event;
  AppendWallTime(wall_time_seconds, event);
  AppendBytes(3, "brain.Event:2", event);  // Event.file_version = 3
  return event;
}

std::string ScalarEvent(const EventStamp& stamp,
                        const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [name, number] : scalars) {
    std::string value;
    AppendBytes(1, name, value);          // Summary.Value.tag = 1
    AppendTag(2, Wire::kFixed32, value);  // Summary.Value.simple_value = 2
    AppendFixed(std::bit_cast<uint32_t>(static_cast<float>(number)), value);
    AppendBytes(1, value, summary);  // Summary.value = 1
  }
  std::string event;
  AppendWallTime(stamp.wall_time_seconds, event);
  AppendTag(2, Wire::kVarint, event);  // Event.step = 2
  AppendVarint(static_cast<uint64_t>(stamp.step), event);
  AppendBytes(5, summary, event);  // Event.summary = 5
  return event;
}

std::string TfRecord(std::string_view bytes) {
  std::string length;
  AppendFixed(static_cast<uint64_t>(bytes.size()), length);
  std::string record = length;
  AppendFixed(MaskedCrc(length), record);
  record += bytes;
  AppendFixed(MaskedCrc(bytes), record);
  return record;
}

}  // namespace longhaul
