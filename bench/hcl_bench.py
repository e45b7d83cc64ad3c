#!/usr/bin/env python3
"""Measures the language library against Terraform's own, on the same files in one run, and prints ratios.

Terraform has no command that only parses. `terraform validate` of a file of locals and outputs parses it and looks at its
references; `terraform fmt -check` parses it and lays it out. Of both the time for an empty file is subtracted. All times
are CPU time (user and system), the median over the rounds; the peer is also given in bytes per CPU-second.

  bench/hcl_bench.py [--rounds N] [--kib SIZE] [--bin build/bin]

Needs terraform on the PATH, and the programs parser_bench, format_bench, eval_bench and cairn-hcl below --bin:
  cmake --build build --target parser_bench format_bench eval_bench cairn-hcl-program
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = """
# The subnet number {i} and what belongs to it.
locals {{
  name_{i}   = "subnet-{i}"
  cidr_{i}   = cidrsubnet("10.0.0.0/8", 16, {i})
  zones_{i}  = ["a", "b", "c"]
  tags_{i} = merge({{ Name = "subnet-{i}", Team = "platform" }}, {{
    Index = {i} + 1
    Zones = join(",", [for z in ["a", "b", "c"] : upper(z) if z != "b"])
  }})
}}

output "subnet_{i}" {{
  description = "What subnet {i} is called, and where it is."
  value       = "${{local.name_{i}}} (${{local.cidr_{i}}})"
}}
"""


def text_of(size):
    blocks, length, i = [], 0, 0
    while length < size:
        blocks.append(BLOCK.format(i=i))
        length += len(blocks[-1])
        i += 1
    return "".join(blocks)


def cpu_seconds(command, folder):
    """CPU time of a command that succeeds; `fmt -check` may say 3."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds_of_text(command, folders, rounds):
    """What the text costs beyond an empty file."""
    full = statistics.median(cpu_seconds(command, folders["full"]) for _ in range(rounds))
    empty = statistics.median(cpu_seconds(command, folders["empty"]) for _ in range(rounds))
    return max(full - empty, 1e-9)


def benchmarks(program, pattern, environment=None):
    """Name -> what Google Benchmark measured, by CPU time."""
    command = [program, f"--benchmark_filter={pattern}", "--benchmark_format=json", "--benchmark_min_time=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True,
                          env={**os.environ, **(environment or {})})
    return {one["name"]: one for one in json.loads(done.stdout)["benchmarks"]}


def row(name, measured, target, good):
    print(f"{name:<62}{measured:>14}{target:>14}  {'ok' if good else 'MISSED'}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kib", type=int, default=1024, help="size of the text")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    options = parser.parse_args()
    if not shutil.which("terraform"):
        sys.exit("hcl_bench: there is no terraform on the PATH to compare with")

    with tempfile.TemporaryDirectory() as directory:
        text = text_of(options.kib * 1024)
        folders = {}
        for name, content in (("full", text), ("empty", "")):
            folders[name] = os.path.join(directory, name)
            os.mkdir(folders[name])
            with open(os.path.join(folders[name], "main.tf"), "w", encoding="utf-8") as file:
                file.write(content)
        terraform = shutil.which("terraform")
        tool = os.path.join(os.path.abspath(options.bin), "cairn-hcl")
        validate = seconds_of_text([terraform, "validate"], folders, options.rounds)
        their_fmt = seconds_of_text([terraform, "fmt", "-check", "-list=false"], folders, options.rounds)
        our_fmt = seconds_of_text([tool, "fmt", "-check", "-list=false"], folders, options.rounds)
        file = {"CAIRN_BENCH_FILE": os.path.join(folders["full"], "main.tf")}
        parsed = benchmarks(os.path.join(options.bin, "parser_bench"), "BM_Parse/", file)
        evaluated = benchmarks(os.path.join(options.bin, "eval_bench"), "BM_Evaluate/(template|lookup)$")

    size = len(text)
    same = parsed["BM_Parse/file"]
    our_parse = size / same["bytes_per_second"]
    print(f"{size:,} bytes, {text.count(chr(10)):,} lines; CPU seconds of them, median of {options.rounds} rounds")
    print(f"  terraform validate     {validate:9.4f}   {size / validate / 1e6:8.2f} MB/s")
    print(f"  parse to the tree      {our_parse:9.4f}   {size / our_parse / 1e6:8.2f} MB/s")
    print(f"  terraform fmt -check   {their_fmt:9.4f}   {size / their_fmt / 1e6:8.2f} MB/s")
    print(f"  cairn-hcl fmt -check   {our_fmt:9.4f}   {size / our_fmt / 1e6:8.2f} MB/s")
    print(f"\n{'':<62}{'measured':>14}{'target':>14}")
    good = True
    for name in ("examples", "dense"):
        one = parsed[f"BM_Parse/{name}"]
        speed = one["bytes_per_second"] / 1e6
        good &= row(f"parse, text of {name}", f"{speed:.0f} MB/s", ">= 100 MB/s", speed >= 100)
        memory = one["tree_bytes_per_byte"]
        good &= row(f"memory of the tree, text of {name}", f"{memory:.1f} B/B", "<= 8 B/B", memory <= 8)
    good &= row("terraform validate / parse", f"{validate / our_parse:.0f} x", ">= 10 x", validate >= 10 * our_parse)
    good &= row("terraform fmt / cairn-hcl fmt", f"{their_fmt / our_fmt:.0f} x", ">= 10 x", their_fmt >= 10 * our_fmt)
    for name, shown in (("template", '"${var.a}-${each.key}"'), ("lookup", "lookup(m, k, d)")):
        speed = evaluated[f"BM_Evaluate/{name}"]["items_per_second"]
        good &= row(f"evaluate {shown}", f"{speed / 1e6:.1f} M/s", ">= 1 M/s", speed >= 1e6)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
