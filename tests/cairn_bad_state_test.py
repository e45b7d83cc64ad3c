#!/usr/bin/python3
"""cairn with states that cannot be read, written or locked: it says what is wrong, and what was there is there still."""

import getpass
import json
import os
import subprocess
import unittest

from working_folder import CAIRN, TERRAFORM, Folder

def words(text):
    """Without where the lines end, which depends on the words before."""
    return " ".join(text.split())


class States(unittest.TestCase):
    def setUp(self):
        self.folder = Folder('resource "terraform_data" "a" { input = var.x }\nvariable "x" { default = "one" }\n')
        self.folder.cairn("init")
        self.folder.cairn("apply", "-auto-approve")

    def contents(self):
        with open(os.path.join(self.folder.path, "terraform.tfstate"), encoding="utf-8") as file:
            return file.read()

    def refused(self, text):
        """What is said of a state with this text, which stays as it is."""
        self.folder.write(text, "terraform.tfstate")
        error = words(self.folder.cairn("apply", "-auto-approve", "-var=x=two", codes=(1,)).stderr)
        self.assertEqual(self.contents(), text)
        return error

    def test_that_cannot_be_read(self):
        state = json.loads(self.contents())
        self.assertIn("format version 5, which is not supported", self.refused(json.dumps({**state, "version": 5})))
        self.assertIn("syntax error at byte offset 16", self.refused('{ "version": 4, '))
        self.assertIn("Unsupported state file format", self.refused("\x00\x01 state"))
        resource = {**state["resources"][0], "type": "terraform_nothing"}
        self.assertIn("terraform_nothing", self.refused(json.dumps({**state, "resources": [resource]})))

    def test_that_cannot_be_written(self):
        """No file may grow: neither the state nor what stands in for it."""
        before = self.contents()
        shell = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""
        done = self.folder.run("/bin/bash", "-c", shell, CAIRN, "apply", "-auto-approve", "-var=x=two", codes=(1,))
        self.assertIn("File too large", done.stderr)
        self.assertEqual(self.contents(), before)
        self.assertIn("Resources: 0 added, 1 changed", self.folder.cairn("apply", "-auto-approve", "-var=x=two").stdout)

    def test_that_cannot_be_written_anywhere_is_printed(self):
        """Files may be of 1 KiB: the journal is, the state is not."""
        self.folder.write('output "large" { value = join("", [for i in range(1000) : "xyz"]) }', "large.tf")
        self.folder.cairn("apply", "-auto-approve")
        before = self.contents()
        shell = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""
        done = self.folder.run("/bin/bash", "-c", shell, CAIRN, "apply", "-auto-approve", "-var=x=two", codes=(1,))
        self.assertIn("Failed to save state", done.stderr)
        self.assertNotIn("Apply complete!", done.stdout)
        self.assertEqual(self.contents(), before)
        printed = json.JSONDecoder().raw_decode(done.stdout, done.stdout.index('{\n  "version"'))[0]
        self.assertEqual(printed["resources"][0]["instances"][0]["attributes"]["input"], {"value": "two", "type": "string"})
        self.assertEqual(printed["serial"], json.loads(before)["serial"] + 1)

    def check_lock_of(self, program):
        """A second one is told who holds the lock, and since when, while the first one waits for an answer."""
        holder = subprocess.Popen([program, "apply", "-var=x=two"], cwd=self.folder.path, env=self.folder.environment,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(holder.kill)
        said = ""
        while "Enter a value:" not in said:
            said += holder.stdout.read(1)
        with open(os.path.join(self.folder.path, ".terraform.tfstate.lock.info"), encoding="utf-8") as file:
            info = json.load(file)
        for asking in ("plan", "apply"):
            error = words(self.folder.cairn(asking, codes=(1,)).stderr)
            self.assertIn("Error acquiring the state lock", error)
            for part in (info["ID"], info["Who"], "OperationTypeApply", info["Created"][:10], getpass.getuser() + "@"):
                self.assertIn(part, error)
        self.folder.cairn("plan", "-lock=false")
        self.assertIn("Apply cancelled.", holder.communicate("no\n", timeout=60)[0])
        self.folder.cairn("plan")

    def test_that_cairn_holds_the_lock_of(self):
        self.check_lock_of(CAIRN)

    @unittest.skipUnless(TERRAFORM, "there is no terraform on the PATH")
    def test_that_terraform_holds_the_lock_of(self):
        self.check_lock_of(TERRAFORM)


if __name__ == "__main__":
    unittest.main(verbosity=2)
