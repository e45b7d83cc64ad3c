#!/usr/bin/env python3
"""Counters that are wrong on purpose, or not safe enough, for counter-check to find out.

  segment      each replica hands out blocks of its own: unique, but not increasing over the replicas
  get-then-set reads a Redis key and writes it back in two steps: duplicates under load
  incr         INCR on whatever Redis is the primary now: repeats numbers when a fail-over lost some

Answers GET /get-number with "{number: N}" over HTTP/1.1 with keep-alive, on loopback. Prints
"listening 127.0.0.1:PORT" when it is ready; stops on SIGTERM.
"""

import argparse
import http.server
import itertools
import signal
import socket
import socketserver
import sys
import threading

REDIS_TIMEOUT_S = 2
KEY = b"num"


class RedisError(Exception):
    """The answer was an error, or none came."""


class Redis:
    """One connection that speaks RESP 2: a command, then its answer."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=REDIS_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def close(self):
        self._file.close()
        self._socket.close()

    def command(self, *words):
        request = b"*%d\r\n" % len(words)
        for word in words:
            request += b"$%d\r\n%s\r\n" % (len(word), word)
        self._socket.sendall(request)
        return self._answer()

    def _answer(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise RedisError("the connection ended")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest
        if kind == b"$":
            size = int(rest)
            if size < 0:
                return None
            body = self._file.read(size + 2)
            if len(body) != size + 2:
                raise RedisError("the connection ended")
            return body[:-2]
        raise RedisError(f"unexpected answer {line!r}")


class Segment:
    """Replica I takes block I, then the block that lies REPLICAS blocks further, and so on."""

    def __init__(self, replica, replicas, size):
        firsts = itertools.count(replica * size + 1, replicas * size)
        self._numbers = itertools.chain.from_iterable(range(first, first + size) for first in firsts)
        self._lock = threading.Lock()

    def next(self):
        with self._lock:
            return next(self._numbers)


class RedisCounter:
    """A connection per thread, made when it is needed, dropped after any failure or when the address changes."""

    def __init__(self, address, path):
        self._address = address
        self._path = path
        self._local = threading.local()

    def next(self):
        redis = self._connection()
        try:
            return self.increment(redis)
        except (OSError, RedisError, ValueError):
            redis.close()
            self._local.redis = None
            raise

    def _connection(self):
        address = self._current_address()
        redis = getattr(self._local, "redis", None)
        if redis is not None and self._local.address == address:
            return redis
        if redis is not None:
            redis.close()
            self._local.redis = None
        self._local.redis = Redis(address)
        self._local.address = address
        return self._local.redis

    def _current_address(self):
        if self._path is None:
            return self._address
        with open(self._path, encoding="ascii") as file:
            return file.read().strip()

    def increment(self, redis):
        raise NotImplementedError


class GetThenSet(RedisCounter):
    def increment(self, redis):
        number = int(redis.command(b"GET", KEY) or 0) + 1
        redis.command(b"SET", KEY, b"%d" % number)
        return number


class Incr(RedisCounter):
    def increment(self, redis):
        return redis.command(b"INCR", KEY)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is one write

    def do_GET(self):
        if self.path != "/get-number":
            self._answer(404, b"404 page not found\n")
            return
        try:
            number = self.server.counter.next()
        except (OSError, RedisError, ValueError) as error:
            self._answer(503, f"{error}\n".encode())
            return
        self._answer(200, b"{number: %d}" % number)

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


def make_counter(options):
    if options.mode == "segment":
        return Segment(options.replica, options.replicas, options.segment)
    kind = GetThenSet if options.mode == "get-then-set" else Incr
    return kind(options.redis, options.redis_file)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("segment", "get-then-set", "incr"), required=True)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--replica", type=int, default=0, help="segment: which one this is, from 0")
    parser.add_argument("--replicas", type=int, default=3, help="segment: how many there are")
    parser.add_argument("--segment", type=int, default=1000, help="segment: numbers in a block")
    redis = parser.add_mutually_exclusive_group()
    redis.add_argument("--redis", metavar="HOST:PORT")
    redis.add_argument("--redis-file", metavar="PATH", help="holds HOST:PORT; read again for each number")
    options = parser.parse_args(arguments)
    if options.mode != "segment" and not (options.redis or options.redis_file):
        parser.error(f"--mode {options.mode} needs --redis or --redis-file")
    if options.mode == "segment" and not (0 <= options.replica < options.replicas and options.segment > 0):
        parser.error("--replica is from 0 to --replicas - 1, and --segment at least 1")
    return options


def main():
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Server(("127.0.0.1", options.port), Handler) as server:
        server.counter = make_counter(options)
        print(f"listening 127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
