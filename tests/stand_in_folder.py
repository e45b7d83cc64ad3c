"""A working folder with a provider that is a program: tests/provider/stand_in.py, which writes down what it was asked."""

import json
import os

import processes
from working_folder import Folder

STAND_IN = os.path.join(os.environ["CAIRN_SOURCE_DIR"], "tests", "provider", "stand_in.py")


class StandIn:
    """A mirror that has the stand-in, and a folder that uses it."""

    def __init__(self, text, **settings):
        self.directory = processes.private_directory("standin")
        self.log = os.path.join(self.directory, "log")
        self.settings = json.dumps({"log": self.log, **settings})
        self.folder = Folder(text, STANDIN=self.settings, HOME=self.directory,
                             TF_CLI_CONFIG_FILE=self.write("mirror.tfrc", self.mirror()))
        self.folder.environment.pop("XDG_CACHE_HOME", None)

    def mirror(self):
        package = "mirror/registry.terraform.io/cairn/standin/1.0.0/linux_amd64"
        program = self.write(f"{package}/terraform-provider-standin_v1.0.0",
                             f"#!/bin/sh\nexec /usr/bin/python3 -B {STAND_IN}\n")
        os.chmod(program, 0o755)
        return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self.directory}/mirror"\n  }}\n}}\n'

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def requests(self, method):
        """The messages of all calls of `method` so far."""
        with open(self.log, encoding="ascii") as file:
            calls = [line.split() for line in file]
        return [bytes.fromhex("".join(call[1:])) for call in calls if call[0] == method]

    def calls(self):
        """The names of the calls so far, in their order; forgets them."""
        try:
            with open(self.log, encoding="ascii") as file:
                names = [line.split()[0] for line in file]
        except FileNotFoundError:
            return []
        os.remove(self.log)
        return names
