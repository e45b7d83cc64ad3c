#!/usr/bin/python3
"""The program cairn-hcl from outside: `fmt` and `console` as terraform's, everything else by itself.

What terraform prints is recorded in tests/golden/cairn_hcl.json; where terraform 1.11.4 is on the PATH the record is
compared with it first. --record asks it anew.
"""

import errno
import json
import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "hcl"))

import peer  # noqa: E402
import processes  # noqa: E402

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "cairn_hcl.json")
TIMEOUT_S = 60

FILES = {
    "a.tf": "a=1\n",
    "b.tfvars": "b=[1,\n2]\n",
    "c.tftest.hcl": 'run "x" {\ncommand=plan\n}\n',
    "d.tfmock.hcl": "d=1\n",
    "e.hcl": "e=1\n",
    "f.tf.json": '{"f":1}\n',
    "good.tf": "good = 1\n",
    ".hidden.tf": "h=1\n",
    "old.tf~": "o=1\n",
    "#auto.tf#": "o=1\n",
    "no_newline.tf": "n=1",
    "carriage.tf": "c=1\r\n",
    "sub/s.tf": "variable a {\ntype=\"string\"\n}\n",
    "sub/deep/t.tf": "t=\"${u}\"\n",
    "sub/.hidden/h.tf": "h=1\n",
    "bad/bad.tf": "a=1\nb = \n",
    "bad/late.tf": "l=1\n",
}

# Arguments of fmt, standard input, the folder to be in.
FMT_CASES = [
    ([], None, "."),
    (["-check"], None, "."),
    (["-check", "-list=false"], None, "."),
    (["-check", "-diff"], None, "."),
    (["-check", "-diff", "-list=false"], None, "."),
    (["-diff"], None, "."),
    (["-diff", "-write=false"], None, "."),
    (["-list=false"], None, "."),
    (["-write=false"], None, "."),
    (["-write=false", "-list=false"], None, "."),
    (["-recursive"], None, "sub"),
    (["-recursive", "-check"], None, "."),
    (["-recursive", "-check", "sub"], None, "."),
    (["-recursive", "-check", "-list=false", "sub"], None, "."),
    (["sub"], None, "."),
    (["sub/", "./a.tf", "sub/deep/../s.tf", "good.tf"], None, "."),
    (["-check", ".."], None, "sub"),
    (["-check", "../a.tf", "."], None, "sub"),
    (["good.tf"], None, "."),
    (["--check", "a.tf"], None, "."),
    (["missing"], None, "."),
    (["a.tf", "missing.tf", "b.tfvars"], None, "."),
    (["e.hcl"], None, "."),
    (["f.tf.json"], None, "."),
    (["e.hcl", "a.tf"], None, "."),
    (["bad"], None, "."),
    (["-check", "bad"], None, "."),
    (["-recursive", "-write=false"], None, "."),
    (["bad/bad.tf", "a.tf"], None, "."),
    (["-"], "a=1\nbb=2\n", "."),
    (["-"], "a=1", "."),
    (["-"], "", "."),
    (["-"], "a =\n", "."),
    (["-", "a.tf"], "a=1\n", "."),
    (["-check", "-"], "a=1\n", "."),
    (["-check", "-"], "a = 1\n", "."),
    (["-diff", "-"], "a=1\nb {\nc=2\n}\n", "."),
    (["-diff", "-check", "-"], "a=1\n", "."),
    (["-list", "-write", "-"], "a=1\n", "."),
    (["a.tf", "-"], "a=1\n", "."),
]

CONSOLE_CASES = [
    "1 + 1",
    '"a"',
    '"a\\nb"',
    "[1, \"a\", null]",
    '{ a = 1, "b c" = [true] }',
    "toset([\"b\", \"a\"])",
    "sensitive(1)",
    'upper("ä")',
    "1/3",
    "[for x in range(3) : x * x]",
    "null",
    'tomap({ a = "b" })',
    "path.module",
    "terraform.workspace",
    "type(1)",
    "",
    "exit",
    "1 +",
    "nofunction(1)",
    "[][0]",
]


