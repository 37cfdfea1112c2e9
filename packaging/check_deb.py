#!/usr/bin/env python3
"""Installs the packages on fresh Debian systems, links a small study with them, upgrades, removes and purges.

    check_deb.py PACKAGES      as root

PACKAGES   the folder that pack.sh made

Every participant has a Debian 12 of its own: a container with its own systemd, so that services run under the packaged
units with all that these forbid. One authority keeps its register in PostgreSQL, behind a Unix socket. While a round
is open and waits, an authority upgrades its node. Then the round must close and the dataset hold the people of a plain
join.
"""

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEBIAN = ["systemd", "systemd-sysv", "dbus", "man-db", "postgresql", "iproute2"]
PORT = 17443
# Who runs which program.
PARTICIPANTS = {"hub": "coordinator", "omnia": "node", "kela": "node", "lab": "research"}
CLIENTS = """hetu;name;start_date
010190U2347;Aino Esimerkki;2024-02-01
150385U517P;Juho Malli;2024-03-15
240672U3185;Sara Testi;2024-05-02
"""
BENEFITS = """CREATE SCHEMA sidos;
CREATE TABLE sidos.benefits (hetu text, year integer, benefit text);
INSERT INTO sidos.benefits VALUES ('150385U517P', 2024, 'study grant'), ('150385U517P', 2025, 'study grant'),
    ('010190U2347', 2025, 'housing'), ('070758U602J', 2024, 'pension'), ('030492U1270', 2025, 'housing');
GRANT USAGE ON SCHEMA sidos TO "sidos-node";
GRANT SELECT ON sidos.benefits TO "sidos-node";
"""
REGISTERS = """registers:
  - id: omnia_clients
    title: Clients of the skills centre
    owner: omnia
    released_for: [clients]
    max_people: 100
    columns:
      - {name: start_date, type: date, title: First day}
  - id: kela_benefits
    title: Benefits by year
    owner: kela
    released_for: [clients]
    max_people: 1000
    columns:
      - {name: year, type: integer, title: Year}
      - {name: benefit, type: text, title: Benefit}
"""
COHORTS = """cohorts:
  - {id: clients, title: Clients of the centre, expression: omnia_clients, max_people: 100}
"""
NODE = {
    "omnia": "registers: [{id: omnia_clients, csv: {file: /srv/registers/clients.csv}, identity: hetu}]\n",
    "kela": "registers:\n  - id: kela_benefits\n    identity: hetu\n"
    "    postgresql: {host: /run/postgresql, database: postgres, user: sidos-node, schema: sidos, table: benefits}\n",
}


class Failure(Exception):
    """What is not as it should be."""


def say(text):
    print(f"check-deb: {text}", flush=True)


def must(condition, text):
    if not condition:
        raise Failure(text)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def replaced(yaml, part):
    """The file with sections of the top level in place of its own, or after them."""
    for section in re.split(r"^(?=\w)", part, flags=re.M)[1:]:
        key = section.split(":")[0]
        pattern = re.compile(rf"^{key}:.*\n(?:(?:[ #].*)?\n)*", re.M)
        yaml = pattern.sub(lambda _, text=section: text, yaml) if pattern.search(yaml) else yaml + section
    return yaml


