#!/usr/bin/python3
"""The commands that say what a configuration is: console, graph, modules, providers; beside terraform on the same folder."""

import json
import os
import re
import subprocess
import unittest

from working_folder import CAIRN, TERRAFORM, Folder

CONFIGURATION = """
variable "a" { default = "da" }
variable "n" { type = number }
variable "s" {
  default   = "hush"
  sensitive = true
}
locals { l = [var.a, 1] }
resource "terraform_data" "x" {
  count = 2
  input = var.a
}
resource "terraform_data" "alone" { input = local.l }
module "m" {
  source     = "./m"
  i          = var.a
  depends_on = [terraform_data.x]
}
output "w" { value = module.m.o }
"""
MODULE = """
variable "i" {}
output "o" { value = "m-${var.i}" }
resource "terraform_data" "y" { input = var.i }
resource "terraform_data" "z" { input = [terraform_data.y.id, local.k] }
locals { k = terraform_data.y.output }
output "y" { value = terraform_data.y.output }
module "n" { source = "./n" }
"""
INNER = """
data "terraform_remote_state" "r" {
  backend = "local"
  config  = { path = "x" }
}
"""

# Lines for the console, each asked for by itself.
EXPRESSIONS = [
    "", "1 + 1", "var.a", "local.l", "var.s", "var.n", "module.m", "module.m.o", "terraform_data.x", "terraform_data.alone.input",
    "terraform_data.x[0].input", "terraform_data.x[*].output", "terraform.workspace", "path.module", "type(local.l)",
    "timestamp() == timestamp()", "exit", " exit ", "var.b", "local.k", "terraform_data.zz", "module.q", "1 +", "each.key",
    "terraform_data.x[7]", "upper(1, 2)", "jsonencode(local.l)\\n3", "1\\nvar.b\\n2", "3\\n\\n", "module.m.y", "nope.x"]


def without_words(schemas):
    """What is built in is described in words of our own."""
    if isinstance(schemas, list):
        return [without_words(one) for one in schemas]
    if not isinstance(schemas, dict):
        return schemas
    return {name: without_words(one) for name, one in schemas.items() if name not in ("description", "summary")}


