#!/usr/bin/env python3
"""Measures cairn against Terraform on the same folders in one run, and prints ratios.

Each command runs in a folder of its own for each program, the two by turns. A ratio is Terraform's elapsed time by cairn's;
the CPU times (user and system, with those of the providers) stand beside it. Memory is the peak of the program or of a
provider, whichever is higher.

  bench/infra_bench.py [--rounds N] [--resources N] [--bin build/bin] [CASE...]

CASE is of chains (`terraform_data` in chains of ten), linear (ten times as many, cairn alone), count (instances that each
read one other instance), validate (100,000 lines), start (to the first output), bucket (one S3 bucket on moto, with the
AWS provider) and chapter (Exercise 12.02 of the chapter on moto: how much longer its apply takes than the longest chain of
calls that wait for each other); the last two are skipped where something of it is missing. Terraform applies 5,000 resources in ten minutes and more.

Needs terraform on the PATH, and cairn below --bin: cmake --build build --target cairn-program
"""

import argparse
import contextlib
import datetime
import functools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.dirname(os.path.abspath(__file__))]
import processes  # noqa: E402
from hcl_bench import row, text_of  # noqa: E402

MIRROR = "/opt/tf-plugins"
STAND_IN = os.path.join(ROOT, "tests", "aws_stand_in")
CHAPTER = [os.path.join(ROOT, *up, "shared", "chapter", "Exercise12.02", "main.tf") for up in ([".."], ["..", ".."])]
CASES = ("chains", "linear", "count", "validate", "start", "bucket", "chapter")


@dataclass
class Cost:
    wall_s: float
    cpu_s: float
    peak_mb: float