def make_files(folder):
    for name, text in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        peer.write(path, text)


def changed_files(folder):
    found = {}
    for name, text in FILES.items():
        now = peer.read(os.path.join(folder, name))
        if now != text:
            found[name] = now
    return found


def run(command, folder, stdin=None, environment=None):
    return subprocess.run(
        command, cwd=folder, input=(stdin or "").encode(), capture_output=True, timeout=TIMEOUT_S, check=False,
        env=peer.environment(folder) | (environment or {}),
    )


def fmt(program, case):
    """What is compared: exit code, standard output, changed files, whether there was an error."""
    arguments, stdin, inside = case
    with tempfile.TemporaryDirectory() as folder:
        make_files(folder)
        done = run([program, "fmt", *arguments], os.path.join(folder, inside), stdin)
        return {
            "case": [arguments, stdin, inside],
            "code": done.returncode,
            "output": done.stdout.decode(),
            "changed": changed_files(folder),
            "errors": bool(done.stderr),
        }


def console(program, text):
    with tempfile.TemporaryDirectory() as folder:
        done = run([program, "console"], folder, text + "\n")
        return {"case": text, "code": done.returncode, "output": done.stdout.decode(), "errors": bool(done.stderr)}


def answers(program):
    return {
        "fmt": [fmt(program, case) for case in FMT_CASES],
        "console": [console(program, text) for text in CONSOLE_CASES],
    }


def has_peer():
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            stdout, sys.stdout = sys.stdout, nowhere
            peer.require_version()
        return True
    except SystemExit:
        return False
    finally:
        sys.stdout = stdout


