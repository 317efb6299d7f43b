// SPDX-License-Identifier: Apache-2.0
#include "kernels/elementwise_map.h"

#include "kernels/row_loop.h"

namespace longhaul::kernels {

void RunMap(Stream& stream, void (*range)(const cpu::MapArgs&),
            std::initializer_list<TensorView> inputs,
            std::initializer_list<MutableTensorView> outputs) {
  const TensorView& first = *inputs.begin();
  CheckFloat(first);
  cpu::MapArgs whole;
  whole.dtype = first.dtype;
  int i = 0;
  for (const TensorView& x : inputs) {
    CHECK_EQ(x.dtype, first.dtype) << "input " << i << " is " << DTypeName(x.dtype);
    CHECK_EQ(x.numel(), first.numel()) << "input " << i;
    whole.in[i++] = x.data;
  }
  i = 0;
  for (const MutableTensorView& y : outputs) {
    CHECK_EQ(y.dtype, first.dtype) << "output " << i << " is " << DTypeName(y.dtype);
    CHECK_EQ(y.numel(), first.numel()) << "output " << i;
    whole.out[i++] = y.data;
  }
  const int64_t size = SizeOf(first.dtype);
  ForRows(stream, first.numel(), 1, [&](int64_t begin, int64_t end) {
    cpu::MapArgs part = whole;
    part.n = end - begin;
    for (const void*& in : part.in) {
      if (in != nullptr) in = static_cast<const char*>(in) + begin * size;
    }
    for (void*& out : part.out) {
      if (out != nullptr) out = static_cast<char*>(out) + begin * size;
    }
    range(part);
  });
}

}  // namespace longhaul::kernels
