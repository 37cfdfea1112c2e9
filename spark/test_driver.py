"""Tests of the Spark driver, with a real Spark and a worker that misbehaves. Run: python3 -m unittest -v test_driver

Spark is in .build/spark, where scripts/spark.sh puts it; SIDOS_SPARK_PYTHON names the Python of another one.
"""

import json
import os
import queue
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import sidos_driver  # noqa: E402

PYTHON = Path(os.environ.get("SIDOS_SPARK_PYTHON", HERE.parent / ".build/spark/bin/python3"))
# For what hangs, not for what is slow.
PATIENCE = 300
CANARY = "canary-3f1b9c7e5d"
# Java starts sooner so. Nothing here runs for long enough to be worth compiling well.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"

NOISE = """
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %p %c: %m%n
"""

# A worker. `do` of a ticket says how it misbehaves. Its spool folder is where tests and workers leave each other notes.
WORKER = r'''
import json, os, signal, sys, time

spool = sys.argv[sys.argv.index("--spool") + 1]
assert sys.argv[1:] == ["--folder", "/mnt/shared", "--agent", "/run/agent.sock", "--spool", spool], sys.argv

def status(pid):
    with open(f"/proc/{pid}/stat") as file:
        name, _, rest = file.read().partition("(")[2].rpartition(")")
    return name, int(rest.split()[1])

def ancestors():
    """This process and those above it, up to the executor's Java."""
    pids = [os.getpid()]
    while status(pids[-1])[0] != "java" and pids[-1] > 1:
        pids.append(status(pids[-1])[1])
    return pids

def note(name, text):
    with open(f"{spool}/.{name}-{os.getpid()}", "w") as file:
        file.write(text)
    os.rename(f"{spool}/.{name}-{os.getpid()}", f"{spool}/{name}")

def first(name):
    try:
        os.mkdir(f"{spool}/first-{name}")
        return True
    except FileExistsError:
        return False

def say(receipt):
    sys.stdout.buffer.write(receipt)
    sys.stdout.buffer.flush()

for line in sys.stdin:
    ticket = json.loads(line)
    do, name = ticket.get("do"), ticket["n"]
    with open("/proc/self/environ", "rb") as file:
        note(f"run-{name}-{os.getpid()}", json.dumps({"pids": ancestors(), "environment": len(file.read())}))
    receipt = json.dumps({"n": name, "text": ticket.get("text"), "worker": os.getpid()}, ensure_ascii=False).encode()
    if do == "exit":
        sys.stderr.write("SECRET OF THE WORKER\n")
        sys.exit(3)
    if do == "die once" and first(name):
        say(receipt[:5])
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "kill the executor once" and first(name):
        os.kill(ancestors()[-1], signal.SIGKILL)
        time.sleep(1000)
    if do == "wait":
        while not os.path.exists(f"{spool}/go-{name}"):
            time.sleep(0.02)
    if do == "huge":
        for _ in range(64):
            say(b"SECRET OF THE WORKER" * 65536)
        time.sleep(1000)
    if do == "none":
        continue
    if do == "twice":
        say(receipt + b"\n")
    if do == "torn":
        say(receipt)
        sys.exit(0)
    if do == "empty":
        receipt = b""
    if do == "longest":
        receipt = b"x" * 65536
    if do == "not text":
        receipt = b"\xff"
    if do == "closes its input":
        os.close(0)
        say(receipt + b"\n")
        os._exit(0)
    if do == "does not end":
        say(receipt + b"\n")
        os.close(1)
        time.sleep(1000)
    say(receipt + b"\n")
'''


def make_worker(folder):
    worker = folder / "worker"
    worker.write_text(f"#!{sys.executable} -ES\n{WORKER}")
    worker.chmod(stat.S_IRWXU)
    (folder / "spool").mkdir()
    return [str(worker), "--folder", "/mnt/shared", "--agent", "/run/agent.sock", "--spool", str(folder / "spool")]


