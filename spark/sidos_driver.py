"""Runs the steps of a linkage round on Apache Spark.

The Sidos daemon starts this program, and talks to it on standard input and output, one JSON object a line:

    spark-submit [the operator's options] --master M sidos_driver.py
        --worker FILE --folder SHARED --agent SOCKET --spool FOLDER

A stage is a file of tickets. Each ticket is a line for a worker program, and this program does not look into it. Spark
starts workers on its executors; a worker reads tickets and writes as many receipts, which go back to the daemon.
docs/scale.md says what the daemon, workers and agents do. Needs Python 3.9 or newer and PySpark 3.5 or 4, nothing else.
"""

import argparse
import collections
import ctypes
import json
import os
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback

VERSION = 1
LONGEST_LINE = 65_536  # bytes of a ticket, a receipt, or a line from the daemon, without its line end
MOST_TICKETS = 1_048_576
MOST_TICKET_BYTES = 1 << 30
MOST_WAITING = 1_000  # stages
LONGEST_PATH = 4_096  # bytes

# What holds whatever the operator sets.
SETTINGS = {
    "spark.app.name": "sidos",
    # A second copy of a slow worker would do the same work for nothing.
    "spark.speculation": "false",
    # A worker uses one core.
    "spark.task.cpus": "1",
    # Both write to standard output, which is the daemon's.
    "spark.ui.showConsoleProgress": "false",
    "spark.python.profile": "false",
    "spark.python.profile.memory": "false",
    # Otherwise tickets pass through a file in spark.local.dir, and large results lie in one as they are.
    "spark.io.encryption.enabled": "true",
    # A core's Python process goes on to the next slice. `work` leaves nothing behind in it, and Spark ends it if a
    # slice fails. A new process for each slice took a second of CPU: it compiles PySpark anew.
    "spark.python.worker.reuse": "true",
}
# Left to the operator: spark.task.maxFailures, which is 4, and spark.excludeOnFailure.enabled, which is false. If hosts
# were excluded, a slice on one or two hosts would fail for good before it has been tried so often.

# Python's traceback can show the values of local variables: those would be tickets and receipts, in Spark's logs.
EXECUTOR_ENVIRONMENT = {"SPARK_TRACEBACK_WITH_LOCALS": "", "SPARK_HIDE_TRACEBACK": "1"}

SECONDS_TO_END = 60  # for a worker that has closed its output
# Stopping Spark in its own way, then ending Java with what it does at its end, then at once: seconds for each.
SECONDS_TO_STOP = (8, 4, 1)


# What runs on executors. Spark sends these functions there, so they use nothing but each other and imported modules.


def work(command, tickets):
    """Gives tickets to a worker, and returns its receipts: bytes without line ends, as many as there are tickets.

    Raises `RuntimeError` with a text that `sentence` understands: Spark writes it into its logs, so it has nothing of a
    ticket, or of what the worker wrote.

    `RDD.pipe` does nearly this. But it reads a line of any length, and its worker outlives a cancelled job: nobody
    ends it. So both are here.
    """
    try:
        # An empty environment, as in `RDD.pipe`: nothing of the executor's reaches a worker. Its standard error is the
        # executor's, and so ends in Spark's log of that executor.
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={},
                                  preexec_fn=dying_with(os.getpid(), ctypes.CDLL(None, use_errno=True)))
    except OSError as error:
        raise RuntimeError(f"sidos-worker: unstarted {error.errno or 0} 0") from None
    except subprocess.SubprocessError:
        raise RuntimeError("sidos-worker: unstarted 0 0") from None

    def give():
        try:
            with worker.stdin:
                for ticket in tickets:
                    worker.stdin.write(ticket + b"\n")
        except OSError:
            # The worker reads no more. Its status, and the number of its receipts, say whether it was done.
            pass

    giver = threading.Thread(target=give, daemon=True)
    giver.start()
    try:
        receipts, fault = take(worker.stdout, len(tickets))
        if fault is None:
            try:
                status = worker.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                fault = "endless", SECONDS_TO_END, 0
            else:
                if status != 0:
                    fault = ("exited", status, 0) if status > 0 else ("killed", -status, 0)
                elif receipts and not receipts[-1].endswith(b"\n"):
                    fault = "torn", 0, 0
                elif len(receipts) != len(tickets):
                    fault = "count", len(receipts), len(tickets)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
        giver.join(1)
    if fault is not None:
        raise RuntimeError("sidos-worker: %s %d %d" % fault)
    return [receipt[:-1] for receipt in receipts]


