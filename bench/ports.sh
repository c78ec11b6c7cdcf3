#!/bin/sh
# What `pipe run`, `dvc repro` and `snakemake` run after an edit of the pipelines of test/ports, and how long each takes
# to find nothing to do, the best of five. The arguments are the commands of DVC and Snakemake. Needs Python and git.
set -eu
dvc=$1
snakemake=$2
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DVC_NO_ANALYTICS=1 XDG_CACHE_HOME="$work/cache"

pipe() { node "$here/lib/pipe/dist/pipe.js" run "$@"; }
ran() {
  cd "$work/$port/$1"
  case $1 in
    pipe) pipe --json | grep -c '"type":"ran"' || true ;;
    dvc) "$dvc" repro 2>&1 | grep -c '^Running stage' || true ;;
    snakemake) "$snakemake" --cores 2 2>&1 | grep -c '^rule \|^localrule ' || true ;;
  esac
}
best() {
  cd "$work/$port/$1"
  case $1 in
    pipe) set -- node "$here/lib/pipe/dist/pipe.js" run ;;
    dvc) set -- "$dvc" repro ;;
    snakemake) set -- "$snakemake" --cores 2 ;;
  esac
  python3 - "$@" <<'PY'
import subprocess, sys, time
times = []
for _ in range(5):
    begin = time.perf_counter()
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter() - begin)
print(f"{min(times):.2f} s", end="")
PY
}
begin() {
  port=$1
  shift
  for tool in pipe dvc snakemake; do
    mkdir -p "$work/$port"
    cp -r "$here/test/ports/$port" "$work/$port/$tool"
    (cd "$work/$port/$tool" && python3 make-data.py "$@")
  done
  (cd "$work/$port/dvc" && git init -q && "$dvc" init -q)
}
say() { printf '%-46s pipe %s, dvc %s, snakemake %s\n' "$1" "$(ran pipe)" "$(ran dvc)" "$(ran snakemake)"; }
nothing() { printf '%-46s pipe %s, dvc %s, snakemake %s\n' 'nothing to do, in' "$(best pipe)" "$(best dvc)" "$(best snakemake)"; }
edit() {
  for tool in pipe dvc snakemake; do
    cp "$work/$port/$tool/$1" "$work/before"
    sed -i "$2" "$work/$port/$tool/$1"
    if cmp -s "$work/before" "$work/$port/$tool/$1"; then echo "$1 is as before"; exit 1; fi
  done
}

echo 'dvc-get-started: of 4 tasks ran'
begin dvc-get-started data.xml 1
say 'first run'
say 'nothing edited'
nothing
edit src/common.py 's/# One row a line./# A row is a line./'
say 'comment in a helper (common.py)'
edit src/train.py 's/^table = /# the table\ntable = /'
say 'comment in a script (train.py)'
edit src/text.py 's/text.lower()/text/'
say 'code of a helper of one script (text.py)'
edit src/model.py 's/return 1 \//return 1.0 \//'
say 'code of a helper of two scripts (model.py)'
edit params.json 's/"rounds": 60/"rounds": 80/'
say 'a parameter of train'

echo 'snakemake-tutorial: of 6 tasks ran'
begin snakemake-tutorial .
say 'first run'
say 'nothing edited'
nothing
edit scripts/sequences.py 's/Files of sequences/Files with sequences/'
say 'docstring in a helper (sequences.py)'
edit scripts/map_reads.py 's/^SEED = 12$/SEED = 12  # letters/'
say 'comment in a script (map_reads.py)'
edit scripts/sequences.py 's/lines\[at\]\[1:\]/lines[at][1:].upper()/'
say 'code of a helper of two scripts (sequences.py)'
touch "$work"/snakemake-tutorial/*/genome.fa
say 'touch of an input, same bytes'
