"""What the recorders share: running `terraform`, reading its diagnostics, and writing text so that all of it is seen."""

import argparse
import collections
import difflib
import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
import threading
import tty

VERSION = "1.11.4"
HOME = "/users/ada"  # what pathexpand("~") gives
WORKERS = 2  # processes at a time
COLUMNS = 65535  # no diagnostic is that wide, so none is wrapped

# `start` and `end` are (line, column), from 1, or None where the peer names no place.
Diagnostic = collections.namedtuple("Diagnostic", "severity summary detail start end")


def environment(folder):
    return {
        "PATH": os.environ["PATH"],
        "HOME": HOME,
        "TMPDIR": folder,
        "TZ": "UTC",
        "TF_CLI_CONFIG_FILE": "/dev/null",
        "CHECKPOINT_DISABLE": "1",
    }


def require_version():
    """Exits with 77 where the peer that the corpus was recorded from is missing."""
    if shutil.which("terraform"):
        command = ["terraform", "version", "-json"]
        done = subprocess.run(command, env=environment("/tmp"), capture_output=True, check=True)
        if json.loads(done.stdout)["terraform_version"] == VERSION:
            return
    print(f"SKIP: no terraform {VERSION} on PATH")
    sys.exit(77)


def run(arguments, folder, stdin=b"", settings={}):
    """(exit code, standard output, standard error) of `terraform`, its messages unwrapped. `settings` are variables
    of its environment.

    Messages are wrapped at the width of standard error's terminal, so it gets one that is wide enough.
    """
    terminal, its_end = pty.openpty()
    tty.setraw(its_end)
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with subprocess.Popen(
        ["terraform", *arguments],
        cwd=folder,
        env=environment(folder) | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=its_end,
    ) as process:
        os.close(its_end)
        messages = []
        reader = threading.Thread(target=drain, args=(terminal, messages))
        reader.start()
        output, _ = process.communicate(stdin, timeout=120)
        reader.join()
    os.close(terminal)
    return process.returncode, output, b"".join(messages).decode("utf-8", "replace")


def drain(terminal, messages):
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # how Linux ends a terminal
            return
        if not read:
            return
        messages.append(read)


def diagnostics_of_text(text):
    """The diagnostics of a message for people. It names no columns."""
    found = []
    for block in re.split(r"^(?=(?:Error|Warning): )", text, flags=re.M)[1:]:
        severity, summary, rest = re.match(r"(Error|Warning): ([^\n]*)\n(.*)", block, re.S).groups()
        detail = re.sub(r"\A\n  (?:on|with) .*?\n(?=\n)", "", rest, flags=re.S)
        found.append(Diagnostic(severity.lower(), summary, without_stack(detail.strip("\n")), None, None))
    return found


def diagnostics_of_json(items, file):
    """The diagnostics of a machine-readable answer, with their places within `file`."""
    for item in items:
        start = end = None
        place = item.get("range")
        if place and place["filename"] == file:
            start, end = ((place[at]["line"], place[at]["column"]) for at in ("start", "end"))
        yield Diagnostic(item["severity"], item["summary"], without_stack(item["detail"]), start, end)


def placed(wanted, candidates):
    """`wanted` with the places of the same diagnostics among `candidates`.

    Those are equal (and have the exact detail), or have the same summary where no other one has.
    """
    left = list(candidates)
    found = []
    for diagnostic in wanted:
        equal = next((c for c in left if same(c, diagnostic)), None)
        if equal:
            left.remove(equal)
        found.append(equal or diagnostic)
    for i, diagnostic in enumerate(found):
        alike = [c for c in left if c[:2] == diagnostic[:2]]
        if not diagnostic.start and len(alike) == 1:
            found[i] = diagnostic._replace(start=alike[0].start, end=alike[0].end)
    return found


def same(one, other):
    return one[:2] == other[:2] and one.detail.split() == other.detail.split()


def without_stack(detail):
    """A peer that panicked shows its stack, which differs from run to run."""
    return detail.split("\ngoroutine ")[0]


def shown(diagnostic):
    """One line: `! summary | range | detail`, `~` for a warning, `-` where there is no range."""
    mark = "!" if diagnostic.severity == "error" else "~"
    place = "-"
    if diagnostic.start:
        (line, column), (last_line, last_column) = diagnostic.start, diagnostic.end
        place = f"{line},{column}-" + (f"{last_line},{last_column}" if last_line != line else f"{last_column}")
    detail = diagnostic.detail.replace("\\", "\\\\").replace("\n", "\\n")
    return visible(f"{mark} {diagnostic.summary} | {place} | {detail}".rstrip())


def visible(text):
    """Control characters but line feed as their pictures (U+2400 and following), and blanks at the end of lines."""
    text = re.sub(r"[\x00-\x09\x0b-\x1f]", lambda m: chr(0x2400 + ord(m[0])), text).replace("\x7f", "\u2421")
    return re.sub(r" +$", lambda m: "\u2420" * len(m[0]), text, flags=re.M)


def raw(text):
    """What visible() was given."""
    return re.sub(r"[\u2400-\u241f]", lambda m: chr(ord(m[0]) - 0x2400), text.replace("\u2420", " ").replace("\u2421", "\x7f"))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def diagnostic_lines(stdout):
    """The diagnostics among the JSON lines of `terraform plan -json`."""
    for line in stdout.decode().splitlines():
        event = json.loads(line)
        if event["type"] == "diagnostic":
            yield event["diagnostic"]


def main(description, answered):
    """A recorder's command line; `answered` gives a file's text with the peer's answers. The exit code."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()
    require_version()
    different = False
    for path in arguments.files:
        old = read(path)
        new = answered(old)
        if arguments.check:
            sys.stdout.writelines(difflib.unified_diff(lines(old), lines(new), path, "terraform"))
            different |= old != new
        elif new != old:
            write(path, new)
    return 1 if different else 0


def lines(text):
    return [line + "\n" for line in text.split("\n")]
