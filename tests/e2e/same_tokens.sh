#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Threads, batch shapes and the size of the cache, with its preemptions, change no token, no metric and no weight.
#
#   same_tokens.sh LONGHAUL RUN_YAML WORK_DIR
set -euo pipefail
longhaul=$1 yaml=$2 work=$3
rm -rf "$work"
mkdir -p "$work"

run() {
  "$longhaul" train "$yaml" output.dir="$work/$1" "${@:2}" > "$work/$1.log" 2>&1 || { cat "$work/$1.log"; exit 1; }
}

run wide threads=2
run narrow threads=1 rollout.engine.max_num_seqs=3 rollout.engine.max_num_batched_tokens=8 rollout.engine.prefill_chunk=2
run scarce threads=2 rollout.engine.max_num_seqs=64 rollout.engine.kv_cache_tokens=128
for other in narrow scarce; do
  echo "$other:"
  "$(dirname "$0")/compare_runs.sh" "$work/wide" "$work/$other"
done
