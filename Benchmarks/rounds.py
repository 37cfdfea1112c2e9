#!/usr/bin/env python3
"""Measures whole linkage rounds: real programs, one process a participant, mutual TLS over loopback.

    rounds.py --bin DIRECTORY [--case 2x131072:rows ...] [--cores 1,2,4] [--suite SUITE] [--rows-per-person N]
              [--tolerant] [--lasting] [--related] [--attackers 1000] [--json FILE]

A case is NODESxPEOPLE:RELEASE. Every node has one register, a CSV file of that many people; half of them are in all
registers. With `rows`, the rows of 1,000 people drawn from that half are released to a research environment; with
`count`, only counts are published and there is no research environment. People have valid identity codes and one short
row each, or as many as `--rows-per-person` says, far from each other in the file.

With `--tolerant` they have names and dates of birth too, and 20 tokens each: one of twenty in every register but the
first has no code and a name that is written differently. With `--lasting` pseudonyms are the study's, and every node
keeps a study key; with `--related` each row names another person. With `--spark` the first node computes on Apache
Spark, in two executors here, and the round is run without it before. With `--cores`, each case is run on so many of the machine's
cores, all participants together. With `--attackers`, it is run again while so many connections ask the coordinator for
nothing.

CPU time is what the system charged to each process from the opening of the round to its end, memory the peak of its
resident set since it started (VmHWM), bytes the bodies that the coordinator counted. Wall time is given too, but is
worth little on a machine that does other things at the same time.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from round_inputs import RELEASED, write_agreement, write_register

CASES = ["2x131072:rows", "3x131072:rows", "2x131072:count"]
SUITES = ["ristretto255-SHA512", "P256-SHA256", "ffdhe3072-SHA512"]
MOST_ROWS = 100_000_000
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parent.parent


def machine_cpu():
    """Seconds that all processes of the machine have computed: workers on Spark come and go."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return sum(map(int, fields[1:4])) / TICKS


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Process:
    """One participant: its CPU time and memory are kept up to date by `sample`, which sees the last before it ends."""

    def __init__(self, name, command, log):
        self.name = name
        with log.open("wb") as file:
            self.popen = subprocess.Popen(command, stdout=file, stderr=file)
        self.log = log
        self.cpu = 0.0
        self.cpu_at_start = 0.0
        self.peak_kib = 0

    def sample(self):
        try:
            fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{self.popen.pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return
        self.cpu = max(self.cpu, (int(fields[11]) + int(fields[12])) / TICKS)
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_kib = max(self.peak_kib, int(line.split()[1]))

    def mark(self):
        self.sample()
        self.cpu_at_start = self.cpu

    @property
    def round_cpu(self):
        return self.cpu - self.cpu_at_start

    def finished(self):
        return self.popen.poll() is not None

    def ask_to_stop(self):
        if not self.finished():
            self.popen.send_signal(signal.SIGTERM)

    def stop(self):
        if not self.finished():
            try:
                self.popen.wait(20)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    totals = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            totals[name] = float(value)
    return (int(totals.get("sidos_exchange_received_bytes_total", 0)),
            int(totals.get("sidos_exchange_sent_bytes_total", 0)))


class Round:
    def __init__(self, directory, binaries, nodes, people, release, attackers=0, suite=SUITES[0], rows_each=1,
                 tolerant=False, mixers=0, verified=False, lasting=False, related=False, spark=False):
        self.directory = directory
        self.binaries = binaries
        self.nodes = nodes
        self.owners = nodes - mixers
        self.verified = verified
        self.people = people
        self.release = release
        self.suite = suite
        self.rows_each = rows_each
        self.tolerant = tolerant
        self.lasting = lasting
        self.related = related
        self.spark = spark
        self.attackers = attackers
        self.attacking = None
        self.processes = []

    def call(self, program, *arguments):
        done = subprocess.run([self.binaries / program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"rounds: {program} {arguments[0]} ended with status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start(self, name, program, command, *arguments):
        process = Process(name, [self.binaries / program, command,
                                 *(arguments or ["--directory", self.directory / name])],
                          self.directory / f"{name}.log")
        self.processes.append(process)
        return process

    def prepare(self):
        out = self.directory
        members = [(f"node{node}", "sidos-node", [] if node < self.owners else ["--mixer"])
                   for node in range(self.nodes)]
        members.append(("hub", "sidos-coordinator", ["--host", "localhost", "--host", "127.0.0.1"]))
        if self.release:
            members.append(("research", "sidos-research", []))
        cards = []
        for name, program, hosts in members:
            self.call(program, "init", "--directory", out / name, "--id", name, "--name", name, *hosts)
            self.call(program, "card", "--directory", out / name, "--output", out / f"{name}.card.yaml")
            cards.append((out / f"{name}.card.yaml").read_text(encoding="utf-8"))
        pin = next(line.split(":", 1)[1].strip().strip('"') for line in cards[self.nodes].splitlines()
                   if line.startswith("tls_pin:"))
        port, self.operations = free_ports(2)
        self.port = port
        connection = f'coordinator: {{url: "https://localhost:{port}", pin: "{pin}"}}\n'
        for name, program, _ in members:
            if name == "hub":
                text = (f"sidos_coordinator: 1\nlisten: {{host: 127.0.0.1, port: {port}}}\n"
                        f"operations: {{host: 127.0.0.1, port: {self.operations}}}\n")
            elif name == "research":
                text = "sidos_research: 1\n" + connection
            else:
                node = int(name[4:])
                text = f"sidos_node: 1\n{connection}"
                if self.spark and node == 0:
                    text += self.engine()
                if node >= self.owners:
                    self.write_config(name, text)
                    continue
                file = out / f"{name}.csv"
                write_register(file, node, self.people, self.rows_each, self.tolerant, self.related)
                text += (f"registers:\n  - id: register_{node}\n    identity: hetu\n"
                         f'    csv: {{file: "{file}", delimiter: comma}}\n')
                if self.tolerant:
                    text += "    match_fields: {family: family, given: given, birth: birth}\n"
            self.write_config(name, text)
        self.agreement = out / "agreement.yaml"
        write_agreement(self.agreement, cards, self.nodes, self.people, self.release, self.suite, self.tolerant,
                        self.owners, self.verified, self.lasting, self.related)
        for name, program, _ in members:
            self.call(program, "agreement", "sign", "--directory", out / name, self.agreement)

    def engine(self):
        """What a configuration says of a cluster on this machine."""
        for folder in ("shared", "spool"):
            (self.directory / folder).mkdir(mode=0o700)
        key = self.call("sidos-worker", "agent-init", "--key", self.directory / "agent.key").strip()
        cores = len(os.sched_getaffinity(0))
        # From PyPI, Spark is found by its Python.
        os.environ["PYSPARK_PYTHON"] = str(ROOT / ".build/spark/bin/python3")
        return (f"engine:\n  kind: spark\n  submit: {ROOT}/.build/spark/bin/spark-submit\n"
                f'  master: "local-cluster[{cores},1,1024]"\n'
                f'  options: ["--driver-memory", "512m", "--conf", "spark.ui.enabled=false"]\n'
                f"  folder: {self.directory}/shared\n  agents: {{here: \"{key}\"}}\n"
                f"  worker: {self.binaries}/sidos-worker\n  agent_socket: {self.directory}/agent.sock\n"
                f"  spool: {self.directory}/spool\n  driver: {ROOT}/spark/sidos_driver.py\n  tasks: {8 * cores}\n")

    def write_config(self, name, text):
        config = self.directory / name / "config.yaml"
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)

    def run(self, limit):
        hub = self.start("hub", "sidos-coordinator", "serve")
        self.await_coordinator(hub)
        if self.spark:
            self.start("agent", "sidos-worker", "agent", "--host", "here", "--key", self.directory / "agent.key",
                       "--folder", self.directory / "shared", "--socket", self.directory / "agent.sock")
        for node in range(self.nodes):
            self.start(f"node{node}", "sidos-node", "serve")
        research = self.start("research", "sidos-research", "receive") if self.release else None
        time.sleep(1)
        if self.attackers:
            script = Path(__file__).with_name("attackers.py")
            self.attacking = subprocess.Popen(
                [sys.executable, "-B", script, str(self.port), str(self.attackers)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            time.sleep(2)
        for process in self.processes:
            process.mark()
        before = metrics(self.operations)
        machine = machine_cpu()
        started = time.monotonic()
        phases = []
        counts = None
        with (self.directory / "link.err").open("w") as errors:
            link = subprocess.Popen(
                [self.binaries / "sidos-coordinator", "link", "--json", "--directory", self.directory / "hub",
                 self.agreement], stdout=subprocess.PIPE, stderr=errors, text=True)
        os.set_blocking(link.stdout.fileno(), False)
        try:
            ended = None
            while ended is None or (research and not research.finished()):
                time.sleep(0.1)
                for process in self.processes:
                    process.sample()
                    if process.finished() and process is not research:
                        raise SystemExit(f"rounds: {process.name} ended by itself: {self.tail(process.log)}")
                while line := link.stdout.readline():
                    event = json.loads(line)
                    if event["event"] == "phase":
                        phases.append([event["phase"], round(time.monotonic() - started, 1)])
                    elif event["event"] == "ended":
                        counts = event["status"].get("counts")
                if ended is None and link.poll() is not None:
                    ended = time.monotonic()
                if time.monotonic() - started > limit:
                    raise SystemExit(f"rounds: the round took longer than {limit} s")
        finally:
            if link.poll() is None:
                link.kill()
            link.wait()
            link.stdout.close()
        if link.returncode != 0:
            raise SystemExit(f"rounds: link ended with status {link.returncode}: {(self.directory / 'link.err').read_text()}")
        if research and research.popen.returncode != 0:
            raise SystemExit(f"rounds: research ended with status {research.popen.returncode}: {self.tail(research.log)}")
        self.machine = machine_cpu() - machine
        self.check(counts)
        attacks = self.end_attack()
        after = metrics(self.operations)
        result = self.result(ended - started, after[0] - before[0], after[1] - before[1], phases)
        return {**result, "attackers": self.attackers, "attacking_connections": attacks}

    def end_attack(self):
        """How many connections there were; 0 without an attack."""
        if not self.attacking:
            return 0
        if self.attacking.poll() is not None:
            raise SystemExit("rounds: the attack ended by itself")
        attacking, self.attacking = self.attacking, None
        opened = int(attacking.communicate("", timeout=30)[0])
        if opened < self.attackers:
            raise SystemExit(f"rounds: only {opened} connections attacked")
        return opened

    def check(self, counts):
        """A round that computed something else was not measured."""
        registers = [f"register_{node}" for node in range(self.owners)]
        if self.related:
            registers += [f"{register}-spouse" for register in registers]
        registers.sort()
        expected = RELEASED if self.release else self.people // 2
        people = [each["people"] for each in (counts or {}).get("cohorts", [])]
        common = [each["people"] for each in (counts or {}).get("overlap", []) if sorted(each["registers"]) == registers]
        self.found = common[0] if len(common) == 1 else 0
        if self.tolerant:
            # Some resemble each other by chance, and some no longer do.
            amiss = abs(self.found - self.people // 2) > max(2, self.people // 200) or len(people) != 1
        else:
            amiss = people != [expected] or common != [self.people // 2]
        if amiss:
            raise SystemExit(f"rounds: the counts are {counts}, not {expected} and {self.people // 2}")

    def await_coordinator(self, hub):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not hub.finished():
            try:
                metrics(self.operations)
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"rounds: the coordinator did not start: {self.tail(hub.log)}")

    @staticmethod
    def tail(log):
        return log.read_text(errors="replace")[-2_000:]

    def result(self, wall, received, sent, phases):
        items = self.owners * self.people
        cpu = sum(process.round_cpu for process in self.processes)
        result = {
            "nodes": self.nodes,
            "mixers": self.nodes - self.owners,
            "verified": self.verified,
            "people_per_register": self.people,
            "rows_per_person": self.rows_each,
            "release": "rows" if self.release else "none",
            "suite": self.suite,
            "tolerant": self.tolerant,
            "lasting": self.lasting,
            "related": self.related,
            "spark": self.spark,
            "machine_cpu_seconds": round(self.machine, 2),
            "people_in_all": self.found,
            "cores": len(os.sched_getaffinity(0)),
            "wall_seconds": round(wall, 1),
            "cpu_seconds": round(cpu, 2),
            "identifiers_per_second_and_core": round(items / cpu),
            "cpu_microseconds_per_identifier_and_hop": round(cpu * 1e6 / (items * self.nodes), 2),
            "received_bytes_per_identifier": round(received / items, 1),
            "sent_bytes_per_identifier": round(sent / items, 1),
            "processes": [
                {"name": process.name, "cpu_seconds": round(process.round_cpu, 2),
                 "peak_mib": round(process.peak_kib / 1024, 1)}
                for process in self.processes
            ],
            "phase_began_at_seconds": phases,
        }
        if self.release:
            result["dataset"] = self.dataset()
        return result

    def dataset(self):
        """Opens what arrived, and counts that it is everything and nothing more."""
        target = self.directory / "dataset"
        opening = Process("dataset", [self.binaries / "sidos-research", "dataset", "--directory",
                                      self.directory / "research", "--output", target], self.directory / "dataset.log")
        while not opening.finished():
            opening.sample()
            time.sleep(0.02)
        if opening.popen.returncode != 0:
            raise SystemExit(f"rounds: no dataset: {self.tail(opening.log)}")
        rows = {}
        for node in range(self.owners):
            with (target / f"register_{node}.csv").open(encoding="utf-8") as file:
                rows[f"register_{node}"] = sum(1 for _ in file) - 1
        if set(rows.values()) != {RELEASED * self.rows_each}:
            raise SystemExit(f"rounds: the dataset has {rows} rows instead of {RELEASED * self.rows_each} a register")
        return {"cpu_seconds": round(opening.cpu, 2), "peak_mib": round(opening.peak_kib / 1024, 1), "rows": rows}

    def stop(self):
        if self.attacking:
            self.attacking.kill()
            self.attacking.wait()
        for process in self.processes:
            process.ask_to_stop()
        for process in self.processes:
            process.stop()


def table(result):
    kind = "1,000 people's rows" if result["release"] == "rows" else "counts only"
    if result["rows_per_person"] > 1:
        kind += f", {result['rows_per_person']:,} rows a person"
    if result["verified"]:
        kind += ", verified"
    if result["mixers"]:
        kind += f", {result['mixers']} of the nodes mixers"
    if result["tolerant"]:
        kind += f", tolerant (found {result['people_in_all']:,} of {result['people_per_register'] // 2:,} in all)"
    if result["lasting"]:
        kind += ", lasting pseudonyms"
    if result["related"]:
        kind += ", related people"
    if result["spark"]:
        kind += ", the first node on Spark"
    if result["suite"] != SUITES[0]:
        kind += f", {result['suite']}"
    print(f"\n{result['nodes']} nodes × {result['people_per_register']:,} identifiers, {kind}, {result['cores']} cores"
          + (f", {result['attackers']:,} attackers ({result['attacking_connections']:,} connections)"
             if result["attackers"] else ""))
    print(f"  wall time {result['wall_seconds']} s, CPU time of all processes {result['cpu_seconds']} s: "
          f"{result['identifiers_per_second_and_core']:,} identifiers a second and core, "
          f"{result['cpu_microseconds_per_identifier_and_hop']} µs an identifier and hop")
    print(f"  CPU time of everything on the machine {result['machine_cpu_seconds']} s")
    print(f"  bytes per identifier: to the coordinator {result['received_bytes_per_identifier']}, "
          f"from it {result['sent_bytes_per_identifier']}")
    print(f"  {'process':<12}{'CPU s':>9}{'peak MiB':>11}")
    for process in result["processes"]:
        print(f"  {process['name']:<12}{process['cpu_seconds']:>9.2f}{process['peak_mib']:>11.1f}")
    if "dataset" in result:
        print(f"  {'dataset':<12}{result['dataset']['cpu_seconds']:>9.2f}{result['dataset']['peak_mib']:>11.1f}")
    sys.stdout.flush()


def parse_case(text):
    shape, _, release = text.partition(":")
    nodes, _, people = shape.partition("x")
    if release not in ("rows", "count") or not nodes.isdigit() or not people.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not NODESxPEOPLE:rows or NODESxPEOPLE:count")
    nodes, people = int(nodes), int(people)
    least = 2 * RELEASED if release == "rows" else 2
    if not 2 <= nodes <= 16 or not least <= people <= 10_000_000 // nodes:
        raise argparse.ArgumentTypeError(f"'{text}': 2 to 16 nodes, at least {least} people, at most 10,000,000 in all")
    return nodes, people, release == "rows"


def parse_cores(text):
    """Rising numbers of cores; those that the machine does not have are left out."""
    numbers = [int(part) if part.isdigit() else 0 for part in text.split(",")]
    if min(numbers) < 1 or numbers != sorted(set(numbers)):
        raise argparse.ArgumentTypeError(f"'{text}' is not like 1,2,4: rising numbers of cores")
    return numbers


def available(numbers):
    """Of these numbers of cores, those that there are, each with the cores."""
    every = sorted(os.sched_getaffinity(0))
    if missing := [number for number in numbers if number > len(every)]:
        print(f"rounds: this machine has {len(every)} cores, so nothing is measured on {missing}", file=sys.stderr)
    return [every[:number] for number in numbers if number <= len(every)]


def measure(binaries, limit, keep=None, **shape):
    """Runs a round in a directory of its own.

    `shape` is what `Round` takes.
    """
    directory = Path(tempfile.mkdtemp(prefix="sidos-rounds-"))
    measured = Round(directory, binaries, **shape)
    try:
        measured.prepare()
        return measured.run(limit)
    finally:
        measured.stop()
        if keep:
            shutil.copytree(directory, keep, dirs_exist_ok=True)
        shutil.rmtree(directory)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where sidos-node, -coordinator and -research are")
    parser.add_argument("--case", type=parse_case, action="append", help=f"{', '.join(CASES)} unless told")
    parser.add_argument("--cores", type=parse_cores, help="runs each case on so many cores: 1,2,4 (all unless told)")
    parser.add_argument("--suite", choices=SUITES, default=SUITES[0], help="the group; %(default)s unless told")
    parser.add_argument("--rows-per-person", type=int, default=1, metavar="N", help="1 unless told")
    parser.add_argument("--tolerant", action="store_true", help="matches by tokens of names and dates of birth too")
    parser.add_argument("--mixers", type=int, default=0, help="how many of the nodes own no register")
    parser.add_argument("--verified", action="store_true", help="every step is proved and checked; needs a mixer")
    parser.add_argument("--lasting", action="store_true", help="pseudonyms last for the study; rounds with rows only")
    parser.add_argument("--related", action="store_true", help="each row names another person; rounds with rows only")
    parser.add_argument("--spark", action="store_true",
                        help="runs each case again with the first node on Spark, which scripts/spark.sh installs")
    parser.add_argument("--attackers", type=int, default=0, help="runs each case again with so many idle or slow connections")
    parser.add_argument("--json", type=Path, help="writes the results there")
    parser.add_argument("--limit", type=int, default=3_600, help="seconds that a round may take")
    parser.add_argument("--keep", type=Path, help="keeps the participants' directories and logs there")
    arguments = parser.parse_args()
    binaries = arguments.bin.resolve()
    rows_each = arguments.rows_per_person
    cases = arguments.case or [parse_case(case) for case in CASES]
    if rows_each < 1 or any(nodes * people * rows_each > MOST_ROWS for nodes, people, _ in cases):
        parser.error(f"--rows-per-person: at least 1, and at most {MOST_ROWS:,} rows in all")
    if arguments.tolerant and any(nodes * people > 2_000_000 for nodes, people, _ in cases):
        parser.error("--tolerant: at most 2,000,000 people in all")
    if any(nodes - arguments.mixers < 2 for nodes, _, _ in cases) or arguments.verified and arguments.mixers < 1:
        parser.error("--mixers: leave two nodes that own registers; a verified round has a mixer")
    if (arguments.lasting or arguments.related) and not all(release for _, _, release in cases):
        parser.error("--lasting and --related: rounds with rows only")
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda number, _: sys.exit(128 + number))
    results = []
    shares = available(arguments.cores) if arguments.cores else [sorted(os.sched_getaffinity(0))]
    for nodes, people, release in cases:
        first = None
        for cores in shares:
            # Whatever is started from now on has these cores only.
            os.sched_setaffinity(0, cores)
            for attackers, spark in [(0, False), *([(arguments.attackers, False)] if arguments.attackers else []),
                                     *([(0, True)] if arguments.spark else [])]:
                name = f"{nodes}x{people}-{'rows' if release else 'count'}-{len(cores)}"
                results.append(measure(
                    binaries, arguments.limit, arguments.keep and arguments.keep / name, nodes=nodes, people=people,
                    release=release, attackers=attackers, suite=arguments.suite, rows_each=rows_each,
                    tolerant=arguments.tolerant, mixers=arguments.mixers, verified=arguments.verified,
                    lasting=arguments.lasting, related=arguments.related, spark=spark))
                table(results[-1])
                if attackers:
                    quiet, attacked = results[-2:]
                    hub = [next(each["cpu_seconds"] for each in result["processes"] if each["name"] == "hub")
                           for result in (quiet, attacked)]
                    print(f"  with attackers: wall time × {attacked['wall_seconds'] / quiet['wall_seconds']:.2f}, "
                          f"the coordinator's CPU {hub[1] - hub[0]:+.2f} s", flush=True)
                elif spark:
                    local, spread = results[-2:]
                    print(f"  with Spark: wall time × {spread['wall_seconds'] / local['wall_seconds']:.2f}, CPU time of "
                          f"the machine × {spread['machine_cpu_seconds'] / local['machine_cpu_seconds']:.2f}", flush=True)
                elif first:
                    print(f"  {first['cores']} → {len(cores)} cores: speed × "
                          f"{first['wall_seconds'] / results[-1]['wall_seconds']:.2f}, "
                          f"CPU time × {results[-1]['cpu_seconds'] / first['cpu_seconds']:.2f}", flush=True)
                else:
                    first = results[-1]
                if arguments.json:
                    arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
