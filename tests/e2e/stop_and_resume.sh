#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A run stopped with SIGTERM while it generates saves what is half generated, leaves, and ends with the bytes of an
# undisturbed run when it is started again.
#
#   stop_and_resume.sh LONGHAUL RUN_YAML WORK_DIR [STOPS]
set -euo pipefail
longhaul=$1 yaml=$2 work=$3 stops=${4:-3}
# Many prompts, two sequences at a time: most of a step is generation.
set -- rollout.num_prompts_per_step=32 rollout.engine.max_num_seqs=2 rollout.dynamic_sampling.max_gen_batches=2
rm -rf "$work"
mkdir -p "$work"

"$longhaul" train "$yaml" output.dir="$work/undisturbed" "$@" > "$work/undisturbed.log" 2>&1 ||
  { cat "$work/undisturbed.log"; exit 1; }

lines() { if [ -e "$1" ]; then wc -l < "$1"; else echo 0; fi; }

stopped=0 half_generated=0
metrics=$work/stopped/metrics.jsonl
first_rl=$(grep -n -m1 '"reward/mean"' "$work/undisturbed/metrics.jsonl" | cut -d: -f1)
while [ "$stopped" -lt "$stops" ]; do
  "$longhaul" train "$yaml" output.dir="$work/stopped" "$@" > "$work/stopped.log" 2>&1 &
  pid=$!
  # Past the next RL step, which a generation follows at once.
  target=$(($(lines "$metrics") + 1))
  [ "$target" -ge "$first_rl" ] || target=$first_rl
  while kill -0 "$pid" 2> /dev/null && [ "$(lines "$metrics")" -lt "$target" ]; do sleep 0.005; done
  kill -TERM "$pid" 2> /dev/null || true
  status=0
  wait "$pid" || status=$?
  [ "$status" -ne 0 ] || break  # it was done before the signal came
  grep -q '^interrupted: ' "$work/stopped.log" || { cat "$work/stopped.log"; exit 1; }
  stopped=$((stopped + 1))
  last=$(find "$work/stopped/checkpoints" -mindepth 1 -maxdepth 1 | sort | tail -n 1)
  if [ -s "$last/leases.pb" ]; then half_generated=$((half_generated + 1)); fi
done
"$longhaul" train "$yaml" output.dir="$work/stopped" "$@" > "$work/stopped.log" 2>&1 || { cat "$work/stopped.log"; exit 1; }
echo "stopped $stopped times, $half_generated of them with groups in the making"
[ "$half_generated" -gt 0 ] || { echo "no signal came in the middle of a generation"; exit 1; }
"$(dirname "$0")/compare_runs.sh" "$work/undisturbed" "$work/stopped"
