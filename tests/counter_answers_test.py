#!/usr/bin/python3
"""The counter's answers, byte by byte, against those of Go's net/http: the original application's.

Both programs count from 1 and get the same requests over raw sockets, so the numbers must be the same too: what does
not give a number on one side must not use one up on the other.
"""

import json
import os
import re
import socket
import subprocess
import unittest

import processes

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COUNTER = processes.binary("counter")
GO = processes.require_program("go")
BUILD_TIMEOUT_S = 300
ANSWER_TIMEOUT_S = 10

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "get", "PRI")
TARGETS = (
    "/get-number",
    "/get-number?",
    "/get-number?a=b&c;d=%20+%C3%A4",
    "/get-number??/../x",
    "/%67et-number",
    "/get%2Dnumber",
    "/get-number%20",
    "/get-number/",
    "/get-number/x",
    "/GET-NUMBER",
    "/get-numbe",
    "/",
    "/favicon.ico",
    "/metrics",
)
# ServeMux answers these alike up to Go 1.25: afterwards the status may be another, and the cleaning as well.
REDIRECTED = (
    "//get-number",
    "/a/../get-number",
    "/a/../get-number?b=c&d=<'\">&e=%3C",
    "/./get-number",
    "/get-number/.",
    "/x/./y/",
    "/a//b%20c%C3%A4%25",
    "/a/..%2fget-number",
    "/%2fget-number",
    "/%2e/get-number",
)
REDIRECTS_KNOWN_IN_GO = range(17, 26)  # minor versions of Go 1


def request(method="GET", target="/get-number", version="HTTP/1.1", fields=("Host: a",), body=""):
    lines = [f"{method} {target} {version}", *fields, "", body]
    return "\r\n".join(lines).encode("latin-1")


