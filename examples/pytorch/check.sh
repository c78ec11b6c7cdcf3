#!/bin/sh
# Holds what this example is for, in a copy of it. $VIRTUAL_ENV has PyTorch and NumPy; PIPE is the program, else `pipe`.
# Kills a run with SIGKILL in the middle of a segment, goes on, and compares with one long run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/pipeline.yaml" "$here/stages" "$work"
cd "$work"
pipe() { ${PIPE:-pipe} "$@"; }

${PIPE:-pipe} run --jobs 1 --json > first.ndjson &
run=$!
# In the middle of a segment: one has ended, and the next has done four epochs.
until grep -q '"task":"train@seed=0,epoch=20".*"done":4,' first.ndjson; do sleep 0.05; kill -0 $run; done
kill -KILL $run
wait $run || echo "killed, with status $?"
echo "ended before: $(grep -c '"type":"ran"' first.ndjson) tasks"
pipe run
pipe run --profile whole
for seed in 0 1; do
  for file in checkpoint.pt random.json scores.json; do
    cmp "artifacts/train/seed=$seed/epoch=40/$file" "artifacts/whole/train/seed=$seed/epoch=40/$file"
  done
done
sha256sum artifacts/train/seed=0/epoch=40/checkpoint.pt artifacts/whole/train/seed=0/epoch=40/checkpoint.pt
echo 'forty epochs in seven segments, killed and resumed, have the bytes of forty at once'
pipe run --set params.data.points=0 || echo "status $?"
