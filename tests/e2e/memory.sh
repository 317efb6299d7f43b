#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The peak of a run's memory is within 15% of the plan printed at its start, and memory is flat from step 20 of its RL on.
#
#   memory.sh LONGHAUL RUN_YAML WORK_DIR [STEPS]
set -euo pipefail
longhaul=$1 yaml=$2 work=$3 steps=${4:-100}
rm -rf "$work"
mkdir -p "$work"
"$longhaul" train "$yaml" output.dir="$work/run" trainer.max_steps="$steps" checkpoint.interval=0 > "$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }

plan=$(awk '/^memory plan: / { print $3 }' "$work/log")
# Bytes of a field in line $2 of the RL steps.
field() { grep '"reward/mean"' "$work/run/metrics.jsonl" | sed -n "$2p" | sed -E "s/.*\"mem\/$1\":([0-9.e+]+).*/\1/"; }
awk -v plan="$plan" -v peak="$(field host_peak "$steps")" -v early="$(field host_rss 20)" -v late="$(field host_rss "$steps")" '
  BEGIN {
    mib = 1048576
    printf "planned %.1f MiB, peak %.1f MiB (%+.1f%%); %.1f MiB at step 20, %.1f MiB at the end (%+.1f%%)\n",
           plan, peak / mib, 100 * (peak / mib / plan - 1), early / mib, late / mib, 100 * (late / early - 1)
    if (peak / mib > 1.15 * plan || peak / mib < 0.85 * plan) { print "the plan is not within 15%"; exit 1 }
    if (late > 1.05 * early) { print "memory grows"; exit 1 }
  }'
