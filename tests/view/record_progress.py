#!/usr/bin/python3
"""Records what `terraform apply` says while it works, of tests/view/progress/*.txt (README.md: the format).

record_progress.py FILE...          asks terraform and rewrites the files with its answers
"""

import json
import re
import sys
import tempfile

import record_plans
from record_plans import peer, test_provider

KEPT = ("version", "refresh_", "apply_", "provision_", "ephemeral_", "change_summary", "outputs")


def apply(sections, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        run = record_plans.Run(folder, sections)
        server = test_provider.Server(folder, json.loads(sections.get("remote.json", "{}")))
        run.environment["TF_REATTACH_PROVIDERS"] = server.reattach
        try:
            if "before.tf" in sections:
                run.configure(sections["before.tf"])
                run.terraform("apply", "-auto-approve")
            run.configure(sections["main.tf"])
            arguments += tuple(sections.get("arguments", "").split())
            return run.terraform("apply", "-auto-approve", *arguments, fails=True)
        finally:
            server.stop()


def end(text):
    """How much was done, and the outputs; nothing of an apply that failed."""
    found = re.search("(?:\033\\[0m\033\\[1m\033\\[32m)?\n(?:Apply|Destroy) complete!.*", text, re.S)
    return found[0] if found else ""


def answer(sections):
    lines = apply(sections, "-json").splitlines()
    kept = [re.sub(r'"@timestamp":"[^"]*",', "", line) for line in lines if json.loads(line)["type"].startswith(KEPT)]
    plain, colour = apply(sections, "-no-color"), apply(sections)
    name = r"(?!Plan:)[a-z]\S*(?: \(deposed object \w+\)| \([\w-]+\))?:"
    lines = re.findall(rf"^{name} .*\n", plain, re.M)
    colour_lines = re.findall("\033\\[0m\033\\[1m" + name + ".*\n", colour)
    out = {"stream": "\n".join(kept) + "\n", "lines": "".join(lines), "lines in colour": "".join(colour_lines)}
    out |= {"end": end(plain), "end in colour": end(colour)}
    return out


def answered(text):
    head, sections = record_plans.parse(text)
    return record_plans.render(head, sections, answer(sections))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