class BesideTerraform(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")
        self.folder = Folder(CONFIGURATION)
        os.makedirs(os.path.join(self.folder.path, "m/n"))
        self.folder.write(MODULE, "m/m.tf")
        self.folder.write(INNER, "m/n/n.tf")
        self.folder.run(TERRAFORM, "init")

    def both(self, *words, codes=(0, 1)):
        return self.folder.run(CAIRN, *words, codes=codes), self.folder.run(TERRAFORM, *words, codes=codes)

    def compare(self, commands):
        for words in commands:
            with self.subTest(words):
                ours, theirs = self.both(*words)
                self.assertEqual(ours.returncode, theirs.returncode)
                self.assertEqual(ours.stdout, theirs.stdout)

    def ask(self, program, text, *flags):
        return subprocess.run([program, "console", "-no-color", "-var", "n=1", *flags], cwd=self.folder.path,
                              env=self.folder.environment, input=text.replace("\\n", "\n"), capture_output=True, text=True,
                              timeout=60, check=False)

    def ask_both(self, expressions, *flags):
        for text in expressions:
            with self.subTest(text):
                ours, theirs = self.ask(CAIRN, text, *flags), self.ask(TERRAFORM, text, *flags)
                self.assertEqual(ours.returncode, theirs.returncode, ours.stderr)
                self.assertEqual(re.sub("\n\n+", "\n\n", ours.stdout), re.sub("\n\n+", "\n\n", theirs.stdout))
                self.assertEqual(re.findall("^Error: .*", ours.stderr, re.MULTILINE),
                                 re.findall("^Error: .*", theirs.stderr, re.MULTILINE))

    def apply(self):
        self.folder.write("{\"version\": 4, \"serial\": 1, \"lineage\": \"l\", \"outputs\": {}, \"resources\": []}", "x")
        self.folder.run(TERRAFORM, "apply", "-auto-approve", "-var", "n=1")

    def test_console_without_a_state(self):
        self.ask_both(EXPRESSIONS)

    def test_console_with_a_state(self):
        self.apply()
        self.ask_both(EXPRESSIONS)
        self.ask_both(["module.m", "terraform_data.x[0].input"], "-var", "a=other")
        self.ask_both(["module.m", "terraform_data.x[0].input", "terraform_data.x[0].output"], "-var", "a=other", "-plan")
        self.ask_both(["terraform_data.x", "local.l"], "-state=none")

    def test_console_of_a_configuration_with_errors(self):
        self.folder.write('output "bad" { value = 1 + "x" }\n', "bad.tf")
        self.ask_both(["local.l"])

    def test_modules(self):
        self.compare([["modules"], ["modules", "-json"], ["modules", "more"]])

    def test_modules_of_nothing(self):
        self.folder.write("")
        self.compare([["modules"], ["modules", "-json"], ["graph"]])

    def test_providers(self):
        self.compare([["providers"], ["providers", "more"]])
        self.apply()
        self.compare([["providers"]])

    def test_providers_schema(self):
        ours, theirs = self.both("providers", "schema", "-json")
        self.assertEqual(without_words(json.loads(ours.stdout)), without_words(json.loads(theirs.stdout)))
        self.compare([["providers", "schema"]])

    def test_graph_of_resources(self):
        ours, theirs = self.both("graph")
        self.assertEqual(sorted(ours.stdout.splitlines()), sorted(theirs.stdout.splitlines()))

    def test_graph_of_an_operation(self):
        for kind in ("apply", "plan", "plan-refresh-only"):
            with self.subTest(kind):
                ours, theirs = self.both("graph", "-type=" + kind)
                self.assertEqual(ours.stdout, theirs.stdout)

    def test_graph_of_a_destruction(self):
        for applied in (False, True):
            if applied:
                self.apply()
            ours, theirs = self.both("graph", "-type=plan-destroy")
            self.assertEqual("(destroy)" in ours.stdout, applied)
            # Terraform has a node for each instance, under the name of its resource.
            self.assertEqual(ours.stdout.splitlines(), list(dict.fromkeys(theirs.stdout.splitlines())))

    def test_graph_with_a_cycle(self):
        self.folder.write('resource "terraform_data" "a" { input = terraform_data.b.id }\n'
                          'resource "terraform_data" "b" { input = terraform_data.a.id }\n')
        ours, theirs = self.both("graph", "-no-color", "-type=plan")
        self.assertEqual(ours.returncode, theirs.returncode)
        drawn = self.folder.cairn("graph", "-type=plan", "-draw-cycles", codes=(0, 1)).stdout
        theirs = self.folder.run(TERRAFORM, "graph", "-type=plan", "-draw-cycles").stdout
        self.assertLessEqual(set(theirs.splitlines()), set(drawn.splitlines()))

    def test_graph_of_wrong_types(self):
        for kind in ("bogus", "validate"):
            ours, theirs = self.both("graph", "-no-color", "-type=" + kind)
            self.assertEqual(ours.returncode, theirs.returncode)
            self.assertEqual(ours.stderr.strip(), theirs.stderr.strip())

    def complete(self, program, line):
        environment = {**self.folder.environment, "COMP_LINE": line, "COMP_POINT": str(len(line))}
        return set(subprocess.run([program], cwd=self.folder.path, env=environment, capture_output=True, text=True, timeout=60,
                                  check=True).stdout.split())

    def test_completion(self):
        for rest in ("pl", "-", "state ", "workspace s", "state r", "workspace select ", "-chdir=x pl", "version "):
            with self.subTest(rest):
                self.assertEqual(self.complete(CAIRN, "cairn " + rest), self.complete(TERRAFORM, "terraform " + rest))

    def test_completion_offers_flags(self):
        self.assertEqual(self.complete(CAIRN, "cairn workspace new -lo"), {"-lock", "-lock-timeout="})
        self.assertEqual(self.complete(CAIRN, "cairn state -"), {"-help"})
        for command in ("init", "apply", "state mv", "providers lock"):
            shown = self.folder.cairn(*command.split(), "-help").stdout
            offered = self.complete(CAIRN, f"cairn {command} -")
            self.assertEqual(len(offered), len(re.findall("^  -", shown, re.MULTILINE)))
            for flag in offered:
                self.assertIn("\n  " + flag, shown)


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = Folder("")
        self.folder.environment["HOME"] = self.folder.path
        self.folder.environment.pop("COMP_LINE", None)

    def text(self, name):
        with open(os.path.join(self.folder.path, name), encoding="utf-8") as file:
            return file.read()

    def test_is_installed_once_and_taken_back(self):
        self.folder.write("alias a=b", ".bashrc")
        os.makedirs(os.path.join(self.folder.path, ".config/fish"))
        self.folder.cairn("-install-autocomplete")
        self.assertEqual(self.text(".bashrc"), f"alias a=b\ncomplete -C {os.path.realpath(CAIRN)} cairn\n")
        self.assertIn("already installed", self.folder.cairn("-install-autocomplete", codes=(1,)).stderr)
        self.folder.cairn("-uninstall-autocomplete")
        self.assertEqual(self.text(".bashrc"), "alias a=b\n")
        self.assertEqual(os.listdir(os.path.join(self.folder.path, ".config/fish/completions")), [])
        self.assertIn("not installed", self.folder.cairn("-uninstall-autocomplete", codes=(1,)).stderr)

    def test_needs_a_shell(self):
        self.folder.cairn("-install-autocomplete", codes=(1,))

    def test_is_heard_by_bash(self):
        self.folder.write("", ".bashrc")
        self.folder.cairn("-install-autocomplete")
        script = f'. {self.folder.path}/.bashrc; complete -p cairn'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
        self.assertIn("cairn", done.stdout)


class Missing(unittest.TestCase):
    def test_commands_say_what_to_do_instead(self):
        folder = Folder("")
        for name, word in (("login", "credentials"), ("logout", "credentials"), ("test", "terraform test"),
                           ("cloud", "backend"), ("env", "workspace"), ("push", "state push")):
            with self.subTest(name):
                self.assertIn(word, folder.cairn(name, codes=(1,)).stderr)


if __name__ == "__main__":
    unittest.main()