class Machine:
    """A Debian of one participant: the common tree, with a layer of its own on it."""

    def __init__(self, name, tree, folder):
        self.name = name
        self.program = f"sidos-{PARTICIPANTS[name]}"
        self.home = Path("/var/lib") / self.program
        self.root = folder / name / "root"
        for part in ("root", "upper", "work"):
            (folder / name / part).mkdir(parents=True)
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={tree},upperdir={folder / name / 'upper'},workdir={folder / name / 'work'}", str(self.root))
        self.console = (folder / name / "console").open("w")
        self.container = None
        self.leader = None

    def boot(self):
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--machine=sidos-{self.name}",
             f"--directory={self.root}", "--boot", "--console=pipe"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)
        for _ in range(240):
            must(self.container.poll() is None, f"the container of {self.name} ended")
            children = subprocess.run(
                ["pgrep", "-P", str(self.container.pid)], capture_output=True, text=True, check=False).stdout.split()
            if children:
                self.leader = children[0]
                state = subprocess.run([*self.entered(), "systemctl", "is-system-running"],
                                       capture_output=True, text=True, check=False).stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.5)
        raise Failure(f"the container of {self.name} does not come up")

    def entered(self):
        return ["nsenter", "--target", self.leader, "--all"]

    def root_does(self, *command, **options):
        return run(*self.entered(), *command, **options)

    def does(self, *command):
        """As the program's user in its directory, as the operators' pages say."""
        return self.root_does("runuser", "-u", self.program, "--", "sh", "-c", 'cd "$0" && exec "$@"',
                              str(self.home), *command)

    def own(self, *arguments):
        return self.does(self.program, *arguments)

    def path(self, path):
        return self.root / str(path).lstrip("/")

    def install(self, *packages):
        target = self.path("/root/packages")
        target.mkdir(exist_ok=True)
        for package in packages:
            shutil.copy(package, target)
        answer = self.root_does("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--install",
                                *[f"/root/packages/{package.name}" for package in packages])
        shutil.rmtree(target)
        return answer

    def write(self, path, text):
        file = self.path(path)
        file.write_text(text, encoding="utf-8")
        shutil.chown(file, *[(status := self.path(self.home).stat()).st_uid, status.st_gid])

    def journal(self):
        return self.root_does("journalctl", "--no-pager", "-o", "cat", "-u", self.program)

    def property(self, name):
        return self.root_does("systemctl", "show", "-P", name, self.program).strip()

    def mode(self, path):
        return self.root_does("stat", "-c", "%a %U:%G", str(path)).strip()

    def end(self):
        if self.container and self.container.poll() is None:
            if self.leader:
                subprocess.run(["kill", "-s", "RTMIN+4", self.leader], check=False)
            try:
                self.container.wait(60)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        self.console.close()
        subprocess.run(["umount", "--lazy", str(self.root)], check=False)


def package(folder, name):
    found = list(folder.glob(f"{name}_*.deb"))
    must(len(found) == 1, f"{folder} has {len(found)} packages {name}")
    return found[0]


def former_package(new, folder):
    """The node's package with the same files and a lower version."""
    files = folder / "former"
    run("dpkg-deb", "--raw-extract", str(package(new, "sidos-node")), str(files))
    control = files / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    control.write_text(re.sub(r"^Version: .*$", "Version: 0.0.1", text, flags=re.M), encoding="utf-8")
    target = folder / "sidos-node_0.0.1.deb"
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(files), str(target))
    shutil.rmtree(files)
    return target


def make_tree(folder, packages):
    """A Debian from the archive that this machine's apt uses, with what the packages depend on."""
    archives = run("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
                   "Created-By: Packages", "Origin: Debian", "Codename: bookworm").splitlines()
    must(archives, "this machine's apt knows no Debian 12")
    needed = set(DEBIAN)
    for file in sorted(packages.glob("*.deb")):
        for group in run("dpkg-deb", "-f", str(file), "Depends").split(","):
            needed.add(group.split("|")[0].split("(")[0].strip())
    tree = folder / "tree"
    run("mmdebstrap", "--variant=minbase", f"--include={','.join(sorted(needed))}", "bookworm", str(tree),
        *dict.fromkeys(archives))
    # All machines share one network.
    for settings in (tree / "etc/postgresql").glob("*/main/conf.d"):
        (settings / "sockets.conf").write_text("listen_addresses = ''\n", encoding="utf-8")
    (tree / "srv/registers").mkdir(parents=True)
    return tree


