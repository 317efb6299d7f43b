// SPDX-License-Identifier: Apache-2.0
//
// The few messages of TensorBoard's event files, encoded by hand from
// tensorflow/core/util/event.proto and framework/summary.proto, and the TFRecord frame around them:
//   uint64 length | uint32 masked CRC-32C of the length | bytes | uint32 masked CRC-32C of the
//   bytes
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longhaul {

struct EventStamp {
  double wall_time_seconds;  // since 1970
  int64_t step;
};

std::string VersionEvent(double wall_time_seconds);
std::string ScalarEvent(const EventStamp& stamp,
                        const std::vector<std::pair<std::string, double>>& scalars);

std::string TfRecord(std::string_view bytes);

}  // namespace longhaul
