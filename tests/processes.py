"""Real programs for end-to-end tests: started on loopback, in private directories, and gone when the test is.

  with start_program([binary("counter"), "--listen", f"127.0.0.1:{port}"], ready="listening") as counter:
      ...
  with RedisServer(["--appendonly", "yes"]) as redis:
      redis.command("INCR", "num")

Every process is killed, by its id, when its `with` block ends, when the test ends, and by the kernel when the
thread that started it ends (so start them from the main thread). Every wait has an end.
"""

import atexit
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from bad_counter import Redis

START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 10
POLL_S = 0.02
PORT_ATTEMPTS = 5
SKIPPED = 77

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_running = set()
_directories = set()
_ports = set()


class ProcessError(Exception):
    """A program that did not start, or did not do what was waited for; says what it wrote."""


def skip(why):
    """Ends the test as skipped; ./test.sh lists why."""
    print(f"SKIP: {why}")
    sys.exit(SKIPPED)


def binary(name):
    """The path of a program of this project."""
    path = os.path.join(os.environ.get("CAIRN_BIN_DIR", ""), name)
    if not os.access(path, os.X_OK):
        skip(f"{path} is not built")
    return path


def require_program(name):
    """The path of another project's program."""
    path = shutil.which(name)
    if path is None:
        skip(f"{name} is not installed")
    return path


def free_port():
    """A TCP port of loopback that nobody uses now, a different one each time."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _ports:
            _ports.add(port)
            return port


def private_directory(name):
    """An empty directory that is removed when the test ends."""
    path = tempfile.mkdtemp(prefix=f"cairn-{name}-")
    _directories.add(path)
    return path


def wait_until(condition, what, timeout_s=START_TIMEOUT_S):
    """The first true value of condition(), or a ProcessError that names `what`."""
    deadline = time.monotonic() + timeout_s
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise ProcessError(f"not within {timeout_s} s: {what}")
        time.sleep(POLL_S)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """One running process and its private directory, which is its working directory. See start_program."""

    def __init__(self, arguments, directory=None, environment=None):
        self.arguments = [str(argument) for argument in arguments]
        self._owns_directory = directory is None
        self.directory = directory or private_directory("test")
        self.log_path = os.path.join(self.directory, f"{os.path.basename(self.arguments[0])}.log")
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.arguments,
                cwd=self.directory,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
            )
        _running.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def pid(self):
        return self._process.pid

    def output(self):
        """What it wrote so far, on standard output and error."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            log.seek(self._log_start)
            return log.read()

    def running(self):
        return self._process.poll() is None

    def wait_for(self, pattern, timeout_s=START_TIMEOUT_S):
        """The match of the regular expression in its output; a ProcessError when it ends without one."""

        def look():
            alive = self.running()
            if match := re.search(pattern, self.output(), re.MULTILINE):
                return match
            if not alive:
                raise ProcessError(f"{self.arguments} ended with {self._process.returncode}:\n{self.output()}")
            return None

        try:
            return wait_until(look, f"/{pattern}/", timeout_s)
        except ProcessError as error:
            raise ProcessError(f"{self.arguments}: {error}\n{self.output()}") from None

    def wait(self, timeout_s=START_TIMEOUT_S):
        """Its exit code (negative: the signal that ended it), once it ends by itself."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ProcessError(f"{self.arguments} still runs:\n{self.output()}") from None

    def signal(self, number):
        self._process.send_signal(number)

    def stall(self):
        """Stops it from running (SIGSTOP) until resume()."""
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """SIGKILL, and waits until it is gone."""
        self._process.kill()
        self._process.wait(STOP_TIMEOUT_S)
        _running.discard(self)

    def stop(self):
        """SIGTERM, and its exit code; SIGKILL when it does not end in time."""
        self._process.terminate()
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.kill()

    def close(self):
        """Kills it, and removes its directory if that was made for it."""
        self.kill()
        if self._owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)


def start_program(arguments, ready=None, directory=None, environment=None):
    """A Program whose output matches `ready`; `environment` is added to the test's own."""
    program = Program(arguments, directory, environment)
    try:
        if ready is not None:
            program.wait_for(ready)
    except ProcessError:
        program.close()
        raise
    return program


def redis_command(port, *words):
    """The answer to one command over a connection of its own; not for answers that are arrays."""
    redis = Redis(f"127.0.0.1:{port}")
    try:
        return redis.command(*(word if isinstance(word, bytes) else str(word).encode() for word in words))
    finally:
        redis.close()


class RedisServer:
    """A real redis-server that keeps nothing on disk unless `extra_args` say otherwise."""

    def __init__(self, extra_args=()):
        self._extra_args = list(extra_args)
        self._executable = require_program("redis-server")
        self.directory = private_directory("redis")
        self.port = 0
        self.program = None
        for attempt in range(PORT_ATTEMPTS):
            self.port = free_port()
            try:
                self.start()
                break
            except ProcessError as error:  # somebody else may have taken the port by now
                if "Address already in use" not in str(error) or attempt == PORT_ATTEMPTS - 1:
                    self.close()
                    raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        """After kill() or stop(): the same port and directory again."""
        arguments = [self._executable, "--port", self.port, "--bind", "127.0.0.1", "--dir", self.directory]
        arguments += ["--save", "", "--appendonly", "no", *self._extra_args]
        self.program = start_program(arguments, ready="Ready to accept connections", directory=self.directory)

    def command(self, *words):
        """redis_command() of this server."""
        return redis_command(self.port, *words)

    def stall(self):
        self.program.stall()

    def resume(self):
        self.program.resume()

    def kill(self):
        self.program.kill()

    def stop(self):
        return self.program.stop()

    def close(self):
        if self.program is not None:
            self.program.close()
        shutil.rmtree(self.directory, ignore_errors=True)


@atexit.register
def _kill_all():
    for program in list(_running):
        program.kill()
    for path in _directories:
        shutil.rmtree(path, ignore_errors=True)


# A test that is told to end still cleans up.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
