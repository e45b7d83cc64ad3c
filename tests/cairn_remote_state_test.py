#!/usr/bin/python3
"""terraform_remote_state of states that terraform has put into S3 (moto's) and that a server gives over HTTP."""

import http.server
import os
import shutil
import threading
import unittest

import processes
from working_folder import TERRAFORM, Folder

WRITER = """
terraform {
  backend "s3" {
    %s
  }
}
output "host" { value = "db" }
output "ports" { value = [5432, 6379] }
"""
READER = """
data "terraform_remote_state" "other" {
  backend   = "%s"
  workspace = "%s"
  config = {
    %s
  }
  defaults = { fallback = "yes", host = "none" }
}
output "all" { value = jsonencode(data.terraform_remote_state.other.outputs) }
"""
ALL = '{"fallback":"yes","host":"db","ports":[5432,6379]}'


def read_by_cairn(backend, config, workspace="default", **environment):
    folder = Folder(READER % (backend, workspace, config), **environment)
    folder.cairn("init")
    return folder, folder.cairn("apply", "-auto-approve", codes=(0, 1))


class FromS3(unittest.TestCase):
    def setUp(self):
        if TERRAFORM is None or shutil.which("moto_server") is None:
            self.skipTest("there is no terraform or no moto_server on the PATH")
        port = processes.free_port()
        self.moto = processes.start_program(["moto_server", "-H", "127.0.0.1", "-p", str(port)], ready="Running on")
        self.addCleanup(self.moto.close)
        self.environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1",
                            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_EC2_METADATA_DISABLED": "true"}
        self.config = 'bucket = "states"\n    key = "a/b"\n    region = "eu-west-1"\n    use_path_style = true'
        writer = Folder("", **self.environment)
        writer.run("curl", "-sf", "-X", "PUT", f"http://127.0.0.1:{port}/states", "-d",
                   "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>")
        writer.write(WRITER % (self.config + "\n    skip_credentials_validation = true\n    skip_requesting_account_id = true"))
        writer.run(TERRAFORM, "init")
        writer.run(TERRAFORM, "workspace", "new", "blue")
        writer.run(TERRAFORM, "apply", "-auto-approve")

    def test_is_what_terraform_wrote(self):
        folder, done = read_by_cairn("s3", self.config, "blue", **self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(folder.cairn("output", "-raw", "all").stdout, ALL)
        _, missing = read_by_cairn("s3", self.config, "green", **self.environment)
        self.assertIn("Unable to find remote state", missing.stderr)


class OverHttp(unittest.TestCase):
    def serve(self, status, text):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f'address = "http://127.0.0.1:{server.server_port}/state"\n    retry_max = 0'

    def test_is_what_the_server_gives(self):
        source = Folder('output "host" { value = "db" }\noutput "ports" { value = [5432, 6379] }\n')
        source.cairn("init")
        source.cairn("apply", "-auto-approve")
        with open(os.path.join(source.path, "terraform.tfstate"), encoding="utf-8") as file:
            state = file.read()
        folder, done = read_by_cairn("http", self.serve(200, state))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(folder.cairn("output", "-raw", "all").stdout, ALL)

    def test_or_does_not(self):
        for status, text, said in ((404, "", "Unable to find remote state"), (200, "{", "Unsupported state file format"),
                                   (500, "", "500"), (403, "", "403")):
            with self.subTest(status):
                _, done = read_by_cairn("http", self.serve(status, text))
                self.assertEqual(done.returncode, 1)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