def check_installed(machine):
    """Files, modes and users after installation, before anything is set up."""
    program, short = machine.program, PARTICIPANTS[machine.name]
    must(machine.mode(machine.home) == f"700 {program}:{program}", f"{machine.home}: {machine.mode(machine.home)}")
    must(machine.mode(f"/etc/sidos/{short}.conf") == "644 root:root", "the configuration's mode")
    must(machine.mode(f"/usr/bin/{program}") == "755 root:root", "the program's mode")
    user = machine.root_does("getent", "passwd", program).strip().split(":")
    must(int(user[2]) < 1000 and user[5:] == [str(machine.home), "/usr/sbin/nologin"], f"the user {user}")
    must(machine.root_does("systemctl", "is-enabled", program).strip() == "enabled", "the service is not enabled")
    must(machine.property("ActiveState") == "inactive", "the service runs without keys")
    machine.root_does("man", "--where", program)
    must(f"/etc/sidos/{short}.conf" in machine.root_does("dpkg-query", "-W", "-f", "${Conffiles}", program),
         "the configuration is no conffile")


def set_up(machines):
    for name, machine in machines.items():
        hosts = ["--host", "localhost"] if name == "hub" else []
        machine.own("init", "--directory", str(machine.home), "--id", name, "--name", name.capitalize(), *hosts)
        machine.own("card", "--directory", str(machine.home), "--output", f"{name}.card.yaml")
    cards = {name: machine.path(machine.home / f"{name}.card.yaml").read_text(encoding="utf-8")
             for name, machine in machines.items()}
    pin = re.search(r"tls_pin: (sha256:\S+)", cards["hub"])[1]
    coordinator = f'coordinator: {{url: "https://localhost:{PORT}", pin: "{pin}"}}\n'
    own = {"hub": f"listen: {{host: 127.0.0.1, port: {PORT}}}\noperations: {{host: 127.0.0.1, port: {PORT + 1}}}\n"}
    for name, machine in machines.items():
        config = machine.home / "config.yaml"
        part = own.get(name) or coordinator + NODE.get(name, "")
        machine.write(config, replaced(machine.path(config).read_text(encoding="utf-8"), part))

    clients = machines["omnia"].path("/srv/registers/clients.csv")
    clients.write_text(CLIENTS, encoding="utf-8")
    database = ["runuser", "-u", "postgres", "--", "psql", "-v", "ON_ERROR_STOP=1", "-q"]
    machines["kela"].root_does(*database, "-c", 'CREATE ROLE "sidos-node" LOGIN')
    machines["kela"].root_does(*database, input=BENEFITS)

    hub = machines["hub"]
    order = ["omnia", "kela", "hub", "lab"]
    for name in order:
        hub.write(hub.home / f"{name}.card.yaml", cards[name])
    hub.own("agreement", "draft", *[word for name in order for word in ("--card", f"{name}.card.yaml")],
            "--output", "agreement.yaml")
    draft = hub.path(hub.home / "agreement.yaml").read_text(encoding="utf-8")
    agreement = replaced(draft, REGISTERS + COHORTS + "smallest_cell: 1\n")
    signatures = {}
    for name, machine in machines.items():
        machine.write(machine.home / "agreement.yaml", agreement)
        machine.own("agreement", "check", "agreement.yaml")
        machine.own("agreement", "sign", "--directory", str(machine.home), "agreement.yaml")
        file = f"agreement.{name}.signature.json"
        signatures[file] = machine.path(machine.home / file).read_text(encoding="utf-8")
    for file, text in signatures.items():
        hub.write(hub.home / file, text)
    hub.own("agreement", "verify", "agreement.yaml")
    for name in NODE:
        answer = machines[name].own("check", "--directory", str(machines[name].home))
        must("Nothing was sent." in answer, f"check of {name}: {answer}")


def wait(what, condition, seconds=240):
    for _ in range(seconds * 2):
        if condition():
            return
        time.sleep(0.5)
    raise Failure(f"{what}: not within {seconds} seconds")


