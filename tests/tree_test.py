#!/usr/bin/python3
"""The rules of the tree: who may include whom, sizes, layout, and the hygiene of every text file.

Every check takes a Tree and gives its problems, one line each. TheTree runs them on this checkout; TheChecks runs
them on small trees that break their rules, so that a check cannot pass by looking at nothing.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

# Folder of src/ -> the folders that its CMakeLists.txt may link (design: "The tree is the architecture").
# A folder may include what it links, and what that links.
ANY = None
MAY_LINK = {
    "base": set(),
    "data": {"base"},
    "graph": {"base"},
    "metrics": {"base"},
    "net": {"base"},
    "http": {"base", "net"},
    "check": {"base", "data", "http"},
    "counter": {"base", "data", "http", "metrics"},
    "commands": {"base", "config", "hcl", "hcl_tool", "http", "infra", "net", "plan", "provider", "registry", "state", "view"},
    "demo": {"base", "check", "http"},  # it runs the counter as a program, and so never links it
    "hcl": {"base", "data"},
    "hcl_tool": {"base", "hcl"},
    "provider": {"base", "data", "hcl", "http", "net"},
    "registry": {"base", "data", "hcl", "http", "net"},
    "state": {"base", "data", "hcl", "http", "net"},
    "config": {"base", "data", "hcl", "registry", "state"},
    "plan": {"base", "hcl", "state"},
    "infra": {"base", "config", "data", "graph", "hcl", "net", "plan", "provider", "registry", "state"},
    "view": {"base", "data", "hcl", "plan", "state"},
    "kube": {"base", "data", "http"},
    "cluster": {"base", "data", "http", "kube"},
    "ingress": {"base", "data", "http", "kube"},
    "deliver": ANY,
    "cli": ANY,
}
# The two rails, which meet only in the folders marked ANY.
LANGUAGE_RAIL = {"hcl", "hcl_tool", "provider", "registry", "state", "config", "plan", "infra", "view", "commands"}
RUNTIME_RAIL = {"check", "cluster", "counter", "demo", "ingress", "kube"}

HEADER_LINES_MAX = 250
SOURCE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# What may be larger, and why: "FILE" or "FILE FUNCTION". An entry that is no longer needed fails too.
EXCEPTIONS = {}

# Written in two parts, so that this file does not hold what it forbids.
FORBIDDEN_TEXT = {
    "/wo" "rk/": "a path of one developer's machine",
    "/ho" "me/": "a path of one developer's machine",
    "pypi" ".org": "a package registry",
    "pythonhosted" ".org": "a package registry",
    "npmjs" ".org": "a package registry",
    "crates" ".io": "a package registry",
    "proxy.golang" ".org": "a package registry",
    "rubygems" ".org": "a package registry",
    "deb.debian" ".org": "a package registry",
}
VERBATIM = {"LICENSE"}  # not ours to tidy
TABS_ALLOWED = (".go",)  # gofmt's layout
CLANG_FORMAT = "clang-format-19"


class Tree:
    """The files of a checkout that are tracked or could be: ignored ones do not count."""

    def __init__(self, root):
        self.root = root
        self.files = sorted(f for f in self._list() if os.path.isfile(os.path.join(root, f)))

    def _list(self):
        command = ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
            return set(listed.split("\0")) - {""}
        except (OSError, subprocess.CalledProcessError):  # an unpacked archive, or another user's checkout
            return set(self._walk())

    def _walk(self):
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in (".git", "__pycache__") and not f.startswith("build")]
            for file in files:
                yield os.path.relpath(os.path.join(folder, file), self.root)

    def path(self, file):
        return os.path.join(self.root, file)

    @functools.cache
    def text(self, file):
        """The file's text, or None where it is not text."""
        with open(self.path(file), "rb") as opened:
            content = opened.read()
        try:
            return None if b"\0" in content else content.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def cpp(self):
        return [f for f in self.files if f.endswith((".cc", ".h"))]

    def modules(self):
        """Folder of src/ -> the folders of src/ that it links."""
        folders = {f.split("/")[1] for f in self.files if re.match(r"src/[^/]+/", f)}
        return {folder: self._links(folder) & folders for folder in sorted(folders)}

    def _links(self, folder):
        file = f"src/{folder}/CMakeLists.txt"
        text = re.sub(r"#.*", "", self.text(file) or "") if file in self.files else ""
        links = set()
        for name, libraries in re.findall(r"cairn_module\(\s*([\w-]+)([^)]*)\)", text):
            links |= set(libraries.split()) if name == folder else set()
        for libraries in re.findall(r"cairn_program\(\s*[\w-]+\s+\S+([^)]*)\)", text):
            links |= set(libraries.split())
        return links


