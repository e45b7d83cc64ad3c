#!/usr/bin/python3
"""Records how `terraform` shows the states and outputs of tests/view/states/*.txt (README.md: the format).

record_states.py FILE...          asks terraform and rewrites the files with its answers
record_states.py --check FILE...  only compares; exit code 1 on a difference
"""

import json
import os
import re
import sys
import tempfile

import record_plans
from record_plans import peer, test_provider

STATE = "terraform.tfstate"


def answer(sections):
    with tempfile.TemporaryDirectory() as folder:
        run = record_plans.Run(folder, sections)
        server = test_provider.Server(folder, json.loads(sections.get("remote.json", "{}")))
        run.environment["TF_REATTACH_PROVIDERS"] = server.reattach
        try:
            return recorded(run, sections)
        finally:
            server.stop()


def recorded(run, sections):
    run.configure(sections["main.tf"])
    if "prior.json" in sections:
        run.write(STATE, record_plans.state(json.loads(sections["prior.json"])))
    else:
        run.terraform("apply", "-auto-approve")
    for line in sections.get("commands", "").splitlines():
        run.terraform(*line.split())
    out = {"show": run.terraform("show", "-no-color"), "show in colour": run.terraform("show")}
    out["json"] = run.terraform("show", "-json")
    out["outputs"] = run.terraform("output", "-no-color")
    out["outputs as json"] = run.terraform("output", "-json")
    state = json.loads(peer.read(os.path.join(run.folder, STATE)))
    for name in state["outputs"]:
        out["output " + name] = run.terraform("output", "-no-color", name)
        out["output as json " + name] = run.terraform("output", "-json", name)
        out["raw output " + name] = run.terraform("output", "-no-color", "-raw", name, fails=True)
    record_plans.save_schemas(run, json.dumps({"resource_changes": state["resources"]}))
    out["state"] = peer.read(os.path.join(run.folder, STATE))
    return masked(out)


def masked(out):
    known = {}

    def identity(match):
        return known.setdefault(match[0], f"00000000-0000-0000-0000-{len(known) + 1:012d}")

    return {name: re.sub(record_plans.IDENTITY, identity, text) for name, text in out.items()}


def answered(text):
    head, sections = record_plans.parse(text)
    return record_plans.render(head, sections, answer(sections))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
