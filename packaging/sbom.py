#!/usr/bin/env python3
"""Writes what the packages are made of: a software bill of materials in CycloneDX 1.5, the same for the same inputs.

    sbom.py --version VERSION --resolved Package.resolved --swift "6.3.1" --epoch SECONDS PROGRAM...

What is compiled into the programs comes from Package.resolved and the Swift toolchain. What they load from Debian comes
from ldd and dpkg.
"""

import argparse
import json
import subprocess
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote, urlsplit

# Sidos's own part of the space of name-based UUIDs: only that it stays the same matters.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sidos.invalid")


def swift_package(pin):
    """A component from a pin of Package.resolved, versions 2 and 3."""
    location = urlsplit(pin["location"])
    path = location.path.strip("/").removesuffix(".git")
    state = pin["state"]
    version = state.get("version") or state["revision"]
    return {
        "type": "library",
        "bom-ref": f"swift:{pin['identity']}",
        "name": pin["identity"],
        "version": version,
        "purl": f"pkg:swift/{quote(location.netloc)}/{quote(path)}@{quote(version)}",
        "properties": [
            {"name": "sidos:linked", "value": "static"},
            {"name": "sidos:revision", "value": state["revision"]},
        ],
    }


def swift_packages(resolved):
    if resolved.get("version") not in (2, 3):
        raise ValueError("Package.resolved has another version than 2 or 3")
    return [swift_package(pin) for pin in resolved["pins"]]


def toolchain(version):
    return {
        "type": "platform",
        "bom-ref": "swift-runtime",
        "name": "swift",
        "version": version,
        "description": "Swift standard library, Foundation and Dispatch",
        "properties": [{"name": "sidos:linked", "value": "static"}],
    }


def debian_package(name, version, architecture):
    return {
        "type": "library",
        "bom-ref": f"deb:{name}",
        "name": name,
        "version": version,
        "purl": f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={quote(architecture)}&distro=debian-12",
        "properties": [{"name": "sidos:linked", "value": "shared"}],
    }


def loaded_files(ldd_output):
    """The files in ldd's answer: `NAME => FILE (ADDRESS)`, or `FILE (ADDRESS)` of the loader."""
    files = set()
    for line in ldd_output.splitlines():
        if "not found" in line:
            raise ValueError(f"a library is missing: {line.strip()}")
        file = line.split("=>")[-1].strip().split(" (")[0]
        if file.startswith("/"):
            files.add(file)
    return files


def debian_packages(programs):
    """The Debian packages whose files the programs load, also by way of other libraries."""
    files = set()
    for program in programs:
        answer = subprocess.run(["ldd", program], check=True, capture_output=True, text=True)
        files |= loaded_files(answer.stdout)
    names = {owner(file) for file in files}
    found = []
    for name in sorted(names):
        fields = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}", name],
            check=True, capture_output=True, text=True)
        found.append(debian_package(*fields.stdout.split("\t")))
    return found


def owner(file):
    """The package that a file is of. dpkg knows some files by their place before /lib became a link."""
    for path in (file, "/usr" + file, file.removeprefix("/usr"), str(Path(file).resolve())):
        answer = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split(": ")[0].split(",")[0]
    raise ValueError(f"no Debian package has {file}")


def bill(version, epoch, programs, components):
    """The bill: everything sorted, the time that of the sources, the serial number made from the contents."""
    components = sorted(components, key=lambda one: one["bom-ref"])
    roots = sorted(Path(program).name for program in programs)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": "sidos", "name": "sidos", "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "components": [
                    {"type": "application", "bom-ref": f"sidos:{name}", "name": name, "version": version}
                    for name in roots
                ],
            },
        },
        "components": components,
        "dependencies": [{"ref": "sidos", "dependsOn": [one["bom-ref"] for one in components]}],
    }
    contents = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(NAMESPACE, contents)}"
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def main():
    parser = argparse.ArgumentParser(description="A software bill of materials of the packages.")
    parser.add_argument("--version", required=True)
    parser.add_argument("--resolved", type=Path, required=True)
    parser.add_argument("--swift", required=True)
    parser.add_argument("--epoch", type=int, required=True)
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    resolved = json.loads(options.resolved.read_text(encoding="utf-8"))
    components = [*swift_packages(resolved), toolchain(options.swift), *debian_packages(options.programs)]
    sys.stdout.write(bill(options.version, options.epoch, options.programs, components))


if __name__ == "__main__":
    main()