# Requests that both answer, and after which both keep the connection or both close it.
ANSWERED = {
    "HTTP/1.0": request(version="HTTP/1.0", fields=()),
    "HTTP/1.0 that keeps the connection": request(version="HTTP/1.0", fields=("Connection: keep-alive",)),
    "HTTP/1.0 with HEAD": request("HEAD", version="HTTP/1.0", fields=()),
    "HTTP/1.0 not found": request(target="/x", version="HTTP/1.0", fields=()),
    "HTTP/1.0 that does not want chunks": request(version="HTTP/1.0", fields=("TE: chunked",)),
    "Connection: close": request(fields=("Host: a", "Connection: close")),
    "Connection: Close, in a list": request(fields=("Host: a", "Connection: x, Close")),
    "Connection: keep-alive": request(fields=("Host: a", "Connection: keep-alive")),
    "a full URL": request(target="http://b/get-number"),
    "a full URL that is not found": request(target="https://b:80/x"),
    "OPTIONS *": request("OPTIONS", "*"),
    "GET with a body": request(fields=("Host: a", "Content-Length: 3"), body="abc"),
    "POST with a body": request("POST", fields=("Host: a", "Content-Length: 3"), body="abc"),
    "POST in chunks": request("POST", fields=("Host: a", "Transfer-Encoding: chunked"), body="3\r\nabc\r\n0\r\n\r\n"),
    "POST that waits to be told": request(
        "POST", fields=("Host: a", "Expect: 100-continue", "Content-Length: 3"), body="abc"
    ),
    "POST elsewhere with a body": request("POST", "/x", fields=("Host: a", "Content-Length: 3"), body="abc"),
    "an offer of HTTP/2": request(fields=("Host: a", "Connection: Upgrade", "Upgrade: h2c")),
    "an offer of WebSockets": request(fields=("Host: a", "Connection: Upgrade", "Upgrade: websocket")),
    "Range": request(fields=("Host: a", "Range: bytes=0-3")),
    "conditions": request(fields=("Host: a", "If-None-Match: *", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT")),
    "Accept-Encoding": request(fields=("Host: a", "Accept-Encoding: gzip, br")),
    "Accept of a browser": request(fields=("Host: a", "Accept: text/html,application/xml;q=0.9,*/*;q=0.8")),
    "a field without a value": request(fields=("Host: a", "X:")),
    "fields in any case": request(fields=("hOST: a", "cONNECTION: cLOSE")),
    "HTTP/1.2": request(version="HTTP/1.2"),
}

# Requests that both refuse with the same status and then close. The words after the status are Go's own; ours come
# with Date and Content-Length.
REFUSED = {
    "no Host": request(fields=()),
    "two Hosts": request(fields=("Host: a", "Host: a")),
    "a Host with a blank": request(fields=("Host: a b",)),
    "no request line": b"nonsense\r\n\r\n",
    "HTTP/0.9": b"GET /get-number\r\n\r\n",
    "an empty target": b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target without a slash": request(target="get-number"),
    "a blank in the target": request(target="/get number"),
    "two blanks": request(target=" /get-number"),
    "a broken escape": request(target="/get-number%zz"),
    "a control in the target": request(target="/get-number\x01"),
    "a method that is none": request("G@T"),
    "a version of the future": request(version="HTTP/3.0"),
    "HTTP/2.0 in words": request(version="HTTP/2.0"),
    "a version of the past": request(version="HTTP/0.9"),
    "a version that is none": request(version="HTTP/x"),
    "a version in lower case": request(version="http/1.1"),
    "a field without a colon": request(fields=("Host: a", "field")),
    "a blank before the colon": request(fields=("Host: a", "X : y")),
    "a control in a field": request(fields=("Host: a", "X: \x01")),
    "a length that is none": request(fields=("Host: a", "Content-Length: x")),
    "a negative length": request(fields=("Host: a", "Content-Length: -1")),
    "two lengths": request(fields=("Host: a", "Content-Length: 3", "Content-Length: 4"), body="abcd"),
    "an endless field": request(fields=("Host: a", "X: " + "x" * 1_200_000)),
    "an unknown expectation": request(fields=("Host: a", "Expect: x")),
}

SMUGGLING = "what servers and proxies read differently is how requests are smuggled (RFC 9112, sections 5 to 7)"
PATHS = "a path must mean one thing to everybody who reads it"
LIMITS = "a counter's requests are small: heads of 64 KiB, targets of 8 KiB, 100 fields"
# Where we deliberately answer otherwise: Go's status, ours, and why.
DIFFERENT = {
    "a broken escape in the query": (request(target="/get-number?a=%zz"), 200, 400, PATHS),
    "a fragment": (request(target="/get-number#x"), 404, 400, PATHS),
    "a path with %00": (request(target="/get-number%00"), 404, 400, PATHS),
    "a path with a raw byte": (request(target="/\xff"), 404, 400, PATHS),
    "a path above the root": (request(target="/../get-number"), 301, 400, PATHS),
    "a full URL without a path": (request(target="http://b"), 301, 404, "it means / (RFC 9110, section 4.2.3)"),
    "CONNECT of a path": (request("CONNECT"), 400, 400, "its target is an authority; and the connection ends"),
    "CONNECT": (request("CONNECT", "a:80"), 404, 405, "this is no proxy"),
    "an empty Host": (request(fields=("Host:",)), 200, 400, "http URLs have a host (RFC 9110, section 4.2.1)"),
    "both framings": (
        request(fields=("Host: a", "Transfer-Encoding: chunked", "Content-Length: 3"), body="0\r\n\r\n"),
        200, 400, SMUGGLING,
    ),
    "an unknown framing": (request(fields=("Host: a", "Transfer-Encoding: gzip")), 501, 400, SMUGGLING),
    "bare line feeds": (b"GET /get-number HTTP/1.1\nHost: a\n\n", 200, 400, SMUGGLING),
    "a folded field": (request(fields=("Host: a", "X: y", " z")), 200, 400, SMUGGLING),
    "a line before the request": (b"\r\n" + request(), 400, 200, "servers should skip it (RFC 9112, section 2.2)"),
    "a long field": (request(fields=("Host: a", "X: " + "x" * 70_000)), 200, 431, LIMITS),
    "many fields": (request(fields=("Host: a", *["X: y"] * 200)), 200, 431, LIMITS),
    "a long target": (request(target="/" + "x" * 20_000), 404, 414, LIMITS),
}  # fmt: skip


class Answer:
    """One answer, read from a socket's file. `informed` is how many 100 Continue came before it."""

    def __init__(self, file, method="GET"):
        self.informed = -1
        self.status = 100
        while self.status == 100:
            self.informed += 1
            self._read_head(file)
        self.body = b""
        if method != "HEAD":
            length = self.fields.get("content-length")
            self.body = file.read() if length is None else file.read(int(length))

    def _read_head(self, file):
        line = file.readline().decode("latin-1")
        if not line:
            raise EOFError("the connection ended without an answer")
        self.version, status, self.reason = re.fullmatch(r"HTTP/(1\.[01]) (\d{3}) (.*)\r\n", line).groups()
        self.status = int(status)
        self.fields = {}
        while (line := file.readline().decode("latin-1")) != "\r\n":
            name, value = re.fullmatch(r"([\w-]+): (.*)\r\n", line).groups()
            if name.lower() in self.fields:
                raise ValueError(f"{name} came twice")
            self.fields[name.lower()] = value

    def seen(self):
        """All of it, but for what differs on purpose (Cache-Control, the version) or by the time (Date)."""
        fields = {k: v for k, v in self.fields.items() if k not in ("cache-control", "connection")}
        fields["date"] = "date" in fields
        return self.status, self.reason, fields, self.body, self.informed


class Connection:
    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def answer(self, method="GET"):
        return Answer(self._file, method)

    def kept(self):
        """Whether one more request is answered."""
        try:
            self.send(request(target="/kept"))
            return self.answer().status == 404
        except (EOFError, ConnectionError):
            return False


def exchange(port, data):
    """The answer to `data` and whether the connection was kept."""
    with Connection(port) as connection:
        connection.send(data)
        answer = connection.answer(data.split(b" ", 1)[0].decode("latin-1"))
        return answer, connection.kept()


def build_peer():
    directory = processes.private_directory("go")
    program = os.path.join(directory, "peer")
    environment = {"GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": os.path.join(directory, "cache")}
    environment["GOPATH"] = os.path.join(directory, "path")
    command = [GO, "build", "-o", program, os.path.join(ROOT, "bench", "peers", "counter.go")]
    subprocess.run(command, check=True, env={**os.environ, **environment}, timeout=BUILD_TIMEOUT_S)
    return program


def go_minor_version():
    said = subprocess.run([GO, "version"], check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S).stdout
    match = re.search(r"go1\.(\d+)", said)
    return int(match[1]) if match else 0


class CounterAnswersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer, cls.ours = processes.free_port(), processes.free_port()
        listen = ["--listen", f"127.0.0.1:{cls.ours}", "--admin-listen", "none"]
        programs = [
            processes.start_program([build_peer(), f"127.0.0.1:{cls.peer}"], ready="listening"),
            processes.start_program([COUNTER, "--source", "memory", *listen], ready="started"),
        ]
        for program in programs:
            cls.addClassCleanup(program.close)

    def setUp(self):
        # A test that failed may have left one of them behind.
        while (peer := self.number(self.peer)) != (ours := self.number(self.ours)):
            for _ in range(abs(peer - ours)):
                self.number(self.peer if peer < ours else self.ours)

    def number(self, port):
        answer, _ = exchange(port, request())
        return int(re.fullmatch(rb"\{number: (\d+)\}", answer.body)[1])

    def expect_same(self, data):
        theirs, they_kept = exchange(self.peer, data)
        ours, we_kept = exchange(self.ours, data)
        self.assertEqual(ours.seen(), theirs.seen())
        self.assertEqual(we_kept, they_kept)
        self.expect_ours(ours)

    def expect_ours(self, answer):
        self.assertEqual(answer.fields["cache-control"], "no-store")  # a cached answer would be a duplicate
        self.assertNotIn("server", answer.fields)
        self.assertIn("date", answer.fields)


class TheSame(CounterAnswersTest):
    def test_answer_to_every_method_and_path(self):
        for method in METHODS:
            for target in TARGETS:
                with self.subTest(method=method, target=target):
                    self.expect_same(request(method, target))

    def test_answer_to_what_is_allowed_and_unusual(self):
        for name, data in ANSWERED.items():
            with self.subTest(name):
                self.expect_same(data)

    def test_redirection_to_the_clean_path(self):
        if (minor := go_minor_version()) not in REDIRECTS_KNOWN_IN_GO:
            self.skipTest(f"Go 1.{minor} redirects otherwise")
        for target in REDIRECTED:
            for method in METHODS:
                if method == "HEAD":
                    continue
                with self.subTest(method=method, target=target):
                    self.expect_same(request(method, target))

    def test_redirection_of_head_has_the_length_of_get(self):
        for target in REDIRECTED:  # Go leaves the length out, which is allowed as well
            with self.subTest(target=target):
                head, kept = exchange(self.ours, request("HEAD", target))
                self.assertEqual((head.status, head.body, kept), (301, b"", True))
                self.assertEqual(head.seen()[:3], exchange(self.ours, request("GET", target))[0].seen()[:3])
                theirs, _ = exchange(self.peer, request("HEAD", target))
                self.assertEqual(head.fields["location"], theirs.fields["location"])

    def test_answers_to_pipelined_requests(self):
        methods = ["GET", "HEAD", "GET", "POST", "FOO", "GET", "GET"]
        requests = [request(method) for method in methods]
        requests[3] = ANSWERED["POST in chunks"]
        requests[4] = request("FOO", "/x")
        seen = []
        for port in (self.peer, self.ours):
            with Connection(port) as connection:
                connection.send(b"".join(requests))
                seen.append([connection.answer(method).seen() for method in methods])
                self.assertTrue(connection.kept())
        self.assertEqual(*seen)
        bodies = [int(re.search(rb"\d+", body)[0]) for status, _, _, body, _ in seen[1] if status == 200]
        self.assertEqual(bodies, list(range(bodies[0], bodies[0] + 4)))

    def test_answer_to_a_request_that_comes_byte_by_byte(self):
        seen = []
        for port in (self.peer, self.ours):
            with Connection(port) as connection:
                for byte in request() + request("HEAD", "/x"):
                    connection.send(bytes([byte]))
                seen.append([connection.answer().seen(), connection.answer("HEAD").seen()])
        self.assertEqual(*seen)


class Refusals(CounterAnswersTest):
    def test_are_those_of_go(self):
        for name, data in REFUSED.items():
            with self.subTest(name):
                theirs, they_kept = exchange(self.peer, data)
                ours, we_kept = exchange(self.ours, data)
                self.assertGreaterEqual(theirs.status, 400)
                self.assertEqual((ours.status, we_kept), (theirs.status, they_kept))
                self.assertFalse(we_kept)
                self.expect_refusal(ours)

    def test_and_other_differences_are_known(self):
        for name, (data, theirs, ours, why) in DIFFERENT.items():
            with self.subTest(name, why=why):
                self.assertEqual(exchange(self.peer, data)[0].status, theirs)
                answer, kept = exchange(self.ours, data)
                self.assertEqual(answer.status, ours)
                if ours >= 400 and ours != 404:
                    self.assertFalse(kept)
                    self.expect_refusal(answer)

    def expect_refusal(self, answer):
        self.assertEqual(answer.fields["content-type"], "text/plain; charset=utf-8")
        self.assertEqual(answer.fields["connection"], "close")
        self.assertEqual(int(answer.fields["content-length"]), len(answer.body))
        self.assertTrue(answer.body.startswith(str(answer.status).encode()))
        self.assertNotIn("server", answer.fields)

    def test_use_no_number_up(self):
        requests = [*REFUSED.values(), *(data for data, _, ours, _ in DIFFERENT.values() if ours != 200)]
        before = self.number(self.ours)
        for data in requests:
            exchange(self.ours, data)
        self.assertEqual(self.number(self.ours), before + 1)


class Json(CounterAnswersTest):
    def test_is_for_those_who_ask_for_it(self):
        for accept in (
            "application/json",
            "Application/JSON",
            "text/html, application/json;q=0.5",
            "*/*, application/json ; charset=utf-8",
        ):
            with self.subTest(accept):
                before = self.number(self.ours)
                answer, kept = exchange(self.ours, request(fields=("Host: a", f"Accept: {accept}")))
                self.assertEqual((answer.status, kept), (200, True))
                self.assertEqual(answer.fields["content-type"], "application/json")
                self.assertEqual(json.loads(answer.body), {"number": before + 1})
                self.expect_ours(answer)

    def test_is_not_for_others(self):
        for accept in ("*/*", "application/*", "text/plain", "application/json;q=0", "application/jsonx", ""):
            with self.subTest(accept):
                self.expect_same(request(fields=("Host: a", f"Accept: {accept}")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