def link(machines, new):
    """A round that waits for Kela's node while Omnia upgrades its own."""
    hub, omnia, kela, lab = (machines[name] for name in PARTICIPANTS)
    for machine in (hub, omnia, lab):
        machine.root_does("systemctl", "start", machine.program)
        wait(f"{machine.program} of {machine.name} runs", lambda: machine.property("SubState") == "running", 30)
    wait("the coordinator listens", lambda: "listening" in hub.journal(), 60)
    hub.own("link", "--directory", str(hub.home), "--no-follow", "agreement.yaml")
    wait("Omnia takes part", lambda: "Round" in omnia.journal(), 60)
    must("kela" in hub.own("status", "--directory", str(hub.home)), "the round does not wait for Kela")

    before, keys = omnia.property("MainPID"), omnia.root_does("sha256sum", f"{omnia.home}/keys/tls.key")
    conf = omnia.path("/etc/sidos/node.conf")
    conf.write_text(conf.read_text(encoding="utf-8").replace("info", "debug"), encoding="utf-8")
    omnia.install(package(new, "sidos-node"))
    must(omnia.property("MainPID") not in (before, "0"), "the upgrade has not restarted the service")
    must("--log-level debug" in conf.read_text(encoding="utf-8"), "the upgrade has changed the configuration")
    must(omnia.root_does("sha256sum", f"{omnia.home}/keys/tls.key") == keys, "the upgrade has changed keys")
    must("Version: 0.0.1" not in omnia.root_does("dpkg-query", "-s", "sidos-node"), "the version is the former one")
    say("Omnia's node is upgraded in an open round")

    kela.root_does("systemctl", "start", kela.program)
    wait("the round closes", lambda: "closed" in hub.own("status", "--directory", str(hub.home)))

    def written():
        done = subprocess.run(
            [*lab.entered(), "runuser", "-u", lab.program, "--", lab.program, "dataset", "--directory", str(lab.home),
             "--output", str(lab.home / "dataset")], capture_output=True, text=True, check=False)
        must(done.returncode in (0, 75), f"dataset: {done.stderr}")
        return done.returncode == 0

    wait("the dataset is written", written, 60)
    with lab.path(lab.home / "dataset/persons.csv").open(encoding="utf-8", newline="") as file:
        must(len(list(csv.DictReader(file))) == 3, "the dataset has not the three clients")
    with lab.path(lab.home / "dataset/kela_benefits.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted((row["year"], row["benefit"]) for row in csv.DictReader(file))
    must(rows == [("2024", "study grant"), ("2025", "housing"), ("2025", "study grant")], f"the rows are {rows}")


def check_running(machine):
    """What the unit promises, asked of the running system."""
    score = machine.root_does("systemd-analyze", "security", "--no-pager", machine.program).splitlines()[-1]
    value = float(re.search(r": ([0-9.]+) ", score)[1])
    must(value <= 2.0, score)
    pid = machine.property("MainPID")
    status = machine.path("/root/status")
    status.write_text(machine.root_does("cat", f"/proc/{pid}/status"), encoding="utf-8")
    fields = dict(line.split(":\t", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":\t" in line)
    must(fields["NoNewPrivs"] == "1" and fields["Seccomp"] == "2", "no seccomp filter")
    must(int(fields["CapBnd"], 16) == 0, "the process has capabilities")
    must(machine.property("NRestarts") == "0", f"{machine.name} was restarted:\n{machine.journal()}")
    say(f"{machine.program} of {machine.name}: exposure {value}")


def check_credentials(machine):
    """Keys encrypted at rest, by the very commands of the operators' page."""
    page = (Path(__file__).parent.parent / "docs/operate-node.md").read_text(encoding="utf-8")
    section = page.split("## Keys that are encrypted at rest\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", section, re.M | re.S)
    must(len(blocks) == 3, f"the page has {len(blocks)} blocks of commands")
    keys = ["signing.key", "hpke.key", "state.key", "tls.key"]
    machine.root_does("sh", "-ec", blocks[0])
    # With keys in both places the service does not start, and says why.
    machine.root_does("systemctl", "daemon-reload")
    machine.root_does("systemctl", "restart", "--no-block", machine.program)
    wait("the service refuses keys in two places", lambda: "the service gets it as" in machine.journal(), 60)
    machine.root_does("sh", "-ec", blocks[1])
    wait("the service runs with credentials", lambda: machine.property("SubState") == "running", 60)
    for key in keys:
        must(not machine.path(machine.home / "keys" / key).exists(), f"{key} is still there")
        secret = machine.path(f"/etc/credstore.encrypted/keys.{key}").read_bytes()
        must(b"SIDOS" not in secret and b"PRIVATE" not in secret, f"{key} is not encrypted")
    folder = f"/run/credentials/{machine.program}.service"
    must(machine.mode(folder).split()[0] in ("500", "550"), f"credentials: {machine.mode(folder)}")
    answer = machine.root_does("sh", "-ec", blocks[2])
    must(machine.name in answer, f"a command with credentials: {answer}")
    # For the removal, which looks for keys.
    for key in keys:
        machine.root_does("systemd-creds", "decrypt", f"--name=keys.{key}", f"/etc/credstore.encrypted/keys.{key}",
                          str(machine.home / "keys" / key))
    say(f"{machine.program} of {machine.name} runs with keys that are encrypted at rest")


def check_removal(machine):
    home, program, short = machine.home, machine.program, PARTICIPANTS[machine.name]
    machine.root_does("dpkg", "--remove", program)
    must(not machine.path(f"/usr/bin/{program}").exists(), "the program is still there")
    must(machine.path(f"/etc/sidos/{short}.conf").exists(), "removal took the configuration")
    must(machine.path(home / "keys/tls.key").exists(), "removal took keys")
    purge = subprocess.run(
        [*machine.entered(), "dpkg", "--purge", program], capture_output=True, text=True, check=True)
    must(f"{home} and the user {program} are kept" in purge.stderr, f"purge does not say what it keeps: {purge.stderr}")
    must(not machine.path(f"/etc/sidos/{short}.conf").exists(), "purge left the configuration")
    must(machine.path(home / "keys/tls.key").exists(), "purge took keys")
    must(machine.mode(home) == f"700 {program}:{program}", "purge changed the directory's mode")


def check_tools(machine, new):
    machine.install(package(new, "sidos-tools"))
    must("plan" in machine.root_does("sidos-linkage-eval", "--help"), "sidos-linkage-eval does not run")
    machine.root_does("dpkg", "--purge", "sidos-tools")
    machine.install(package(new, "sidos-worker"))
    key = machine.root_does("sidos-worker", "agent-init", "--key", "/root/agent.key").strip()
    must(re.fullmatch("[0-9a-f]{64}", key), "sidos-worker makes no agent's key")
    must(key == machine.root_does("sidos-worker", "agent-key", "--key", "/root/agent.key").strip(), "another key")
    must(machine.path("/usr/share/sidos/sidos_driver.py").exists(), "the driver of Spark is missing")
    machine.root_does("dpkg", "--purge", "sidos-worker")
    must(not machine.path("/usr/bin/sidos-linkage-eval").exists(), "sidos-tools is still there")


def check(new, folder, machines):
    tree = make_tree(folder, new)
    former = former_package(new, folder)
    say("a fresh Debian is there")
    for name in PARTICIPANTS:
        machines[name] = machine = Machine(name, tree, folder)
        machine.boot()
        machine.install(former if name == "omnia" else package(new, machine.program))
        check_installed(machine)
    say("installed: files, modes and users are right, nothing runs")
    set_up(machines)
    say("the study is set up and signed")
    link(machines, new)
    say("the round has closed and the dataset is right")
    for machine in machines.values():
        check_running(machine)
    check_credentials(machines["kela"])
    check_tools(machines["lab"], new)
    for machine in machines.values():
        check_removal(machine)
    say("removed and purged: keys are kept, configuration is gone")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_deb.py PACKAGES")
    machines = {}
    folder = Path(tempfile.mkdtemp(prefix="sidos-check-deb-"))
    try:
        check(Path(sys.argv[1]), folder, machines)
    except Failure as failure:
        for machine in machines.values():
            if machine.leader and machine.container.poll() is None:
                print(f"== journal of {machine.name}\n{machine.journal()}", file=sys.stderr)
        sys.exit(f"check-deb: {failure}")
    finally:
        for machine in machines.values():
            machine.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
