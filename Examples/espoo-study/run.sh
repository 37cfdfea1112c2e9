#!/usr/bin/env bash
# The Espoo study from end to end on one machine: six authorities, a mixer, a coordinator and a research environment as
# separate processes, one verified linkage round over mutual TLS, the dataset, and the proof of the promise.
#
# --others says how many people outside the study are in the registers, as SIDOS_DEMO_OTHERS does: fewer make a shorter
# round of the same study.
#
# With --spark the node of Kela computes on Apache Spark: on this machine too, but in executors that are processes of their
# own, with sidos-worker and a host's agent. Everything else is the same, and so is the dataset.
#
# With --unverified nobody proves what it does. The mixer, which is there to judge proofs and the selection, then takes no
# part: this is the round of the six authorities alone. Other suites than ristretto255-SHA512 need it.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=Examples/espoo-study
bin=${SIDOS_BIN:-.build/release}
out=${SIDOS_DEMO:-demo}
people=(${SIDOS_DEMO_OTHERS:+--others "$SIDOS_DEMO_OTHERS"})
postgresql=()
spark=
verifiable=ristretto255-SHA512
suite=$verifiable
unverified=()
while [ $# -gt 0 ]; do
    case $1 in
    --people) people=(--people "$2"); shift 2 ;;
    --others) people=(--others "$2"); shift 2 ;;
    --suite) suite=$2; shift 2 ;;
    --output) out=$2; shift 2 ;;
    --postgresql) postgresql=(--postgresql); shift ;;
    --spark) spark=yes; shift ;;
    --unverified) unverified=(--unverified); shift ;;
    *) echo "usage: run.sh [--people N | --others N] [--unverified [--suite SUITE]] [--output DIRECTORY] [--postgresql] [--spark]" >&2; exit 64 ;;
    esac
done
if [ "$suite" != $verifiable ] && [ ${#unverified[@]} -eq 0 ]; then
    echo "run.sh: only rounds with $verifiable can be verified. For $suite add --unverified." >&2
    exit 64
fi
port=${SIDOS_PORT:-7443}
authorities=(omnia espoo kela vero migri te)
nodes=("${authorities[@]}")
if [ ${#unverified[@]} -eq 0 ]; then
    nodes+=(audit)
    all=nine; those="six nodes, the mixer"
else
    all=eight; those="six nodes"
fi

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

say "Making keys for $all participants"
python3 $example/prepare.py names "${unverified[@]}" > "$out/names"
while IFS=$'\t' read -r id name; do
    case $id in
    coordinator) program=sidos-coordinator; options=(--host localhost --host 127.0.0.1) ;;
    audit) program=sidos-node; options=(--mixer) ;;
    research) program=sidos-research; options=() ;;
    *) program=sidos-node; options=() ;;
    esac
    "$bin/$program" init --directory "$out/$id" --id "$id" --name "$name" "${options[@]}" > "$out/$id.init.txt"
    "$bin/$program" card --directory "$out/$id" --output "$out/$id.card.yaml"
done < "$out/names"

say "Agreeing: one file, signed by all $all"
python3 $example/prepare.py agreement --out "$out" --suite "$suite" "${unverified[@]}" > "$out/agreement.yaml"
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
python3 $example/prepare.py configure --out "$out" --port "$port" "${postgresql[@]}" "${unverified[@]}"
if [ -n "$spark" ]; then
    say "Giving Kela a cluster: Apache Spark, a folder that its hosts share, and a host's agent"
    scripts/spark.sh
    # From PyPI, Spark is found by its Python.
    export PYSPARK_PYTHON=$PWD/.build/spark/bin/python3
    mkdir -m 700 "$out/kela.shared" "$out/kela.spool"
    whole=$(realpath "$out")
    key=$("$bin/sidos-worker" agent-init --key "$out/kela.agent.key")
    "$bin/sidos-worker" agent --host this-host --key "$out/kela.agent.key" --folder "$whole/kela.shared" \
        --socket "$out/kela.agent.sock" 2> "$out/kela.agent.log" &
    pids+=($!)
    cat >> "$out/kela/config.yaml" <<EOF
engine:
  kind: spark
  submit: $PWD/.build/spark/bin/spark-submit
  master: "local-cluster[2,1,1024]"
  options: ["--driver-memory", "512m", "--conf", "spark.ui.enabled=false"]
  folder: $whole/kela.shared
  agents: {this-host: "$key"}
  worker: $(cd "$bin" && pwd)/sidos-worker
  agent_socket: $whole/kela.agent.sock
  spool: $whole/kela.spool
  driver: $PWD/spark/sidos_driver.py
  tasks: 8
  piece_mib: 1
EOF
    tail -n +1 "$out/kela/config.yaml" | sed -n '/^engine:/,$p'
fi
"$bin/sidos-coordinator" agreement check "$out/agreement.yaml"
"$bin/sidos-coordinator" agreement show "$out/agreement.yaml" > "$out/agreement.txt"
for id in "${nodes[@]}"; do "$bin/sidos-node" agreement sign --directory "$out/$id" "$out/agreement.yaml" | head -1; done
"$bin/sidos-coordinator" agreement sign --directory "$out/coordinator" "$out/agreement.yaml" | head -1
"$bin/sidos-research" agreement sign --directory "$out/research" "$out/agreement.yaml" | head -1

say "Writing a made-up dataset for researchers, from the agreement alone"
"$bin/sidos-research" agreement example-data "$out/agreement.yaml" --people 500 --seed 1 --output "$out/example"

say "Writing the notice to the people concerned, in Finnish, Swedish and English"
"$bin/sidos-coordinator" agreement notice "$out/agreement.yaml" --out "$out/notice"

say "Checking what each authority would declare (nothing is sent)"
for id in "${authorities[@]}"; do "$bin/sidos-node" check --directory "$out/$id" | grep -E '^register|refused|^  rows:|^  column|never released'; done

say "Starting the coordinator, $those and the research environment"
"$bin/sidos-coordinator" serve --directory "$out/coordinator" 2> "$out/coordinator.log" &
pids+=($!)
for _ in $(seq 100); do
    "$bin/sidos-coordinator" rounds --directory "$out/coordinator" > /dev/null 2>&1 && break
    sleep 0.1
done
for id in "${nodes[@]}"; do
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
# What left the nodes: everything the coordinator holds and everybody's log; what a researcher sees: the dataset.
mkdir -m 700 "$out/left"
for id in "${nodes[@]}" coordinator research; do cp "$out/$id.log" "$out/left/"; done
if [ -n "$spark" ]; then
    cp "$out/kela/spark.log" "$out/kela.agent.log" "$out/left/"
    grep 'Computing a step on Spark' "$out/kela.log" | grep -o 'step=[a-z]*' | sort | uniq -c \
        | sed 's/ *\([0-9]*\) step=\(.*\)/Kela computed on Spark: \2, \1 times/'
    [ -z "$(ls -A "$out/kela.shared")" ] || { echo "run.sh: Kela's shared folder is not empty" >&2; exit 1; }
fi
cp "$out/agreement.yaml" "$out/left/"
python3 $example/verify.py --registers "$out/registers" --dataset "$out/dataset" --search "$out/coordinator" \
    --search "$out/left" --example "$out/example" --json "$out/proof.json"
