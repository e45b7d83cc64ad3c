#!/usr/bin/python3
"""counter-demo: what ./run.sh starts. Its experiment, its live view in a real terminal, and its end in every way."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import unittest
import urllib.request

from processes import binary, free_port, private_directory, require_program, start_program, wait_until

DEMO = binary("counter-demo")
binary("counter")
require_program("redis-server")

CHECK_TIMEOUT_S = 120
REQUEST_TIMEOUT_S = 10
ROWS, COLUMNS = 24, 100
URL = r"http://127\.0\.0\.1:(\d+)/get-number"


def children(pid):
    """Process id -> program, of the processes that `pid` started and that still run."""
    found = {}
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
            for child in listed.read().split():
                with open(f"/proc/{child}/comm", encoding="utf-8") as name:
                    found[int(child)] = name.read().strip()
    except OSError:  # one of them has just ended
        pass
    return found


def is_gone(pid):
    """Whether the process has ended; one that nobody has waited for yet counts as ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def counters(pid):
    return {child for child, name in children(pid).items() if name == "counter"}


def number(port):
    """One number from the front door."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/get-number", timeout=REQUEST_TIMEOUT_S) as answer:
        return int(re.fullmatch(rb"\{number: (\d+)\}", answer.read())[1])


class OnTerminal:
    """The demo on a terminal of its own, with `folder` for its files."""

    def __init__(self, folder, *arguments):
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "TMPDIR": folder, "TERM": "xterm", "LANG": "C.UTF-8"}
            os.execve(DEMO, [DEMO, *arguments], environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.shown = ""
        self.exit_code = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def look(self):
        """All that the terminal was sent so far."""
        while select.select([self._terminal], [], [], 0)[0]:
            try:
                data = os.read(self._terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.shown += data.decode()
        return self.shown

    def frame(self):
        """The last whole frame, as text without escape sequences."""
        frames = self.look().split("\x1b[H")
        return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", frames[-2]) if len(frames) > 2 else ""

    def press(self, keys):
        os.write(self._terminal, keys.encode())

    def wait(self):
        """Its exit code."""

        def ended():
            self.look()  # or it could not go on writing
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return (os.waitstatus_to_exitcode(status),) if pid else None

        (self.exit_code,) = wait_until(ended, "the demo ends")
        return self.exit_code

    def echoes(self):
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)


class CounterDemo(unittest.TestCase):
    def setUp(self):
        self.folder = private_directory("demo")

    def start(self, *arguments):
        """The demo without a terminal, and its port."""
        program = start_program([DEMO, *arguments], environment={"TMPDIR": self.folder})
        self.addCleanup(program.close)
        return program, int(program.wait_for(URL)[1])

    def expect_clean(self, processes):
        wait_until(lambda: all(is_gone(pid) for pid in processes), f"the end of {processes}")
        self.assertEqual(os.listdir(self.folder), [])

    def test_check_prints_a_table(self):
        done = subprocess.run(
            [DEMO, "--check"], env={**os.environ, "TMPDIR": self.folder}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        rows = {}
        for line in done.stdout.splitlines()[2:]:
            name, *counts, verdict = re.split(r"\s{2,}", line)
            rows[name] = [int(count.replace(",", "")) for count in counts], verdict
        (requests, errors, duplicates, backwards), verdict = rows["replicas that count in memory"]
        self.assertGreater(requests, 0)
        self.assertEqual(errors, 0)
        self.assertGreater(min(duplicates, backwards), 0)
        self.assertEqual(verdict, "breaks, as expected")
        (requests, *wrong), verdict = rows["replicas that share Redis"]
        self.assertGreater(requests, 0)
        self.assertEqual((wrong, verdict), ([0, 0, 0], "holds"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_shows_a_view_and_survives_the_death_of_replicas(self):
        port = free_port()
        with OnTerminal(self.folder, "--listen", f"127.0.0.1:{port}") as demo:
            wait_until(lambda: len(re.findall(r"counter-\d .* ready", demo.frame())) == 3, "three ready replicas")
            frame = demo.frame()
            self.assertIn(f"curl http://127.0.0.1:{port}/get-number", frame)
            self.assertIn("Ctrl-C stops everything", frame)
            for line in frame.splitlines():
                self.assertLessEqual(len(line), COLUMNS)
            self.assertFalse(demo.echoes())
            numbers = [number(port) for _ in range(10)]

            before = counters(demo.pid)
            victim = min(before)
            os.kill(victim, signal.SIGKILL)
            numbers += [number(port) for _ in range(10)]
            wait_until(lambda: len(counters(demo.pid) - before) == 1, "another replica in its place")
            wait_until(lambda: re.search(r"ended: signal 9", demo.frame()), "the event in the view")
            numbers += [number(port) for _ in range(10)]

            before = counters(demo.pid)
            demo.press("2")
            wait_until(lambda: len(counters(demo.pid) - before) == 1, "another replica after the key")
            numbers += [number(port) for _ in range(10)]
            self.assertEqual(numbers, sorted(set(numbers)))

            wait_until(lambda: re.search(r"all +[1-9][\d,]* .* 0 errors", demo.frame()), "the sum without errors")
            processes = children(demo.pid)
            self.assertEqual(sorted(processes.values()), ["counter"] * 3 + ["redis-server"])
            demo.press("\x03")
            self.assertEqual(demo.wait(), 0)
            self.assertTrue(demo.shown.endswith("\x1b[?25h\x1b[?1049l"), repr(demo.shown[-50:]))
            self.expect_clean(processes)

    def test_numbers_never_repeat_when_redis_comes_back_empty(self):
        program, port = self.start("--listen", f"127.0.0.1:{free_port()}", "--load", "0")
        numbers = [number(port) for _ in range(5)]
        redis = next(pid for pid, name in children(program.pid).items() if name == "redis-server")
        os.kill(redis, signal.SIGKILL)

        def try_number():
            try:
                return number(port)
            except OSError:  # 503 meanwhile
                return None

        numbers += [wait_until(try_number, "numbers again") for _ in range(5)]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_without_a_terminal_says_one_thing_and_stops_on_sigterm(self):
        program, port = self.start("--listen", f"127.0.0.1:{free_port()}")
        said = program.output()
        self.assertEqual(number(port), 1)  # no load of its own
        processes = children(program.pid)
        program.signal(signal.SIGTERM)
        self.assertEqual(program.wait(), 0)
        self.assertEqual(program.output(), said)
        self.assertNotIn("\x1b", said)
        self.expect_clean(processes)

    def test_takes_another_port_where_the_usual_one_is_taken(self):
        with socket.socket() as usual:
            try:
                usual.bind(("127.0.0.1", 8080))
                usual.listen()
            except OSError:  # somebody else has it, which serves as well
                pass
            _, port = self.start()
            self.assertNotEqual(port, 8080)
            self.assertEqual(number(port), 1)

    def test_a_port_that_was_asked_for_and_is_taken_is_an_error(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.expect_failure(1, "in use", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")

    def test_its_processes_die_with_it(self):
        program, _ = self.start("--listen", f"127.0.0.1:{free_port()}")
        processes = children(program.pid)
        self.assertEqual(len(processes), 4)
        program.kill()
        wait_until(lambda: all(is_gone(pid) for pid in processes), "the end of its processes")

    def test_says_what_is_missing(self):
        self.expect_failure(1, "apt-get install redis-server", "--redis-server", "no-such-redis-server")
        self.expect_failure(1, "--counter says where it is", "--counter", "/nowhere/counter")
        self.expect_failure(1, "counter-1 does not become ready", "--counter", "/bin/false")
        self.expect_failure(2, "--replicas", "--replicas", "10")
        self.expect_failure(2, "--listen", "--listen", "unix:/tmp/x")
        self.expect_failure(2, "--replicas 2 or more", "--check", "--replicas", "1")

    def expect_failure(self, exit_code, why, *arguments):
        done = subprocess.run(
            [DEMO, *arguments], env={**os.environ, "TMPDIR": self.folder}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, check=False,
        )
        self.assertEqual((done.returncode, done.stdout), (exit_code, ""), done.stderr)
        self.assertRegex(done.stderr, rf"^counter-demo: .*{re.escape(why)}.*\n\Z")
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
