#!/usr/bin/python3
"""Records what terraform says of the type constraints of tests/hcl/types/*.txt (README.md: the format).

record_types.py FILE...          asks terraform and rewrites the files with its answers
record_types.py --check FILE...  only compares; exit code 1 on a difference
"""

import json
import os
import sys
import tempfile

import peer
import record_console

BEFORE = "  type = "  # what stands before the constraint on its line, which is the second


def moved(place):
    line, column = place
    return (line - 1, column - len(BEFORE) if line == 2 else column)


def answer(constraint, folder):
    """The diagnostics; else the value of a variable of that type, or without one the type."""
    constraint, _, value = constraint.partition("\n<- ")
    default = f"  default = {value}\n" if value else ""
    peer.write(os.path.join(folder, "main.tf"), f'variable "x" {{\n{BEFORE}{constraint}\n{default}}}\n')
    checked = json.loads(peer.run(["validate", "-json"], folder)[1])
    found = peer.diagnostics_of_json(checked["diagnostics"], "main.tf")
    found = [d._replace(start=moved(d.start), end=moved(d.end)) for d in found]
    question = b"var.x\n" if value else b"type(var.x)\n"
    return record_console.printed(b"" if found else peer.run(["console", "-no-color"], folder, question)[1], found)


def answered(text):
    cases = list(record_console.parse(text))
    with tempfile.TemporaryDirectory() as folder:
        return record_console.render(
            [comment, expression, recorded if expression is None else answer(expression, folder)]
            for comment, expression, recorded in cases
        )


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
