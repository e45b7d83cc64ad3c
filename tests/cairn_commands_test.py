#!/usr/bin/python3
"""The commands of cairn that read a state, beside terraform's on the same folder: what they print, and the exit code."""

import os
import unittest

from working_folder import CAIRN, TERRAFORM, Folder

CONFIGURATION = """
resource "terraform_data" "a" {
  count = 2
  input = { n = count.index, t = "x\\ny" }
}
resource "terraform_data" "b" {
  for_each = { k = 1 }
  input    = [1, "two", null]
}
module "m" {
  source = "./m"
}
output "n" { value = 1 }
output "str" { value = "he\\"y" }
output "obj" { value = { a = [1, 2], b = "x" } }
output "sec" {
  value     = "hush"
  sensitive = true
}
"""

OUTPUT = [["output", *rest] for rest in (
    [], ["-json"], ["n"], ["-json", "obj"], ["-json", "sec"], ["sec"], ["-raw", "str"], ["-raw", "n"], ["-raw", "sec"],
    ["-raw", "obj"], ["nope"], ["-json", "nope"], ["a", "b"], ["-raw"], ["-raw", "-json", "n"], ["-state=none"])]
STATE = [["state", *rest] for rest in (
    ["list"], ["list", "terraform_data.a"], ["list", "terraform_data.a[1]", "module.m"], ["list", "terraform_data.zz"],
    ["list", "module.x"], ["list", "terraform_data.a[7]"], ["list", "-id=none"], ["list", "-state=none"],
    ["show", "terraform_data.a[0]"], ["show", 'terraform_data.b["k"]'], ["show", "module.m.terraform_data.c"],
    ["show", "terraform_data.a"], ["show", "bogus"], ["show", "-state=none", "terraform_data.a[0]"], ["pull"])]
SHOW = [["show"], ["show", "-json"], ["show", "a", "b"], ["show", "terraform.tfstate"]]


class BesideTerraform(unittest.TestCase):
    def setUp(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")
        self.folder = Folder(CONFIGURATION, TF_CLI_CONFIG_FILE=os.devnull)
        os.mkdir(os.path.join(self.folder.path, "m"))
        self.folder.write('resource "terraform_data" "c" { input = true }\n', "m/c.tf")
        self.folder.run(TERRAFORM, "init")

    def compare(self, commands):
        for words in commands:
            with self.subTest(words):
                position = 2 if words[0] == "state" else 1
                words = [*words[:position], "-no-color", *words[position:]]
                theirs = self.folder.run(TERRAFORM, *words, codes=(0, 1))
                ours = self.folder.run(CAIRN, *words, codes=(0, 1))
                self.assertEqual(ours.returncode, theirs.returncode)
                self.assertEqual(ours.stdout, theirs.stdout)
                self.assertEqual(ours.stderr.replace("cairn output", "terraform output").replace(
                    "cairn show", "terraform show"), theirs.stderr)

    def test_without_a_state(self):
        missing = [["show"], ["show", "-json"], ["output", "-json"], ["output"], ["output", "n"], ["output", "-json", "n"],
                   ["state", "list"], ["state", "show", "terraform_data.a[0]"], ["state", "pull"]]
        self.compare(missing)

    def test_with_a_state(self):
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        self.compare(OUTPUT + STATE + SHOW)

    def test_lists_by_id(self):
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        instances = self.folder.state()["resources"][0]["instances"]
        self.compare([["state", "list", "-id=" + instances[0]["attributes"]["id"]]])

    def test_after_destroying(self):
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        self.folder.run(TERRAFORM, "destroy", "-auto-approve")
        self.compare([["show"], ["show", "-json"], ["output"], ["state", "list"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
