"""Folders with a configuration, for tests of cairn beside terraform."""

import json
import os
import pty
import re
import select
import shutil
import subprocess

import processes

CAIRN = processes.binary("cairn")
TERRAFORM = shutil.which("terraform")


class Folder:
    """A working folder with one configuration."""

    def __init__(self, text, **environment):
        self.path = processes.private_directory("cairn")
        self.environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
                            "TF_CLI_CONFIG_FILE": os.devnull, **environment}
        self.write(text)

    def write(self, text, name="main.tf"):
        with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, program, *arguments, codes=(0,)):
        done = subprocess.run([program, *arguments], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode not in codes:
            raise AssertionError(f"{program} {arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def start(self, program, *arguments):
        """Begins it, in a process group of its own; what it writes goes to pipes."""
        return subprocess.Popen([program, *arguments], cwd=self.path, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def talk(self, program, arguments, answers, **variables):
        """On a terminal, where somebody gives the answers. What is to be seen there in the end, and the exit code."""
        keyboard, terminal = pty.openpty()
        environment = {name: value for name, value in self.environment.items() if name not in ("TF_IN_AUTOMATION", "TF_INPUT")} | variables
        process = subprocess.Popen([program, *arguments], cwd=self.path, env=environment, stdin=terminal, stdout=terminal,
                                   stderr=terminal, start_new_session=True)
        os.close(terminal)
        seen, asked, answers = b"", 0, list(answers)
        while True:
            if not select.select([keyboard], [], [], 60)[0]:
                process.kill()
                raise AssertionError(f"{program} waits after {seen!r}")
            try:
                seen += os.read(keyboard, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if seen.count(b"Enter a value: ") > asked and answers:
                asked += 1
                os.write(keyboard, answers.pop(0).encode() + b"\n")
        os.close(keyboard)
        return seen.decode().replace("\r", ""), process.wait()

    def cairn(self, *arguments, **keywords):
        return self.run(CAIRN, *arguments, **keywords)

    def state(self):
        with open(os.path.join(self.path, "terraform.tfstate"), encoding="utf-8") as file:
            return json.load(file)


def without_progress(text):
    """The order of what is refreshed and read at one time is no promise."""
    return re.sub(r"^.*: (Refreshing state|Reading|Still reading|Read complete|Opening|Closing).*\n", "", text, flags=re.MULTILINE)