class Program:
    """One of the two, with a folder for each configuration."""

    def __init__(self, name, path, directory):
        self.name, self.path, self.directory = name, path, os.path.join(directory, name)
        self.said = ""  # by its last run
        self.environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull,
                            "HOME": directory}

    def folder(self, case, text):
        """Made anew, without a state."""
        folder = os.path.join(self.directory, case)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(os.path.join(folder, "main.tf"), "w", encoding="utf-8") as file:
            file.write(text)
        self.run(folder, "init")
        return folder

    def run(self, folder, *arguments):
        with tempfile.TemporaryFile() as output:
            began = time.monotonic()
            process = subprocess.Popen([self.path, *arguments], cwd=folder, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            if process.returncode != 0:
                sys.exit(f"{self.name} {' '.join(arguments)} failed:\n{output.read().decode()[-3000:]}")
            # Nothing large is kept: a child's peak of memory begins with this process's own.
            self.said = output.read().decode() if "-json" in arguments else ""
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def first_output(self, folder, *arguments):
        """Seconds until the first byte is written."""
        began = time.monotonic()
        with subprocess.Popen([self.path, *arguments], cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            process.stdout.read(1)
            waited = time.monotonic() - began
            process.stdout.read()
        return waited


def chains(count):
    """Resources in chains of ten, each but the first of a chain with its forerunner's output."""
    inputs = (f'"v{i}"' if i % 10 == 0 else f"terraform_data.r{i - 1}.output" for i in range(count))
    return "".join(f'resource "terraform_data" "r{i}" {{\n  input = {value}\n}}\n' for i, value in enumerate(inputs))


COUNTED = """
resource "terraform_data" "a" {
  count = 500
  input = "a${count.index}"
}
resource "terraform_data" "b" {
  count = 500
  input = terraform_data.a[count.index].output
}
"""
BUCKET = 'resource "aws_s3_bucket" "one" {\n  bucket = "cairn-bench"\n}\n'


def has_amazon():
    return shutil.which("moto_server") and os.path.isdir(MIRROR)


def longest_chain(stream, state):
    """Seconds that an apply needs for the calls which wait for each other, by what it said as JSON and its state."""
    began, took = {}, {}
    for line in map(json.loads, stream.splitlines()):
        address = line.get("hook", {}).get("resource", {}).get("resource")
        moment = datetime.datetime.fromisoformat(line["@timestamp"].replace("Z", "+00:00")).timestamp()
        if line["type"] == "apply_start":
            began[address] = moment
        elif line["type"] == "apply_complete":
            took[address] = max(took.get(address, 0), moment - began[address])
    with open(state, encoding="utf-8") as file:
        resources = {f"{one['type']}.{one['name']}": one for one in json.load(file)["resources"] if one["mode"] == "managed"}

    @functools.cache
    def until_done(name):
        needs = {other for one in resources[name]["instances"] for other in one.get("dependencies", [])}
        own = max(seconds for address, seconds in took.items() if address.split("[")[0] == name)
        return own + max((until_done(other) for other in needs & resources.keys()), default=0)

    return max(map(until_done, resources))


class Bench:
    def __init__(self, cairn, terraform, options):
        self.cairn, self.terraform, self.options = cairn, terraform, options
        self.good = True

    def both(self, text, case, *arguments, rounds=None, prepare=lambda program, folder: None):
        """The median costs of a command in each program, in the order cairn, terraform."""
        costs = {self.cairn: [], self.terraform: []}
        for _ in range(rounds or self.options.rounds):
            for program, list_of in costs.items():
                folder = program.folder(case, text)
                prepare(program, folder)
                list_of.append(program.run(folder, *arguments))
        return [self.median(list_of) for list_of in costs.values()]

    @staticmethod
    def median(costs):
        return Cost(*(statistics.median(getattr(one, name) for one in costs) for name in ("wall_s", "cpu_s", "peak_mb")))

    def row(self, name, measured, target, good):
        self.good &= row(name, measured, target, good)

    def compare(self, name, ours, theirs, target):
        ratio = theirs.wall_s / ours.wall_s
        print(f"{name}: cairn {ours.wall_s:.3f} s ({ours.cpu_s:.3f} s CPU, {ours.peak_mb:.0f} MB), "
              f"terraform {theirs.wall_s:.3f} s ({theirs.cpu_s:.3f} s CPU, {theirs.peak_mb:.0f} MB)")
        self.row(f"  terraform / cairn, {name}", f"{ratio:.1f} x", f">= {target} x", ratio >= target)

    def chains(self):
        count = self.options.resources
        text = chains(count)
        ours, theirs = self.both(text, "chains", "plan")
        self.compare(f"plan of {count} in chains", ours, theirs, 40)
        peaks = [(ours, theirs)]
        # Terraform's apply is too long to be repeated.
        applied = self.both(text, "chains", "apply", "-auto-approve", rounds=1)
        self.compare(f"apply of {count} in chains", *applied, 300)
        peaks.append(applied)
        folders = [os.path.join(program.directory, "chains") for program in (self.cairn, self.terraform)]
        again = [[], []]
        for _ in range(self.options.rounds):
            again[0].append(self.cairn.run(folders[0], "plan"))
            again[1].append(self.terraform.run(folders[1], "plan"))
        again = [self.median(costs) for costs in again]
        self.compare(f"empty plan of {count} in chains", *again, 30)
        peaks.append(again)
        share = max(ours.peak_mb for ours, _ in peaks) / max(theirs.peak_mb for _, theirs in peaks)
        self.row("  cairn's peak memory / terraform's", f"{share:.2f}", "<= 0.2", share <= 0.2)

    def linear(self):
        count = self.options.resources
        for name, arguments in (("plan", ["plan"]), ("apply", ["apply", "-auto-approve"])):
            few, many = ([], [])
            for _ in range(self.options.rounds):
                few.append(self.cairn.run(self.cairn.folder("few", chains(count)), *arguments))
                many.append(self.cairn.run(self.cairn.folder("many", chains(10 * count)), *arguments))
            few, many = self.median(few), self.median(many)
            print(f"{name} of {10 * count}: {many.wall_s:.2f} s, {many.peak_mb:.0f} MB; of {count}: {few.wall_s:.2f} s")
            ratio = many.cpu_s / few.cpu_s
            self.row(f"  CPU time of {name}, {10 * count} / {count}", f"{ratio:.1f} x", "<= 11 x", ratio <= 11)

    def count(self):
        self.compare("plan of 500 that read 500", *self.both(COUNTED, "count", "plan"), 20)
        self.compare("apply of 500 that read 500", *self.both(COUNTED, "count", "apply", "-auto-approve", rounds=1), 50)

    def validate(self):
        text = text_of(1 << 17)
        text = "".join(text.replace("_", f"_{i}_") for i in range(1 + 100_000 // text.count("\n")))
        name = f"validate of {text.count(chr(10)):,} lines"
        self.compare(name, *self.both(text, "validate", "validate"), 10)

    def start(self):
        folder = self.cairn.folder("start", chains(1))
        waits = [self.cairn.first_output(folder, "plan") for _ in range(9)]
        wait = statistics.median(waits)
        self.row("cairn plan, start to first output", f"{wait * 1000:.1f} ms", "< 20 ms", wait < 0.020)

    @contextlib.contextmanager
    def amazon(self):
        """A stand-in of AWS for both programs."""
        port = processes.free_port()
        environment = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_AMIS_PATH": os.path.join(STAND_IN, "amis.json"),
                       "PYTHONPATH": STAND_IN}
        with processes.start_program(["moto_server", "-H", "127.0.0.1", "-p", str(port)], ready="Running on",
                                     environment=environment):
            configuration = os.path.join(self.options.directory, "mirror.tfrc")
            with open(configuration, "w", encoding="utf-8") as file:
                file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n')
            for program in (self.cairn, self.terraform):
                program.environment.update(AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_REGION="us-east-1",
                                           AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test",
                                           TF_CLI_CONFIG_FILE=configuration)
            yield

    def bucket(self):
        if not has_amazon():
            print("bucket: skipped, as moto_server or the AWS provider is missing")
            return
        with self.amazon():
            warm = lambda program, folder: program.run(folder, "plan")  # noqa: E731
            self.compare("plan of a bucket", *self.both(BUCKET, "bucket", "plan", prepare=warm), 3)
            applied = {self.cairn: [], self.terraform: []}
            for _ in range(self.options.rounds):
                for program, costs in applied.items():
                    folder = program.folder("bucket", BUCKET)
                    costs.append(program.run(folder, "apply", "-auto-approve"))
                    program.run(folder, "destroy", "-auto-approve")
            self.compare("apply of a bucket", *map(self.median, applied.values()), 3)

    def chapter(self):
        path = next((path for path in CHAPTER if os.path.exists(path)), None)
        if path is None or not has_amazon():
            print("chapter: skipped, as the chapter, moto_server or the AWS provider is missing")
            return
        with open(path, encoding="utf-8") as file, self.amazon():
            folder = self.cairn.folder("chapter", file.read())
            self.cairn.run(folder, "plan", "-out=plan")
            whole = self.cairn.run(folder, "apply", "-json", "plan")
            needed = longest_chain(self.cairn.said, os.path.join(folder, "terraform.tfstate"))
            print(f"apply of Exercise 12.02: {whole.wall_s:.2f} s, of which the longest chain of calls {needed:.2f} s")
            self.row("  apply of Exercise 12.02 / its calls", f"{whole.wall_s / needed:.2f} x", "<= 1.2 x",
                     whole.wall_s <= 1.2 * needed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--resources", type=int, default=5000)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    parser.add_argument("cases", nargs="*", metavar="CASE", default=CASES)
    options = parser.parse_args()
    for case in options.cases:
        if case not in CASES:
            parser.error(f"there is no case {case}; there are {', '.join(CASES)}")
    terraform = shutil.which("terraform")
    if terraform is None:
        sys.exit("infra_bench: there is no terraform on the PATH to compare with")
    with tempfile.TemporaryDirectory() as options.directory:
        cairn = Program("cairn", os.path.join(os.path.abspath(options.bin), "cairn"), options.directory)
        bench = Bench(cairn, Program("terraform", terraform, options.directory), options)
        for case in options.cases:
            getattr(bench, case)()
    sys.exit(0 if bench.good else 1)


if __name__ == "__main__":
    main()
