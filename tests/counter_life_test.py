#!/usr/bin/python3
"""The counter as a process: settings, start, probes, metrics, logs, the end, and what a file source keeps."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import processes
from counter_program import Counter, ask

COUNTER = processes.binary("counter")
CHECK = processes.binary("counter-check")
RUN_TIMEOUT_S = 30
LATE = "1m"  # a timeout that the test does not wait for
BINARY_BYTES_MAX = 15_000_000
NOWHERE = ["--listen", "127.0.0.1:0", "--admin-listen", "none"]  # for a counter that does not get so far


def run(*arguments, environment=None):
    """Runs counter to its end, with nothing of ours in its environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("COUNTER_") and k != "REDIS_SVC_ADDR"}
    return subprocess.run(
        [COUNTER, *map(str, arguments)],
        env={**clean, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )


def listens(address):
    host, port = address.rsplit(":", 1)
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


class CounterLifeTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.start = stack.enter_context
        self.directory = processes.private_directory("counter-life")

    def file(self, name):
        return os.path.join(self.directory, name)


class Settings(CounterLifeTest):
    def test_are_all_in_the_help(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for flag, env, default in (
            ("listen ADDRESS:PORT", "COUNTER_LISTEN", ":8080"),
            ("source KIND", "COUNTER_SOURCE", "auto"),
            ("redis-address HOST", "REDIS_SVC_ADDR", None),
            ("[no-]create-key", "COUNTER_CREATE_KEY", "true"),
            ("ledger-lease DURATION", "COUNTER_LEDGER_LEASE", "1s"),
            ("shutdown-delay DURATION", "COUNTER_SHUTDOWN_DELAY", "0s"),
        ):
            note = f"[env {env}; default {default}]" if default else f"[env {env}]"
            told = re.search(rf"(?m)^  --{re.escape(flag)}(?:.*\n  {{4,}})*.*?(\[env .*\])$", done.stdout)
            self.assertEqual(told and told[1], note, flag)
        flags = re.findall(r"(?m)^  --(?:\[no-\])?([\w-]+)", done.stdout)
        notes = re.findall(r"\[env ", done.stdout)
        self.assertEqual(len(flags) - len(notes), 2)  # --version and --completion
        self.assertRegex(run("--version").stdout, r"\Acounter \d+\.\d+\.\d+\n\Z")

    def test_that_are_wrong_are_named_in_one_line(self):
        for arguments, named in (
            (["--listen", "127.0.0.1:99999"], "--listen"),
            (["--listen"], "--listen"),
            (["--admin-listen", "somewhere"], "--admin-listen"),
            (["--lisen", ":80"], "--listen?"),
            (["--no-listen"], "--no-listen"),
            (["number"], '"number"'),
            (["--source", "disk"], "memory, file, redis"),
            (["--source", "file"], "--file PATH"),
            (["--request-timeout", "5"], "500ms"),
            (["--connections-max", "0"], "--connections-max"),
            (["--file-window", "1e3"], "--file-window"),
            (["--log-level", "verbose"], "--log-level"),
            (["--redis-url", "http://a"], "--redis-url"),
            (["--redis-address", "a:b"], "--redis-address"),
            (["--redis-address", "a", "--redis-ca-file", "ca.pem"], "rediss://"),
            (["--redis-url", "rediss://a", "--redis-cert-file", "c.pem"], "--redis-key-file"),
            (["--source", "memory", "--ledger-file", "ledger"], "--ledger-file"),
            (["--redis-address", "a", "--key", ""], "--key"),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, rf"\Acounter: .*{re.escape(named)}.*\n\Z")
        done = run(environment={"COUNTER_LISTEN": "nowhere"})
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Acounter: .*COUNTER_LISTEN: .*\n\Z")

    def test_never_hold_or_show_a_password(self):
        done = run("--redis-url", "redis://user:pa55word@redis:6379")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Acounter: .*--redis-password-file.*\n\Z")
        self.assertNotIn("pa55word", done.stderr)

    def test_that_the_world_refuses_exit_with_1(self):
        taken = self.start(Counter("--source", "memory"))
        missing = self.file("missing.pem")
        for arguments, why in (
            (["--listen", taken.address], "in use"),
            (["--listen", "127.0.0.1:0", "--admin-listen", taken.admin], "in use"),
            (["--listen", "127.0.0.1:0", "--redis-url", "rediss://a", "--redis-ca-file", missing], "missing.pem"),
            (["--listen", "127.0.0.1:0", "--source", "file", "--file", self.file("no/such")], "No such file"),
        ):
            with self.subTest(arguments=arguments):
                done = run("--admin-listen", "none", *arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, rf"(?m)^.* ERROR cannot start .*{re.escape(why)}.*\n\Z")

    def test_come_from_flags_before_the_environment(self):
        by_flag, by_env, admin = (f"127.0.0.1:{processes.free_port()}" for _ in range(3))
        environment = {"COUNTER_LISTEN": by_env, "COUNTER_ADMIN_LISTEN": admin}
        environment |= {"COUNTER_SOURCE": "", "REDIS_SVC_ADDR": ""}  # as if they were not there
        with processes.start_program([COUNTER], ready="started", environment=environment):
            self.assertEqual(ask(by_env).body, "{number: 1}")
            self.assertEqual(ask(admin, "/livez").body, "ok\n")
        with processes.start_program([COUNTER, f"--listen={by_flag}"], ready="started", environment=environment):
            self.assertEqual(ask(by_flag).body, "{number: 1}")
            self.assertFalse(listens(by_env))

    def test_find_redis_as_the_original_does(self):
        redis = self.start(processes.RedisServer())
        dead = f"127.0.0.1:{processes.free_port()}"
        for count, (environment, arguments) in enumerate((
            ({"REDIS_SVC_ADDR": redis.address}, []),
            ({"REDIS_SVC_ADDR": dead}, ["--redis-address", redis.address]),
            ({"REDIS_SVC_ADDR": dead, "COUNTER_REDIS_URL": f"redis://{redis.address}"}, []),
            ({"COUNTER_REDIS_URL": f"redis://{dead}"}, ["--redis-url", f"redis://{redis.address}"]),
        ), start=1):  # fmt: skip
            with self.subTest(environment=environment, arguments=arguments):
                with Counter(*arguments, environment=environment) as counter:
                    self.assertEqual(counter.number(), count)
        self.assertEqual(redis.command("GET", "num"), b"4")
        with Counter("--source", "memory", environment={"REDIS_SVC_ADDR": redis.address}) as counter:
            self.assertEqual(counter.number(), 1)


class Telemetry(CounterLifeTest):
    def test_probes_and_metrics_are_on_their_own_port(self):
        counter = self.start(Counter("--source", "memory"))
        for path, text in ("/livez", "ok\n"), ("/readyz", "ok\n"):
            answer = ask(counter.admin, path)
            self.assertEqual((answer.status, answer.body, answer.headers["cache-control"]), (200, text, "no-store"))
            self.assertEqual(counter.ask(path).status, 404)
        self.assertEqual(ask(counter.admin).status, 404)
        refused = ask(counter.admin, "/metrics", method="POST")
        self.assertEqual((refused.status, refused.headers["allow"]), (405, "GET, HEAD"))
        self.assertEqual(ask(counter.admin, "/livez", method="HEAD").status, 200)
        self.assertEqual(counter.number(), 1)

    def test_none_is_no_port(self):
        listen = f"127.0.0.1:{processes.free_port()}"
        arguments = [COUNTER, "--source", "memory", "--listen", listen, "--admin-listen", "none"]
        program = self.start(processes.start_program(arguments, ready="started"))
        self.assertEqual(ask(listen).status, 200)
        self.assertNotIn("probes", program.output())

    def test_metrics_count_what_was_asked(self):
        redis = self.start(processes.RedisServer())
        counter = self.start(Counter("--redis-address", redis.address))
        for i in range(1, 21):
            self.assertEqual(counter.number(), i)
            counter.ask(method="POST")
            counter.ask("/unknown")
        metrics = counter.metrics()
        self.assertEqual(metrics["counter_numbers_issued_total"], 20)
        self.assertEqual(metrics["http_server_request_duration_seconds_count"], 20)
        self.assertEqual(metrics["counter_batch_size_sum"], 20)
        self.assertGreaterEqual(metrics["counter_backend_roundtrip_seconds_count"], 20)
        self.assertEqual(metrics["http_server_active_requests"], 0)
        self.assertEqual(metrics["counter_failovers_total"], 0)
        version = run("--version").stdout.split()[1]
        self.assertEqual(metrics[f'build_info{{version="{version}",source="redis"}}'], 1)
        errors = {k: v for k, v in metrics.items() if k.startswith("counter_backend_errors_total{")}
        self.assertIn('counter_backend_errors_total{kind="timeout"}', errors)
        self.assertEqual(set(errors.values()), {0})
        for name in ("http_server_request_duration_seconds", "counter_batch_size", "counter_backend_roundtrip_seconds"):
            buckets = [v for k, v in metrics.items() if k.startswith(f"{name}_bucket{{")]
            self.assertEqual(buckets, sorted(buckets))
            self.assertEqual(metrics[f'{name}_bucket{{le="+Inf"}}'], metrics[f"{name}_count"])

    def test_log_lines_are_json_where_that_is_asked(self):
        redis = self.start(processes.RedisServer())
        counter = self.start(Counter(
            "--redis-address", redis.address, "--log-format", "json", "--log-level", "debug",
            "--request-timeout", "100ms",
        ))  # fmt: skip
        counter.number()
        redis.kill()
        self.assertEqual(counter.ask().status, 503)
        self.assertEqual(counter.stop(), 0)
        lines = [json.loads(line) for line in counter.log().splitlines()]
        for line in lines:
            self.assertRegex(line["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
            self.assertIn(line["level"], ("debug", "info", "warn", "error"))
        said = {line["msg"]: line for line in lines}
        self.assertEqual(said["serving numbers"]["address"], counter.address)
        self.assertEqual(said["no number can be given"]["level"], "warn")
        self.assertEqual(said["stopping"]["signal"], "TERM")


class End(CounterLifeTest):
    def redis_counter(self, *arguments):
        """A counter whose requests wait as long as Redis is stalled."""
        self.redis = self.start(processes.RedisServer())
        patience = ["--request-timeout", LATE, "--redis-timeout", LATE]
        counter = self.start(Counter("--redis-address", self.redis.address, *patience, *arguments))
        self.assertEqual(counter.number(), 1)
        return counter

    def ask_in_vain(self, counter):
        """A request that is under way, as the answers it gets: none yet."""
        self.redis.stall()
        self.addCleanup(self.redis.resume)
        answers = []

        def wait():
            try:
                answers.append(counter.ask(timeout_s=RUN_TIMEOUT_S))
            except (OSError, http.client.HTTPException) as error:
                answers.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        self.addCleanup(thread.join)
        processes.wait_until(
            lambda: counter.metrics()["http_server_active_requests"] == 1, "a request that is under way"
        )
        return answers

    def test_finishes_the_requests_that_are_under_way(self):
        counter = self.redis_counter("--drain-timeout", LATE)
        answers = self.ask_in_vain(counter)
        counter.program.signal(signal.SIGTERM)
        processes.wait_until(lambda: not listens(counter.address), "the end of the listener")
        self.assertFalse(counter.ready())
        self.assertEqual(ask(counter.admin, "/livez").status, 200)
        self.assertEqual(answers, [])
        self.redis.resume()
        self.assertEqual(counter.program.wait(), 0)
        processes.wait_until(lambda: answers, "an answer")
        self.assertEqual((answers[0].status, answers[0].body), (200, "{number: 2}"))
        self.assertEqual(answers[0].headers["connection"], "close")

    def test_has_a_limit(self):
        counter = self.redis_counter("--drain-timeout", "50ms")
        answers = self.ask_in_vain(counter)
        counter.program.signal(signal.SIGTERM)
        self.assertEqual(counter.program.wait(), 1)
        self.assertRegex(counter.log(), "WARN +requests were broken off")
        processes.wait_until(lambda: answers, "an end without an answer")
        self.assertIsInstance(answers[0], (OSError, http.client.HTTPException))

    def test_is_hurried_by_a_second_signal(self):
        counter = self.redis_counter("--drain-timeout", LATE)
        self.ask_in_vain(counter)
        counter.program.signal(signal.SIGTERM)
        processes.wait_until(lambda: not listens(counter.address), "the end of the listener")
        counter.program.signal(signal.SIGINT)
        self.assertEqual(counter.program.wait(), 1)
        self.assertRegex(counter.log(), "WARN +requests were broken off")

    def test_is_announced_during_the_shutdown_delay(self):
        counter = self.start(Counter("--source", "memory", "--shutdown-delay", LATE))
        kept = http.client.HTTPConnection(counter.address, timeout=RUN_TIMEOUT_S)
        self.addCleanup(kept.close)
        kept.request("GET", "/get-number")
        first = kept.getresponse()
        self.assertEqual((first.read(), first.headers["Connection"]), (b"{number: 1}", None))
        counter.program.signal(signal.SIGTERM)
        processes.wait_until(lambda: not counter.ready(), "/readyz that says no")
        self.assertEqual(ask(counter.admin, "/readyz").body, "shutting down\n")
        self.assertEqual(ask(counter.admin, "/livez").status, 200)
        kept.request("GET", "/get-number")
        last = kept.getresponse()
        self.assertEqual((last.read(), last.headers["Connection"]), (b"{number: 2}", "close"))
        new = counter.ask()  # somebody who has not heard of it yet
        self.assertEqual((new.body, new.headers["connection"]), ("{number: 3}", "close"))
        counter.program.signal(signal.SIGTERM)
        self.assertEqual(counter.program.wait(), 0)

    def test_comes_at_once_for_idle_connections(self):
        counter = self.start(Counter("--source", "memory", "--drain-timeout", LATE))
        host, port = counter.address.split(":")
        with socket.create_connection((host, int(port)), timeout=RUN_TIMEOUT_S) as idle:
            counter.number()
            counter.program.signal(signal.SIGINT)
            self.assertEqual(idle.recv(1), b"")
        self.assertEqual(counter.program.wait(), 0)


class FileSource(CounterLifeTest):
    WINDOW = 100

    def counter(self):
        return Counter("--source", "file", "--file", self.file("number"), "--file-window", str(self.WINDOW))

    def test_goes_on_after_a_clean_end(self):
        counter = self.start(self.counter())
        expected = 1
        for _ in range(3):
            for _ in range(self.WINDOW + 1):
                self.assertEqual(counter.number(), expected)
                expected += 1
            self.assertEqual(counter.stop(), 0)
            counter.start()

    def test_never_repeats_after_a_kill(self):
        counter = self.start(self.counter())
        load = self.start(processes.start_program(
            [CHECK, counter.address, "--duration", "1h", "--json", self.file("run.json"), "--gap-budget", 10**9]
        ))  # fmt: skip
        kills = 4
        for _ in range(kills):
            enough = counter.number() + 3 * self.WINDOW
            processes.wait_until(lambda: counter.number() > enough, "numbers")
            counter.kill()
            counter.start()
        processes.wait_until(lambda: counter.number() > enough, "numbers")
        load.signal(signal.SIGINT)
        self.assertEqual(load.wait(), 0, load.output())
        with open(self.file("run.json"), encoding="utf-8") as file:
            gaps = json.load(file)["numbers"]["gaps"]
        ours = 100_000  # numbers that this test took for itself
        self.assertLessEqual(gaps["unexplained"], kills * 2 * self.WINDOW + ours)

    def test_belongs_to_one_process(self):
        counter = self.start(self.counter())
        counter.number()
        done = run("--source", "file", "--file", self.file("number"), *NOWHERE)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"ERROR cannot start .*number\.lock")
        self.assertEqual(counter.number(), 2)

    def test_refuses_a_file_that_is_damaged(self):
        counter = self.start(self.counter())
        counter.number()
        counter.kill()
        with open(self.file("number"), encoding="ascii") as file:
            good = file.read()
        ceiling = re.search(r"ceiling=(\d+)", good)[1]
        for damaged in ("", good[:-20], good.replace(ceiling, "1" + ceiling), good + "x", "\0" * len(good)):
            with self.subTest(damaged=damaged):
                with open(self.file("number"), "w", encoding="ascii") as file:
                    file.write(damaged)
                done = run("--source", "file", "--file", self.file("number"), *NOWHERE)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"ERROR cannot start .*/number: restore it")
                with open(self.file("number"), encoding="ascii") as file:
                    self.assertEqual(file.read(), damaged)
        with open(self.file("number"), "w", encoding="ascii") as file:
            file.write(good)
        counter.start()
        self.assertEqual(counter.number(), int(ceiling) + 1)


class Binary(CounterLifeTest):
    def setUp(self):
        super().setUp()
        readelf = processes.require_program("readelf")
        command = [readelf, "-lSW", COUNTER]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
        self.elf = done.stdout
        if "INTERP" in self.elf:
            self.skipTest("this build links shared libraries")

    def test_is_small_and_static(self):
        self.assertNotRegex(self.elf, r"\.dynamic\b|\.symtab\b|\.debug_info\b")
        self.assertLess(os.path.getsize(COUNTER), BINARY_BYTES_MAX)

    @unittest.skipUnless(os.geteuid() == 0, "only root may change the root directory")
    def test_runs_where_there_is_nothing_else(self):
        chroot = processes.require_program("chroot")
        shutil.copy(COUNTER, self.file("counter"))
        redis = self.start(processes.RedisServer())
        os.mkdir(self.file("etc"))
        with open(self.file("etc/hosts"), "w", encoding="ascii") as file:
            file.write("127.0.0.1 redis.example\n")
        listen = f"127.0.0.1:{processes.free_port()}"
        command = [chroot, self.directory, "/counter", "--listen", listen, "--admin-listen", "none"]
        command += ["--redis-url", f"redis://redis.example:{redis.port}"]
        program = self.start(processes.start_program(command, ready="started"))
        self.assertEqual(ask(listen).body, "{number: 1}")
        self.assertEqual(program.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
