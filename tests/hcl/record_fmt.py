#!/usr/bin/python3
"""Records what `terraform fmt -` makes of the texts of tests/hcl/fmt/*.txt (README.md: the format).

record_fmt.py FILE...          asks terraform and rewrites the files with its answers
record_fmt.py --check FILE...  only compares; exit code 1 on a difference
"""

import concurrent.futures
import json
import os
import re
import sys
import tempfile

import peer

NO_NEWLINE = "\u2404"  # behind a text that does not end its last line


def parse(text):
    """(the file's head, [[title, text, answer]]); the answer with its `---` line, or empty."""
    head, *cases = re.split(r"^=== ", text + "\n", flags=re.M)
    found = []
    for case in cases:
        title, source, answer = re.match(r"([^\n]*)\n(.*?)(^---.*)?\n\Z", case, re.S | re.M).groups()
        found.append([title, source, answer or ""])
    return head, found


def render(head, cases):
    """A case is followed by an empty line, except for the last."""
    return head + "\n".join(f"=== {title}\n{source}{answer}" for title, source, answer in cases)


def decoded(source):
    return peer.raw(source.removesuffix(NO_NEWLINE + "\n"))


def encoded(text):
    return peer.visible(text if text.endswith("\n") or not text else text + NO_NEWLINE + "\n")


def answer(case):
    title, source, _ = case
    text = decoded(source)
    source = encoded(text)
    with tempfile.TemporaryDirectory() as folder:
        code, output, messages = peer.run(["fmt", "-no-color", "-"], folder, text.encode())
        if code == 0:
            output = output.decode()
            return [title, source, "--- unchanged\n" if output == text else "--- formatted\n" + encoded(output)]
        peer.write(os.path.join(folder, "main.tf"), text)
        checked = json.loads(peer.run(["validate", "-json"], folder)[1])
    candidates = [
        d._replace(detail=d.detail.replace("main.tf:", "<stdin>:"))
        for d in peer.diagnostics_of_json(checked["diagnostics"], "main.tf")
    ]
    found = peer.placed(peer.diagnostics_of_text(messages), candidates)
    return [title, source, "--- refused\n" + "".join(peer.shown(d) + "\n" for d in found)]


def answered(text):
    head, cases = parse(text)
    with concurrent.futures.ThreadPoolExecutor(peer.WORKERS) as pool:
        return render(head, list(pool.map(answer, cases)))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
