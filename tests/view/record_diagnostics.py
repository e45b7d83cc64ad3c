#!/usr/bin/python3
"""Records how `terraform validate` shows the diagnostics of tests/view/diagnostics/*.txt (README.md: the format).

record_diagnostics.py FILE...          asks terraform and rewrites the files with its answers
record_diagnostics.py --check FILE...  only compares; exit code 1 on a difference
"""

import sys
import tempfile

import record_plans
from record_plans import peer, test_provider


def answer(sections):
    with tempfile.TemporaryDirectory() as folder:
        run = record_plans.Run(folder, sections)
        server = test_provider.Server(folder)
        run.environment["TF_REATTACH_PROVIDERS"] = server.reattach
        run.write("main.tf", sections["main.tf"])
        out = {}
        try:
            out["json"] = run.terraform("validate", "-json", fails=True)
            out["plain"] = run.messages("validate", "-no-color")
            out["in colour"] = run.messages("validate")
        finally:
            server.stop()
        return out


def answered(text):
    head, sections = record_plans.parse(text)
    return record_plans.render(head, sections, answer(sections))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
