#!/usr/bin/python3
"""Records what `terraform metadata functions -json` says of the parameters of its functions, in functions.json.

record_functions.py          asks terraform and rewrites the file
record_functions.py --check  only compares; exit code 1 on a difference
"""

import json
import os
import sys
import tempfile

import peer

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "functions.json")


def parameter(given):
    return {"name": given["name"], "type": given["type"], "nullable": given.get("is_nullable", False)}


def recorded():
    """One function a line, in the order of their names, so that a difference can be read."""
    with tempfile.TemporaryDirectory() as folder:
        code, output, messages = peer.run(["metadata", "functions", "-json"], folder)
    if code != 0:
        sys.exit(messages)
    lines = []
    for name, signature in sorted(json.loads(output)["function_signatures"].items()):
        if name.startswith("core::"):
            continue
        rest = signature.get("variadic_parameter")
        about = {
            "returns": signature["return_type"],
            "parameters": [parameter(given) for given in signature.get("parameters", [])],
            "rest": parameter(rest) if rest else None,
        }
        lines.append(f"  {json.dumps(name)}: {json.dumps(about)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    peer.require_version()
    text = recorded()
    if sys.argv[1:] != ["--check"]:
        peer.write(FILE, text)
        return 0
    if peer.read(FILE) == text:
        return 0
    print(f"{FILE} is not what terraform says")
    return 1


if __name__ == "__main__":
    sys.exit(main())
