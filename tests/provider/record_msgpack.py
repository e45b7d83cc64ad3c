#!/usr/bin/python3
"""Records how `terraform` writes values for providers: the bytes that reach stand_in.py.

record_msgpack.py FILE...          asks terraform and rewrites the files with its answers
record_msgpack.py --check FILE...  only compares; exit code 1 on a difference

A case is a line `>>> TYPE | EXPRESSION`, TYPE being that of the attribute, in JSON, and below it the bytes in
hexadecimal. The expression may refer to what is unknown: var.string, var.number, var.bool, var.list, var.numbers,
var.set, var.map, var.object ({ a = string, b = number }), var.any. Exit code 77 where terraform 1.11.4 is missing.
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VARIABLES = {
    "string": "string",
    "number": "number",
    "bool": "bool",
    "list": "list(string)",
    "numbers": "list(number)",
    "set": "set(string)",
    "map": "map(string)",
    "object": "object({ a = string, b = number })",
    "any": "any",
}


def terraform_is_there():
    try:
        version = subprocess.run(["terraform", "version", "-json"], capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return json.loads(version)["terraform_version"] == "1.11.4"


def module(cases):
    text = 'terraform {\nrequired_providers {\nstandin = { source = "cairn/standin" }\n}\n}\n'
    text += "".join(f'variable "{name}" {{\ntype = {kind}\n}}\n' for name, kind in VARIABLES.items())
    for number, (_, expression) in enumerate(cases):
        text += f'resource "standin_c{number}" "x" {{\nvalue = {expression}\n}}\n'
    return text


def configs(log):
    """Resource type -> the configuration's bytes, from the stand-in's log."""
    sys.path.insert(0, HERE)
    import stand_in

    found = {}
    for line in log.splitlines():
        method, _, request = line.partition(" ")
        if method == "ValidateResourceConfig":
            message = stand_in.fields(bytes.fromhex(request))
            found[message[1][0].decode()] = stand_in.fields(message[2][0])[1][0]
    return found


def record(cases):
    """The bytes of each case."""
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        with open(path("terraform-provider-standin"), "w", encoding="ascii") as plugin:
            plugin.write(f"#!/bin/sh\nexec /usr/bin/python3 -B {HERE}/stand_in.py\n")
        os.chmod(path("terraform-provider-standin"), 0o755)
        with open(path("cli.rc"), "w", encoding="ascii") as rc:
            rc.write(f'provider_installation {{\ndev_overrides {{ "cairn/standin" = "{folder}" }}\ndirect {{}}\n}}\n')
        os.mkdir(path("module"))
        with open(path("module/main.tf"), "w", encoding="utf-8") as main:
            main.write(module(cases))
        types = {f"c{number}": json.loads(kind) for number, (kind, _) in enumerate(cases)}
        environment = dict(os.environ, TF_CLI_CONFIG_FILE=path("cli.rc"), TMPDIR=folder)
        environment["STANDIN"] = json.dumps({"types": types, "log": path("log")})
        run = subprocess.run(
            ["terraform", "validate", "-no-color"], cwd=path("module"), env=environment, capture_output=True, text=True
        )
        if run.returncode != 0:
            sys.exit(run.stdout + run.stderr)
        with open(path("log"), encoding="ascii") as log:
            found = configs(log.read())
    head = b"\x82\xa2id\xc0\xa5value"
    written = [found[f"standin_c{number}"] for number in range(len(cases))]
    assert all(each.startswith(head) for each in written)
    return [each.removeprefix(head) for each in written]


def main():
    arguments = sys.argv[1:]
    check = arguments[:1] == ["--check"]
    if not terraform_is_there():
        print("terraform 1.11.4 is not there")
        sys.exit(77)
    different = False
    for file in arguments[check:]:
        with open(file, encoding="utf-8") as opened:
            before = opened.read()
        kept = [line for line in before.splitlines() if not line or line.startswith(("#", ">>> "))]
        cases = [tuple(line[4:].split(" | ", 1)) for line in kept if line.startswith(">>> ")]
        answers = iter(record(cases))
        lines = []
        for line in kept:
            lines.append(line)
            if line.startswith(">>> "):
                lines.append(next(answers).hex())
        after = "\n".join(lines) + "\n"
        if after != before:
            different = True
            print(f"{file} differs")
        if after != before and not check:
            with open(file, "w", encoding="utf-8") as opened:
                opened.write(after)
    sys.exit(check and different)


if __name__ == "__main__":
    main()
