#!/usr/bin/python3
"""What a provider's schema calls sensitive: tests/provider/stand_in.py has a type with secrets of each kind.

Needs Python's gRPC.
"""

import json
import os
import unittest

import processes
from stand_in_folder import StandIn
from working_folder import CAIRN, TERRAFORM

HEAD = """
terraform {
  required_providers {
    standin = { source = "cairn/standin" }
  }
}
"""


class Secrets(unittest.TestCase):
    ENTRY = '{ name = "x", password = "p" }'
    BLOCK = '{\n    name     = "x"\n    password = "p"\n  }\n'
    VAULT = HEAD + f"""
resource "standin_vault" "v" {{
  secret   = "s"
  keys     = {{ a = "b" }}
  a_single = {ENTRY}
  a_list   = [{ENTRY}, {{ name = "y" }}]
  a_set    = [{ENTRY}]
  a_map    = {{ k = {ENTRY} }}
  b_single {BLOCK}
  b_list {BLOCK}
  b_set {BLOCK}
  b_map "k" {BLOCK}
}}
resource "standin_vault" "w" {{
  name = standin_vault.v.token
}}
data "standin_vault" "d" {{
  secret = standin_vault.v.token
}}
"""
    # What terraform 1.11.4 says.
    SECRET = {"password": True}
    SENSITIVE = {
        "secret": True, "keys": True, "token": True, "a_single": SECRET, "a_list": [SECRET, SECRET], "a_set": True,
        "a_map": {"k": SECRET}, "b_single": SECRET, "b_list": [SECRET], "b_set": True, "b_map": {"k": SECRET}}
    PLAIN = {"secret": True, "keys": True, "token": True, "b_list": [], "b_map": {}, "b_set": []}

    def planned(self, folder):
        folder.cairn("plan", "-out=saved")
        shown = json.loads(folder.cairn("show", "-json", "saved").stdout)
        planned = {one["address"]: one["sensitive_values"] for one in shown["planned_values"]["root_module"]["resources"]}
        changes = {one["address"]: one["change"]["after_sensitive"] for one in shown["resource_changes"]}
        self.assertEqual(planned, changes)
        return planned

    def marked(self, folder):
        """By the object: the paths that its state calls sensitive."""
        return {f"{one['mode']} {one['name']}": sorted(one["instances"][0]["sensitive_attributes"], key=json.dumps)
                for one in folder.state()["resources"]}

    def applied(self, program):
        folder = StandIn(self.VAULT, vault=True).folder
        folder.run(program, "init")
        folder.run(program, "apply", "-auto-approve")
        return folder

    def test_are_marked_in_plans(self):
        folder = StandIn(self.VAULT, vault=True).folder
        folder.cairn("init")
        expected = {"standin_vault.v": self.SENSITIVE, "standin_vault.w": {**self.PLAIN, "name": True},
                    "data.standin_vault.d": self.PLAIN}
        self.assertEqual(self.planned(folder), expected)
        folder.cairn("apply", "saved")
        del expected["data.standin_vault.d"]
        self.assertEqual(self.planned(folder), expected)

    def test_are_marked_in_states(self):
        marked = self.marked(self.applied(CAIRN))
        self.assertEqual([len(paths) for paths in marked.values()], [3, 12, 4])
        if TERRAFORM:
            self.assertEqual(marked, self.marked(self.applied(TERRAFORM)))

    def test_are_marked_in_states_that_are_older_than_that(self):
        folder = self.applied(CAIRN)
        state, marked = folder.state(), self.marked(folder)
        [vault] = [one for one in state["resources"] if one["name"] == "v"]
        vault["instances"][0]["sensitive_attributes"] = []
        folder.write(json.dumps(state), "terraform.tfstate")
        self.assertIn("No changes.", folder.cairn("apply", "-auto-approve", "-refresh=false").stdout)
        self.assertEqual(self.marked(folder), marked)

    def test_do_not_come_out(self):
        folder = self.applied(CAIRN)
        folder.write(self.VAULT + 'output "o" { value = standin_vault.v.b_list[0].password }\n')
        said = [folder.run(program, "plan", "-no-color", codes=(1,)) for program in (CAIRN, TERRAFORM) if program]
        self.assertIn("Error: Output refers to sensitive values", said[0].stderr)
        self.assertEqual(said[0].stderr, said[-1].stderr)

    def test_are_left_out_of_generated_configuration(self):
        generated = []
        for program in filter(None, (CAIRN, TERRAFORM)):
            folder = StandIn(HEAD + 'import {\n  to = standin_vault.v\n  id = "i 1"\n}\n', vault=True).folder
            folder.run(program, "init")
            folder.run(program, "plan", "-generate-config-out=generated.tf")
            with open(os.path.join(folder.path, "generated.tf"), encoding="utf-8") as file:
                generated.append(file.read())
        self.assertNotIn('"p"', generated[0])
        self.assertIn("b_set {} # sensitive", generated[0])
        self.assertEqual(generated[0], generated[-1])


if __name__ == "__main__":
    try:
        import grpc  # noqa: F401
    except ImportError:
        processes.skip("Python's gRPC is not installed")
    unittest.main(verbosity=2)
