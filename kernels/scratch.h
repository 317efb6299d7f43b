// SPDX-License-Identifier: Apache-2.0
//
// Scratch memory of the calling thread, kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>

namespace longhaul::kernels {

// What a buffer is for: buffers of different purposes are alive at the same time.
enum class Scratch { kGemmInput, kGemmOutput, kGemmLibrary, kGemmPack, kSequence, kLogits, kCount };

// At least `bytes` bytes, 64-byte aligned, with unspecified contents; valid until the next call
// with the same purpose on this thread.
void* ScratchBytes(Scratch purpose, int64_t bytes);

template <typename T>
T* ScratchOf(Scratch purpose, int64_t count) {
  return static_cast<T*>(ScratchBytes(purpose, count * static_cast<int64_t>(sizeof(T))));
}

}  // namespace longhaul::kernels
