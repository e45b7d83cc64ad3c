#!/usr/bin/python3
"""Records what terraform says about addresses (README.md: the format).

record_address.py FILE...          asks terraform and rewrites the files with its answers
record_address.py --check FILE...  only compares; exit code 1 on a difference
"""

import ast
import concurrent.futures
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hcl"))
import peer  # noqa: E402


def as_target(address, folder):
    """What -target makes of it: `ok`, or what is wrong."""
    answer = peer.run(["plan", "-json", "-input=false", "-lock=false", f"-target={address}"], folder)
    errors = [d for d in peer.diagnostic_lines(answer[1]) if d["severity"] == "error"]
    return "! " + peer.visible(errors[0]["detail"]) if errors else "ok"


def as_instance(address, folder):
    """What `import` makes of it: the address as terraform prints it, `ok` where it does not, or what is wrong."""
    messages = peer.run(["import", "-no-color", "-input=false", "-lock=false", address, "id"], folder)[2]
    known = re.search(r'Error: resource address (".*") does not exist in the configuration', messages)
    if known:
        return "= " + peer.visible(ast.literal_eval(known[1]))
    if "Error: A managed resource address is required." in messages:
        return "ok"
    found = peer.diagnostics_of_text(messages.replace("\r", ""))[0]
    detail = re.split(r"\n\nFor information on valid syntax", found.detail)[0].strip("\n")
    return peer.visible(f"! {found.summary} | {detail}".replace("\n", "\\n"))


def answer(address):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "main.tf"), "w", encoding="utf-8") as file:
            file.write("locals {}\n")
        return as_target(address, folder), as_instance(address, folder)


def answered(text):
    head, *cases = re.split(r"^>>> ", text, flags=re.M)
    questions = [case.split("\n", 1)[0] for case in cases]
    with concurrent.futures.ThreadPoolExecutor(peer.WORKERS) as pool:
        answers = pool.map(lambda q: answer(peer.raw(q)), questions)
        found = [f">>> {q}\ntarget {a[0]}\ninstance {a[1]}\n" for q, a in zip(questions, answers)]
    return head + "\n".join(found)


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