class LikeTerraform(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.record = json.loads(peer.read(RECORD))

    def test_the_record_is_what_terraform_says(self):
        if not has_peer():
            self.skipTest(f"no terraform {peer.VERSION} on PATH")
        self.assertEqual(answers("terraform"), self.record)

    def test_fmt(self):
        self.assertEqual(len(self.record["fmt"]), len(FMT_CASES))
        for expected in self.record["fmt"]:
            with self.subTest(expected["case"]):
                self.assertEqual(fmt(CAIRN_HCL, expected["case"]), expected)

    def test_console(self):
        for expected in self.record["console"]:
            with self.subTest(expected["case"]):
                ours = console(CAIRN_HCL, expected["case"])
                if expected["case"] == "":
                    expected = expected | {"output": ""}  # without a question we give no answer, they an empty line
                self.assertEqual(ours, expected)


class Program(unittest.TestCase):
    """By itself, in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_tool(self, *arguments, stdin=None, environment=None):
        done = run([CAIRN_HCL, *arguments], self.folder, stdin, environment)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


class Fmt(Program):
    def test_a_file_keeps_its_mode_and_a_link_stays(self):
        self.write("a.tf", "a=1\n")
        os.chmod(self.path("a.tf"), 0o640)
        os.symlink("a.tf", self.path("link.tf"))
        self.assertEqual(self.run_tool("fmt", "link.tf"), (0, "link.tf\n", ""))
        self.assertEqual(self.read("a.tf"), b"a = 1\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("a.tf")).st_mode), 0o640)
        self.assertTrue(os.path.islink(self.path("link.tf")))
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.tf", "link.tf"])

    def test_what_is_no_text_is_left_alone(self):
        for name, content, message in [
            ("zero.tf", b"a=1\0\n", "Not a text file"),
            ("latin.tf", b'a="\xe9"\n', "Invalid character encoding"),
            ("broken.tf", b"a = b[true]\n", "cannot be laid out as terraform does"),
        ]:
            with self.subTest(name):
                self.write(name, content)
                code, output, errors = self.run_tool("fmt", name)
                self.assertEqual((code, output), (2, ""))
                self.assertIn(message, " ".join(errors.split()))
                self.assertEqual(self.read(name), content)

    def test_a_huge_file_is_refused(self):
        with open(self.path("huge.tf"), "wb") as file:
            file.truncate((64 << 20) + 1)
        code, output, errors = self.run_tool("fmt", "huge.tf")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("huge.tf", errors)

    def test_neither_file_nor_folder(self):
        os.mkfifo(self.path("pipe.tf"))
        code, output, errors = self.run_tool("fmt")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("neither a file nor a directory", errors)

    def test_a_dangling_link(self):
        os.symlink("nowhere", self.path("link.tf"))
        code, _, errors = self.run_tool("fmt")
        self.assertEqual(code, 2)
        self.assertIn("No such file", errors)

    def test_folders_and_files_without_permission(self):
        os.mkdir(self.path("closed"))
        self.write("closed/a.tf", "a=1\n")
        self.write("b.tf", "b=1\n")
        for name in ("closed", "b.tf"):
            os.chmod(self.path(name), 0)
        self.addCleanup(os.chmod, self.path("closed"), 0o700)
        os.chmod(self.folder, 0o755)
        user = "nobody" if os.geteuid() == 0 else None  # root may do everything
        for name in ("closed", "b.tf"):
            try:
                done = subprocess.run(
                    [CAIRN_HCL, "fmt", name], cwd=self.folder, user=user, capture_output=True, timeout=TIMEOUT_S, check=False
                )
            except PermissionError:
                self.skipTest(f"{user} may not run {CAIRN_HCL}")
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"Permission denied", done.stderr)

    def test_a_full_disk_for_the_output(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [CAIRN_HCL, "fmt", "-"], input=b"a=1\n", stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)

    def test_without_the_program_diff(self):
        self.write("a.tf", "a=1\n")
        code, output, errors = self.run_tool("fmt", "-diff", environment={"PATH": self.folder})
        self.assertEqual((code, output), (2, "a.tf\n"))
        self.assertIn("diff", errors)


class Parse(Program):
    def test_a_tree_with_ranges(self):
        self.write("a.tf", 'é = "x${b + 1}" # c\n')
        code, output, errors = self.run_tool("parse", "a.tf")
        self.assertEqual((code, errors), (0, ""))
        tree = json.loads(output)
        attribute = tree["children"][0]
        self.assertEqual((attribute["kind"], attribute["name"]), ("attribute", "é"))
        self.assertEqual(attribute["range"]["end"], {"line": 1, "column": 16, "byte": 16})
        text, interpolation = attribute["children"][0]["children"]
        self.assertEqual((text["kind"], text["text"]), ("template_text", "x"))
        self.assertEqual(interpolation["children"][0]["operator"], "+")

    def test_mistakes_for_people_and_for_programs(self):
        code, output, errors = self.run_tool("parse", stdin="a =\nb {\n")
        self.assertEqual((code, output), (1, ""))
        self.assertIn("<stdin>:1,4", errors)
        code, output, errors = self.run_tool("parse", "-json", stdin="a =\nb {\n")
        self.assertEqual((code, errors), (1, ""))
        found = json.loads(output)
        self.assertEqual((found["valid"], found["error_count"]), (False, 2))
        self.assertEqual(found["diagnostics"][0]["range"]["start"], {"line": 1, "column": 4, "byte": 3})
        self.assertEqual(found["diagnostics"][0]["snippet"]["code"], "a =")
        self.assertEqual(found["tree"]["kind"], "body")

    def test_other_kinds_of_text(self):
        code, output, _ = self.run_tool("parse", "--kind", "expression", "-", stdin="-a\n")
        self.assertEqual((code, json.loads(output)["operator"]), (0, "-"))
        code, output, _ = self.run_tool("parse", "--kind=template", stdin="a ${b}")
        self.assertEqual((code, json.loads(output)["kind"]), (0, "template"))

    def test_deep_and_missing_texts(self):
        self.assertEqual(self.run_tool("parse", "--kind=expression", stdin="[" * 900 + "]" * 900)[0], 0)
        self.assertEqual(self.run_tool("parse", "--kind=expression", stdin="[" * 100000)[0], 1)
        code, _, errors = self.run_tool("parse", "missing.tf")
        self.assertEqual(code, 2)
        self.assertIn("missing.tf", errors)


class Eval(Program):
    def test_values(self):
        self.assertEqual(self.run_tool("eval", "1 + 1"), (0, "2\n", ""))
        self.assertEqual(self.run_tool("eval", "-", stdin='"a"\n'), (0, '"a"\n', ""))
        self.assertEqual(self.run_tool("eval", "-json", '{ b = [1, "é"], a = null }'), (0, '{"a":null,"b":[1,"é"]}\n', ""))
        self.assertEqual(self.run_tool("eval", "-1"), (0, "-1\n", ""))

    def test_variables(self):
        self.write("a.tfvars", "a = [1, 2]\nb = \"file\"\n")
        self.write("b.tfvars.json", '{"b": {"c": 1.5}}')
        self.assertEqual(self.run_tool("eval", "-var", "n=5", "var.n"), (0, '"5"\n', ""))
        self.assertEqual(self.run_tool("eval", "-var", "n:=[max(4, 5)]", "var.n[0]"), (0, "5\n", ""))
        self.assertEqual(self.run_tool("eval", "-var-file=a.tfvars", "-var=b=x", "[var.a[1], var.b]", "-json"), (0, '[2,"x"]\n', ""))
        self.assertEqual(self.run_tool("eval", "-var=b=x", "-var-file=a.tfvars", "var.b"), (0, '"file"\n', ""))
        self.assertEqual(self.run_tool("eval", "-var-file", "b.tfvars.json", "var.b.c"), (0, "1.5\n", ""))

    def test_mistakes(self):
        self.write("bad.tfvars", "a = b\n")
        self.write("bad.json", "[1]")
        for arguments, code, message in [
            (["var.x"], 1, "var.x"),
            (["1 +"], 1, "<expression>:1,4"),
            (["-var", "x", "1"], 2, "NAME=TEXT"),
            (["-var", "x:=1 +", "1"], 2, "<variable x>"),
            (["-var-file", "missing", "1"], 2, "missing"),
            (["-var-file", "bad.tfvars", "1"], 2, "bad.tfvars:1,5"),
            (["-var-file", "bad.json", "1"], 2, "bad.json"),
            ([], 2, "expression"),
            (["1", "2"], 2, "unexpected argument"),
        ]:
            with self.subTest(arguments):
                found, output, errors = self.run_tool("eval", *arguments)
                self.assertEqual((found, output), (code, ""))
                self.assertIn(message, errors)
        code, output, errors = self.run_tool("eval", "-json", "var.x")
        self.assertEqual((code, errors, json.loads(output)["valid"]), (1, "", False))

    def test_secrets_stay_secret_unless_asked_for(self):
        self.assertEqual(self.run_tool("eval", 'sensitive("s3cret")'), (0, "(sensitive value)\n", ""))


class Console(Program):
    def test_answers_line_by_line_and_goes_on_after_a_mistake(self):
        code, output, errors = self.run_tool("console", stdin='1+1\n\nnothing\n[\n1,\n2\n]\n<<E\nx\nE\n"${\n"a"}"\nlast')
        self.assertEqual(code, 1)
        self.assertEqual(output, '2\n[\n  1,\n  2,\n]\n"x\\n"\n"a"\n'.replace('"x\\n"', "<<EOT\nx\n\nEOT"))
        self.assertEqual(errors.count("Error: "), 2)
        self.assertIn('"nothing"', errors)

    def test_commands(self):
        code, output, errors = self.run_tool("console", "-var", "a=b", stdin="var.a\r\n  exit \n1\n")
        self.assertEqual((code, output, errors), (0, '"b"\n', ""))
        self.assertIn("heredoc", self.run_tool("console", stdin="help\n")[1])

    def test_an_unfinished_expression(self):
        code, output, errors = self.run_tool("console", stdin="1\n[2,\n")
        self.assertEqual((code, output), (1, "1\n"))
        self.assertIn("<console-input>:", errors)

    def test_a_terminal_has_editing_history_and_cancelling(self):
        with Terminal([CAIRN_HCL, "console"], self.folder) as terminal:

            def answer(keys, *texts):  # only at a prompt: before it, keys are the terminal's own
                terminal.type(keys)
                for text in texts:
                    terminal.wait_for(text)

            terminal.wait_for("> ")
            answer("1 + 2x\b3\r", "24\r\n", "> ")
            answer("\x1b[A\b5\r", "26\r\n", "> ")  # the entry before, edited
            answer("[1,\r", ": ")
            answer("\x03", "^C", "> ")
            answer("nothing\r", "Unknown variable", "> ")
            answer("\"é\"\r", '"é"\r\n', "> ")
            terminal.type("\x04")
            self.assertEqual(terminal.wait(), 0)


class Terminal:
    """A program with a terminal of its own."""

    def __init__(self, command, folder):
        self.ours, its_end = pty.openpty()
        environment = peer.environment(folder) | {"TERM": "xterm", "HOME": folder}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=its_end, stdout=its_end, stderr=its_end, start_new_session=True
        )
        os.close(its_end)
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)

    def type(self, keys):
        os.write(self.ours, keys.encode())

    def wait_for(self, text):
        end = time.monotonic() + TIMEOUT_S
        while text not in self.seen:
            if time.monotonic() > end or not self.read():
                raise AssertionError(f"{text!r} did not come: {self.seen!r}")
        self.seen = self.seen[self.seen.index(text) + len(text) :]

    def read(self):
        if not select.select([self.ours], [], [], 1)[0]:
            return True
        try:
            self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")
            return True
        except OSError as error:
            if error.errno != errno.EIO:  # how Linux ends a terminal
                raise
            return False

    def wait(self):
        end = time.monotonic() + TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        return self.process.poll()


class Rest(Program):
    def test_help_and_version(self):
        code, help_, _ = self.run_tool("--help")
        self.assertEqual(code, 0)
        for command in ("fmt", "parse", "eval", "console"):
            self.assertIn(f"  {command} ", help_)
            code, output, _ = self.run_tool(command, "-help")
            self.assertEqual(code, 0)
            self.assertTrue(output.startswith(f"cairn-hcl {command}: "))
        self.assertRegex(self.run_tool("--version")[1], r"\Acairn-hcl \d+\.\d+\.\d+\n\Z")

    def test_mistaken_commands(self):
        for arguments in ([], ["frobnicate"], ["fmt", "-foo"], ["parse", "--kind", "x"]):
            code, output, errors = self.run_tool(*arguments)
            self.assertEqual((code, output), (2, ""))
            self.assertNotEqual(errors, "")

    def test_colours_are_for_terminals_alone(self):
        self.assertNotIn("\x1b", self.run_tool("eval", "1 +")[2])
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            terminal, its_end = pty.openpty()
            done = subprocess.run(
                [CAIRN_HCL, "eval", "1 +"], stderr=its_end, env=peer.environment(self.folder) | environment,
                timeout=TIMEOUT_S, check=False,
            )
            os.close(its_end)
            self.assertEqual(done.returncode, 1)
            self.assertEqual("\x1b[" in os.read(terminal, 65536).decode(), coloured)
            os.close(terminal)

    def test_completion(self):
        script = self.run_tool("--completion", "bash")[1]
        self.write("complete.sh", script + 'COMP_WORDS=(cairn-hcl fmt --re); COMP_CWORD=2; _cairn_hcl; echo "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", self.path("complete.sh")], capture_output=True, timeout=TIMEOUT_S, check=True)
        self.assertEqual(done.stdout, b"--recursive\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        peer.require_version()
        peer.write(RECORD, json.dumps(answers("terraform"), indent=1, ensure_ascii=False) + "\n")
        sys.exit(0)
    CAIRN_HCL = processes.binary("cairn-hcl")
    unittest.main(verbosity=2)
