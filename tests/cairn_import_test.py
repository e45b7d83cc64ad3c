#!/usr/bin/python3
"""An S3 bucket that exists already, taken over by cairn and by terraform with the real AWS provider: by a block for which
the configuration is written, and by the command. moto stands for AWS.
"""

import json
import os
import unittest

import processes
from working_folder import CAIRN, TERRAFORM, Folder, without_progress

MIRROR = "/opt/tf-plugins"
PROVIDER = """
provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
IMPORT = PROVIDER + """
import {
  to = aws_s3_bucket.b
  id = "pictures"
}
"""
RESOURCE = PROVIDER + """
resource "aws_s3_bucket" "b" {
}
"""

if TERRAFORM is None:
    processes.skip("there is no terraform on the PATH")
if not os.path.exists(MIRROR):
    processes.skip(f"{MIRROR} is missing")


class ABucket(unittest.TestCase):
    def setUp(self):
        port = processes.free_port()
        self.moto = processes.start_program([processes.require_program("moto_server"), "-H", "127.0.0.1", "-p", str(port)],
                                            ready="Running on")
        self.addCleanup(self.moto.close)
        self.url = f"http://127.0.0.1:{port}"
        config = os.path.join(processes.private_directory("import"), "mirror.tfrc")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n')
        self.environment = {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
                            "AWS_SECRET_ACCESS_KEY": "test", "TF_CLI_CONFIG_FILE": config}

    def test_is_taken_over_as_by_terraform(self):
        answers = []
        for program in (TERRAFORM, CAIRN):
            folder = Folder(IMPORT, **self.environment)
            folder.run("curl", "-sf", "-X", "PUT", self.url + "/pictures")
            folder.run("curl", "-sf", "-X", "PUT", "-H", "Content-Type: application/xml", "-d",
                       "<Tagging><TagSet><Tag><Key>a ${b}</Key><Value>c</Value></Tag></TagSet></Tagging>",
                       self.url + "/pictures?tagging")
            folder.run(program, "init")
            planned = folder.run(program, "plan", "-no-color", "-generate-config-out=generated.tf")
            with open(os.path.join(folder.path, "generated.tf"), encoding="utf-8") as file:
                written = file.read()
            applied = folder.run(program, "apply", "-no-color", "-auto-approve")
            by_block = self.bucket(folder)
            os.remove(os.path.join(folder.path, "generated.tf"))
            os.remove(os.path.join(folder.path, "terraform.tfstate"))
            folder.write(RESOURCE)
            by_command = folder.run(program, "import", "-no-color", "aws_s3_bucket.b", "pictures")
            answers.append([without_progress(planned.stdout), written, without_progress(applied.stdout), by_block,
                            by_command.stdout, self.bucket(folder)])
        for theirs, ours in zip(*answers, strict=True):
            self.assertEqual(ours, theirs)
        self.assertIn('"a $${b}" = "c"', answers[1][1])

    def bucket(self, folder):
        resource, = folder.state()["resources"]
        return json.dumps(resource, sort_keys=True, indent=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
