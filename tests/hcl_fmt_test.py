#!/usr/bin/python3
"""Compares `cairn-hcl fmt` with `terraform fmt`: on real files, on mangled ones, and on texts made at random.

Both get the same folder of files; afterwards the folders, the lists of changed files and the exit codes must be equal.
HCL_FMT_SEED repeats a run, HCL_FMT_FILES makes another number of files (600).
"""

import difflib
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "hcl"))

import peer  # noqa: E402
import processes  # noqa: E402

SOURCE = os.environ.get("CAIRN_SOURCE_DIR", ".")
SHARED = os.path.join(os.path.dirname(os.path.abspath(SOURCE)), "shared", "chapter")
SEED = int(os.environ.get("HCL_FMT_SEED", random.randrange(1 << 32)))
FILES = int(os.environ.get("HCL_FMT_FILES", 600))
BYTES_MAX = 4000  # of a mangled file
TIMEOUT_S = 100


class Maker:
    """Texts of the language, with all kinds of blanks, comments and line breaks between their words."""

    NAMES = ["a", "bb", "ccc", "for_each", "in", "if", "true", "null", "é", "日本", "a-b", "type", "x1"]
    NUMBERS = ["0", "1", "42", "1.5", "1e3", "007"]
    WORDS = ["x", "", "a b", "é", "日本", "👨‍👩‍👧", "e\u0301", "\\n", "\\\"", "$", "%", "$${", "%%{b", "#", "//", "{", "\\u00e9", "\t"]
    OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]

    def __init__(self, random_):
        self.random = random_
        self.inside = 0  # brackets that are open: there newlines are blanks

    def one_of(self, *things):
        return self.random.choice(things)

    def chance(self, share):
        return self.random.random() < share

    def blank(self, must=False):
        """Between two words."""
        kind = self.random.random()
        if kind < 0.45:
            return " " if must else ""
        if kind < 0.85:
            return " "
        if kind < 0.92:
            return self.one_of("  ", "\t", "    ")
        if kind < 0.95:
            return self.one_of(" /* c */ ", "/**/", " /* é */")
        if self.inside > 0:
            return self.one_of("\n", "\n\n", " # c\n", "\n  // dd\n", " \n\t ", "\r\n")
        return " "

    def expression(self, depth):
        if depth <= 0:
            return self.leaf()
        makers = [
            self.leaf, self.binary, self.unary, self.conditional, self.parentheses, self.call, self.tuple, self.object,
            self.for_tuple, self.for_object, self.access, self.template, self.wrapped,
        ]
        maker = self.random.choice(makers)
        return maker(depth - 1) if maker != self.leaf else self.leaf()

    def leaf(self):
        return self.one_of(
            self.random.choice(self.NAMES), self.random.choice(self.NUMBERS), f'"{self.random.choice(self.WORDS)}"',
            "var.a", "a.b[0].c", "a[*].b", "a.*.b", "b.0", 'a["x"]', "true", "null",
        )

    def join(self, *parts):
        return "".join(part + self.blank() for part in parts[:-1]) + parts[-1]

    def binary(self, depth):
        return self.join(self.expression(depth), self.random.choice(self.OPERATORS), self.expression(depth))

    def unary(self, depth):
        return self.join(self.one_of("-", "!"), self.expression(depth))

    def conditional(self, depth):
        return self.join(self.expression(depth), "?", self.expression(depth), ":", self.expression(depth))

    def within(self, opening, make, closing):
        self.inside += 1
        text = opening + self.blank() + make() + self.blank() + closing
        self.inside -= 1
        return text

    def parentheses(self, depth):
        return self.within("(", lambda: self.expression(depth), ")")

    def items(self, make, most=3):
        items = [make() for _ in range(self.random.randrange(most + 1))]
        text = ""
        for i, item in enumerate(items):
            text += item
            if i + 1 < len(items) or self.chance(0.2):
                text += self.blank() + "," + self.blank()
        return text

    def call(self, depth):
        name = self.one_of("foo", "merge", "core::max", "provider::a::b")
        end = self.one_of("", "", "", "...")
        arguments = self.items if not end else lambda make: make() + self.blank() + end
        return name + self.one_of("", "", " ") + self.within("(", lambda: arguments(lambda: self.expression(depth)), ")")

    def tuple(self, depth):
        return self.within("[", lambda: self.items(lambda: self.expression(depth)), "]")

    def item(self, depth):
        key = self.one_of(self.random.choice(self.NAMES), f'"{self.random.choice(self.WORDS)}"', "(a)", '"${b}c"')
        # A newline would end the item.
        inside, self.inside = self.inside, 0
        text = key + self.blank(True) + self.one_of("=", "=", ":") + self.blank() + self.expression(depth)
        self.inside = inside
        return text

    def object(self, depth):
        def lines():
            items = [self.item(depth) for _ in range(self.random.randrange(4))]
            if self.chance(0.5):
                return ", ".join(items)
            return "\n" + "".join(item + self.one_of("", ",", " # c", " // e\u0301") + "\n" for item in items)

        return self.within("{", lines, "}")

    def names(self):
        return self.one_of("k", "k" + self.blank() + "," + self.blank() + "v")

    def head(self, depth):
        parts = ["for", self.blank(True), self.names(), self.blank(True), "in", self.blank(True)]
        return "".join(parts) + self.expression(depth) + self.blank(True) + ":" + self.blank()

    def condition(self, depth):
        return self.blank(True) + "if" + self.blank(True) + self.expression(depth) if self.chance(0.3) else ""

    def for_tuple(self, depth):
        return self.within("[", lambda: self.head(depth) + self.expression(depth) + self.condition(depth), "]")

    def for_object(self, depth):
        def content():
            value = self.expression(depth) + self.one_of("", "", self.blank() + "...")
            return self.head(depth) + self.join(self.expression(depth), "=>", value) + self.condition(depth)

        return self.within("{", content, "}")

    def access(self, depth):
        value = self.one_of(self.leaf(), self.parentheses(depth), self.tuple(depth), self.call(depth))
        end = self.one_of(".a", ".b.c", "[*].d", ".*.e", ".0", None)
        if end is None:
            return value + self.one_of("", " ") + self.within("[", lambda: self.expression(depth), "]")
        return value + self.one_of("", "", " ") + end

    def sequence(self, depth):
        return self.one_of("${", "${~") + self.within(" ", lambda: self.expression(depth), " ") + self.one_of("}", "~}")

    def template(self, depth):
        if self.chance(0.2):
            # Behind its marker comes a newline, which is a blank in brackets.
            return self.heredoc(depth) + ("\n" if self.inside > 0 else "")
        parts = [self.one_of(self.random.choice(self.WORDS), self.sequence(depth)) for _ in range(self.random.randrange(4))]
        if self.chance(0.2):
            parts.append("%{ if a }b%{ else }" + self.sequence(depth) + "%{" + self.one_of("", " ") + "endif }")
        if self.chance(0.2):
            parts.append("%{ for k in " + self.expression(depth) + " ~}" + self.sequence(depth) + "%{endfor}")
        return '"' + "".join(parts) + '"'

    def wrapped(self, depth):
        return '"' + self.sequence(depth) + '"'

    def heredoc(self, depth):
        lines = [self.one_of("", "text", "  \t x", "# no", "日本 ", self.sequence(depth) + " y") + "\n" for _ in range(3)]
        return self.one_of("<<E", "<<-E") + "\n" + "".join(lines) + self.one_of("E", "  E")

    def attribute(self, name):
        text = name + self.blank() + "=" + self.blank() + self.expression(self.random.randrange(4))
        return text + (self.one_of("", "", " # c", "# 日本", " /* d */", "  // e") if "<<" not in text else "")

    def body(self, depth, in_variable=False):
        text = ""
        for i in range(self.random.randrange(6)):
            text += self.one_of("", "  ", "\t", "      ")
            kind = self.random.random()
            if kind < 0.1:
                text += self.one_of("# comment", "// é", "/* a\n   b */", "", "  ")
            elif kind < 0.75 or depth == 0:
                if in_variable and self.chance(0.5):
                    types = ['"string"', '"list"', '"map"', "list", "set", "map", "any", '"${string}"', "list( string )"]
                    text += f"type{i if i else ''} = {self.random.choice(types)}"
                else:
                    text += self.attribute(f"{self.random.choice(self.NAMES)}_{i}")
            else:
                text += self.block(depth - 1)
            text += self.one_of("\n", "\n", "\n", "\n\n", "\r\n", " \n")
        return text

    def block(self, depth):
        name = self.one_of("resource", "variable", "locals", "b")
        labels = [self.one_of("x", '"y"', '"é"', '"a$b"', '""', '"$"') for _ in range(self.random.randrange(3))]
        head = name + "".join(self.one_of(" ", "  ", " /* c */ ") + label for label in labels) + self.one_of(" ", "", "  ")
        kind = self.random.random()
        if kind < 0.1:
            return head + self.one_of("{}", "{ }", "{\n}")
        if kind < 0.2:
            return head + "{" + self.one_of("", " ") + "a = " + self.leaf() + self.one_of("", " ") + "}"
        return head + "{" + self.one_of("", " # c", " ") + "\n" + self.body(depth, name == "variable") + self.one_of("", "  ") + "}"

    def file(self):
        text = self.body(3)
        return self.one_of("", "", "", "\ufeff") + (text if self.chance(0.9) else text.rstrip("\n"))


