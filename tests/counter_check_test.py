#!/usr/bin/python3
"""counter-check against counters that are right and counters that are wrong, over real sockets and a real Redis."""

import contextlib
import http.server
import json
import os
import pty
import re
import signal
import ssl
import subprocess
import sys
import threading
import unittest
import xml.etree.ElementTree

import processes

HERE = os.path.dirname(os.path.abspath(__file__))
RUN_TIMEOUT_S = 60
LOST_AT_LEAST = 100  # numbers that the fail-over loses
CHECK = processes.binary("counter-check")
COUNTER = processes.binary("counter")
processes.require_program("redis-server")


def check(*arguments):
    """Runs counter-check to its end."""
    return subprocess.run(
        [CHECK, *map(str, arguments)], capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=False
    )


def counter():
    """A right counter; its address is `.address`."""
    port = processes.free_port()
    arguments = [COUNTER, "--source", "memory", "--listen", f"127.0.0.1:{port}", "--admin-listen", "none"]
    program = processes.start_program(arguments, ready="started")
    program.address = f"127.0.0.1:{port}"
    return program


def bad_counter(*arguments):
    """One replica of bad_counter.py; its address is `.address`."""
    script = os.path.join(HERE, "bad_counter.py")
    program = processes.start_program([sys.executable, "-B", script, *map(str, arguments)], ready=r"listening \S+$")
    program.address = program.wait_for(r"listening (\S+)$")[1]
    return program


class CounterCheckTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.start = stack.enter_context
        self.directory = processes.private_directory("counter-check")

    def file(self, name):
        return os.path.join(self.directory, name)

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as file:
            return file.read()

    def expect(self, done, code, *patterns):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        for pattern in patterns:
            self.assertRegex(said, pattern)


class RightCounter(CounterCheckTest):
    def test_is_green_with_every_report(self):
        address = self.start(counter()).address
        done = check(
            address, f"http://{address}", "--requests", 20000, "--no-errors",
            "--json", self.file("run.json"), "--svg", self.file("run.svg"), "--history", self.file("run.txt"),
        )  # fmt: skip
        self.expect(done, 0, r"\APASS: 20,000 numbers", r"numbers +20,000 +1 to 20,000")
        self.assertEqual(done.stderr, "")  # no progress line where there is no terminal
        report = json.loads(self.read("run.json"))
        self.assertIs(report["ok"], True)
        self.assertEqual(report["errors"], {"count": 0, "max": 0})
        self.assertEqual(report["failures"], [])
        self.assertEqual(report["numbers"]["requests"]["number"], 20000)
        for latency in report["numbers"]["latency_ns"][:2]:  # both addresses carried the load
            self.assertGreater(latency["count"], 5000)
        self.assertTrue(xml.etree.ElementTree.fromstring(self.read("run.svg")).tag.endswith("svg"))

        judged = check("--judge", self.file("run.txt"), "--json", "-")
        self.expect(judged, 0)
        self.assertEqual(json.loads(judged.stdout)["numbers"], report["numbers"])

    def test_with_an_address_that_refuses_is_as_good_as_the_limit_of_errors(self):
        address = self.start(counter()).address
        dead = f"127.0.0.1:{processes.free_port()}"
        for limit, code in ([], 0), (["--max-errors", "90%"], 0), (["--no-errors"], 1), (["--max-errors", "0%"], 1):
            with self.subTest(limit=limit):
                done = check(address, dead, "--requests", 2000, "--json", self.file("run.json"), *limit)
                self.expect(done, code, "Requests without a number", "Connection refused")
                report = json.loads(self.read("run.json"))
                self.assertIs(report["ok"], code == 0)
                self.assertGreater(report["errors"]["count"], 0)
                self.assertEqual(report["failures"][0]["address"], dead)
                self.assertEqual(report["summary"].startswith("PASS"), code == 0)

    def test_that_dies_and_returns_does_not_end_the_run(self):
        first = self.start(counter())
        run = self.start(processes.start_program([CHECK, first.address, "--duration", "1h"]))
        processes.wait_until(lambda: self.asked(first.address), "requests")
        first.kill()
        self.start(processes.start_program(first.arguments, ready="started", directory=first.directory))
        processes.wait_until(lambda: self.asked(first.address), "requests after the restart")
        run.signal(signal.SIGINT)
        self.assertEqual(run.wait(), 1)  # it counted in memory, so it began again at 1
        self.assertRegex(run.output(), "stopped by a signal")
        self.assertRegex(run.output(), r"FAIL: .*duplicates")

    def asked(self, address):
        """Whether somebody else has asked for many numbers by now."""
        done = check(address, "--requests", 1, "--json", "-")
        report = json.loads(done.stdout)["numbers"]
        return report["highest"] is not None and report["highest"] > 1000

    def test_shows_its_progress_on_a_terminal(self):
        address = self.start(counter()).address
        ours, theirs = pty.openpty()
        with subprocess.Popen([CHECK, address, "--duration", "1s"], stdout=subprocess.DEVNULL, stderr=theirs) as run:
            os.close(theirs)
            shown = b""
            with contextlib.suppress(OSError):  # EIO is a terminal's end
                while piece := os.read(ours, 4096):
                    shown += piece
            self.assertEqual(run.wait(RUN_TIMEOUT_S), 0)
        os.close(ours)
        self.assertRegex(shown, rb"\r\x1b\[K\d\.\d s   [\d,]+/s   number [\d,]+   errors 0")
        self.assertTrue(shown.endswith(b"\r\x1b[K"))


