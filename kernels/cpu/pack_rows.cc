// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/pack_rows.h"

#include "kernels/cpu/pack_rows_inline.h"

namespace longhaul::kernels::cpu::LONGHAUL_ISA {
namespace {

template <typename T>
void CopyRows(const PackArgs& args) {
  const T* rows = static_cast<const T*>(args.rows);
  for (int64_t r = 0; r < args.count; ++r) {
    CopyRow(rows + r * args.row_stride, args.out + r * args.out_stride, args.dim);
  }
}

template <typename T>
void WriteRows(const PackArgs& args) {
  T* rows = static_cast<T*>(const_cast<void*>(args.rows));
  for (int64_t r = 0; r < args.count; ++r) {
    CopyRow(args.out + r * args.out_stride, rows + r * args.row_stride, args.dim);
  }
}

}  // namespace

void PackRows(const PackArgs& args) {
  args.storage == Storage::kF32 ? CopyRows<float>(args) : CopyRows<uint16_t>(args);
}

void UnpackRows(const PackArgs& args) {
  args.storage == Storage::kF32 ? WriteRows<float>(args) : WriteRows<uint16_t>(args);
}

void PackColumns(const PackArgs& args) {
  const TransposeSize size{args.count, args.dim};
  if (args.storage == Storage::kF32) {
    Transpose(static_cast<const float*>(args.rows), args.row_stride, size, args.out,
              args.out_stride);
  } else {
    Transpose(static_cast<const uint16_t*>(args.rows), args.row_stride, size, args.out,
              args.out_stride);
  }
}

}  // namespace longhaul::kernels::cpu::LONGHAUL_ISA