def mangled(text, random_):
    """`text` with some of its lines in another layout, and rarely broken."""
    lines = text.split("\n")
    start = random_.randrange(max(1, len(lines) // 2))
    kept = []
    for line in lines[start:]:
        if sum(len(k) + 1 for k in kept) > BYTES_MAX:
            break
        kept.append(mangled_line(line, random_))
    return "\n".join(kept) + "\n"


def mangled_line(line, random_):
    kind = random_.randrange(12)
    if kind == 0:
        return line.strip()
    if kind == 1:
        return "\t  " + line
    if kind == 2:
        return re.sub(r"\s*=\s*", "=", line)
    if kind == 3:
        return re.sub(r" ", lambda _: random_.choice(["", " ", "  ", "\t"]), line)
    if kind == 4:
        return re.sub(r"([\[({,])", lambda m: m[1] + random_.choice(["", " ", "\n"]), line)
    if kind == 5:
        return re.sub(r"= *([\w.\[\]]+)$", r'= "${\1}"', line)
    if kind == 6 and random_.random() < 0.1:
        return line[: random_.randrange(len(line) + 1)]
    if kind == 7:
        return line + random_.choice([" # c", "//d", " ", "\n", "\r"])
    return line


def real_files():
    """(name, text) of the project's examples and, where they are, of the chapter's files."""
    for root in (os.path.join(SOURCE, "examples"), SHARED):
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                if name.endswith((".tf", ".tfvars", ".tftest.hcl")):
                    path = os.path.join(folder, name)
                    yield os.path.relpath(path, root), peer.read(path)


def write_files(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))


def read_files(folder):
    texts = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                texts[os.path.relpath(path, folder)] = file.read()
    return texts


def is_broken(text):
    """Whether terraform cannot read `text`, which is its own result: such a file is left alone by us."""
    done = subprocess.run(
        ["terraform", "fmt", "-"], input=text, env=peer.environment("/tmp"), capture_output=True, check=False
    )
    return done.returncode != 0


class HclFmt(unittest.TestCase):
    def compare(self, files):
        """How many of `files` have been changed."""
        with tempfile.TemporaryDirectory() as temporary:
            results = []
            for program in ("terraform", CAIRN_HCL):
                folder = os.path.join(temporary, os.path.basename(program))
                write_files(folder, files)
                done = subprocess.run(
                    [program, "fmt", "-recursive"], cwd=folder, env=peer.environment(temporary), capture_output=True,
                    timeout=TIMEOUT_S, check=False,
                )
                results.append((done.returncode, done.stdout.decode().splitlines(), read_files(folder)))
        theirs, ours = results
        different = [name for name in files if theirs[2][name] != ours[2][name]]
        broken = {name for name in different if ours[2][name].decode() == files[name] and is_broken(theirs[2][name])}
        different = [name for name in different if name not in broken]
        for name in different[:3]:
            print(files[name])
            texts = [result[2][name].decode().splitlines(keepends=True) for result in results]
            sys.stdout.writelines(difflib.unified_diff(*texts, "terraform/" + name, "cairn/" + name))
        self.assertEqual(different, [], f"HCL_FMT_SEED={SEED}")
        self.assertEqual(ours[1], [name for name in theirs[1] if name not in broken])
        self.assertEqual(ours[0], 2 if broken else theirs[0])
        return len(theirs[1])

    def test_real_files(self):
        if not os.path.isdir(SHARED):
            print(f"without the chapter's files: no {SHARED}")
        files = {name: text for name, text in real_files()}
        self.assertGreater(len(files), 3)
        self.compare(files)

    def test_mangled_files(self):
        random_ = random.Random(SEED)
        texts = [text for _, text in real_files()]
        files = {f"{i % 10}/{i:04}.tf": mangled(random_.choice(texts), random_) for i in range(FILES // 3)}
        self.assertGreater(self.compare(files), FILES // 100)  # most are broken, which is chance

    def test_random_files(self):
        maker = Maker(random.Random(SEED))
        files = {f"{i % 10}/{i:04}.tf": maker.file() for i in range(FILES)}
        self.assertGreater(self.compare(files), FILES // 10)


if __name__ == "__main__":
    CAIRN_HCL = processes.binary("cairn-hcl")
    peer.require_version()
    unittest.main(verbosity=2)
