// SPDX-License-Identifier: Apache-2.0
#include "kernels/scratch.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/out_of_memory.h"

namespace longhaul::kernels {
namespace {

struct Free {
  void operator()(void* p) const { std::free(p); }
};
struct Buffer {
  std::unique_ptr<void, Free> data;
  int64_t bytes = 0;
};

}  // namespace

void* ScratchBytes(Scratch purpose, int64_t bytes) {
  thread_local std::array<Buffer, static_cast<size_t>(Scratch::kCount)> buffers;
  Buffer& buffer = buffers[static_cast<size_t>(purpose)];
  if (buffer.bytes < bytes || buffer.data == nullptr) {
    const int64_t rounded = (bytes + 4095) / 4096 * 4096 + 4096;
    buffer.data.reset(std::aligned_alloc(64, static_cast<size_t>(rounded)));
    if (buffer.data == nullptr) EndOutOfMemory(std::to_string(rounded) + " bytes of scratch");
    buffer.bytes = rounded;
  }
  return buffer.data.get();
}

}  // namespace longhaul::kernels
