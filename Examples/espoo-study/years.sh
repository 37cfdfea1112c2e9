#!/usr/bin/env bash
# A study that lives: three years of the Espoo registers among separate processes. After the first round two participants
# have new keys and the employment services join, by an amendment; people withdraw before the third, and one dataset is
# made of all.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=Examples/espoo-study
bin=${SIDOS_BIN:-.build/release}
out=${SIDOS_DEMO:-demo-years}
people=3000
while [ $# -gt 0 ]; do
    case $1 in
    --people) people=$2; shift 2 ;;
    --output) out=$2; shift 2 ;;
    *) echo "usage: years.sh [--people N] [--output DIRECTORY]" >&2; exit 64 ;;
    esac
done
port=${SIDOS_PORT:-7453}

say() { printf '\n== %s\n' "$*"; }
pids=()
stop() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    pids=()
}
trap stop EXIT

program() {
    case $1 in
    coordinator) echo "$bin/sidos-coordinator" ;;
    research) echo "$bin/sidos-research" ;;
    *) echo "$bin/sidos-node" ;;
    esac
}

# Makes keys and a card.
enroll() {
    local options=()
    case $1 in
    coordinator) options=(--host localhost --host 127.0.0.1) ;;
    audit) options=(--mixer) ;;
    esac
    "$(program "$1")" init --directory "$out/$1" --id "$1" --name "$2" "${options[@]}" > "$out/$1.init.txt"
    "$(program "$1")" card --directory "$out/$1" --output "$out/$1.card.yaml"
}

sign() {
    local file=$1
    shift
    for id in "$@"; do "$(program "$id")" agreement sign --directory "$out/$id" "$out/$file" > "$out/$id.signed.txt"; done
    "$bin/sidos-coordinator" agreement verify "$out/$file"
}

# Starts everybody with the registers of a year.
serve() {
    local year=$1
    shift
    stop
    python3 $example/years.py configure --out "$out" --year "$year" --port "$port"
    for id in coordinator "$@"; do
        "$(program "$id")" serve --directory "$out/$id" 2>> "$out/$id.log" &
        pids+=($!)
        [ "$id" != coordinator ] || for _ in $(seq 100); do
            "$bin/sidos-coordinator" rounds --directory "$out/coordinator" > /dev/null 2>&1 && break
            sleep 0.1
        done
    done
}

# Links under an agreement; `round` is its id then.
link() {
    "$bin/sidos-coordinator" link --directory "$out/coordinator" "$@" > "$out/link.out" 2> "$out/link.txt" || {
        cat "$out/link.out" "$out/link.txt" >&2
        exit 1
    }
    head -1 "$out/link.out"
    round=$(sed -n 's/^Opened round //p' "$out/link.out")
}

# Writes a dataset, once the research environment has seen that all have signed the end.
dataset() {
    for _ in $(seq 100); do
        "$bin/sidos-research" dataset --directory "$out/research" "$@" > "$out/dataset.txt" 2>&1 && return
        [ $? -eq 75 ] || break
        sleep 0.3
    done
    cat "$out/dataset.txt" >&2
    exit 1
}

rm -rf "$out"
mkdir -m 700 "$out"
first=(omnia espoo kela vero migri audit)
all=("${first[@]}" te)

say "Generating registers, and cutting them into the deliveries of 2022, 2023 and 2024"
python3 $example/generate.py --out "$out/registers" --people "$people"
python3 $example/years.py split --out "$out"

say "2022: five authorities, a mixer, a coordinator and a research environment agree and link"
python3 $example/prepare.py names > "$out/names"
while IFS=$'\t' read -r id name; do [ "$id" = te ] || enroll "$id" "$name"; done < "$out/names"
python3 $example/years.py agreement --out "$out" --year 2022 > "$out/agreement.yaml"
sign agreement.yaml "${first[@]}" coordinator research
serve 2022 "${first[@]}" research
link "$out/agreement.yaml"; r2022=$round
dataset --round "$r2022" --output "$out/before"

say "2023: Kela and the coordinator have new keys, and the employment services join by an amendment"
rotated=(kela coordinator)
for id in "${rotated[@]}"; do
    "$(program "$id")" keys rotate --directory "$out/$id" > "$out/$id.rotated.txt"
    "$(program "$id")" card --directory "$out/$id" --output "$out/$id.card.yaml"
done
enroll te "$(sed -n 's/^te\t//p' "$out/names")"
former=$("$bin/sidos-coordinator" agreement verify "$out/agreement.yaml" | sed -n 's/^Agreement \([0-9a-f]*\) .*/\1/p')
python3 $example/years.py agreement --out "$out" --year 2023 --amends "$former" > "$out/amendment.yaml"
"$bin/sidos-coordinator" agreement changes "$out/agreement.yaml" "$out/amendment.yaml" > "$out/changes.txt"
head -20 "$out/changes.txt"
stop
"$bin/sidos-node" agreement sign --directory "$out/te" --former "$out/agreement.yaml" "$out/amendment.yaml" > "$out/te.signed.txt"
sign amendment.yaml "${first[@]}" coordinator research
serve 2023 "${all[@]}" research
link "$out/amendment.yaml"; r2023=$round
if "$bin/sidos-coordinator" link --directory "$out/coordinator" "$out/agreement.yaml" > "$out/refused.txt" 2>&1; then
    echo "years.sh: a round under the former agreement was opened" >&2
    exit 1
fi
tail -1 "$out/refused.txt"

say "A client of the skills centre withdraws from the study, and somebody who never was in it"
python3 $example/years.py withdrawals --out "$out"
"$bin/sidos-node" withdraw --directory "$out/omnia" --study espoo-skills-centre --list "$out/objects.csv"
"$bin/sidos-node" withdraw --directory "$out/kela" --study espoo-skills-centre --list "$out/stranger.csv"
link --withdrawals "$out/amendment.yaml"
for _ in $(seq 100); do
    "$bin/sidos-research" withdrawals --directory "$out/research" | grep -q "^espoo-skills-centre" && break
    sleep 0.3
done
"$bin/sidos-research" withdrawals --directory "$out/research"

say "2024: the former keys are destroyed"
stop
for id in "${rotated[@]}"; do "$(program "$id")" keys retire --directory "$out/$id"; done
serve 2024 "${all[@]}" research
link "$out/amendment.yaml"; r2024=$round
dataset --round "$r2022" --output "$out/dataset-2022"
dataset --round "$r2023" --output "$out/dataset-2023"
dataset --round "$r2024" --output "$out/dataset-2024"
dataset --rounds "$r2022,$r2023,$r2024" --output "$out/dataset"
cat "$out/dataset.txt"

say "Proving it on this run's own output"
stop
mkdir -m 700 "$out/left"
cp "$out"/*.log "$out/agreement.yaml" "$out/amendment.yaml" "$out/left/"
python3 $example/years.py verify --out "$out"