def lives(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return text.rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(test, what):
    end = time.monotonic() + PATIENCE
    while not test():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {PATIENCE} s")
        time.sleep(0.05)


class Spark:
    """A driver, started by spark-submit as the daemon does it."""

    def __init__(self, master, *configuration, wait=True, noisy=False):
        """`noisy` has Spark log to standard output, as an operator may have set it: that may last until the driver
        runs."""
        self.folder = Path(tempfile.mkdtemp())
        self.spool = self.folder / "spool"
        worker = make_worker(self.folder)
        # Executors' logs go into a folder of Spark's home, so each driver has one of its own, around the same Spark.
        home = self.folder / "home"
        home.mkdir()
        for path in spark_home().iterdir():
            (home / path.name).symlink_to(path)
        for name in ("events", "local", "tickets", "temporary"):
            (self.folder / name).mkdir()
        options = f"{JAVA_OPTIONS} -Djava.io.tmpdir={self.folder}/temporary"
        if noisy:
            (self.folder / "log4j2.properties").write_text(NOISE)
            options += f" -Dlog4j2.configurationFile=file:{self.folder}/log4j2.properties"
        settings = [
            "spark.ui.enabled=false", f"spark.local.dir={self.folder}/local",
            "spark.eventLog.enabled=true", f"spark.eventLog.dir=file://{self.folder}/events",
            "spark.eventLog.compress=false",
            f"spark.driver.extraJavaOptions={options}", f"spark.executor.extraJavaOptions={options}",
            *configuration,
        ]
        self._errors = open(self.folder / "stderr", "wb")
        self.process = subprocess.Popen(
            [home / "bin/spark-submit", *(word for setting in settings for word in ("--conf", setting)),
             "--master", master, HERE / "sidos_driver.py", *worker[1:], "--worker", worker[0]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env={"PATH": os.environ["PATH"], "PYSPARK_PYTHON": str(PYTHON), "SPARK_LAUNCHER_OPTS": JAVA_OPTIONS,
                 "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home),
                 "TMPDIR": f"{self.folder}/temporary"})
        self.lines = queue.Queue()
        self.count = 0
        self._reader = threading.Thread(target=self._read, args=(noisy,), daemon=True)
        self._reader.start()
        if wait:
            self.ready = self.next()

    def _read(self, is_noisy):
        for line in self.process.stdout:
            is_noisy = is_noisy and not line.startswith(b"{")
            if not is_noisy:
                self.lines.put(line)
        self.lines.put(b"")

    def next(self):
        """The next line of standard output, which has to be of the protocol. None at its end."""
        try:
            line = self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"the driver says nothing for {PATIENCE} s; its log: {self.log()[-3000:]}") from None
        if not line:
            return None
        value = json.loads(line)
        kinds = ({"ready", "spark", "application"}, {"stage", "receipt"}, {"stage", "done"}, {"stage", "failed"},
                 {"error"})
        assert value.pop("sidos") == 1 and set(value) in kinds and line.endswith(b"\n"), line
        return value

    def ask(self, tickets, raw=None, **fields):
        """Asks for a stage. Returns its name."""
        self.count += 1
        stage = f"{self.count:016x}"
        path = self.folder / "tickets" / stage
        path.write_bytes(raw if raw is not None else
                         b"".join(json.dumps(ticket, ensure_ascii=False).encode() + b"\n" for ticket in tickets))
        self.write(json.dumps({"sidos": 1, "stage": stage, "tickets": str(path), **fields}).encode() + b"\n")
        return stage

    def write(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def receipts(self, stage):
        """The receipts of a stage, and its last line."""
        receipts = []
        while True:
            line = self.next()
            assert line and line.get("stage") == stage, line
            if "receipt" not in line:
                return receipts, line
            receipts.append(json.loads(line["receipt"]))

    def runs(self, name):
        """What workers noted about a ticket, one note each time that one got it."""
        return [json.loads(path.read_text()) for path in self.spool.glob(f"run-{name}-*")]

    def go(self, name):
        (self.spool / f"go-{name}").touch()

    def log(self):
        return (self.folder / "stderr").read_text(encoding="utf-8", errors="replace")

    def python(self):
        """The process of the driver's Python."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [int(pid) for path in children for pid in path.read_text().split()]
        [pid] = [pid for pid in pids if b"sidos_driver.py" in read(Path(f"/proc/{pid}/cmdline"))]
        return pid

    def wait(self):
        """Waits for the end. Returns the exit status, and what was still said."""
        said = []
        while True:
            line = self.next()
            if line is None:
                break
            said.append(line)
        return self.process.wait(PATIENCE), said

    def files_with(self, text, *folders):
        """Files that have a text: of all folders but the tests' own, or of these."""
        return [str(path) for folder in folders or ("events", "local", "home/work", "temporary", "stderr")
                for path in [self.folder / folder, *(self.folder / folder).rglob("*")]
                if path.is_file() and text.encode() in read(path)]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        self._errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def spark_home():
    return next(PYTHON.parent.parent.glob("lib/python3*/site-packages/pyspark"), None)


def setUpModule():
    if shutil.which("java") is None or spark_home() is None:
        raise RuntimeError("these tests need Java 17 and PySpark: run scripts/setup.sh and scripts/spark.sh")


class ClusterTests(unittest.TestCase):
    """Stages on executors that are processes of their own, all of one driver."""

    @classmethod
    def setUpClass(cls):
        began = time.monotonic()
        cls.spark = Spark("local-cluster[2,1,1024]", "spark.speculation=true", "spark.app.name=study",
                          "spark.executorEnv.SPARK_TRACEBACK_WITH_LOCALS=1", "spark.python.profile=true")
        cls.addClassCleanup(cls.spark.close)
        print(f"ready after {time.monotonic() - began:.1f} s", file=sys.stderr)

    def stage(self, tickets, **fields):
        return self.spark.receipts(self.spark.ask(tickets, **fields))

    def numbers(self, receipts):
        return sorted(receipt["n"] for receipt in receipts)

    def works(self):
        """The driver does the next stage, whatever happened before."""
        receipts, last = self.stage([{"n": 900, "text": CANARY}])
        self.assertEqual((self.numbers(receipts), last["done"]), ([900], 1))

    def failed(self, tickets, *words, **fields):
        receipts, last = self.stage(tickets, **fields)
        self.assertIn("failed", last)
        for word in words:
            self.assertIn(word, last["failed"])
        self.assertNotIn("SECRET", last["failed"])
        self.assertNotIn(CANARY, last["failed"])
        return receipts

    def test_it_is_ready(self):
        self.assertTrue(self.spark.ready["ready"])
        self.assertRegex(self.spark.ready["spark"], r"^[34]\.\d+\.\d+$")
        self.assertRegex(self.spark.ready["application"], "^app-")

    def test_stages_follow_each_other(self):
        # Both are asked for at once. The second comes whole after the first.
        text = CANARY + " ä \u2028 \U0001f9ea \"\\"
        first = self.spark.ask([{"n": n, "text": text} for n in range(100, 110)], slots=3)
        second = self.spark.ask([{"n": n} for n in range(110, 114)])
        receipts, last = self.spark.receipts(first)
        self.assertEqual(last, {"stage": first, "done": 10})
        self.assertEqual(self.numbers(receipts), list(range(100, 110)))
        self.assertEqual({receipt["text"] for receipt in receipts}, {text})
        # Three slices are three workers, whose environment is empty.
        self.assertEqual(len({receipt["worker"] for receipt in receipts}), 3)
        self.assertEqual(self.spark.runs(100)[0]["environment"], 0)
        began = time.monotonic()
        receipts, last = self.spark.receipts(second)
        print(f"a stage of four slices took {time.monotonic() - began:.2f} s", file=sys.stderr)
        self.assertEqual((self.numbers(receipts), last["done"]), ([110, 111, 112, 113], 4))
        self.assertEqual(len({receipt["worker"] for receipt in receipts}), 4)

    def test_receipts_come_as_they_are_made(self):
        stage = self.spark.ask([{"n": 200, "do": "wait", "text": CANARY}] + [{"n": n} for n in range(201, 207)])
        came = [json.loads(self.spark.next()["receipt"])["n"] for _ in range(6)]
        self.assertEqual(sorted(came), list(range(201, 207)))
        # Tickets and receipts of this stage and those before are on no disk while it runs.
        self.assertEqual(self.spark.files_with(CANARY), [])
        self.spark.go(200)
        receipts, last = self.spark.receipts(stage)
        self.assertEqual((self.numbers(receipts), last["done"]), ([200], 7))

    def test_a_killed_worker_is_tried_again(self):
        receipts, last = self.stage([{"n": 300, "do": "die once", "text": CANARY}, {"n": 301}])
        self.assertEqual((self.numbers(receipts), last["done"]), ([300, 301], 2))
        self.assertEqual(len(self.spark.runs(300)), 2)

    def test_a_worker_that_always_fails_fails_the_stage(self):
        self.failed([{"n": 400, "do": "exit", "text": CANARY}], "failed 4 times", "the worker exited with status 3",
                    f", on {socket.gethostname()}")
        self.assertEqual(len(self.spark.runs(400)), 4)
        self.works()

    def test_a_killed_executor_is_replaced(self):
        receipts, last = self.stage([{"n": 500, "do": "kill the executor once"}, {"n": 501}])
        self.assertEqual((self.numbers(receipts), last["done"]), ([500, 501], 2))
        runs = self.spark.runs(500)
        self.assertEqual(len(runs), 2)
        self.assertEqual(len({run["pids"][-1] for run in runs}), 2)

    def test_a_huge_receipt_is_cut_on_the_executor(self):
        self.failed([{"n": 600, "do": "huge", "text": CANARY}], "the worker gave a receipt of more than 65536 bytes")
        for run in self.spark.runs(600):
            wait_until(lambda: not lives(run["pids"][0]), "the worker of a huge receipt is killed")
        self.works()

    def test_a_missing_receipt_fails_the_stage(self):
        self.failed([{"n": 700}, {"n": 701, "do": "none"}], "the worker gave 1 receipts for 2 tickets", slots=1)
        self.works()

    def test_wrong_files_of_tickets_fail_the_stage(self):
        for raw, word in (
            (b"", "is empty"),
            (b"{}\n{}", "line 2 of the file of tickets has no line end"),
            (b"{}\n\n{}\n", "line 2 of the file of tickets is empty"),
            (b"x" * 65537 + b"\n", "line 1 of the file of tickets has more than 65536 bytes"),
            (b"1\n" * 1048577, "more than 1048576 lines"),
        ):
            with self.subTest(word):
                receipts, last = self.spark.receipts(self.spark.ask([], raw=raw))
                self.assertEqual(receipts, [])
                self.assertIn(word, last["failed"])
        for path, word in (("/does/not/exist", "No such file"), (str(self.spark.folder), "Is a directory")):
            self.spark.write(json.dumps({"sidos": 1, "stage": "f" * 16, "tickets": path}).encode() + b"\n")
            self.assertIn(word, self.spark.receipts("f" * 16)[1]["failed"])
        self.works()

    # Its name is the last, since it ends the driver.
    def test_z_the_end_of_standard_input_ends_everything_in_the_middle_of_a_job(self):
        self.spark.ask([{"n": n, "do": "wait", "text": CANARY} for n in (800, 801)])
        wait_until(lambda: self.spark.runs(800) and self.spark.runs(801), "both workers run")
        pids = {pid for n in (800, 801) for run in self.spark.runs(n) for pid in run["pids"]} | {self.spark.python()}
        self.assertEqual([pid for pid in pids if not lives(pid)], [])
        began = time.monotonic()
        self.spark.process.stdin.close()
        self.assertEqual(self.spark.wait(), (0, []))
        wait_until(lambda: not any(map(lives, pids)), "executors, their Pythons and workers are gone")
        print(f"everything was gone after {time.monotonic() - began:.1f} s", file=sys.stderr)
        # The event log is there and has the stages, and nothing of tickets and receipts. What a worker wrote to its
        # standard error is in the executor's log alone.
        self.assertTrue(self.spark.files_with("SparkListenerTaskEnd", "events"))
        self.assertEqual(self.spark.files_with(CANARY), [])
        self.assertEqual(self.spark.files_with("SECRET", "events", "local", "stderr"), [])
        self.assertTrue(self.spark.files_with("SECRET", "home/work"))
        # The driver's own settings hold, whatever was set.
        for setting in ('"spark.app.name":"sidos"', '"spark.speculation":"false"', '"spark.python.profile":"false"'):
            self.assertTrue(self.spark.files_with(setting, "events"), setting)


class EndingTests(unittest.TestCase):
    """Drivers that are ended. Their executor is in the driver's own process."""

    def start(self, master="local[2]", *configuration, **options):
        spark = Spark(master, *configuration, **options)
        self.addCleanup(spark.close)
        return spark

    def begin(self, spark):
        """Has a worker wait. Returns its process and those above."""
        spark.ask([{"n": 1, "do": "wait"}])
        wait_until(lambda: spark.runs(1), "the worker runs")
        return spark.runs(1)[0]["pids"] + [spark.python()]

    def ends(self, spark, pids, status, *said):
        self.assertEqual(spark.wait(), (status, list(said)))
        wait_until(lambda: not any(map(lives, pids)), "the worker and all above it are gone")

    def test_sigterm_ends_and_sigint_does_not(self):
        spark = self.start()
        pids = self.begin(spark)
        for pid in (spark.process.pid, spark.python()):
            os.kill(pid, signal.SIGINT)
        spark.go(1)
        self.assertEqual(spark.receipts(f"{1:016x}")[1]["done"], 1)
        spark.ask([{"n": 2, "do": "wait"}])
        wait_until(lambda: spark.runs(2), "the worker runs")
        pids += spark.runs(2)[0]["pids"]
        spark.process.terminate()
        self.ends(spark, pids, 0)

    def test_a_wrong_line_ends_it_in_the_middle_of_a_job(self):
        # Spark logs to standard output here, and nothing of that arrives.
        spark = self.start(noisy=True)
        self.assertNotIn("Running Spark version", spark.log())
        pids = self.begin(spark)
        spark.write(b'{"sidos":1,"stage":"0123"}\n')
        error = "line 2 from the daemon is wrong: it has to have `stage` and `tickets`, may have `slots`, and nothing " \
            "else"
        self.ends(spark, pids, 2, {"error": error})

    def test_killed_java_ends_everything(self):
        spark = self.start()
        pids = self.begin(spark)
        spark.process.kill()
        status, said = spark.wait()
        # The stage may have failed before it was seen why.
        self.assertEqual((status, said[-1]), (-signal.SIGKILL, {"error": "Spark has ended; its log says why"}))
        wait_until(lambda: not any(map(lives, pids)), "the worker and all above it are gone")

    def test_the_end_of_standard_input_ends_it_before_it_is_ready(self):
        # Nobody listens on this port, and Spark tries for a minute.
        spark = self.start("spark://127.0.0.1:1", wait=False)
        wait_until(lambda: "Failed to connect to master" in spark.log(), "Spark tries to reach the master")
        python = spark.python()
        spark.process.stdin.close()
        self.ends(spark, [python], 0)


class WorkTests(unittest.TestCase):
    """What runs on an executor, without Spark."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.command = make_worker(self.folder)

    def work(self, *tickets):
        lines = [json.dumps({"n": n, **ticket}).encode() for n, ticket in enumerate(tickets)]
        return sidos_driver.work(self.command, lines)

    def fault(self, *tickets):
        with self.assertRaises(RuntimeError) as caught:
            self.work(*tickets)
        self.assertNotIn("SECRET", str(caught.exception))
        return sidos_driver.sentence(f"…RuntimeError: {caught.exception}\n")

    def test_receipts_are_as_they_were_written(self):
        receipts = self.work({"text": "a"}, {"do": "longest"})
        self.assertEqual(json.loads(receipts[0])["text"], "a")
        self.assertEqual(receipts[1], b"x" * 65536)
        many = self.work(*({"text": "x" * 100} for _ in range(2000)))
        self.assertEqual([json.loads(receipt)["n"] for receipt in many], list(range(2000)))

    def test_everything_that_a_worker_does_wrong_has_its_sentence(self):
        for tickets, expected in (
            ([{"do": "exit"}], "the worker exited with status 3"),
            ([{"do": "die once"}], "the worker was ended by signal 9"),
            ([{"do": "huge"}], "the worker gave a receipt of more than 65536 bytes"),
            ([{"do": "none"}, {}], "the worker gave 1 receipts for 2 tickets"),
            ([{"do": "twice"}, {}], "the worker gave more than 2 receipts for 2 tickets"),
            ([{"do": "torn"}], "the worker stopped within a receipt"),
            ([{"do": "empty"}], "the worker gave an empty receipt"),
            ([{"do": "not text"}], "the worker gave a receipt that is not UTF-8"),
            # More than a pipe holds is left to be read.
            ([{"do": "closes its input"}, *({"text": "x" * 1000} for _ in range(2000))],
             "the worker gave 1 receipts for 2001 tickets"),
        ):
            with self.subTest(expected):
                self.assertEqual(self.fault(*tickets), expected)
        with mock.patch.object(sidos_driver, "SECONDS_TO_END", 1):
            self.assertEqual(self.fault({"do": "does not end"}),
                             "the worker closed its output and did not end within 1 seconds")

    def test_no_worker_is_left(self):
        self.fault({"do": "huge"})
        with mock.patch.object(sidos_driver, "SECONDS_TO_END", 1):
            self.fault({"do": "does not end"})
        notes = [json.loads(path.read_text()) for path in (self.folder / "spool").glob("run-*")]
        self.assertEqual(len(notes), 2)
        self.assertFalse(any(lives(note["pids"][0]) for note in notes))

    def test_a_worker_that_is_not_there(self):
        self.command[0] = str(self.folder / "nothing")
        self.assertEqual(self.fault({}), "the worker program could not be started (No such file or directory)")
        Path(self.command[0]).touch()
        self.assertEqual(self.fault({}), "the worker program could not be started (Permission denied)")


class SentenceTests(unittest.TestCase):
    def test_only_numbers_hosts_and_classes_are_taken_from_what_spark_says(self):
        lost = "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task " \
            "0.3 in stage 1.0 (TID 5) (node-7.example executor 12): "
        for text, expected in (
            (lost + "ExecutorLostFailure (executor 12 exited caused by one of the running tasks) Reason: SECRET",
             "too many failures: a slice failed 4 times, at last since an executor was lost, on node-7.example"),
            (lost + "java.io.IOException: Cannot run program \"SECRET\"",
             "too many failures: a slice failed 4 times, at last since Spark failed with java.io.IOException; its log "
             "says more, on node-7.example"),
            ("Job aborted due to stage failure: All masters are unresponsive! Giving up.",
             "Spark cannot reach the master"),
            ("RuntimeError: sidos-worker: exited 3 0 1 node-8\n", "the worker exited with status 3, on node-8"),
            ("RuntimeError: sidos-worker: count 1 2 4 node-8\n",
             "too many failures: a slice failed 4 times, at last since the worker gave 1 receipts for 2 tickets, on "
             "node-8"),
            ("SECRET", "Spark failed; its log says more"),
            ("sidos-worker: SECRET 1 1", "Spark failed; its log says more"),
        ):
            with self.subTest(expected):
                self.assertEqual(sidos_driver.sentence(text), expected)


class ProtocolTests(unittest.TestCase):
    GOOD = {"sidos": 1, "stage": "0123456789abcdef", "tickets": "/a", "slots": 2}

    def test_a_good_line(self):
        self.assertEqual(sidos_driver.parsed(json.dumps(self.GOOD).encode()), ("0123456789abcdef", "/a", 2))
        del (without := dict(self.GOOD))["slots"]
        self.assertEqual(sidos_driver.parsed(json.dumps(without).encode()).slots, 1048576)

    def test_wrong_lines(self):
        for line, word in (
            (b"", "not JSON"), (b"\xff", "not UTF-8"), (b"{", "not JSON"), (b"[]", "not a JSON object"),
            (b"1", "not a JSON object"),
            (b"[" * 60000, "not JSON"), (b"{}", "`sidos` has to be 1"), (b'{"sidos":1,"sidos":1}', "there twice"),
        ):
            with self.subTest(line[:20]), self.assertRaisesRegex(sidos_driver.Malformed, word):
                sidos_driver.parsed(line)
        for change, word in (
            ({"sidos": 2}, "`sidos`"), ({"sidos": True}, "`sidos`"), ({"sidos": 1.0}, "`sidos`"),
            ({"sidos": "1"}, "`sidos`"),
            ({"stage": "0123456789abcde"}, "`stage`"), ({"stage": "0123456789ABCDEF"}, "`stage`"),
            ({"stage": "0123456789abcdef\n"}, "`stage`"), ({"stage": 1}, "`stage`"), ({"tickets": "a"}, "`tickets`"),
            ({"tickets": 1}, "`tickets`"), ({"tickets": "/\0"}, "`tickets`"),
            ({"tickets": "/" + "a" * 4096}, "`tickets`"),
            ({"tickets": "/\ud800"}, "`tickets`"), ({"slots": 0}, "`slots`"), ({"slots": -1}, "`slots`"),
            ({"slots": 1048577}, "`slots`"), ({"slots": True}, "`slots`"), ({"slots": 1.0}, "`slots`"),
            ({"slots": None}, "`slots`"), ({"other": 1}, "nothing else"),
        ):
            with self.subTest(change), self.assertRaisesRegex(sidos_driver.Malformed, word):
                sidos_driver.parsed(json.dumps({**self.GOOD, **change}).encode())
        for name in ("stage", "tickets"):
            with self.subTest(name), self.assertRaisesRegex(sidos_driver.Malformed, "has to have"):
                without = {key: value for key, value in self.GOOD.items() if key != name}
                sidos_driver.parsed(json.dumps(without).encode())

    def test_slices_are_even(self):
        for count, slots in ((1, 1), (10, 3), (10, 10), (10, 11), (7, 4), (1000, 7)):
            tickets = list(range(count))
            slices = sidos_driver.cut(tickets, slots)
            self.assertEqual(len(slices), min(count, slots))
            self.assertEqual([ticket for piece in slices for ticket in piece], tickets)
            self.assertLessEqual(max(map(len, slices)) - min(map(len, slices)), 1)

    def test_options(self):
        good = ["--worker", "/w", "--folder", "/f", "--agent", "/a", "--spool", "/s"]
        self.assertEqual(sidos_driver.options(good), good[1:])
        for wrong in (good[:4], [*good, "--other", "/o"], [*good, "more"], [*good[:5], "relative"],
                      ["--work", *good[1:]]):
            with self.subTest(wrong), self.assertRaisesRegex(sidos_driver.Malformed, "the options are wrong"):
                sidos_driver.options(wrong)


if __name__ == "__main__":
    unittest.main()
