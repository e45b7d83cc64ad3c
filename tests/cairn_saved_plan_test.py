#!/usr/bin/python3
"""Plans that are kept in files: what they hold, and which are refused."""

import os
import shutil
import stat
import unittest

from working_folder import TERRAFORM, Folder

CONFIGURATION = """
variable "x" { default = "a" }
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
module "m" {
  source = "./m"
  value  = var.x
}
resource "terraform_data" "a" { input = [module.m.value, var.secret, plantimestamp()] }
output "id" { value = terraform_data.a.id }
"""
MODULE = """
variable "value" {}
resource "terraform_data" "r" {
  count = 2
  input = { value = var.value }
}
output "value" { value = terraform_data.r[0].output }
"""


class SavedPlans(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(CONFIGURATION)
        self.module = os.path.join(self.folder.path, "m")
        os.mkdir(self.module)
        self.folder.write(MODULE, "m/main.tf")
        self.folder.cairn("init")

    def refused(self, *words, because):
        done = self.folder.cairn(*words, "-no-color", codes=(1,))
        self.assertIn(because, " ".join(done.stderr.split()))
        return done

    def test_are_applied_as_they_were_made(self):
        planned = self.folder.cairn("plan", "-no-color", "-out=saved", "-var=x=b")
        self.assertNotIn("hunter2", planned.stdout)
        shown = self.folder.cairn("show", "-no-color", "saved")
        self.assertEqual(planned.stdout.strip(), shown.stdout.strip())
        path = os.path.join(self.folder.path, "saved")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

        # Neither the files nor the variables of now count.
        shutil.rmtree(self.module)
        self.folder.write("this is no configuration")
        self.folder.environment["TF_VAR_x"] = "c"
        applied = self.folder.cairn("apply", "-no-color", "saved")
        self.assertIn("Apply complete! Resources: 3 added, 0 changed, 0 destroyed.", applied.stdout)
        values = [instance["attributes"]["input"] for resource in self.folder.state()["resources"]
                  for instance in resource["instances"] if resource.get("module")]
        self.assertEqual([value["value"] for value in values], [{"value": "b"}, {"value": "b"}])
        self.refused("apply", "saved", because="Error: Saved plan is stale")

    def test_of_destruction_and_of_nothing(self):
        self.folder.cairn("apply", "-auto-approve")
        self.folder.write(CONFIGURATION.replace(", plantimestamp()", ""))
        self.folder.cairn("apply", "-auto-approve")
        before = self.folder.state()
        self.folder.cairn("plan", "-out=nothing")
        self.folder.cairn("apply", "nothing")
        self.assertEqual(self.folder.state(), before)
        self.folder.cairn("plan", "-destroy", "-out=all")
        self.refused("destroy", "all", because="Destroy can't be called with a plan file")
        self.assertIn("3 destroyed", self.folder.cairn("apply", "all").stdout)
        self.assertEqual(self.folder.state()["resources"], [])

    def test_keep_their_variables(self):
        self.folder.cairn("plan", "-out=saved", "-var=x=b")
        self.refused("apply", "-var=x=c", "saved", because='The saved plan specifies "b" as the value whereas')
        done = self.refused("apply", "-var=secret=password", "saved", because="Can't change variable when")
        self.assertNotIn("hunter2", done.stderr)
        self.refused("apply", "-var=y=1", "saved", because="Value for undeclared variable")
        self.folder.cairn("apply", "-var=x=b", "saved")

    def test_of_another_state_are_refused(self):
        self.folder.cairn("apply", "-auto-approve")
        self.folder.cairn("plan", "-out=saved", "-var=x=b")
        os.remove(os.path.join(self.folder.path, "terraform.tfstate"))
        self.refused("apply", "saved", because="created from a different state lineage")
        self.folder.cairn("apply", "-auto-approve")
        self.refused("apply", "saved", because="created from a different state lineage")

    def test_of_other_providers_are_refused(self):
        self.folder.cairn("plan", "-out=saved")
        self.folder.write("# other\n", ".terraform.lock.hcl")
        self.refused("apply", "saved", because="Saved plan is for other providers")

    def test_that_failed_can_be_shown_and_not_applied(self):
        self.folder.write(CONFIGURATION + 'resource "terraform_data" "f" {\n  input = file("${terraform_data.a.input[1]}")\n}\n')
        self.folder.cairn("plan", "-out=saved", codes=(1,))
        self.assertIn("but then encountered a problem", self.folder.cairn("show", "saved").stdout)
        self.refused("apply", "saved", because="Cannot apply incomplete plan")

    def test_that_are_damaged_are_refused(self):
        self.folder.cairn("plan", "-out=saved")
        with open(os.path.join(self.folder.path, "saved"), encoding="utf-8") as file:
            text = file.read()
        for damaged, because in ((text[:-1], "it is damaged"), (text.replace("true", "false", 1), "it is damaged"),
                                 (text.replace("plan 1 ", "plan 2 "), "it was made by another version"),
                                 (text.split("\n")[0], "it is no plan"), ("", "it is no plan"), ("{}", "it is no plan")):
            self.folder.write(damaged, "damaged")
            self.refused("apply", "damaged", because=f'Failed to load "damaged" as a plan file Error: {because}')
        self.refused("apply", "missing", because='Failed to load "missing" as a plan file')
        self.refused("apply", "saved", "saved", because="Expected at most one positional argument.")

    def test_of_terraform_are_refused(self):
        if TERRAFORM is None:
            self.skipTest("there is no terraform on the PATH")
        self.folder.run(TERRAFORM, "init")
        self.folder.run(TERRAFORM, "plan", "-out=theirs")
        for command in ("apply", "show"):
            self.refused(command, "theirs", because="it is a plan of Terraform, which only Terraform can apply")
        self.folder.cairn("plan", "-out=ours")
        self.folder.run(TERRAFORM, "apply", "ours", codes=(1,))

    def test_that_cannot_be_written_are_an_error(self):
        self.refused("plan", "-out=nowhere/saved", because="Failed to write plan file")


if __name__ == "__main__":
    unittest.main(verbosity=2)
