#!/usr/bin/python3
"""Records what `terraform console` answers to the expressions of tests/hcl/console/*.txt (README.md: the format).

record_console.py FILE...          asks terraform and rewrites the files with its answers
record_console.py --check FILE...  only compares; exit code 1 on a difference
"""

import concurrent.futures
import os
import queue
import re
import shutil
import sys
import tempfile

import peer

HERE = os.path.dirname(os.path.abspath(__file__))
CONSOLE = os.path.join(HERE, "console")
# What terraform says of an expression given on the command line that it could parse.
NO_SCOPE = ("Variables not allowed", "Function calls not allowed")


class Fixture:
    """fixture.hcl as a Terraform module, in which the pseudo functions are values that terraform itself makes.

    unknown("TYPE") is a child module's output of that type, fed with what is known after apply only; ephemeral(VALUE)
    is a variable.
    """

    def __init__(self, text):
        self.types = []
        self.variables = []
        sections = dict(re.findall(r"^(\w+) = \{\n(.*?)^\}", text, re.M | re.S))
        for name, value in re.findall(r"^  (\w+) *= (.*)$", sections["var"], re.M):
            secret = re.fullmatch(r"sensitive\((.*)\)", value)
            self.variables.append((name, secret[1] if secret else value, "sensitive = true" if secret else ""))
        self.locals = re.sub(r"\b(unknown|ephemeral)\((\"[^\"]*\")\)", self._replace, sections["local"])

    def _replace(self, match):
        function, argument = match.groups()
        if function == "unknown":
            self.types.append(argument[1:-1])
            return f"module.unknown.u{len(self.types) - 1}"
        name = f"ephemeral_{len(self.variables)}"
        self.variables.append((name, argument, "ephemeral = true"))
        return f"var.{name}"

    def write(self, folder):
        child = os.path.join(folder, "unknown")
        os.mkdir(child)
        numbers = range(len(self.types))
        variables = [f'variable "{n}" {{\ndefault = {d}\n{more}\n}}\n' for n, d, more in self.variables]
        inputs = "".join(f"u{n} = jsondecode(terraform_data.unknown.id)\n" for n in numbers)
        peer.write(
            os.path.join(folder, "fixture.tf"),
            f'{"".join(variables)}resource "terraform_data" "unknown" {{}}\n'
            f'module "unknown" {{\nsource = "./unknown"\n{inputs}}}\nlocals {{\n{self.locals}}}\n',
        )
        peer.write(
            os.path.join(child, "child.tf"),
            "".join(
                f'variable "u{n}" {{\ntype = {self.types[n]}\n}}\noutput "u{n}" {{\nvalue = var.u{n}\n}}\n' for n in numbers
            ),
        )