def closure(folder, links):
    """What `folder` reaches over links, itself included."""
    reached, todo = set(), [folder]
    while todo:
        current = todo.pop()
        if current not in reached:
            reached.add(current)
            todo.extend(links.get(current) or ())
    return reached


def table_problems(may_link):
    """The table itself keeps the rails apart and has no cycle."""
    for folder, allowed in may_link.items():
        if allowed is ANY:
            continue
        reached = set().union(*(closure(a, may_link) for a in allowed)) if allowed else set()
        if folder in reached:
            yield f"MAY_LINK: {folder} reaches itself"
        reached.add(folder)
        if reached & LANGUAGE_RAIL and reached & RUNTIME_RAIL:
            yield f"MAY_LINK: {folder} joins the language rail and the runtime rail"


def link_problems(tree):
    for folder, links in tree.modules().items():
        if folder not in MAY_LINK:
            yield f"src/{folder}: no rule for this folder in tests/tree_test.py"
        elif MAY_LINK[folder] is not ANY:
            for link in sorted(links - MAY_LINK[folder]):
                yield f"src/{folder}/CMakeLists.txt: {folder} must not link {link}"


def includes(text):
    """(line number, "" or <>, file) of each include."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line):
            yield number, match[1], match[2]


def include_problems(tree):
    links = tree.modules()
    known = set(tree.files)
    for file in tree.cpp():
        parts = file.split("/")
        if parts[0] != "src" or len(parts) < 3:
            continue
        allowed = closure(parts[1], links)
        for number, quote, target in includes(tree.text(file) or ""):
            at = f"{file}:{number}"
            folder = target.split("/")[0]
            if quote == "<":
                if folder in MAY_LINK and "/" in target and f"src/{target}" in known:
                    yield f'{at}: write "{target}" for a header of ours'
            elif f"src/{target}" not in known:
                yield f'{at}: "{target}" is no file below src/'
            elif folder not in allowed:
                yield f"{at}: {parts[1]} must not include {folder}: its CMakeLists.txt does not link it"
            elif "/testing/" in target and not is_for_tests(file):
                yield f"{at}: only tests include {os.path.dirname(target)}"


def is_for_tests(file):
    return "/testing/" in file or re.search(r"_(test|fuzz|bench)\.cc$", file) is not None


def header_problems(tree):
    """#pragma once; and x.cc includes x.h first, so that every header is seen to stand alone."""
    for file in tree.cpp():
        text = tree.text(file) or ""
        if file.endswith(".h"):
            if not re.match(r"(//[^\n]*\n|\n)*#pragma once\n", text):
                yield f"{file}: does not begin with #pragma once"
        elif file[:-3] + ".h" in tree.files:
            own = file.removeprefix("src/")[:-3] + ".h"
            first = next(includes(text), (0, "", ""))[2]
            if first != own:
                yield f'{file}: its first include is "{first}", not "{own}"'


