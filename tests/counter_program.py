"""The counter as a program: replicas on free ports, their probes, metrics and numbers.

  with Counter("--source", "memory") as counter:
      counter.number()
      counter.metrics()["counter_numbers_issued_total"]
"""

import http.client
import re

import processes

READY = r"started.*version"
REQUEST_TIMEOUT_S = 10


class Answer:
    """An HTTP answer that was read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read().decode()


def ask(address, path="/get-number", method="GET", headers=None, timeout_s=REQUEST_TIMEOUT_S):
    """One request on a connection of its own. Errors of the connection are OSErrors and HTTPExceptions."""
    connection = http.client.HTTPConnection(address, timeout=timeout_s)
    try:
        connection.request(method, path, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def parse_metrics(text):
    """Prometheus' text format as {'name{label="value"}': number}; a ValueError for a line that is none of it."""
    label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"'
    sample = re.compile(rf"([a-zA-Z_:][\w:]*(?:\{{{label}(?:,{label})*\}})?) (\S+)")
    samples, described, typed = {}, set(), set()
    for line in text.splitlines():
        if comment := re.fullmatch(r"# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)", line):
            told = described if comment[1] == "HELP" else typed
            if comment[2] in told:
                raise ValueError(f"again: {line!r}")
            told.add(comment[2])
        elif (match := sample.fullmatch(line)) and match[1] not in samples:
            name = match[1].split("{")[0]
            if not {name, re.sub(r"_(bucket|sum|count)$", "", name)} & typed:
                raise ValueError(f"without a type: {line!r}")
            samples[match[1]] = float(match[2])
        else:
            raise ValueError(f"not a metric: {line!r}")
    return samples


class Counter:
    """One replica. It keeps its ports and its settings when it is started again."""

    def __init__(self, *arguments, environment=None):
        self.address = f"127.0.0.1:{processes.free_port()}"
        self.admin = f"127.0.0.1:{processes.free_port()}"
        self._arguments = [processes.binary("counter"), "--listen", self.address, "--admin-listen", self.admin]
        self._arguments += arguments
        self._environment = environment
        self._directory = processes.private_directory("counter")
        self.program = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.close()

    def start(self):
        """Starts it, after kill() or stop() again."""
        self.program = processes.start_program(
            self._arguments, ready=READY, directory=self._directory, environment=self._environment
        )

    def kill(self):
        self.program.kill()

    def stop(self):
        """SIGTERM; its exit code."""
        return self.program.stop()

    def ask(self, path="/get-number", **options):
        return ask(self.address, path, **options)

    def number(self):
        """The next number; a ValueError for any other answer."""
        answer = self.ask()
        if answer.status != 200:
            raise ValueError(f"{answer.status}: {answer.body}")
        return int(re.fullmatch(r"\{number: (\d+)\}", answer.body)[1])

    def ready(self):
        return ask(self.admin, "/readyz").status == 200

    def metrics(self):
        return parse_metrics(ask(self.admin, "/metrics").body)

    def errors(self):
        """How many requests got no number so far."""
        return sum(v for k, v in self.metrics().items() if k.startswith("counter_backend_errors_total{"))

    def log(self):
        return self.program.output()
