#!/usr/bin/env bash
# The Espoo study from end to end on one machine: six authorities, a coordinator and a research environment as separate
# processes, one linkage round over mutual TLS, the dataset, and the proof of the promise.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=Examples/espoo-study
bin=${SIDOS_BIN:-.build/release}
out=${SIDOS_DEMO:-demo}
people=()
postgresql=()
suite=ristretto255-SHA512
while [ $# -gt 0 ]; do
    case $1 in
    --people) people=(--people "$2"); shift 2 ;;
    --suite) suite=$2; shift 2 ;;
    --output) out=$2; shift 2 ;;
    --postgresql) postgresql=(--postgresql); shift ;;
    *) echo "usage: run.sh [--people N] [--suite SUITE] [--output DIRECTORY] [--postgresql]" >&2; exit 64 ;;
    esac
done
port=${SIDOS_PORT:-7443}
authorities=(omnia espoo kela vero migri te)

say() { printf '\n== %s\n' "$*"; }
pids=()
database=
# The database server ends with its standard input.
stop() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    [ -z "$database" ] || { exec {database}>&-; database=; }
    wait 2>/dev/null || true
}
trap stop EXIT

rm -rf "$out"
mkdir -m 700 "$out"

say "Generating the registers of the Espoo study"
python3 $example/generate.py --out "$out/registers" "${people[@]}"

say "Making keys for eight participants"
python3 $example/prepare.py names > "$out/names"
while IFS=$'\t' read -r id name; do
    case $id in
    coordinator) program=sidos-coordinator; host=(--host localhost --host 127.0.0.1) ;;
    research) program=sidos-research; host=() ;;
    *) program=sidos-node; host=() ;;
    esac
    "$bin/$program" init --directory "$out/$id" --id "$id" --name "$name" "${host[@]}" > "$out/$id.init.txt"
    "$bin/$program" card --directory "$out/$id" --output "$out/$id.card.yaml"
done < "$out/names"

say "Agreeing: one file, signed by all eight"
python3 $example/prepare.py agreement --out "$out" --suite "$suite" > "$out/agreement.yaml"
if [ ${#postgresql[@]} -gt 0 ]; then
    echo "Kela and the Tax Administration keep their registers in PostgreSQL."
    postgresql=(--postgresql $((port + 50)))
    mkfifo "$out/postgresql.input"
    python3 $example/postgresql.py serve --out "$out" --port "${postgresql[1]}" < "$out/postgresql.input" &
    server=$!
    exec {database}> "$out/postgresql.input"
    rm "$out/postgresql.input"
    until [ -e "$out/postgresql/ready" ]; do
        kill -0 "$server" 2>/dev/null || { echo "run.sh: PostgreSQL did not start" >&2; exit 1; }
        sleep 0.1
    done
fi
python3 $example/prepare.py configure --out "$out" --port "$port" "${postgresql[@]}"
"$bin/sidos-coordinator" agreement check "$out/agreement.yaml"
"$bin/sidos-coordinator" agreement show "$out/agreement.yaml" > "$out/agreement.txt"
for id in "${authorities[@]}"; do "$bin/sidos-node" agreement sign --directory "$out/$id" "$out/agreement.yaml" | head -1; done
"$bin/sidos-coordinator" agreement sign --directory "$out/coordinator" "$out/agreement.yaml" | head -1
"$bin/sidos-research" agreement sign --directory "$out/research" "$out/agreement.yaml" | head -1

say "Writing the notice to the people concerned, in Finnish, Swedish and English"
"$bin/sidos-coordinator" agreement notice "$out/agreement.yaml" --out "$out/notice"

say "Checking what each authority would declare (nothing is sent)"
for id in "${authorities[@]}"; do "$bin/sidos-node" check --directory "$out/$id" | grep -E '^register|refused|^  rows:|^  column|never released'; done

say "Starting the coordinator, six nodes and the research environment"
"$bin/sidos-coordinator" serve --directory "$out/coordinator" 2> "$out/coordinator.log" &
pids+=($!)
for _ in $(seq 100); do
    "$bin/sidos-coordinator" rounds --directory "$out/coordinator" > /dev/null 2>&1 && break
    sleep 0.1
done
for id in "${authorities[@]}"; do
    "$bin/sidos-node" serve --directory "$out/$id" 2> "$out/$id.log" &
    pids+=($!)
done
"$bin/sidos-research" receive --directory "$out/research" 2> "$out/research.log" &
receiver=$!
pids+=("$receiver")

say "Linking"
started=$(date +%s)
"$bin/sidos-coordinator" link --directory "$out/coordinator" "$out/agreement.yaml" 2> >(grep -v " 0 %, 0 of " >&2)
wait "$receiver"
echo "The round took $(($(date +%s) - started)) s."

say "Opening the dataset in the research environment"
"$bin/sidos-research" dataset --directory "$out/research" --output "$out/dataset"

say "What each party learned"
python3 $example/prepare.py learned --out "$out"

say "Proving the promise on this run's own output"
stop
pids=()
# What left the nodes: everything the coordinator holds and every log; what a researcher sees: the dataset.
mkdir -m 700 "$out/left"
cp "$out"/*.log "$out/agreement.yaml" "$out/left/"
python3 $example/verify.py --registers "$out/registers" --dataset "$out/dataset" --search "$out/coordinator" \
    --search "$out/left" --json "$out/proof.json"