class Session:
    """A private folder with the fixture, in which one expression after the other is asked for."""

    def __init__(self, folder, fixture):
        self.scope = os.path.join(folder, "scope")
        self.empty = os.path.join(folder, "empty")
        self.case = os.path.join(self.scope, "case.tf")
        os.makedirs(self.scope)
        os.makedirs(self.empty)
        fixture.write(self.scope)
        shutil.copytree(os.path.join(CONSOLE, "files"), os.path.join(self.scope, "files"), symlinks=True)
        peer.write(os.path.join(self.empty, "main.tf"), 'variable "x" {\ntype = any\n}\n')
        code, _, messages = peer.run(["init", "-no-color"], self.scope)
        if code != 0:
            sys.exit(f"fixture.hcl: {messages}")

    def answer(self, expression):
        return self._answer_line(expression) if "\n" not in expression else self._answer_lines(expression)

    def _console(self, line):
        return peer.run(["console", "-no-color"], self.scope, line.encode() + b"\n")

    def _answer_line(self, expression):
        code, output, messages = self._console(expression)
        found = peer.diagnostics_of_text(messages)
        if found:
            found = peer.placed(found, self._bare(expression))
            if not all(d.start for d in found):
                found = peer.placed(found, self._in_file(expression))
        elif code != 0:
            sys.exit(f"{expression}: exit code {code} and no diagnostic: {messages}")
        return printed(output, found)

    def _answer_lines(self, expression):
        """The console takes single lines from a pipe, so longer expressions become a local value's."""
        if re.search(r"\btype\(", expression):
            raise ValueError(f"only the console itself has type(), so write one line: {expression}")
        bare = self._bare(expression)
        if any(d.summary not in NO_SCOPE for d in bare):
            return printed(b"", bare)
        found = self._in_file(expression, keep=True)
        try:
            return printed(b"" if any(d.severity == "error" for d in found) else self._console("local.case")[1], found)
        finally:
            os.remove(self.case)

    def _bare(self, expression):
        """The diagnostics of an expression that stands alone: those of its syntax are as the console has them."""
        _, output, _ = peer.run(["plan", "-input=false", "-json", "-var", "x=" + expression], self.empty)
        name = "<value for var.x>"
        found = peer.diagnostics_of_json(peer.diagnostic_lines(output), name)
        return [d._replace(detail=d.detail.replace(name, "<console-input>")) for d in found if d.start]

    def _in_file(self, expression, keep=False):
        """The diagnostics of an expression within a file, with the whole scope, where only the console has type()."""
        expression = re.sub(r"\btype\(", "    (", expression)
        peer.write(self.case, f"locals {{\ncase = (\n{expression}\n)\n}}\n")
        try:
            _, output, _ = peer.run(["plan", "-input=false", "-json", "-lock=false"], self.scope)
        finally:
            if not keep:
                os.remove(self.case)
        found = peer.diagnostics_of_json(peer.diagnostic_lines(output), "case.tf")
        return [d._replace(start=moved(d.start), end=moved(d.end), detail=moved_mentions(d.detail)) for d in found]


def moved(place):
    return place and (place[0] - 2, place[1])


def moved_mentions(detail):
    """A detail's mentions of places in case.tf, as the console writes them."""

    def mention(match):
        line, start, last_line, end = match.groups()
        return f"<console-input>:{int(line) - 2},{start}-" + (f"{int(last_line) - 2}," if last_line else "") + end

    return re.sub(r"case\.tf:(\d+),(\d+)-(?:(\d+),)?(\d+)", mention, detail)


def printed(output, diagnostics):
    lines = [peer.shown(d) for d in diagnostics]
    text = output.decode().removesuffix("\n")
    return "\n".join(lines + ([peer.visible(text)] if text else []))


def parse(text):
    """[comment lines, expression or None, answer] of each paragraph."""
    for block in re.split(r"\n\n(?=#|>>> )", text.removesuffix("\n")):
        match = re.fullmatch(r"((?:#[^\n]*(?:\n|\Z))*)(?:>>> ([^\n]*(?:\n\.\.\.[^\n]*)*)(?:\n(.*))?)?", block, re.S)
        if not match:
            raise ValueError(f"not a case:\n{block}")
        comment, expression, answer = match.groups()
        if expression is not None:
            expression = peer.raw(re.sub(r"\n\.\.\. ?", "\n", expression))
        yield [comment, expression, answer]


def render(cases):
    blocks = []
    for comment, expression, answer in cases:
        if expression is None:
            blocks.append(comment.removesuffix("\n"))
            continue
        if re.search(r"\n\n(#|>>> )", answer):
            sys.exit(f"{expression}: this answer cannot be told from the next case:\n{answer}")
        lines = [f"... {line}".rstrip() if line else "..." for line in peer.visible(expression).split("\n")]
        lines[0] = ">>>" + lines[0].removeprefix("...")
        blocks.append(comment + "\n".join(lines) + "\n" + answer)
    return "\n\n".join(blocks) + "\n"


def answered(text):
    fixture = Fixture(peer.read(os.path.join(CONSOLE, "fixture.hcl")))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(peer.WORKERS) as pool:
        sessions = queue.Queue()
        for number in range(peer.WORKERS):
            sessions.put(Session(os.path.join(folder, str(number)), fixture))

        def ask(case):
            comment, expression, answer = case
            if expression is None:
                return case
            session = sessions.get()
            try:
                ours = re.search(r"^--- cairn: .*", answer or "", re.S | re.M)
                return [comment, expression, session.answer(expression) + (f"\n{ours[0]}" if ours else "")]
            finally:
                sessions.put(session)

        return render(pool.map(ask, parse(text)))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