class WrongCounter(CounterCheckTest):
    def test_of_segments_per_replica_is_red(self):
        replicas = [self.start(bad_counter("--mode", "segment", "--replica", i)) for i in range(3)]
        done = check(*(r.address for r in replicas), "--requests", 3000, "--json", self.file("run.json"))
        self.expect(done, 1, r"\AFAIL: .*followed by smaller ones")
        numbers = json.loads(self.read("run.json"))["numbers"]
        self.assertEqual(numbers["duplicates"], 0)
        self.assertGreater(numbers["backwards"], 0)

    def test_of_get_then_set_is_red(self):
        redis = self.start(processes.RedisServer())
        replicas = [self.start(bad_counter("--mode", "get-then-set", "--redis", redis.address)) for _ in range(3)]
        done = check(*(r.address for r in replicas), "--requests", 6000, "--svg", self.file("run.svg"))
        self.expect(done, 1, r"\AFAIL: [\d,]+ duplicates", r"Violations")
        xml.etree.ElementTree.fromstring(self.read("run.svg"))

    def test_of_a_fail_over_that_lost_numbers_is_red(self):
        primary = self.start(processes.RedisServer())
        replica = self.start(processes.RedisServer(["--replicaof", "127.0.0.1", str(primary.port)]))
        self.point_to(primary)
        counters = [self.start(bad_counter("--mode", "incr", "--redis-file", self.file("redis"))) for _ in range(3)]
        addresses = [c.address for c in counters]
        run = self.start(processes.start_program([CHECK, *addresses, "--duration", "1h"]))

        # In step at first.
        processes.wait_until(lambda: self.number(replica) > LOST_AT_LEAST, "replicated numbers")
        replica.command("REPLICAOF", "127.0.0.1", processes.free_port())  # cut off
        kept = self.number(replica)
        processes.wait_until(lambda: self.number(primary) > kept + LOST_AT_LEAST, "numbers that will be lost")
        lost = self.number(primary)
        primary.kill()
        self.assertEqual(self.number(replica), kept)
        replica.command("REPLICAOF", "NO", "ONE")
        self.point_to(replica)
        processes.wait_until(lambda: self.number(replica) > lost, "numbers after the fail-over")

        run.signal(signal.SIGINT)
        self.assertEqual(run.wait(), 1)
        duplicates = re.search(r"^FAIL: ([\d,]+) duplicates", run.output(), re.MULTILINE)
        self.assertIsNotNone(duplicates, run.output())
        self.assertGreaterEqual(int(duplicates[1].replace(",", "")), LOST_AT_LEAST)
        self.assertRegex(run.output(), "503 Service Unavailable")

    def point_to(self, redis):
        with open(self.file("redis.new"), "w", encoding="ascii") as file:
            file.write(redis.address)
        os.rename(self.file("redis.new"), self.file("redis"))

    @staticmethod
    def number(redis):
        return int(redis.command("GET", "num") or 0)


