#!/usr/bin/python3
"""The commands of cairn that read a state, beside terraform's on the same folder: what they print, and the exit code."""

import json
import os
import re
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


class WithTerraform(unittest.TestCase):
    """In a folder that terraform has initialised."""

    def setUp(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")
        self.folder = Folder(CONFIGURATION, TF_CLI_CONFIG_FILE=os.devnull)
        os.mkdir(os.path.join(self.folder.path, "m"))
        self.folder.write('resource "terraform_data" "c" { input = true }\n', "m/c.tf")
        self.folder.run(TERRAFORM, "init")


class BesideTerraform(WithTerraform):
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


EDIT = [
    ["taint", "terraform_data.a[0]"], ["taint", "terraform_data.a"], ["taint", "-allow-missing", "terraform_data.zz"],
    ["taint", "-state=none", "terraform_data.a[0]"], ["taint", "-backup=b", "module.m.terraform_data.c"],
    ["taint", "-state=terraform.tfstate", "-state-out=o", "terraform_data.a[0]"], ["untaint", "terraform_data.a[0]"],
    ["taint", "data.terraform_data.a"], ["force-unlock", "x"], ["force-unlock", "-force", "x"],
    *(["state", *rest] for rest in (
        ["rm", "terraform_data.a"], ["rm", "terraform_data.a[0]", "module.m"], ["rm", "terraform_data.zz"],
        ["rm", "-dry-run", "terraform_data.a"], ["rm", "-dry-run", "terraform_data.zz"],
        ["rm", "-state=none", "terraform_data.a"], ["rm", "-backup=b", "terraform_data.a"],
        ["mv", "terraform_data.a", "terraform_data.z"], ["mv", "terraform_data.a[0]", "terraform_data.a[7]"],
        ["mv", "terraform_data.a[0]", "module.x.terraform_data.y"], ["mv", "module.m", 'module.n["k"]'],
        ["mv", "module.m", "module.m"], ["mv", "module.m", "terraform_data.a"], ["mv", "terraform_data.a[0]", "module.m"],
        ["mv", "terraform_data.a", "terraform_data.z[0]"], ["mv", "terraform_data.a[0]", "terraform_data.a[1]"],
        ["mv", "terraform_data.a[0]", "other.a"], ["mv", "terraform_data.a[9]", "terraform_data.z"],
        ["mv", "terraform_data.zz", "terraform_data.z"], ["mv", "-dry-run", "terraform_data.a", "terraform_data.z"],
        ["mv", "terraform_data.a", "terraform_data.b"], ["mv", "-state-out=o", "terraform_data.a", "terraform_data.z"],
        ["mv", "-backup=b", "terraform_data.a", "terraform_data.z"],
        ["push", "newer.json"], ["push", "older.json"], ["push", "-force", "older.json"], ["push", "other.json"],
        ["push", "-force", "other.json"], ["push", "-"],
        ["replace-provider", "hashicorp/aws", "a/b"], ["replace-provider", "-auto-approve", "terraform.io/builtin/terraform",
                                                      "a/b"]))]


# Where module.m and the first of terraform_data.a are in the state already.
IMPORT = [["import", *rest] for rest in (
    ["terraform_data.a[1]", "x"], ['terraform_data.b["k"]', "some id"], ["-state-out=o", "terraform_data.a[1]", "x"],
    ["-backup=b", "-lock=false", "-input=false", "-parallelism=1", "terraform_data.a[1]", "x"],
    ["-state=older.json", "-lock-timeout=1s", "terraform_data.a[1]", "x"], ["-config=m", "terraform_data.c", "x"],
    ["terraform_data.a[0]", "x"], ["module.m.terraform_data.c", "x"],
    ["terraform_data.a", "x"], ["terraform_data.a[7]", "x"], ["module.m[0].terraform_data.c", "x"],
    ["terraform_data.zz", "x"], ["module.m.terraform_data.zz", "x"], ["module.zz.terraform_data.a", "x"],
    ["data.terraform_remote_state.a", "x"], ["terraform_data", "x"], ["terraform_data.a.b", "x"],
    ["terraform_data.a[k]", "x"], ["-config=none", "terraform_data.a[1]", "x"],
    ["-var", "zz=1", "terraform_data.a[1]", "x"])]


class StateEdits(WithTerraform):
    """What the commands that change a state print, and all files that they leave, beside terraform's."""

    def setUp(self):
        super().setUp()
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        state = self.folder.state()
        self.files = {"terraform.tfstate": json.dumps(state), "older.json": json.dumps({**state, "serial": 0})}
        self.files["newer.json"] = json.dumps({**state, "serial": 90, "resources": state["resources"][1:]})
        self.files["other.json"] = json.dumps({**state, "lineage": "x", "outputs": {}})

    def outcome(self, program, words):
        kept = {"main.tf", "m", ".terraform", ".terraform.lock.hcl"}
        for name in set(os.listdir(self.folder.path)) - kept:
            os.unlink(os.path.join(self.folder.path, name))
        for name, text in self.files.items():
            self.folder.write(text, name)
        run = self.folder.run(program, *words, codes=(0, 1))
        left = {}
        for name in set(os.listdir(self.folder.path)) - kept:
            with open(os.path.join(self.folder.path, name), encoding="utf-8") as file:
                state = json.load(file)
            if name == "o":
                state.pop("lineage")  # a new one, made at random
            left[re.sub(r"\.\d{9,}\.", ".TIME.", name)] = state
        said = run.stderr.replace("\n\n  on  line 1:\n  (source code not available)", "")
        return run.returncode, sorted(run.stdout.split("\n")), said.strip(), left

    def test_beside_terraform(self):
        self.compare(EDIT)

    def test_imports_beside_terraform(self):
        state = json.loads(self.files["terraform.tfstate"])
        one, other = state["resources"][0]["instances"], state["resources"][1]
        self.files = {"terraform.tfstate": json.dumps(
            {**state, "resources": [{**state["resources"][0], "instances": one[:1]}, *state["resources"][2:]]})}
        self.files["older.json"] = self.files["terraform.tfstate"]
        self.assertEqual((len(one), other["name"]), (2, "b"))
        self.compare(IMPORT)

    def compare(self, commands):
        for words in commands:
            with self.subTest(words):
                position = 2 if words[0] == "state" else 1
                words = [*words[:position], *([] if words[0] == "force-unlock" else ["-no-color"]), *words[position:]]
                ours, theirs = self.outcome(CAIRN, words), self.outcome(TERRAFORM, words)
                theirs = (*theirs[:2], re.sub("\x1b\\[[0-9]*m", "", theirs[2]), theirs[3])
                if "push" in words:  # where only the version changes, terraform keeps no backup
                    ours[3].pop("terraform.tfstate.backup", None)
                    theirs[3].pop("terraform.tfstate.backup", None)
                self.assertEqual(ours, theirs)

    def test_moving_into_the_same_file_loses_nothing(self):
        run = self.outcome(CAIRN, ["state", "mv", "-state-out=terraform.tfstate", "module.m", "module.n"])
        self.assertEqual(run[0], 0)
        self.assertIn("module.n", [one.get("module") for one in run[3]["terraform.tfstate"]["resources"]])


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
