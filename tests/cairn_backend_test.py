#!/usr/bin/python3
"""States in backends: cairn and terraform set them up, write and lock them, in turn. S3 is moto's."""

import json
import os
import re
import shutil
import subprocess
import unittest

import processes
from working_folder import CAIRN, TERRAFORM, Folder

RESOURCE = 'resource "terraform_data" "a" { input = "%s" }\n'


def text(type_name, config, value="x"):
    return f'terraform {{\n  backend "{type_name}" {{\n    {config}\n  }}\n}}\n' + RESOURCE % value


def words(done):
    """What was said, in whichever tool's name, without where the lines end."""
    return " ".join((done.stdout + done.stderr).split())


@unittest.skipUnless(TERRAFORM, "there is no terraform on the PATH")
class Files(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(text("local", 'path = "a.tfstate"'), TF_CLI_CONFIG_FILE=os.devnull)

    def record(self):
        with open(os.path.join(self.folder.path, ".terraform", "terraform.tfstate"), encoding="utf-8") as file:
            return file.read()

    def exists(self, name):
        return os.path.exists(os.path.join(self.folder.path, name))

    def test_are_set_up_alike(self):
        for backend, config in (("local", 'path = "a.tfstate"'), ("http", 'address = "http://127.0.0.1:1/"'),
                                ("local", 'workspace_dir = "w"')):
            records = []
            for program in (TERRAFORM, CAIRN):
                folder = self.folder = Folder(text(backend, config), TF_CLI_CONFIG_FILE=os.devnull)
                folder.run(program, "init", "-no-color", codes=(0, 1))  # nothing answers over HTTP
                records.append(self.record())
            self.assertEqual(records[0], records[1])

    def test_refuses_what_is_not_set_up_as_terraform_does(self):
        steps = [("plan",), ("state", "list"), ("output",)]
        changes = [text("local", 'path = "a.tfstate"'), text("local", 'path = "b.tfstate"'),
                   text("http", 'address = "http://127.0.0.1:1/"'), RESOURCE % "x"]
        for number, change in enumerate(changes):
            self.folder.write(change)
            for step in steps:
                said = [words(self.folder.run(program, *step, "-no-color", codes=(1,))) for program in (TERRAFORM, CAIRN)]
                self.assertEqual(said[1], said[0])
            if number == 0:
                self.folder.cairn("init")
            else:
                said = [words(self.folder.run(program, "init", "-no-color", codes=(1,))) for program in (TERRAFORM, CAIRN)]
                self.assertEqual(said[1], said[0])

    def test_wrong_blocks_are_refused_as_terraform_refuses_them(self):
        for backend, config in (("nope", ""), ("local", "pth = 1"), ("local", "path = var.x"), ("local", "path = [1]")):
            self.folder.write(text(backend, config))
            said = [words(self.folder.run(program, "init", "-no-color", codes=(1,))) for program in (TERRAFORM, CAIRN)]
            self.assertEqual(said[1], said[0])

    def test_keep_the_state_where_they_say(self):
        self.folder.cairn("init")
        self.folder.cairn("apply", "-auto-approve")
        self.assertTrue(self.exists("a.tfstate"))
        self.assertFalse(self.exists("terraform.tfstate"))
        self.assertIn("No changes.", self.folder.run(TERRAFORM, "plan").stdout)
        self.assertEqual(self.folder.cairn("state", "list").stdout, "terraform_data.a\n")

    def test_states_move_when_asked_to(self):
        self.folder.write(RESOURCE % "x")
        self.folder.cairn("init")
        self.folder.cairn("apply", "-auto-approve")
        for place, answer, flags in (("a", "yes\n", ["-migrate-state"]), ("b", "", ["-force-copy"])):
            self.folder.write(text("local", f'path = "{place}.tfstate"'))
            done = subprocess.run([CAIRN, "init", *flags], cwd=self.folder.path, env=self.folder.environment, input=answer,
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(self.exists(f"{place}.tfstate"))
            self.assertFalse(self.exists("terraform.tfstate"))
            for program in (TERRAFORM, CAIRN):
                self.assertIn("No changes.", self.folder.run(program, "plan").stdout)
        self.folder.write(RESOURCE % "x")
        self.folder.cairn("init", "-force-copy")
        self.assertIn("No changes.", self.folder.run(TERRAFORM, "plan").stdout)
        self.folder.write(text("local", 'path = "c.tfstate"'))
        refused = self.folder.cairn("init", "-input=false", codes=(1,))
        self.assertIn("input is disabled", words(refused))
        self.assertTrue(self.exists("terraform.tfstate"))
        self.folder.cairn("init", "-reconfigure")
        self.assertIn("1 to add", self.folder.cairn("plan").stdout)

    def test_config_from_the_command_line(self):
        self.folder.write(text("local", ""))
        self.folder.cairn("init", "-backend-config=path=flag.tfstate")
        self.folder.cairn("apply", "-auto-approve")
        self.assertTrue(self.exists("flag.tfstate"))
        self.assertIn("No changes.", self.folder.run(TERRAFORM, "plan").stdout)
        self.folder.write('path = "file.tfstate"\n', "more.tfbackend")
        self.folder.cairn("init", "-backend-config=more.tfbackend", "-force-copy")
        self.assertIn("No changes.", self.folder.cairn("plan").stdout)
        self.assertTrue(self.exists("file.tfstate"))
        for wrong in ("pth=x", "no-such-file"):
            self.folder.cairn("init", "-reconfigure", f"-backend-config={wrong}", codes=(1,))
        self.assertIn("No changes.", self.folder.cairn("plan").stdout)


@unittest.skipUnless(TERRAFORM and shutil.which("moto_server"), "there is no terraform or no moto_server on the PATH")
class InS3(unittest.TestCase):
    def setUp(self):
        port = processes.free_port()
        self.moto = processes.start_program(["moto_server", "-H", "127.0.0.1", "-p", str(port)], ready="Running on")
        self.addCleanup(self.moto.close)
        config = ('bucket = "states"\n    key = "a/b"\n    region = "us-east-1"\n    use_path_style = true\n    '
                  "use_lockfile = true\n    skip_credentials_validation = true\n    skip_requesting_account_id = true\n    "
                  f'endpoints = {{ s3 = "http://127.0.0.1:{port}" }}')
        self.text = text("s3", config)
        self.folder = Folder(self.text, TF_CLI_CONFIG_FILE=os.devnull, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                             AWS_EC2_METADATA_DISABLED="true")
        self.folder.run("curl", "-sf", "-X", "PUT", f"http://127.0.0.1:{port}/states")

    def test_both_read_and_write_one_state(self):
        self.folder.cairn("init")
        self.folder.cairn("apply", "-auto-approve")
        self.assertIn("No changes.", self.folder.run(TERRAFORM, "plan").stdout)
        self.folder.write(self.text.replace('input = "x"', 'input = "y"'))
        self.folder.run(TERRAFORM, "apply", "-auto-approve")
        self.assertIn("No changes.", self.folder.cairn("plan").stdout)
        pulled = [json.loads(self.folder.run(program, "state", "pull").stdout) for program in (TERRAFORM, CAIRN)]
        self.assertEqual(pulled[0], pulled[1])
        self.assertFalse(os.path.exists(os.path.join(self.folder.path, "terraform.tfstate")))
        self.folder.cairn("destroy", "-auto-approve")
        self.assertEqual(self.folder.run(TERRAFORM, "state", "list").stdout, "")

    def test_each_waits_for_the_lock_of_the_other(self):
        self.folder.cairn("init")
        for holder, other in ((CAIRN, TERRAFORM), (TERRAFORM, CAIRN)):
            process = subprocess.Popen([holder, "apply"], cwd=self.folder.path, env=self.folder.environment,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.addCleanup(process.kill)
            said = ""
            while "Enter a value:" not in said:
                said += process.stdout.read(1)
            refused = words(self.folder.run(other, "apply", "-auto-approve", codes=(1,)))
            self.assertRegex(refused, r"Error acquiring the state lock.*OperationTypeApply")
            self.assertTrue(re.search(r"ID: +[0-9a-f-]{36}", refused))
            process.communicate("no\n", timeout=60)
            self.folder.run(other, "plan")


if __name__ == "__main__":
    unittest.main(verbosity=2)
