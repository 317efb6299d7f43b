#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A run killed with SIGKILL at random moments and started again ends with the bytes of an undisturbed run: weights, samples,
# and metrics (time fields aside).
#
#   kill_and_resume.sh LONGHAUL RUN_YAML WORK_DIR [KILLS] [SEED] [OVERRIDES ...]
set -euo pipefail
longhaul=$1 yaml=$2 work=$3 kills=${4:-3} seed=${5:-1}
shift $(($# < 5 ? $# : 5))
RANDOM=$seed
rm -rf "$work"
mkdir -p "$work"

run() { "$longhaul" train "$yaml" output.dir="$work/$1" "${@:2}" > "$work/$1.log" 2>&1; }

started=$(date +%s%N)
run undisturbed "$@" || { cat "$work/undisturbed.log"; exit 1; }
took_ms=$((($(date +%s%N) - started) / 1000000))
echo "undisturbed run: $took_ms ms"

killed=0
while [ "$killed" -lt "$kills" ]; do
  "$longhaul" train "$yaml" output.dir="$work/killed" "$@" > "$work/killed.log" 2>&1 &
  pid=$!
  # Anywhere in a run that makes at least a little progress between two kills.
  wait_ms=$((200 + RANDOM % (took_ms * 2 / (kills + 1) + 1)))
  sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
  if ! kill -9 "$pid" 2> /dev/null; then
    wait "$pid" || { cat "$work/killed.log"; exit 1; }
    break  # it was faster than the next kill
  fi
  wait "$pid" 2> /dev/null || true
  killed=$((killed + 1))
done
run killed "$@" || { cat "$work/killed.log"; exit 1; }
echo "killed $killed times"

"$(dirname "$0")/compare_runs.sh" "$work/undisturbed" "$work/killed"