def blank_out(text):
    """C++ without comments, literals' contents and preprocessor lines; line numbers stay."""

    def blank(match):
        kept = "\n" * match[0].count("\n")
        return f'"{kept}"' if match[0][0] in "\"'RuUL" else kept

    raw = r'\b(?:u8|[uUL])?R"([^(\s]*)\((?:.|\n)*?\)\1"'
    pattern = (
        rf"{raw}|//[^\n]*|/\*(?:.|\n)*?\*/"
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|(?m:^[ \t]*#(?:\\\n|[^\n])*)'
    )
    return re.sub(pattern, blank, text)


def functions(text):
    """(name, first line, number of lines) of each function outside other functions.

    Reads braces, and relies on clang-format's layout: a block's brace follows a blank, an initializer's does not.
    """
    scopes = []  # of the open braces: "scope" (namespace, type), "function", or "other"
    statement, start, line = "", 1, 1
    begun = None
    for char in blank_out(text):
        in_scope = all(kind == "scope" for kind in scopes)
        if char == "{":
            kind = brace_kind(statement) if in_scope else "other"
            if kind == "function":
                begun = (function_name(statement), start)
            scopes.append(kind)
            statement = statement + "{" if kind == "other" else ""
        elif char == "}":
            kind = scopes.pop() if scopes else "scope"
            if kind == "function":
                yield begun[0], begun[1], line - begun[1] + 1
            statement = statement + "}" if kind == "other" else ""
        elif char == ";" and in_scope:
            statement = ""
        elif in_scope:
            if not statement.strip():
                statement, start = "", line
            statement += char
        line += char == "\n"


def brace_kind(statement):
    words = re.sub(r"\b(public|private|protected):", "", statement).strip()
    words = re.sub(r"^template\s*<.*?>\s*(?=class|struct|union)", "", words, flags=re.S)
    is_type = re.match(r"(inline\s+)?(namespace|class|struct|union|enum|extern)\b", words)
    if is_type and not re.search(r"\)(\s*const)?(\s*noexcept)?$", words):  # not: struct stat Read() {
        return "scope"
    if "(" in words and statement[-1:].isspace() and not words.endswith(("=", ",", "(", "{")):
        return "function"
    return "other"


def function_name(statement):
    if match := re.match(r"\s*((?:TYPED_)?TEST(?:_[FP])?\([^)]*\))", statement):
        return " ".join(match[1].split())
    names = re.findall(r"(operator\s*[^\s\w(]+|[\w:~]+)\s*\(", statement)
    return next((n for n in names if n not in ("alignas", "decltype", "requires", "sizeof")), statement.strip())


def size_problems(tree, exceptions):
    needed = set()
    for file in tree.cpp():
        text = tree.text(file) or ""
        lines_max = HEADER_LINES_MAX if file.endswith(".h") else SOURCE_LINES_MAX
        lines = text.count("\n")
        if lines > lines_max:
            needed.add(file)
            if file not in exceptions:
                yield f"{file}: {lines} lines, more than {lines_max}"
        for name, start, length in functions(text):
            if length > FUNCTION_LINES_MAX:
                entry = f"{file} {name}"
                needed.add(entry)
                if entry not in exceptions:
                    yield f"{file}:{start}: {name} has {length} lines, more than {FUNCTION_LINES_MAX}"
    for entry in sorted(set(exceptions) - needed):
        yield f"EXCEPTIONS: '{entry}' is no longer needed"
    for entry, reason in exceptions.items():
        if not reason.strip():
            yield f"EXCEPTIONS: '{entry}' has no reason"


def coroutine_problems(tree):
    """What GCC 12 miscompiles without a word (src/net/task.h): awaiting within a condition or beside && and ||."""
    advice = "give the awaited value a name first"
    for file in tree.cpp():
        text = blank_out(tree.text(file))
        for match in re.finditer(r"\b(?:if|while)\s*\(", text):
            condition = enclosed(text, match.end()).split(";")[-1]
            if "co_await" in condition:
                yield f"{file}:{text.count(chr(10), 0, match.start()) + 1}: co_await in a condition; {advice}"
        for match in re.finditer(r"(&&|\|\||\?)?\s*[!(]*\bco_await\b", text):
            after = re.sub(r"\([^()]*\)", "", enclosed(text, match.end()).split(";")[0].replace("\n", " "))
            if match[1] or re.search(r"^[^({]*(&&|\|\|| \? )", after):
                yield f"{file}:{text.count(chr(10), 0, match.end()) + 1}: co_await beside && || or ?:; {advice}"


def enclosed(text, start):
    """The text from `start`, just behind an opening parenthesis, up to the closing one."""
    depth = 1
    for end in range(start, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth == 0:
            return text[start:end]
    return text[start:]


def layout_problems(tree):
    if not tree.cpp():
        return []
    command = [CLANG_FORMAT, "--dry-run", "-Werror", "--style=file", *tree.cpp()]
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    files = sorted({match[1] for match in re.finditer(r"^(\S+?):\d+:\d+: error", done.stderr, re.M)})
    if done.returncode != 0 and not files:
        return [done.stderr.strip()]
    return [f"{file}: not formatted ({CLANG_FORMAT} -i {file})" for file in files]


def text_problems(tree):
    for file in tree.files:
        text = tree.text(file)
        if not text or file in VERBATIM or file.startswith(("tests/corpus/", "tests/hcl/console/files/")):
            continue
        if not text.endswith("\n"):
            yield f"{file}: no newline at the end"
        for number, line in enumerate(text.split("\n"), 1):
            if line.endswith((" ", "\t", "\r")):
                yield f"{file}:{number}: ends with a blank or a carriage return"
            if "\t" in line and not file.endswith(TABS_ALLOWED):
                yield f"{file}:{number}: a tab"
            if file.endswith((".cc", ".h")) and re.match(r"using namespace (?!std::\w*literals;)", line):
                yield f"{file}:{number}: using namespace outside a function"
            for forbidden, why in FORBIDDEN_TEXT.items():
                if forbidden in line:
                    yield f"{file}:{number}: '{forbidden}', {why}"


def script_problems(tree):
    for file in tree.files:
        script = (tree.text(file) or "").startswith("#!")
        executable = os.access(tree.path(file), os.X_OK)
        if script and not executable:
            yield f"{file}: begins with #! and is not executable"
        if executable and not script:
            yield f"{file}: executable, and does not begin with #!"


def shell_problems(tree):
    scripts = [f for f in tree.files if f.endswith(".sh") or re.match(r"#!.*\b(ba|da)?sh\b", tree.text(f) or "")]
    if not scripts:
        return []
    command = ["shellcheck", "--external-sources", "--format=gcc", *scripts]
    return subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False).stdout.splitlines()


class TheTree(unittest.TestCase):
    """This checkout."""

    @classmethod
    def setUpClass(cls):
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        cls.tree = Tree(os.environ.get("CAIRN_SOURCE_DIR", root))

    def expect_none(self, problems):
        problems = list(problems)
        if problems:
            self.fail("\n" + "\n".join(problems))

    def test_has_sources_and_links(self):
        self.assertIn("src/base/result.cc", self.tree.cpp())
        self.assertIn("net", self.tree.modules()["http"])

    def test_the_table_of_links_is_sound(self):
        self.expect_none(table_problems(MAY_LINK))

    def test_links_are_within_the_table(self):
        self.expect_none(link_problems(self.tree))

    def test_includes_are_within_the_links(self):
        self.expect_none(include_problems(self.tree))

    def test_headers(self):
        self.expect_none(header_problems(self.tree))

    def test_sizes(self):
        self.expect_none(size_problems(self.tree, EXCEPTIONS))

    def test_coroutines(self):
        self.expect_none(coroutine_problems(self.tree))

    @unittest.skipUnless(shutil.which(CLANG_FORMAT), f"{CLANG_FORMAT} is not installed")
    def test_layout(self):
        self.expect_none(layout_problems(self.tree))

    def test_text(self):
        self.expect_none(text_problems(self.tree))

    def test_scripts(self):
        self.expect_none(script_problems(self.tree))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_shell(self):
        self.expect_none(shell_problems(self.tree))


class TheChecks(unittest.TestCase):
    """Each check, on a tree that breaks its rule, and on one that does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def tree(self, files):
        for file, text in files.items():
            path = os.path.join(self.root, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as opened:
                opened.write(text)
        return Tree(self.root)

    def expect(self, problems, *patterns):
        problems = list(problems)
        self.assertEqual(len(problems), len(patterns), problems)
        for problem, pattern in zip(problems, patterns):
            self.assertRegex(problem, pattern)

    def test_table(self):
        self.expect(table_problems({"net": {"http"}, "http": {"net"}}), "net reaches itself", "http reaches itself")
        self.expect(table_problems({"hcl": set(), "infra": {"hcl", "kube"}, "kube": set()}), "infra joins")
        self.expect(table_problems({"cli": ANY}))

    def test_links(self):
        tree = self.tree({
            "src/base/CMakeLists.txt": "cairn_module(base http Threads::Threads)\n",
            "src/http/CMakeLists.txt": "# cairn_module(http cli)\ncairn_module(http base)\n",
            "src/cli/CMakeLists.txt": "cairn_program(a a.cc base)\ncairn_program(b b.cc http)\n",
            "src/other/CMakeLists.txt": "",
        })
        self.assertEqual(tree.modules()["cli"], {"base", "http"})
        self.expect(link_problems(tree), "base must not link http", "src/other: no rule")

    def test_includes(self):
        tree = self.tree({
            "src/base/CMakeLists.txt": "cairn_module(base)\n",
            "src/data/CMakeLists.txt": "cairn_module(data base)\n",
            "src/net/CMakeLists.txt": "cairn_module(net base)\n",
            "src/http/CMakeLists.txt": "cairn_module(http\n  net nghttp2)\n",
            "src/base/a.h": '#pragma once\n#include "http/a.h"\n',
            "src/base/testing/fake.h": "#pragma once\n",
            "src/data/a.h": "#pragma once\n",
            "src/http/a.h": '#pragma once\n\n#include <vector>\n#include "base/a.h"\n#include "data/a.h"\n',
            "src/http/b.cc": '#include "a.h"\n#include <base/a.h>\n#include "base/testing/fake.h"\n',
            "src/http/b_test.cc": '#include "base/testing/fake.h"\n',
        })
        self.expect(
            include_problems(tree),
            r"base/a.h:2: base must not include http",
            r"http/a.h:5: http must not include data",
            r'b.cc:1: "a.h" is no file',
            r'b.cc:2: write "base/a.h"',
            r"b.cc:3: only tests include base/testing",
        )

    def test_headers(self):
        tree = self.tree({
            "src/base/a.h": "// what it is\n\n#pragma once\n",
            "src/base/a.cc": '#include "base/a.h"\n',
            "src/base/b.h": "#ifndef B_H\n#define B_H\n#endif\n",
            "src/base/b.cc": '#include <vector>\n#include "base/b.h"\n',
            "src/base/only.cc": "#include <vector>\n",
        })
        self.expect(header_problems(tree), r"b.cc: its first include is .vector.", r"b.h: does not begin")

    def test_sizes(self):
        body = "  f();\n" * 68
        tree = self.tree({
            "src/base/long.h": "\n" * 251,
            "src/base/long.cc": "\n" * 601,
            "src/base/fits.h": "\n" * 250,
            "src/base/fits.cc": "void F() {\n" + body + "}\n",
            "src/base/f.cc": "void F() {\n" + body + "  f();\n}\n",
        })
        reason = {"src/base/long.h": "one table"}
        over = r"f.cc:1: F has 71 lines"
        self.expect(size_problems(tree, {}), over, "long.cc: 601 lines", "long.h: 251 lines")
        self.expect(size_problems(tree, reason), over, "long.cc: 601 lines")
        self.expect(size_problems(tree, reason | {"src/base/long.cc": " ", "src/base/f.cc F": "x"}), "has no reason")
        self.expect(
            size_problems(tree, reason | {"src/base/fits.cc F": "x"}), over, "long.cc", r"'src/base/fits.cc F' is no"
        )

    def test_functions(self):
        text = """namespace a {
#define M(x) \\
  do {
// {
enum class E { kA, kB };
constexpr int kTable[] = {1, 2};
const std::map<int, int> kMap{{1, f(2)}};
struct S : T<int()> {
  S(int a) : a_{a}, b_{"{", '{'} {
    g();
  }
  ~S() { R"x(
    )" } {{{ )x"; }
  bool operator==(const S&) const = default;
  bool operator<(const S& o) const {
    return a_ < 1'000 && o.b_ > 2'000;
  }
  int a_{0};
};
template <typename T>
  requires(sizeof(T) > 1)
auto Make(T value) -> S {
  auto inner = [&](int x) {
    return x;
  };
  struct Local {
    void Method() {
    }
  };
  return S{value};
}
}  // namespace a
TEST(Suite, Case) {
}
"""
        self.assertEqual(
            list(functions(text)),
            [("S", 9, 3), ("~S", 12, 2), ("operator<", 15, 3), ("Make", 20, 12), ("TEST(Suite, Case)", 33, 2)],
        )

    def test_coroutines(self):
        tree = self.tree({
            "src/net/a.cc": "if (!co_await F(x)) return;\nwhile (a() &&\n co_await b()) {}\nint c = co_await d() ? 1 : 2;\n",
            "src/net/b.cc": "if (const bool x = co_await F(); !x) co_return;\nif (x) co_await F();  // if (co_await)\n",
        })
        self.expect(
            coroutine_problems(tree), "a.cc:1: co_await in", "a.cc:2: co_await in", "a.cc:3: co_await beside",
            "a.cc:4: co_await beside",
        )

    @unittest.skipUnless(shutil.which(CLANG_FORMAT), f"{CLANG_FORMAT} is not installed")
    def test_layout(self):
        tree = self.tree({
            ".clang-format": "BasedOnStyle: Google\n",
            "src/base/bad.cc": "int  f( ){return 1 ;}\n",
            "src/base/good.cc": "int f() { return 1; }\n",
        })
        self.expect(layout_problems(tree), "bad.cc: not formatted")

    def test_text(self):
        tree = self.tree({
            "a.md": "a \nb\tc\nd\r\n",
            "b.md": "no newline",
            "c.cc": "using namespace std;\nusing std::string;\nusing namespace std::chrono_literals;\n",
            "d.md": "see /wo" "rk/main\nget pypi" ".org\n",
            "e.go": "\tok()\n",
            "f.png": "\0 ",
            "LICENSE": "\t",
        })
        self.expect(
            text_problems(tree), "a.md:1: ends", "a.md:2: a tab", "a.md:3: ends", "b.md: no newline",
            "c.cc:1: using namespace", "d.md:1: .*machine", "d.md:2: .*registry",
        )

    def test_scripts(self):
        tree = self.tree({"run.sh": "#!/bin/sh\n", "data.txt": "x\n", "fine.sh": "#!/bin/sh\n"})
        os.chmod(tree.path("data.txt"), 0o755)
        os.chmod(tree.path("fine.sh"), 0o755)
        self.expect(script_problems(tree), "data.txt: executable", "run.sh: .* not executable")

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_shell(self):
        tree = self.tree({"bad": "#!/bin/sh\nrm $1\n", "good.sh": '#!/bin/sh\nrm "$1"\n', "text": "rm $1\n"})
        self.expect(shell_problems(tree), "^bad:2:.*SC2086")

    def test_ignored_files_do_not_count(self):
        self.tree({".gitignore": "/build*/\n", "build-asan/a.h": "", "src/base/a.h": ""})
        self.assertEqual(Tree(self.root).cpp(), ["src/base/a.h"])
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.assertEqual(Tree(self.root).cpp(), ["src/base/a.h"])


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
