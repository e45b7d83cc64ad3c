#!/usr/bin/python3
"""Records how `terraform` plans terraform_data: record_terraform_data.py FILE

Each line of the file is a planned change: the resource's name, the state before and after as a provider gets it
(MessagePack in hexadecimal, c0 for none), and whether triggers_replace forces a replacement. A resource is planned
once for each of STEPS, the step before having been applied. Exit code 77 where terraform 1.11.4 is missing.
"""

import os
import subprocess
import sys
import tempfile
import zipfile

import record_msgpack
import stand_in

STEPS = ("x", "x", "y")  # of var.u
MODULE = """
variable "u" {}
resource "terraform_data" "empty" {}
resource "terraform_data" "text" {
  input = var.u
}
resource "terraform_data" "unknown" {
  input            = "p-${terraform_data.text.output}"
  triggers_replace = terraform_data.text.id
}
resource "terraform_data" "object" {
  input            = { a = 1, b = ["x", null], c = tolist(["z"]) }
  triggers_replace = [var.u]
}
resource "terraform_data" "typed_null" {
  input = tostring(null)
}
resource "terraform_data" "other_type" {
  input = var.u == "x" ? jsonencode(1) : jsondecode("2")
}
resource "terraform_data" "to_null" {
  input            = var.u == "x" ? "x" : null
  triggers_replace = var.u == "x" ? null : 5
}
"""


def changes(plan_file):
    """(name, before, after, replaces) of each planned change."""
    with zipfile.ZipFile(plan_file) as plan:
        message = stand_in.fields(plan.read("tfplan"))
    for resource in message.get(3, []):
        fields = stand_in.fields(resource)
        change = stand_in.fields(fields[9][0])
        values = [stand_in.fields(value)[1][0] for value in change.get(2, [])]
        action = stand_in.first(change, 1, 0)
        name = fields[13][0].decode().removeprefix("terraform_data.")
        before = b"\xc0" if action == 1 else values[0]
        yield name, before, values[-1], 11 in fields


def run(folder, *arguments):
    environment = dict(os.environ, TF_CLI_CONFIG_FILE="/dev/null", CHECKPOINT_DISABLE="1")
    subprocess.run(["terraform", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def main():
    if not record_msgpack.terraform_is_there():
        print("terraform 1.11.4 is not there")
        sys.exit(77)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "main.tf"), "w", encoding="ascii") as module:
            module.write(MODULE)
        run(folder, "init")
        for step in STEPS:
            run(folder, "plan", f"-var=u={step}", "-out=plan")
            for name, before, after, replaces in sorted(changes(os.path.join(folder, "plan"))):
                lines.append(f"{name} {before.hex()} {after.hex()} {'replace' if replaces else 'keep'}\n")
            run(folder, "apply", "plan")
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.writelines(lines)


if __name__ == "__main__":
    main()