class HttpsHandler(http.server.BaseHTTPRequestHandler):
    """A right counter that answers only to its name, as behind an ingress."""

    protocol_version = "HTTP/1.1"
    numbers = iter(range(1, sys.maxsize))
    lock = threading.Lock()

    def do_GET(self):
        named = self.headers["Host"] == "app.example" and self.path == "/v1/get-number?a=b"
        with self.lock:
            body = b'{"number":%d}\n' % next(self.numbers) if named else b"no such host\n"
        self.send_response(200 if named else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class HttpsServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that do not trust us, as they should


class Https(CounterCheckTest):
    def test_is_asked_by_name_and_verified(self):
        openssl = processes.require_program("openssl")
        key, certificate = self.file("key.pem"), self.file("cert.pem")
        make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=app.example"]
        make += ["-addext", "subjectAltName=DNS:app.example", "-keyout", key, "-out", certificate]
        subprocess.run(make, check=True, capture_output=True, timeout=RUN_TIMEOUT_S)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = self.start(HttpsServer(("127.0.0.1", 0), HttpsHandler))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)

        run = [f"https://127.0.0.1:{server.server_address[1]}", "--path", "/v1/get-number?a=b", "--requests", 200]
        trust = ["--ca-file", certificate]
        self.expect(check(*run, *trust, "--host", "app.example", "--no-errors"), 0, "PASS: 200 numbers")
        self.expect(check(*run, "--insecure", "--host", "app.example", "--no-errors"), 0, "PASS: 200 numbers")
        few = [*run[:-1], 3]
        self.expect(check(*few, *trust, "--host", "other.example"), 3, "no number was received")
        self.expect(check(*few, "--host", "app.example"), 3, "no number was received")
        self.expect(check(*few, "--insecure"), 3, "404 Not Found")
        self.expect(check(*few, "--ca-file", self.file("none.pem")), 3, "none.pem")


class Mistakes(CounterCheckTest):
    def test_of_use_exit_with_2_and_one_line(self):
        for arguments in (
            [],
            ["127.0.0.1"],
            ["ftp://127.0.0.1:80"],
            ["127.0.0.1:80", "--unknown"],
            ["127.0.0.1:80", "--connections", "0"],
            ["127.0.0.1:80", "--duration", "10"],
            ["127.0.0.1:80", "--max-errors", "101%"],
            ["127.0.0.1:80", "--judge", "x"],
            ["127.0.0.1:80", "--svg", "/dev/null"],
        ):
            with self.subTest(arguments=arguments):
                done = check(*arguments)
                self.expect(done, 2)
                self.assertRegex(done.stderr, r"\Acounter-check: .+\n\Z")

    def test_of_the_world_exit_with_3(self):
        dead = f"127.0.0.1:{processes.free_port()}"
        self.expect(check(dead, "--duration", "200ms"), 3, "no number was received", "Connection refused")
        self.expect(check("no-such-name.invalid:80", "--requests", 1, "--timeout", "2s"), 3, "no-such-name.invalid")
        self.expect(check("--judge", self.file("missing")), 3, "missing: No such file")
        with open(self.file("damaged"), "w", encoding="ascii") as file:
            file.write("cairn-history 1\naddress a:1\n1 2 0 1 number 7\n")
        self.expect(check("--judge", self.file("damaged")), 3, "damaged: line 4: .*cut short")

    def test_help_and_version(self):
        self.expect(check("--help"), 0, "--gap-budget", "Exit codes")
        self.expect(check("--version"), 0, r"\Acounter-check \d")


class Bounds(CounterCheckTest):
    def test_a_full_history_ends_the_run_and_is_judged(self):
        address = self.start(counter()).address
        done = check(address, "--history-max", 500, "--duration", "1h")
        self.expect(done, 0, "PASS: 500 numbers", "stopped: 500 requests are remembered, see --history-max")

    def test_a_gap_is_red_beyond_its_budget(self):
        with open(self.file("gap"), "w", encoding="ascii") as file:
            file.write("cairn-history 1\naddress a:1\n0 1 0 1 number 7\n2 3 0 1 number 10\nend 2\n")
        self.expect(check("--judge", self.file("gap")), 1, "2 numbers missing without a reason")
        self.expect(check("--judge", self.file("gap"), "--gap-budget", 2), 0, "PASS")


if __name__ == "__main__":
    unittest.main(verbosity=2)