def dying_with(parent, libc):
    """What a worker does before it becomes one: it asks the kernel to be killed when `parent` dies, in whatever way."""
    def ask():
        set_parent_death_signal = 1
        if libc.prctl(set_parent_death_signal, int(signal.SIGKILL), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(127)
    return ask


def take(output, count):
    """Reads receipts until the worker ends or does something wrong. Returns them with line ends, and what was wrong.

    The last receipt has no line end if the worker stopped within it.
    """
    receipts = []
    while True:
        receipt = output.readline(LONGEST_LINE + 1)
        if not receipt:
            return receipts, None
        if len(receipt) > LONGEST_LINE and not receipt.endswith(b"\n"):
            return receipts, ("long", LONGEST_LINE, 0)
        if len(receipts) == count:
            return receipts, ("count-over", count, count)
        if receipt == b"\n":
            return receipts, ("empty", 0, 0)
        try:
            receipt.decode("utf-8")
        except UnicodeDecodeError:
            return receipts, ("text", 0, 0)
        receipts.append(receipt)


# What runs beside the daemon.


class Malformed(Exception):
    """The daemon, or whoever starts this program, did not keep to the protocol."""


class Unusable(Exception):
    """A stage cannot be run with these tickets."""


Stage = collections.namedtuple("Stage", "id tickets slots")


def parsed(line):
    """The stage that a line from the daemon asks for."""
    def unique(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise Malformed("a name is there twice")
        return dict(pairs)

    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8") from None
    try:
        value = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed("it is not a JSON object")
    if type(value.get("sidos")) is not int or value["sidos"] != VERSION:
        raise Malformed(f"`sidos` has to be {VERSION}: the daemon and this driver are of different versions")
    if not {"stage", "tickets"} <= set(value) <= {"sidos", "stage", "tickets", "slots"}:
        raise Malformed("it has to have `stage` and `tickets`, may have `slots`, and nothing else")
    if not isinstance(value["stage"], str) or not re.fullmatch("[0-9a-f]{16}", value["stage"]):
        raise Malformed("`stage` has to be 16 digits of 0 to 9 and a to f")
    tickets = value["tickets"]
    if not isinstance(tickets, str) or not is_path(tickets):
        raise Malformed(f"`tickets` has to be an absolute path of at most {LONGEST_PATH} bytes")
    slots = value.get("slots", MOST_TICKETS)
    if type(slots) is not int or not 1 <= slots <= MOST_TICKETS:
        raise Malformed(f"`slots` has to be a number from 1 to {MOST_TICKETS}")
    return Stage(value["stage"], tickets, slots)


def is_path(text):
    try:
        return text.startswith("/") and "\0" not in text and len(text.encode("utf-8")) <= LONGEST_PATH
    except UnicodeEncodeError:
        return False


def read_tickets(path):
    """The tickets of a file, as bytes without line ends."""
    tickets, size = [], 0
    try:
        # Opening must not wait for a writer, should this be a named pipe.
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            while True:
                ticket = file.readline(LONGEST_LINE + 1)
                if not ticket:
                    break
                number = len(tickets) + 1
                if number > MOST_TICKETS:
                    raise Unusable(f"the file of tickets has more than {MOST_TICKETS} lines")
                if not ticket.endswith(b"\n"):
                    if len(ticket) > LONGEST_LINE:
                        raise Unusable(f"line {number} of the file of tickets has more than {LONGEST_LINE} bytes")
                    raise Unusable(f"line {number} of the file of tickets has no line end: the file is cut off")
                if ticket == b"\n":
                    raise Unusable(f"line {number} of the file of tickets is empty")
                size += len(ticket)
                if size > MOST_TICKET_BYTES:
                    raise Unusable(f"the file of tickets has more than {MOST_TICKET_BYTES} bytes")
                tickets.append(ticket[:-1])
    except OSError as error:
        raise Unusable(f"the file of tickets cannot be read: {os.strerror(error.errno)}") from None
    if not tickets:
        raise Unusable("the file of tickets is empty")
    return tickets


def cut(tickets, slots):
    """Cuts tickets into slices whose numbers of tickets differ by one at most."""
    count = min(len(tickets), slots)
    return [tickets[index * len(tickets) // count:(index + 1) * len(tickets) // count] for index in range(count)]


WORKER_FAULTS = {
    "unstarted": "the worker program could not be started ({reason})",
    "exited": "the worker exited with status {0}",
    "killed": "the worker was ended by signal {0}",
    "endless": "the worker closed its output and did not end within {0} seconds",
    "torn": "the worker stopped within a receipt",
    "count": "the worker gave {0} receipts for {1} tickets",
    "count-over": "the worker gave more than {0} receipts for {1} tickets",
    "long": "the worker gave a receipt of more than {0} bytes",
    "empty": "the worker gave an empty receipt",
    "text": "the worker gave a receipt that is not UTF-8",
}

# What Spark says, and what we say. The first that is found holds.
SPARK_FAULTS = (
    ("ExecutorLostFailure", "an executor was lost"),
    ("PYTHON_VERSION_MISMATCH", "Python there has another version than here: set PYSPARK_PYTHON"),
    ("Python worker exited unexpectedly", "the Python process there ended unexpectedly"),
    ("masters are unresponsive", "Spark cannot reach the master"),
    ("Master removed our application", "the master ended the application"),
    ("maxResultSize", "the receipts are more than spark.driver.maxResultSize allows"),
    ("spark.rpc.message.maxSize", "the tickets of a slice are more than spark.rpc.message.maxSize allows"),
    ("SparkContext was shut down", "Spark was stopped"),
    ("stopped SparkContext", "Spark was stopped"),
    ("cancelled", "the job was cancelled"),
)


def sentence(text):
    """Says what failed, given what Spark says about it.

    Spark's text goes no further: only numbers, names of hosts and names of Java classes are taken from it.
    """
    place = often = None
    fault = re.search(r"sidos-worker: ([a-z-]+) (\d+) (\d+)(?: (\d+) ([\w.-]{1,255}))?", text)
    if fault and fault[1] in WORKER_FAULTS:
        first, second = int(fault[2]), int(fault[3])
        reason = os.strerror(first) if first else "its start failed"
        what = WORKER_FAULTS[fault[1]].format(first, second, reason=reason)
        often, place = fault[4], fault[5]
    else:
        what = next((ours for theirs, ours in SPARK_FAULTS if theirs in text), None)
        if what is None:
            last = text.split("most recent failure:")[-1]
            kind = re.search(r"\b((?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error))\b", last)
            what = f"Spark failed with {kind[1]}; its log says more" if kind else "Spark failed; its log says more"
        found = re.search(r"\(TID \d+\) \(([\w.:\[\]-]{1,255}) executor [\w-]+\)", text)
        place = found and found[1]
        found = re.search(r"failed (\d+) times, most recent failure", text)
        often = found and found[1]
    if place:
        what += f", on {place}"
    return f"too many failures: a slice failed {often} times, at last since {what}" if often and often != "1" else what


ENDED = "Spark has ended; its log says why"
NO_MASTER = "it cannot reach the master, or was refused by it; its log says which"


class Output:
    """The daemon's end of the protocol. Lines are written by a thread of its own, in order.

    Nobody waits for the daemon to read: Spark's scheduler hands over receipts, and must not stand still.
    """

    def __init__(self, descriptor, failed):
        """`failed` is called when the daemon does not take lines any more."""
        self._descriptor = descriptor
        self._failed = failed
        self._lines = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def say(self, is_last=False, **fields):
        line = json.dumps({"sidos": VERSION, **fields}, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            if self._is_open:
                self._lines.put(line)
                if is_last:
                    self._is_open = False
                    self._lines.put(None)

    def close(self):
        """From now on nothing is said."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                self._lines.put(None)

    def wait(self, seconds):
        """Waits until the last line is written."""
        self._thread.join(seconds)

    def _write(self):
        while True:
            line = self._lines.get()
            if line is None:
                return
            try:
                while line:
                    line = line[os.write(self._descriptor, line):]
            except OSError:
                self._failed()
                return


class Streams:
    """Standard input and output of spark-submit, and what else this process and Java would write there.

    spark-submit is a Java process that starts this one. It does not hand on its standard input, and copies both
    standard output and standard error of this process to its own standard output. So the daemon's ends are opened here
    once more, as the kernel knows them.
    """

    def __init__(self):
        java = os.getppid()
        # An interpreter may be started by a script, whose output is our own.
        while java > 1 and os.readlink(f"/proc/{java}/fd/1") == os.readlink("/proc/self/fd/1"):
            with open(f"/proc/{java}/stat", encoding="utf-8", errors="replace") as file:
                java = int(file.read().rpartition(")")[2].split()[1])
        self.input = os.open(f"/proc/{java}/fd/0", os.O_RDONLY | os.O_CLOEXEC)
        self.output = os.open(f"/proc/{java}/fd/1", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        # Java holds the other end for as long as it lives.
        self.java = 0
        self._handing_on = None

    def keep_apart(self, jvm):
        """From now on nobody but `Output` reaches standard output. What this process says goes to standard error."""
        lines, end = os.pipe()

        def hand_on():
            with open(lines, encoding="utf-8", errors="replace") as file:
                try:
                    for line in file:
                        jvm.java.lang.System.err.println(line.rstrip("\n"))
                except Exception:
                    # Java has ended, and with it the way to standard error.
                    pass

        self._handing_on = threading.Thread(target=hand_on, daemon=True)
        self._handing_on.start()
        os.dup2(end, 1)
        os.dup2(end, 2)
        os.close(end)
        jvm.java.lang.System.setOut(jvm.java.lang.System.err)
        # Java puts /dev/null in the place of a standard stream that is closed. A logger that the operator has sent to
        # standard output writes there from now on.
        jvm.java.io.FileOutputStream(jvm.java.io.FileDescriptor.out).close()

    def finish(self):
        """Waits until standard error has what this process said. Afterwards it can say nothing."""
        if self._handing_on is not None:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            self._handing_on.join(2)


class Terminator:
    """Takes SIGTERM in Java, which stands first, and so gets it from whoever ends spark-submit."""

    class Java:
        implements = ["sun.misc.SignalHandler"]

    def __init__(self, terminate):
        self._terminate = terminate

    def handle(self, _):
        self._terminate()


class Driver:
    def __init__(self, command, streams):
        self._command = command
        self._streams = streams
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self.output = Output(streams.output, self.end)
        self._stages = queue.SimpleQueue()
        self._context = None
        self._receipts = None
        self._stage = None
        self._missing = {}

    def end(self, *_):
        """Ends the program as the end of standard input does. May be called from anywhere."""
        try:
            os.write(self._wake, b"e")
        except BlockingIOError:
            pass

    def _fail(self):
        """Ends the program because Spark cannot go on. The output has said why."""
        os.write(self._wake, b"f")

    def run(self):
        """Follows the daemon. Returns the exit status."""
        signal.signal(signal.SIGTERM, self.end)
        self._prepare_java()
        threading.Thread(target=self._run_stages, daemon=True).start()
        try:
            status = self._follow()
        except Malformed as error:
            self.output.say(error=str(error), is_last=True)
            status = 2
        self.output.close()
        if status != 0:
            # The last line says why. At the end of input nobody may be there to read it.
            self.output.wait(5)
        self._stop(status)
        return status

    # The main thread: what the daemon says.

    def _follow(self):
        poll = select.poll()
        for descriptor in (self._streams.input, self._streams.java, self._woken):
            poll.register(descriptor, select.POLLIN)
        rest, number = b"", 0
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._woken in ready:
                return 1 if b"f" in os.read(self._woken, 64) else 0
            if self._streams.java in ready:
                # Java says nothing on this stream. It has ended.
                self.output.say(error=ENDED, is_last=True)
                return 1
            if self._streams.input not in ready:
                continue
            read = os.read(self._streams.input, 65_536)
            if not read:
                # What is left has no line end: the daemon died within a line.
                return 0
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                number += 1
                try:
                    self._ask(line)
                except Malformed as error:
                    raise Malformed(f"line {number} from the daemon is wrong: {error}") from None
            if len(rest) > LONGEST_LINE:
                raise Malformed(f"line {number + 1} from the daemon is wrong: it has more than {LONGEST_LINE} bytes")

    def _ask(self, line):
        if len(line) > LONGEST_LINE:
            raise Malformed(f"it has more than {LONGEST_LINE} bytes")
        stage = parsed(line)
        if self._stages.qsize() >= MOST_WAITING:
            raise Malformed(f"{MOST_WAITING} stages are waiting already")
        self._stages.put(stage)

    # A second thread: one stage after the other.

    def _run_stages(self):
        try:
            self._start_context()
        except Exception as error:
            print(f"sidos: no Spark context: {type(error).__name__}", file=sys.stderr)
            self.output.say(error=f"Spark cannot start: {self._why_not_started(error)}", is_last=True)
            self._fail()
            return
        while True:
            try:
                stage = self._stages.get(timeout=1)
            except queue.Empty:
                # A master that is lost has Spark stop by itself.
                if self._is_stopped():
                    self.output.say(error=ENDED, is_last=True)
                    self._fail()
                    return
                continue
            try:
                self.output.say(stage=stage.id, done=self._run_stage(stage))
            except Unusable as error:
                self.output.say(stage=stage.id, failed=str(error))
            except Exception as error:
                self.output.say(stage=stage.id, failed=sentence(java_text(error)))
                if self._is_stopped():
                    self.output.say(error=ENDED, is_last=True)
                    self._fail()
                    return

    def _start_context(self):
        from pyspark import SparkConf, SparkContext

        configuration = SparkConf()
        for name, value in SETTINGS.items():
            configuration.set(name, value)
        if configuration.get("spark.submit.deployMode", "client") != "client":
            raise Malformed("the deploy mode has to be `client`, since the daemon talks to this program")
        context = SparkContext(conf=configuration, environment=EXECUTOR_ENVIRONMENT)
        self._context = context
        # Spark makes a context without a master too, with a name of its own for the application, and then stops it.
        if self._is_stopped() or context.applicationId.startswith("spark-application-"):
            raise Unusable(NO_MASTER)
        self._receipts = context.accumulator([], make_gathering(self._take))
        self.output.say(ready=True, spark=context.version, application=context.applicationId)

    def _why_not_started(self, error):
        if isinstance(error, (Malformed, Unusable)):
            return str(error)
        text = java_text(error)
        # Spark gives up on the master, stops, and then stumbles over having stopped.
        if "stopped" in text or "NullPointer" in text:
            return NO_MASTER
        return sentence(text)

    def _run_stage(self, stage):
        """Runs a stage, and returns how many receipts it gave."""
        tickets = read_tickets(stage.tickets)
        slices = cut(tickets, stage.slots)
        self._missing = {index: len(piece) for index, piece in enumerate(slices)}
        self._stage = stage.id
        self._context.setJobGroup(stage.id, f"stage {stage.id}")
        # One job has all slices, so no core waits for another one's slice: `toLocalIterator` would run two at a time,
        # and a job for each slice needs a thread and a job's bookkeeping for each. Results of a job come when all of it
        # is done. Accumulators come as each task is done, once for each slice, whatever was tried how often.
        self._context.parallelize(slices, len(slices)) \
            .mapPartitionsWithIndex(make_task(self._command, stage.id, self._receipts)).collect()
        if self._missing:
            raise Unusable(f"Spark lost the receipts of {len(self._missing)} of {len(slices)} slices")
        return len(tickets)

    def _take(self, gathered):
        """Hands on what a task has gathered. A thread of PySpark calls this while Spark's scheduler waits for it."""
        for stage, index, receipts in gathered:
            if stage == self._stage and self._missing.get(index) == len(receipts):
                del self._missing[index]
                for receipt in receipts:
                    self.output.say(stage=stage, receipt=receipt.decode("utf-8"))

    def _is_stopped(self):
        try:
            return self._context._jsc.sc().isStopped()
        except Exception:
            return True

    # Java.

    def _prepare_java(self):
        from pyspark import SparkContext
        from pyspark.java_gateway import ensure_callback_server_started

        SparkContext._ensure_initialized()
        jvm = SparkContext._jvm
        self._streams.keep_apart(jvm)
        ensure_callback_server_started(SparkContext._gateway)
        handle, named = jvm.sun.misc.Signal.handle, jvm.sun.misc.Signal
        handle(named("TERM"), Terminator(self.end))
        # It comes to all programs of a terminal. The daemon decides what it means.
        handle(named("INT"), jvm.sun.misc.SignalHandler.SIG_IGN)

    def _stop(self, status):
        from pyspark import SparkContext

        done = threading.Event()

        def stop():
            if self._context is not None:
                self._context.cancelAllJobs()
                self._context.stop()
                done.set()

        def leave():
            SparkContext._jvm.java.lang.System.exit(status)

        def halt():
            SparkContext._jvm.java.lang.Runtime.getRuntime().halt(status)

        for step, seconds in zip((stop, leave, halt), SECONDS_TO_STOP):
            thread = threading.Thread(target=quietly, args=(step,), daemon=True)
            thread.start()
            thread.join(seconds)
            if done.is_set() or is_closed(self._streams.java):
                return


def is_closed(descriptor):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def quietly(step):
    """Does a step of stopping. Java may be gone at any moment of it."""
    try:
        step()
    except Exception as error:
        print(f"sidos: while stopping: {type(error).__name__}", file=sys.stderr)


def java_text(error):
    """What Spark says about a failure. It has nothing of tickets and receipts, see `work`, and is not handed on."""
    try:
        return str(error.java_exception.toString())
    except Exception:
        return str(error)


def make_gathering(take):
    """How receipts are added up: on an executor into a list, here by `take`."""
    from pyspark.accumulators import AccumulatorParam

    class Gathering(AccumulatorParam):
        def __init__(self, take=None):
            self._take = take

        def __reduce__(self):
            return Gathering, ()

        def zero(self, value):
            return []

        def addInPlace(self, gathered, more):
            if self._take is None:
                return gathered + more
            self._take(more)
            return gathered

    return Gathering(take)


def make_task(command, stage, receipts):
    def task(index, slices):
        from pyspark import TaskContext

        for tickets in slices:
            try:
                done = work(command, tickets)
            except RuntimeError as error:
                # Spark 4 hands on this text alone, and not where and how often the task has failed.
                raise RuntimeError(f"{error} {TaskContext.get().attemptNumber() + 1} {socket.gethostname()}") from None
            receipts.add([(stage, index, done)])
        return iter(())

    return task


class Options(argparse.ArgumentParser):
    def error(self, message):
        raise Malformed(f"the options are wrong: {message}")


def options(arguments):
    parser = Options(prog="sidos_driver.py", allow_abbrev=False, add_help=False)
    parser.add_argument("--worker", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--spool", required=True)
    found = parser.parse_args(arguments)
    for name, value in vars(found).items():
        if not is_path(value):
            raise Malformed(f"the options are wrong: --{name} has to be an absolute path of at most {LONGEST_PATH} "
                            "bytes")
    return [found.worker, "--folder", found.folder, "--agent", found.agent, "--spool", found.spool]


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def refuse(error, status):
        os.write(1, json.dumps({"sidos": VERSION, "error": error}).encode("ascii") + b"\n")
        return status

    if sys.version_info < (3, 9):
        return refuse("Python here is older than 3.9: set PYSPARK_PYTHON", 1)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        return refuse("the driver has to be started by spark-submit, in client mode", 1)
    try:
        command = options(sys.argv[1:])
        streams = Streams()
    except Malformed as error:
        return refuse(str(error), 2)
    except OSError as error:
        return refuse(f"standard input and output of spark-submit cannot be opened ({os.strerror(error.errno)}): "
                      "they have to be pipes", 1)
    driver = Driver(command, streams)
    try:
        return driver.run()
    except Exception as error:
        traceback.print_exc()
        driver.output.say(error=f"the driver failed with {type(error).__name__}", is_last=True)
        driver.output.wait(5)
        return 1
    finally:
        streams.finish()


if __name__ == "__main__":
    # Not `sys.exit`, which waits for threads, and so perhaps for Spark.
    os._exit(main())
