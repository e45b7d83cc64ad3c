#!/usr/bin/python3
"""Commands on states that are not files: in S3 (moto's) and behind HTTP. What terraform says and leaves, cairn does."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import unittest

import processes
from working_folder import CAIRN, TERRAFORM, Folder

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEXT = """
terraform {
  backend "%s" {
    %s
  }
}
resource "terraform_data" "a" { input = "x" }
"""


class StateServer(http.server.BaseHTTPRequestHandler):
    """One state and its lock, as the http backend wants them."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self):
        self.answer(200 if self.server.state else 404, self.server.state)

    def do_POST(self):
        self.server.state = self.body()
        self.answer(200)

    def do_DELETE(self):
        self.server.state = b""
        self.answer(200)

    def do_LOCK(self):
        wanted = self.body()
        if self.server.lock:
            return self.answer(423, self.server.lock)
        self.server.lock = wanted
        return self.answer(200)

    def do_UNLOCK(self):
        self.body()
        self.server.lock = b""
        self.answer(200)

    def log_message(self, *_):
        pass


class Editor:
    """Runs one program in a folder, and notes what it says."""

    def __init__(self, program, text, **environment):
        self.program = program
        self.text = text
        self.folder = Folder(text, TF_CLI_CONFIG_FILE=os.devnull, **environment)
        self.said = []

    def run(self, *arguments):
        done = self.folder.run(self.program, *arguments, codes=(0, 1))
        text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).split())
        # How the store refused, in the words of its client.
        text = re.sub(r"(Error message: |unlock state: ).*?(Lock Info|$)", r"\1X \2", text)
        # Who made the lock, when, and where; terraform's client for HTTP says what it wanted itself.
        text = re.sub(r"(Version|Created|Who|Path|Operation): (?!Operation:)\S+( \S+ [+]0000 UTC)?", r"\1: X", UUID.sub("UUID", text))
        self.said.append((" ".join(arguments[:2]), done.returncode, text.replace("cairn force-unlock", "terraform force-unlock")))
        return done

    def die_with_the_lock(self):
        holder = subprocess.Popen([self.program, "apply", "-replace=terraform_data.b"], cwd=self.folder.path,
                                  env=self.folder.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        said = ""
        while "Enter a value:" not in said:
            said += holder.stdout.read(1)
        holder.kill()
        holder.communicate()

    def edit(self):
        self.folder.run(self.program, "init")
        self.run("apply", "-auto-approve", "-no-color")
        self.run("state", "list")
        self.run("state", "show", "-no-color", "terraform_data.a")
        self.run("taint", "-no-color", "terraform_data.a")
        self.run("plan", "-no-color", "-lock=false")
        self.run("untaint", "-no-color", "terraform_data.a")
        self.run("untaint", "-no-color", "terraform_data.a")
        self.run("state", "mv", "terraform_data.a", "terraform_data.b")
        self.folder.write(self.run("state", "pull").stdout, "pulled.tfstate")
        self.run("state", "rm", "terraform_data.b")
        self.run("state", "push", "pulled.tfstate")
        self.run("state", "push", "-force", "pulled.tfstate")
        self.run("state", "list")
        self.folder.write(self.text.replace('"a"', '"b"'))
        self.run("force-unlock", "-force", "no-such-lock")
        self.die_with_the_lock()
        self.run("state", "rm", "-no-color", "terraform_data.b")
        refused = self.run("taint", "-no-color", "terraform_data.b")
        self.run("force-unlock", "-force", UUID.search(refused.stderr)[0])
        self.run("taint", "terraform_data.b")
        state = json.loads(self.run("state", "pull").stdout)
        return [entry for entry in self.said if entry[0] != "state pull"], {**state, "lineage": "", "serial": 0}


@unittest.skipUnless(TERRAFORM, "there is no terraform on the PATH")
class Edits(unittest.TestCase):
    maxDiff = None

    def compare(self, editor):
        (theirs, their_state), (ours, our_state) = (editor(program).edit() for program in (TERRAFORM, CAIRN))
        for mine, other in zip(ours, theirs, strict=True):
            with self.subTest(other[0]):
                self.assertEqual(mine, other)
        self.assertEqual(UUID.sub("", json.dumps(our_state)), UUID.sub("", json.dumps(their_state)))

    def test_behind_http(self):
        def editor(program):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StateServer)
            server.state = server.lock = b""
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
            url = f"http://127.0.0.1:{server.server_port}/state"
            return Editor(program, TEXT % ("http", f'address = "{url}"\n    lock_address = "{url}"\n    unlock_address = "{url}"'))

        self.compare(editor)

    @unittest.skipUnless(shutil.which("moto_server"), "there is no moto_server on the PATH")
    def test_in_s3(self):
        port = processes.free_port()
        moto = processes.start_program(["moto_server", "-H", "127.0.0.1", "-p", str(port)], ready="Running on")
        self.addCleanup(moto.close)

        def editor(program):
            bucket = "of-cairn" if program == CAIRN else "of-terraform"
            subprocess.run(["curl", "-sf", "-X", "PUT", f"http://127.0.0.1:{port}/{bucket}"], check=True, timeout=60)
            config = (f'bucket = "{bucket}"\n    key = "a/b"\n    region = "us-east-1"\n    use_path_style = true\n    '
                      "use_lockfile = true\n    skip_credentials_validation = true\n    skip_requesting_account_id = true\n    "
                      f'endpoints = {{ s3 = "http://127.0.0.1:{port}" }}')
            return Editor(program, TEXT % ("s3", config), AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                          AWS_EC2_METADATA_DISABLED="true")

        self.compare(editor)


if __name__ == "__main__":
    unittest.main(verbosity=2)
