#!/usr/bin/python3
"""Records what terraform says about the syntax of the texts of tests/hcl/syntax/*.txt (README.md: the format).

record_syntax.py FILE...          asks terraform and rewrites the files with its answers
record_syntax.py --check FILE...  only compares; exit code 1 on a difference
"""

import collections
import json
import os
import re
import sys
import tempfile

import peer

NO_NEWLINE = "\u2404"  # behind a text that does not end its last line


def parse(text):
    """(the file's head, [[title, text, answers]]); the answers with their `---` lines, or empty."""
    head, *cases = re.split(r"^=== ", text + "\n", flags=re.M)
    found = []
    for case in cases:
        title, source, answers = re.match(r"([^\n]*)\n(.*?)(^---.*)?\n\Z", case, re.S | re.M).groups()
        found.append([title, source, answers or ""])
    return head, found


def decoded(source):
    parts = re.split(r"⟦([0-9A-F ]+)⟧", peer.raw(source.removesuffix(NO_NEWLINE + "\n")))
    return b"".join(bytes.fromhex(part) if i % 2 else part.encode() for i, part in enumerate(parts))


def in_files(texts, suffix, folder):
    for number, text in enumerate(texts):
        with open(os.path.join(folder, f"{number}.{suffix}"), "wb") as file:
            file.write(text)


def place(start, end):
    (line, column), (last_line, last_column) = start, end
    return f"{line},{column}-" + (f"{last_line},{last_column}" if last_line != line else f"{last_column}")


def judge_files(texts):
    """For each text (summary, place) of its diagnostics. `terraform fmt` knows those of the syntax, but no columns;
    `terraform validate` knows more than those, with columns."""
    with tempfile.TemporaryDirectory() as folder:
        in_files(texts, "tf", folder)
        messages = peer.run(["fmt", "-no-color", "-list=false", "-write=false"], folder)[2]
        left = collections.Counter(re.findall(r"^Error: (.*)\n\n  on (\d+)\.tf line (\d+)", messages, re.M))
        checked = json.loads(peer.run(["validate", "-json"], folder)[1].decode("utf-8", "replace"))
    answers = [[] for _ in texts]
    for item in checked["diagnostics"]:
        number = item["range"]["filename"].removesuffix(".tf")
        for found in peer.diagnostics_of_json([item], item["range"]["filename"]):
            key = found.summary, number, str(found.start[0])
            if left[key] > 0:
                left[key] -= 1
                answers[int(number)].append((found.summary, place(found.start, found.end)))
    if +left:
        sys.exit(f"terraform validate is silent on {+left}")
    return answers


def judge_templates(texts):
    """The same for template files. Of each only the first diagnostic is known."""
    with tempfile.TemporaryDirectory() as folder:
        in_files(texts, "tmpl", folder)
        outputs = (f'output "x{n}" {{\n  value = templatefile("{n}.tmpl", {{}})\n}}\n' for n in range(len(texts)))
        peer.write(os.path.join(folder, "main.tf"), "".join(outputs))
        checked = json.loads(peer.run(["validate", "-json"], folder)[1])
    answers = [[] for _ in texts]
    for item in checked["diagnostics"]:
        number, where, summary = re.search(r"failed: (\d+)\.tmpl:(\S+): (.*?); ", item["detail"]).groups()
        answers[int(number)].append((summary, where))
    return answers


def shown(answer):
    lines = [f"! {summary} | {where}\n" for summary, where in answer]
    return "--- refused\n" + "".join(lines) if lines else "--- accepted\n"


def answered(text):
    head, cases = parse(text)
    judge = judge_templates if head.startswith("# Templates:") else judge_files
    answers = judge([decoded(source) for _, source, _ in cases])
    rendered = []
    for (title, source, recorded), answer in zip(cases, answers):
        ours = re.search(r"^--- cairn.*", recorded, re.S | re.M)
        rendered.append(f"=== {title}\n{source}{shown(answer)}{ours[0] if ours else ''}")
    return head + "\n".join(rendered)


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
