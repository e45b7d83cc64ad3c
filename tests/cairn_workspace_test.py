#!/usr/bin/python3
"""`cairn workspace` beside terraform's: the same commands in two folders, what they print, and what they leave."""

import os
import unittest

from working_folder import CAIRN, TERRAFORM, Folder

CONFIGURATION = """
output "w" { value = terraform.workspace }
resource "terraform_data" "x" { input = terraform.workspace }
"""
STATE = """{"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "b57e2544-a464-b93d-5d78-64d1e813487b",
"outputs": {"n": {"value": 1, "type": "number"}}, "resources": [], "check_results": null}"""

# Each in the folder as the ones before it have left it.
STEPS = [
    ["show"], ["list"], ["show", "more"], ["list", "more"], ["new", "a"], ["new", "a"], ["new", "default"], ["show"], ["list"],
    ["select", "default"], ["select", "default"], ["select", "b"], ["select", "-or-create", "b"], ["select", "x y"],
    ["new", "x/y"], ["delete", "b"], ["delete", "default"], ["delete", "zz"], ["delete", "a"], ["list"],
    ["new", "-lock=false", "-lock-timeout=1s", "c"], ["delete", "-lock=false", "b"], ["new", "-state=given", "d"],
    ["select", "default"], ["delete", "default"], ["list"]]
OVERRIDDEN = [["show"], ["list"], ["select", "default"], ["new", "other"], ["new", "wanted"], ["list"], ["delete", "wanted"],
              ["delete", "other"]]


def tree(path):
    """What is in the workspaces' folders, and which one is chosen."""
    found = {os.path.relpath(os.path.join(top, one), path)
             for top, folders, files in os.walk(os.path.join(path, "terraform.tfstate.d")) for one in folders + files}
    chosen = os.path.join(path, os.environ.get("TF_DATA_DIR", ".terraform"), "environment")
    if os.path.exists(chosen):
        with open(chosen, encoding="utf-8") as file:
            found.add("chosen: " + file.read())
    return sorted(found)


class BesideTerraform(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")

    def folders(self, text=CONFIGURATION, **environment):
        self.ours, self.theirs = Folder(text, **environment), Folder(text, **environment)
        for folder in (self.ours, self.theirs):
            folder.write(STATE, "given")
            folder.run(TERRAFORM, "init")

    def compare(self, commands, group=("workspace",)):
        for words in commands:
            with self.subTest(words):
                words = [*group, words[0], "-no-color", *words[1:]]
                theirs = self.theirs.run(TERRAFORM, *words, codes=(0, 1))
                ours = self.ours.run(CAIRN, *words, codes=(0, 1))
                self.assertEqual(ours.returncode, theirs.returncode)
                if not theirs.stdout.startswith("Usage: "):
                    self.assertEqual(ours.stdout, theirs.stdout)
                self.assertEqual(ours.stderr.rstrip("\n"), theirs.stderr.rstrip("\n"))
                self.assertEqual(tree(self.ours.path), tree(self.theirs.path))

    def test_steps(self):
        self.folders()
        self.compare(STEPS)

    def test_number_of_arguments(self):
        self.folders()
        self.compare([["new"], ["new", "a", "b"], ["select"], ["select", "a", "b"], ["delete"], ["delete", "a", "b"]])

    def test_overridden_by_the_environment(self):
        self.folders(TF_WORKSPACE="wanted")
        self.compare(OVERRIDDEN)

    def test_overridden_by_no_name(self):
        self.folders()
        for folder in (self.ours, self.theirs):
            folder.environment["TF_WORKSPACE"] = "no name"
        self.compare([["show"], ["list"], ["new", "a"]])
        self.compare([["plan"]], group=())

    def test_each_has_a_state_of_its_own(self):
        self.folders()
        self.compare([["new", "a"]])
        for program, folder in ((CAIRN, self.ours), (TERRAFORM, self.theirs)):
            folder.run(program, "apply", "-auto-approve")
            self.assertEqual(folder.run(program, "output", "-raw", "w").stdout, "a")
        self.compare([["select", "default"], ["delete", "a"], ["delete", "-force", "a"], ["list"]])

    def test_data_folder(self):
        self.folders(TF_DATA_DIR="data/here")
        self.compare([["new", "a"], ["show"], ["list"]])
        for folder in (self.ours, self.theirs):
            self.assertFalse(os.path.exists(os.path.join(folder.path, ".terraform")))
            self.assertTrue(os.path.exists(os.path.join(folder.path, "data/here/environment")))


class Alone(unittest.TestCase):
    def test_copies_a_state_as_the_first_of_its_history(self):
        folder = Folder(CONFIGURATION)
        folder.write(STATE, "given")
        folder.cairn("workspace", "new", "-state=given", "a")
        pulled = folder.cairn("state", "pull").stdout
        self.assertIn('"serial": 1,', pulled)
        self.assertIn('"n"', pulled)
        self.assertNotIn("b57e2544", pulled)

    def test_makes_nothing_where_the_state_to_copy_cannot_be_read(self):
        folder = Folder(CONFIGURATION)
        self.assertIn("missing", folder.cairn("workspace", "new", "-state=missing", "a", codes=(1,)).stderr)
        self.assertEqual(folder.cairn("workspace", "list").stdout, "* default\n\n")

    def test_refuses_the_folder_above_which_terraform_takes(self):
        folder = Folder(CONFIGURATION)
        for name in (".", ".."):
            self.assertIn("is not allowed", folder.cairn("workspace", "new", name, codes=(1,)).stderr)
        self.assertEqual(tree(folder.path), [])

    def test_backend_without_workspaces(self):
        folder = Folder('terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9/x"\n  }\n}\n')
        folder.cairn("init", "-reconfigure", codes=(1,))  # remembers the backend, and finds nobody there
        for words in (["list"], ["new", "a"], ["select", "a"], ["delete", "a"]):
            self.assertIn("workspaces not supported\n", folder.cairn("workspace", *words, codes=(1,)).stderr)


if __name__ == "__main__":
    unittest.main()
