#!/usr/bin/python3
"""What cairn makes of a working folder, and that it and terraform go on where the other stopped.

Compares with terraform where there is one.
"""

import os
import unittest

from working_folder import TERRAFORM, Folder, without_progress

CONFIGURATION = """
variable "name" { default = "ada" }
locals { shout = upper(var.name) }
resource "terraform_data" "many" {
  count = 3
  input = "${local.shout}-${count.index}"
}
resource "terraform_data" "last" {
  input            = { all = terraform_data.many[*].output }
  triggers_replace = var.name
}
output "last" { value = terraform_data.last.output }
output "secret" {
  value     = "s3cret"
  sensitive = true
}
"""


class ALife(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(CONFIGURATION)

    def test_makes_changes_and_destroys(self):
        folder = self.folder
        self.assertEqual(folder.cairn("plan", "-detailed-exitcode", codes=(2,)).returncode, 2)
        self.assertIn("Resources: 4 added, 0 changed, 0 destroyed", folder.cairn("apply", "-auto-approve").stdout)
        self.assertIn("No changes.", folder.cairn("plan", "-detailed-exitcode").stdout)
        changed = folder.cairn("apply", "-auto-approve", "-var", "name=bob").stdout
        self.assertIn("Resources: 1 added, 3 changed, 1 destroyed", changed)
        self.assertNotIn("s3cret", changed)
        self.assertEqual(folder.state()["outputs"]["last"]["value"], {"all": ["BOB-0", "BOB-1", "BOB-2"]})
        self.assertEqual(folder.cairn("state", "list").stdout.split(),
                         ["terraform_data.last"] + [f"terraform_data.many[{i}]" for i in range(3)])
        self.assertIn("Resources: 4 destroyed", folder.cairn("destroy", "-auto-approve").stdout)
        self.assertEqual(folder.state()["resources"], [])

    def test_leaves_a_state_that_terraform_has_nothing_to_say_about(self):
        self.require_terraform()
        self.folder.cairn("apply", "-auto-approve")
        self.folder.run(TERRAFORM, "init")
        self.folder.run(TERRAFORM, "plan", "-detailed-exitcode")
        self.folder.run(TERRAFORM, "apply", "-auto-approve", "-var", "name=eve")
        self.folder.cairn("plan", "-detailed-exitcode", "-var", "name=eve")

    def test_plans_in_the_same_words(self):
        self.require_terraform()
        self.folder.run(TERRAFORM, "init")
        theirs = self.folder.run(TERRAFORM, "plan", "-no-color").stdout
        self.assertEqual(self.folder.cairn("plan", "-no-color").stdout, theirs)
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        for arguments in (("-var", "name=bob"), ("-destroy",), ("-refresh-only",)):
            theirs = self.folder.run(TERRAFORM, "plan", "-no-color", *arguments).stdout
            ours = self.folder.cairn("plan", "-no-color", *arguments).stdout
            self.assertEqual(without_progress(ours), without_progress(theirs), arguments)

    def test_changes_nothing_unless_told_yes(self):
        said = self.folder.cairn("apply", codes=(1,))
        self.assertIn("Apply cancelled.", said.stdout)
        self.assertFalse(os.path.exists(os.path.join(self.folder.path, "terraform.tfstate")))

    def test_says_all_that_is_wrong_at_once(self):
        self.folder.write('resource "terraform_data" "a" { input = var.x }\noutput "b" { value = local.y }\n')
        said = self.folder.cairn("plan", codes=(1,)).stderr
        self.assertIn('An input variable with the name "x" has not been declared.', said)
        self.assertIn('A local value with the name "y" has not been declared.', said)

    def require_terraform(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")


if __name__ == "__main__":
    unittest.main(verbosity=2)
