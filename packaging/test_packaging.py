"""The fast tests of the packaging: manual pages, the bill of materials, and the units' hardening."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import manpages  # noqa: E402
import sbom  # noqa: E402

OPTION = {
    "kind": "option", "abstract": "Where `init` made it.", "defaultValue": ".", "isOptional": True,
    "isRepeating": False, "names": [{"kind": "long", "name": "directory"}, {"kind": "short", "name": "d"}],
    "preferredName": {"kind": "long", "name": "directory"}, "valueName": "directory",
}
DUMP = {
    "serializationVersion": 0,
    "command": {
        "commandName": "sidos-x", "abstract": "A program: it does \\ things.", "subcommands": [
            {"commandName": "serve", "abstract": ".begins with a dot", "arguments": [OPTION]},
            {"commandName": "hidden", "abstract": "Secret.", "shouldDisplay": False},
            {"commandName": "help", "abstract": "Help."},
        ],
    },
}
RESOLVED = {
    "version": 3,
    "pins": [
        {"identity": "zeta", "location": "https://code.example/of/zeta.git",
         "state": {"revision": "b" * 40, "version": "2.0.0"}},
        {"identity": "alpha", "location": "https://code.example/of/alpha", "state": {"revision": "a" * 40}},
    ],
}


class ManualPages(unittest.TestCase):
    def test_a_page_has_every_shown_command_and_option(self):
        page = manpages.page(DUMP, "2026-01-02", "1.0", ".SH FILES\n")
        self.assertIn("sidos\\-x \\- a program", page)
        self.assertIn('.SS "serve"', page)
        self.assertIn("\\fB\\-d\\fR, \\fB\\-\\-directory\\fR \\fIdirectory\\fR", page)
        self.assertIn("Where \\fBinit\\fR made it. (default: \\&.)", page)
        self.assertNotIn("hidden", page)
        self.assertTrue(page.endswith(".SH FILES\n"))

    def test_text_never_becomes_a_request(self):
        page = manpages.page(DUMP, "2026-01-02", "1.0")
        self.assertIn("\\&.begins with a dot", page)
        self.assertIn("does \\e things", page)

    def test_an_unknown_dump_is_refused(self):
        with self.assertRaises(ValueError):
            manpages.page({**DUMP, "serializationVersion": 9}, "2026-01-02", "1.0")
        with self.assertRaises(ValueError):
            manpages.argument_lines({**OPTION, "kind": "riddle"})


class BillOfMaterials(unittest.TestCase):
    def bill(self, resolved):
        parts = [*sbom.swift_packages(resolved), sbom.toolchain("6.3"), sbom.debian_package("libc6", "2.36-9", "amd64")]
        return sbom.bill("1.0", 1_700_000_000, ["/b/sidos-node", "/b/sidos-a"], parts)

    def test_it_is_the_same_whatever_the_order(self):
        self.assertEqual(self.bill(RESOLVED), self.bill({**RESOLVED, "pins": RESOLVED["pins"][::-1]}))

    def test_it_names_all_parts(self):
        bill = json.loads(self.bill(RESOLVED))
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.5"))
        self.assertRegex(bill["serialNumber"], r"^urn:uuid:[0-9a-f-]{36}$")
        self.assertEqual(bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z")
        refs = [one["bom-ref"] for one in bill["components"]]
        self.assertEqual(refs, ["deb:libc6", "swift-runtime", "swift:alpha", "swift:zeta"])
        self.assertEqual(bill["dependencies"], [{"ref": "sidos", "dependsOn": refs}])
        self.assertEqual(bill["components"][3]["purl"], "pkg:swift/code.example/of/zeta@2.0.0")
        self.assertEqual(bill["components"][2]["version"], "a" * 40)

    def test_a_library_that_is_missing_is_an_error(self):
        self.assertEqual(sbom.loaded_files("\tlinux-vdso.so.1 (0x1)\n\tlibz.so.1 => /lib/libz.so.1 (0x2)\n"),
                         {"/lib/libz.so.1"})
        with self.assertRaises(ValueError):
            sbom.loaded_files("\tlibz.so.1 => not found\n")


class Units(unittest.TestCase):
    def test_every_unit_is_understood_and_hardened(self):
        with tempfile.TemporaryDirectory() as folder:
            # The programs need not be there to look at the units.
            subprocess.run([HERE / "units.sh", "/usr/bin", folder], check=True)
            units = sorted(Path(folder).glob("*.service"))
            self.assertEqual([unit.stem for unit in units], ["sidos-coordinator", "sidos-node", "sidos-research"])
            for unit in units:
                self.assertNotRegex(unit.read_text(encoding="utf-8"), "@[A-Z]+@")
                answer = subprocess.run(
                    ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                    check=True, capture_output=True, text=True)
                self.assertEqual(answer.stderr, "", unit.name)
                exposure = re.search(r"exposure level for \S+: ([0-9.]+)", answer.stdout)
                self.assertLessEqual(float(exposure[1]), 2.0, unit.name)
                # Every line is one that systemd knows.
                text = unit.read_text(encoding="utf-8").replace("/usr/bin/" + unit.stem, "/bin/true")
                unit.write_text(text, encoding="utf-8")
                answer = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
                self.assertNotIn(unit.name, answer.stderr)


if __name__ == "__main__":
    unittest.main()
