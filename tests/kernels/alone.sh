#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kernels/ builds from what docs/development.md says to take along, links no library, and passes its tests.
#
#   alone.sh SOURCE_DIR WORK_DIR
set -euo pipefail
source=$1 work=$2
rm -rf "$work"
mkdir -p "$work/tree"
(cd "$source" && cp -r --parents CMakeLists.txt cmake common kernels tests/CMakeLists.txt tests/kernels tests/support "$work/tree")

cmake -S "$work/tree" -B "$work/build" -DLONGHAUL_KERNELS_ONLY=ON > "$work/configure.log" || { cat "$work/configure.log"; exit 1; }
cmake --build "$work/build" -j "$(nproc)" > "$work/build.log" 2>&1 || { tail -n 40 "$work/build.log"; exit 1; }

libraries=$(ldd "$work/build/bench_kernels" | grep -vE 'linux-vdso|ld-linux|lib(stdc\+\+|m|gcc_s|c)\.so' || true)
if [ -n "$libraries" ]; then
  echo "bench_kernels needs a library: $libraries"
  exit 1
fi
"$work/build/kernels_test" --gtest_brief=1
"$work/build/bench_kernels" swiglu 1
