#!/bin/sh
# Times `pipe run` and `dvc repro` (the first argument is DVC's command) on test/ports/dvc-get-started: the best of five,
# and what each ran. Needs Python, git and DVC; prints a line a situation.
set -eu
dvc=$1
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DVC_NO_ANALYTICS=1
for side in pipe dvc; do
  cp -r "$here/test/ports/dvc-get-started" "$work/$side"
  (cd "$work/$side" && python3 make-data.py data.xml 1)
done
(cd "$work/dvc" && git init -q && "$dvc" init -q)

run_pipe() { (cd "$work/pipe" && node "$here/lib/pipe/dist/pipe.js" run --json | grep -c '"type":"ran"' || true); }
run_dvc() { (cd "$work/dvc" && "$dvc" repro 2>&1 | grep -c '^Running stage' || true); }
best() {
  python3 - "$@" <<'PY'
import subprocess, sys, time, os
times = []
for _ in range(5):
    begin = time.perf_counter()
    subprocess.run(sys.argv[2:], cwd=sys.argv[1], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter() - begin)
print(f"{min(times):.2f} s", end="")
PY
}
edit() { for side in pipe dvc; do sed -i "$2" "$work/$side/$1"; done; }
say() { printf '%-34s pipe ran %s of 4, dvc ran %s of 4\n' "$1" "$(run_pipe)" "$(run_dvc)"; }

say 'first run'
printf 'nothing to do                      pipe %s, dvc %s\n' \
  "$(best "$work/pipe" node "$here/lib/pipe/dist/pipe.js" run)" "$(best "$work/dvc" "$dvc" repro)"
edit src/common.py 's/# One row a line./# A row is a line./'
say 'comment in a helper'
edit src/train.py 's/^table = /# the table\ntable = /'
say 'comment in a script'
edit src/text.py 's/text.lower()/text/'
say 'code of a helper (text.py)'
edit src/model.py 's/return 1 \//return 1.0 \//'
say 'code of a helper (model.py)'
edit params.json 's/"rounds": 60/"rounds": 80/'
say 'a parameter of train'
