#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two runs ended with the same bytes: metrics (time fields aside), samples and every file of the exported model.
#
#   compare_runs.sh RUN_DIR OTHER_RUN_DIR
set -euo pipefail
one=$1 other=$2
status=0
compare() {
  if cmp "$1" "$2"; then echo "identical: $3"; else status=1; fi
}
# Metrics without the fields that measure time or the machine.
strip() { sed -E 's/"(time|perf|mem)\/[^"]*":[^,}]*,?//g; s/,\}$/}/' "$1"; }
compare <(strip "$one/metrics.jsonl") <(strip "$other/metrics.jsonl") metrics.jsonl
compare "$one/samples.jsonl" "$other/samples.jsonl" samples.jsonl
for file in "$one"/export/*; do
  compare "$file" "$other/export/$(basename "$file")" "export/$(basename "$file")"
done
exit $status
