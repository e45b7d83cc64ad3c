#!/usr/bin/python3
"""The commands of cairn that read a state, beside terraform's on the same folder: what they print, and the exit code."""

import json
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


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = Folder('output "a" { value = var.v }\nvariable "v" { default = "d" }\n', TF_CLI_CONFIG_FILE=os.devnull)
        self.folder.run(CAIRN, "init")

    def text(self, *words, code=0, **environment):
        self.folder.environment.update(environment)
        run = self.folder.run(CAIRN, *words, codes=(code,))
        for name in environment:
            del self.folder.environment[name]
        return run.stdout if code == 0 else run.stdout + run.stderr

    def test_unknown_commands(self):
        self.assertIn('Did you mean "plan"?', self.text("plna", code=1))
        self.assertIn("  list ", self.text("state", "lst", code=1))
        self.assertNotIn("Did you mean", self.text("frobnicate", code=1))

    def test_help(self):
        self.assertEqual(self.text("-help"), self.text(code=127))
        self.assertEqual(self.text("help", "plan"), self.text("plan", "-help"))
        self.assertIn("-detailed-exitcode", self.text("plan", "--help"))

    def test_words_of_the_environment(self):
        self.assertIn("+ a = \"x y\"", self.text("plan", "-no-color", TF_CLI_ARGS_plan="-var 'v=x y'"))
        self.assertIn("+ a = \"z\"", self.text("plan", "-no-color", "-var", "v=z", TF_CLI_ARGS_plan="-var v=x"))
        self.assertIn("TF_CLI_ARGS_plan", self.text("plan", code=1, TF_CLI_ARGS_plan="-var 'v"))
        self.assertIn("no-such", self.text("state", "list", code=1, TF_CLI_ARGS_state_list="-no-such"))

    def test_chdir(self):
        self.assertIn("equals sign", self.text("-chdir", "plan", code=1))
        self.assertIn("no/such", self.text("-chdir=no/such", "plan", code=1))
        inner = os.path.join(self.folder.path, "inner")
        os.mkdir(inner)
        self.assertIn("No configuration files", self.text("-chdir=inner", "plan", code=1))

    def test_version(self):
        version = json.loads(self.text("version", "-json"))
        self.assertEqual(version["provider_selections"], {})
        self.assertIn("on " + version["platform"], self.text("-version"))


class Metadata(unittest.TestCase):
    def test_functions_are_those_that_terraform_has(self):
        with open(os.path.join(os.environ["CAIRN_SOURCE_DIR"], "tests/hcl/functions.json"), encoding="utf-8") as file:
            theirs = json.load(file)
        ours = json.loads(Folder("").run(CAIRN, "metadata", "functions", "-json").stdout)["function_signatures"]

        def signature(parameter):
            return parameter and (parameter["name"], parameter["type"],
                                  parameter.get("is_nullable", parameter.get("nullable", False)))

        for name, recorded in theirs.items():
            for one in (ours[name], ours["core::" + name]):
                with self.subTest(name):
                    self.assertEqual(one["return_type"], recorded["returns"])
                    self.assertEqual([signature(p) for p in one.get("parameters", [])],
                                     [signature(p) for p in recorded["parameters"]])
                    self.assertEqual(signature(one.get("variadic_parameter")), signature(recorded["rest"]))
        self.assertIn("tolist", ours["list"]["deprecation_message"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
