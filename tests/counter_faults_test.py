#!/usr/bin/python3
"""Three replicas of the counter over a real Redis, under load, while things break. counter-check is the judge."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import unittest

import processes
from counter_program import Counter
from redis_sets import RedisCluster, SentinelSet, role
from tcp_balancer import Balancer

CHECK = processes.binary("counter-check")
processes.binary("counter")
processes.require_program("redis-server")
processes.require_program("redis-sentinel")
OPENSSL = processes.require_program("openssl")

REPLICAS = 3
RATE = 2000  # requests per second of the load
WINDOW = 10_000
SKIP = 50_000
LEASE_S = 0.3
# What a replica waits for. A fault that is to outlast every timeout lasts STALL_S.
QUICK = ["--redis-timeout", "300ms", "--request-timeout", "1s"]
PATIENT = ["--redis-timeout", "5s", "--request-timeout", "9s"]  # where not a number is to be lost
STALL_S = 2.0
# After the last fault, every replica gives numbers again within this time. Far more than it takes: the machine may be
# busy.
RECOVERY_S = 15
NUMBERS = 50  # that show that a replica is back
TAKEN_MAX = 2**63 - 1
# Numbers of commands that a stalled Redis executes after whoever sent them has given them up, and asked again.
OUTLIVED = 1000
# How a request may end without a number: as the counter says, or because of what was done to the replica.
CLEAN_FAILURE = r"503 Service Unavailable|Connection re(fused|set)|server (closed without an|did not) answer"


class Fleet:
    """Replicas that count together, and the load on them."""

    def __init__(self, stack, redis_urls, *arguments):
        urls = [redis_urls] * REPLICAS if isinstance(redis_urls, str) else redis_urls
        self.replicas = [stack.enter_context(Counter("--redis-url", url, *QUICK, *arguments)) for url in urls]
        self._report = os.path.join(processes.private_directory("faults"), "report.json")
        self._stack = stack
        self._load = None

    def load(self, wait=True, timeout="1500ms"):
        """Starts the load. Unless told not to wait, every replica has given numbers when it returns."""
        command = [CHECK, *(replica.address for replica in self.replicas), "--duration", "1h", "--rate", RATE]
        command += ["--timeout", timeout, "--json", self._report, "--gap-budget", 10**12]
        self._load = self._stack.enter_context(processes.start_program(command))
        if wait:
            self.wait_for_numbers()

    def wait_for_numbers(self, replicas=None):
        """Every replica gives NUMBERS more numbers from now on."""
        issued = {r: r.metrics()["counter_numbers_issued_total"] for r in replicas or self.replicas}
        for replica, before in issued.items():
            self._wait_until(
                lambda: replica.metrics()["counter_numbers_issued_total"] >= before + NUMBERS,
                f"numbers from {replica.address}",
            )

    def wait_for_failures(self):
        """Every replica has answered 503 since now."""
        failed = {r: r.errors() for r in self.replicas}
        for replica, before in failed.items():
            self._wait_until(lambda: replica.errors() > before, f"failed requests at {replica.address}")

    def _wait_until(self, condition, what):
        try:
            processes.wait_until(condition, what, RECOVERY_S)
        except processes.ProcessError as error:
            raise AssertionError(f"{error}\n{self._load.output()}\n{self.logs()}") from None

    def total(self, metric):
        return sum(replica.metrics()[metric] for replica in self.replicas)

    def epoch(self):
        return max(replica.metrics()["counter_epoch"] for replica in self.replicas)

    def verdict(self):
        """Ends the load: counter-check's report."""
        self._load.signal(signal.SIGINT)
        code = self._load.wait()
        with open(self._report, encoding="utf-8") as file:
            report = json.load(file)
        if (code == 0) != report["ok"]:
            raise AssertionError(f"exit code {code} of a report that says {report['ok']}")
        return report

    def logs(self):
        return "\n".join(f"{replica.address}:\n{replica.log()}" for replica in self.replicas)


class CounterFaultsTest(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.start = self.stack.enter_context

    def ledger(self):
        path = os.path.join(processes.private_directory("ledger"), "ledger")
        return ["--ledger-file", path, "--ledger-window", str(WINDOW), "--ledger-lease", f"{int(LEASE_S * 1000)}ms"]

    def expect_green(self, fleet, gaps_max, errors_max=None):
        """The numbers never repeated or went back, and requests failed only in clean ways."""
        report = fleet.verdict()
        said = f"{report['summary']}\n{report['failures']}\n{report['numbers']['violations']}\n{fleet.logs()}"
        numbers = report["numbers"]
        self.assertTrue(report["ok"], said)
        self.assertEqual((numbers["duplicates"], numbers["backwards"]), (0, 0), said)
        self.assertEqual(numbers["requests"]["malformed"], 0, said)
        self.assertLessEqual(numbers["gaps"]["unexplained"], gaps_max, said)
        if errors_max is not None:
            self.assertLessEqual(report["errors"]["count"], errors_max, said)
        for failure in report["failures"]:
            self.assertRegex(failure["what"], CLEAN_FAILURE, said)
        return report


class WithALedger(CounterFaultsTest):
    """Numbers never repeat and never go back, whatever Redis forgets."""

    def fleet(self, urls):
        fleet = Fleet(self.stack, urls, *self.ledger())
        fleet.load()
        return fleet

    def expect_green(self, fleet, gaps_max=0, errors_max=None):
        # Each epoch leaves at most its window behind, which is extended when half of it is left.
        return super().expect_green(fleet, gaps_max + (fleet.epoch() - 1) * 2 * WINDOW, errors_max)

    def test_a_replica_is_killed_and_returns(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        for replica in fleet.replicas:
            replica.kill()
            fleet.wait_for_numbers([other for other in fleet.replicas if other is not replica])
            replica.start()
            fleet.wait_for_numbers()
        self.assertEqual(fleet.epoch(), 1)
        self.assertEqual(fleet.total("counter_regressions_total"), 0)
        self.expect_green(fleet)

    def test_a_replica_stands_still_while_redis_loses_everything(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        sleeper, *others = fleet.replicas
        sleeper.program.stall()
        redis.kill()
        redis.start()
        fleet.wait_for_numbers(others)
        time.sleep(STALL_S)
        sleeper.program.resume()
        fleet.wait_for_numbers()
        self.expect_green(fleet)

    def test_redis_is_killed_and_returns_empty(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        for losses in 1, 2:
            redis.kill()
            fleet.wait_for_failures()
            redis.start()
            fleet.wait_for_numbers()
            self.assertGreaterEqual(fleet.epoch(), 1 + losses)
            self.assertGreaterEqual(fleet.total("counter_regressions_total"), losses)
        self.expect_green(fleet)

    def test_redis_returns_with_old_data(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        redis.command("SAVE")
        fleet.wait_for_numbers()  # which the snapshot does not have
        redis.kill()
        redis.start()
        fleet.wait_for_numbers()
        self.assertGreaterEqual(fleet.epoch(), 2)
        self.expect_green(fleet)

    def test_redis_stands_still(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        for _ in range(2):
            redis.stall()
            fleet.wait_for_failures()
            redis.resume()
            fleet.wait_for_numbers()
        self.assertEqual(fleet.epoch(), 1)
        self.expect_green(fleet, gaps_max=OUTLIVED)

    def test_keys_are_removed_or_changed(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        for losses, command in enumerate(
            (["FLUSHALL"], ["DEL", "num"], ["DEL", "{num}:mark"], ["SET", "num", "5"]), start=1
        ):
            with self.subTest(command=command):
                redis.command(*command)
                fleet.wait_for_numbers()
                self.assertGreaterEqual(fleet.epoch(), 1 + losses)
        self.expect_green(fleet)

    def test_sentinels_promote_a_replica_twice(self):
        redis = SentinelSet(self.stack)
        fleet = self.fleet(redis.url)
        for _ in range(2):
            primary = redis.primary()
            primary.kill()
            redis.wait_for_another_primary(primary)
            fleet.wait_for_numbers()
        self.assertGreaterEqual(fleet.epoch(), 3)
        self.expect_green(fleet)

    def test_sentinels_leave_a_primary_that_wakes_up_again(self):
        redis = SentinelSet(self.stack)
        fleet = self.fleet(redis.url)
        old = redis.primary()
        old.stall()
        redis.wait_for_another_primary(old)
        old.resume()  # it thinks that it is the primary until a Sentinel tells it otherwise
        fleet.wait_for_numbers()
        processes.wait_until(lambda: role(old) == "slave", "the end of the old primary")
        fleet.wait_for_numbers()
        self.expect_green(fleet)

    def test_of_two_redis_servers_that_are_primary_at_once_the_later_one_counts(self):
        old, new = (self.start(processes.RedisServer()) for _ in range(2))
        ledger = self.ledger()
        first = Fleet(self.stack, [f"redis://{old.address}"] * 2, *ledger)
        self.assertEqual(first.replicas[0].number(), 1)
        fleet = Fleet(self.stack, [f"redis://{new.address}"], *ledger)
        processes.wait_until(lambda: fleet.replicas[0].ask().status == 200, "the new primary's numbers", RECOVERY_S)
        highest = fleet.replicas[0].number()
        for replica in first.replicas:  # cut off: no number rather than one that the other side may pass or has passed
            self.assertEqual(replica.ask().status, 503)
        self.assertEqual(fleet.replicas[0].number(), highest + 1)
        self.assertEqual(fleet.epoch(), 2)

    def test_a_cluster_moves_the_slot_and_loses_its_owner(self):
        redis = RedisCluster(self.stack)
        fleet = self.fleet(redis.url)
        redis.move_slot(0, 1, ["num", "{num}:mark"])
        fleet.wait_for_numbers()
        redis.move_slot(1, 0, ["num", "{num}:mark"])
        fleet.wait_for_numbers()
        redis.nodes[0].kill()
        processes.wait_until(lambda: role(redis.replica) == "master", "a fail-over")
        fleet.wait_for_numbers()
        self.assertGreaterEqual(fleet.epoch(), 4)
        self.expect_green(fleet)

    def test_the_end_of_the_numbers_is_an_error(self):
        redis = self.start(processes.RedisServer())
        redis.command("SET", "num", TAKEN_MAX - 5)
        fleet = Fleet(self.stack, f"redis://{redis.address}", *PATIENT, *self.ledger())
        expect_the_last_numbers(self, fleet, redis)


class WithoutALedger(CounterFaultsTest):
    """Losses that are seen are refused; what may have been lost unseen is skipped."""

    def fleet(self, url, *arguments):
        return Fleet(self.stack, url, "--failover-skip", str(SKIP), *arguments)

    def test_redis_that_is_away_is_503_and_no_more(self):
        redis = self.start(processes.RedisServer(["--appendonly", "yes"]))
        fleet = self.fleet(f"redis://{redis.address}")
        fleet.load()
        redis.stall()
        for replica in fleet.replicas:
            answer = replica.ask()
            self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "1"))
            self.assertEqual(answer.headers["content-type"], "application/json")
            self.assertIn("error", json.loads(answer.body))
            self.assertTrue(replica.ready())
        redis.resume()
        fleet.wait_for_numbers()
        self.assertEqual(fleet.total("counter_failovers_total"), 0)
        self.expect_green(fleet, gaps_max=OUTLIVED)

    def test_a_restart_of_redis_is_skipped_over(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}", *PATIENT)
        self.assertEqual([replica.number() for replica in fleet.replicas], [1, 2, 3])
        redis.command("SAVE")
        for i in 1, 2:
            redis.kill()
            redis.start()
            first = 3 * i + i * SKIP + 1
            self.assertEqual([replica.number() for replica in fleet.replicas], [first, first + 1, first + 2])
            self.assertEqual(fleet.total("counter_failovers_total"), i)
            redis.command("SAVE")
        self.assertEqual(fleet.total("counter_regressions_total"), 0)
        self.assertRegex(fleet.logs(), rf"WARN +the store restarted .*from=3 to={SKIP + 3} skip={SKIP}")

    def test_a_fail_over_is_skipped_over(self):
        redis = SentinelSet(self.stack)
        fleet = self.fleet(redis.url, *PATIENT)
        numbers = [replica.number() for replica in fleet.replicas]
        self.assertEqual(numbers, [1, 2, 3])
        primary = redis.primary()
        for server in redis.servers:
            processes.wait_until(lambda: server.command("GET", "num") == b"3", "replication")
        primary.kill()
        redis.wait_for_another_primary(primary)
        fleet.load()
        self.assertEqual(fleet.total("counter_failovers_total"), 1)
        self.assertEqual(fleet.total("counter_regressions_total"), 0)
        report = self.expect_green(fleet, gaps_max=SKIP)
        self.assertGreater(report["numbers"]["lowest"], SKIP)

    def test_a_loss_is_refused_until_it_is_repaired(self):
        redis = self.start(processes.RedisServer())
        fleet = self.fleet(f"redis://{redis.address}")
        fleet.load()
        for losses, command in enumerate((["FLUSHALL"], ["DEL", "num"], ["SET", "num", "5"]), start=1):
            with self.subTest(command=command):
                highest = int(redis.command("GET", "num"))
                redis.command(*command)
                fleet.wait_for_failures()
                for replica in fleet.replicas:
                    self.assertEqual(replica.ask().status, 503)
                    self.assertEqual(replica.metrics()["counter_regressions_total"], losses)
                redis.command("SET", "num", highest + SKIP)
                fleet.wait_for_numbers()
        for replica in fleet.replicas:
            self.assertEqual(len(re.findall("ERROR numbers were lost: refusing to go on", replica.log())), 3)
        self.expect_green(fleet, gaps_max=4 * SKIP)

    def test_the_end_of_the_numbers_is_an_error(self):
        redis = self.start(processes.RedisServer())
        redis.command("SET", "num", TAKEN_MAX - 5)
        fleet = self.fleet(f"redis://{redis.address}", *PATIENT)
        expect_the_last_numbers(self, fleet, redis)


def expect_the_last_numbers(test, fleet, redis):
    """Five are left."""
    turns = [fleet.replicas[i % REPLICAS] for i in range(5)]
    test.assertEqual([replica.number() for replica in turns], list(range(TAKEN_MAX - 4, TAKEN_MAX + 1)))
    for _ in range(2):
        for replica in fleet.replicas:
            test.assertEqual(replica.ask().status, 503)
    test.assertEqual(redis.command("GET", "num"), b"%d" % TAKEN_MAX)
    test.assertRegex(fleet.logs(), r"2\^63 - 1")


class UnderReplacement(CounterFaultsTest):
    """No client notices."""

    def test_of_all_replicas(self):
        redis = self.start(processes.RedisServer())
        balancer = self.start(Balancer())

        def add():
            arguments = ["--redis-url", f"redis://{redis.address}", "--shutdown-delay", "2s"]
            replica = self.start(Counter(*arguments))
            balancer.add(replica)
            processes.wait_until(lambda: balancer.in_rotation(replica), "a replica in rotation")
            return replica

        old = [add() for _ in range(REPLICAS)]
        report = os.path.join(processes.private_directory("replacement"), "report.json")
        command = [CHECK, *[balancer.address] * REPLICAS, "--duration", "1h", "--rate", 500, "--json", report]
        load = self.start(processes.start_program([*command, "--no-errors", "--connections", 12]))
        for replica in old:
            new = add()
            replica.program.signal(signal.SIGTERM)
            self.assertEqual(replica.program.wait(), 0, replica.log())
            processes.wait_until(lambda: new.metrics()["counter_numbers_issued_total"] > 0, "numbers")
            self.assertNotRegex(replica.log(), "broken off")
        load.signal(signal.SIGINT)
        self.assertEqual(load.wait(), 0, load.output())
        with open(report, encoding="utf-8") as file:
            done = json.load(file)
        self.assertEqual((done["ok"], done["errors"]["count"]), (True, 0))
        self.assertEqual(done["numbers"]["gaps"]["missing"], 0)

    def test_of_the_password(self):
        directory = processes.private_directory("tls")
        key, certificate, password = (os.path.join(directory, name) for name in ("key", "certificate", "password"))
        make = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis"]
        make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
        subprocess.run(make, check=True, capture_output=True, timeout=RECOVERY_S)
        port = processes.free_port()
        tls = ["--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key]
        redis = self.start(processes.RedisServer([*map(str, tls), "--tls-auth-clients", "no"]))
        may = "~num ~{num}:mark -@all +evalsha +eval +get +set +mset +incrby +info +role +client|setname".split()
        redis.command("ACL", "SETUSER", "counter", "on", ">first", *may)
        with open(password, "w", encoding="ascii") as file:
            file.write("first\n")
        fleet = Fleet(
            self.stack, f"rediss://counter@127.0.0.1:{port}", "--redis-ca-file", certificate,
            "--redis-password-file", password, *PATIENT, *self.ledger(),
        )  # fmt: skip
        fleet.load(timeout="10s")

        redis.command("ACL", "SETUSER", "counter", ">second")
        with open(password + ".new", "w", encoding="ascii") as file:
            file.write("second\n")
        os.rename(password + ".new", password)
        redis.command("ACL", "SETUSER", "counter", "<first")
        # Paused, so that no connection ends between a step and its answer: those numbers would be lost.
        redis.command("CLIENT", "PAUSE", "10000", "WRITE")
        self.assertEqual(redis.command("CLIENT", "KILL", "USER", "counter"), REPLICAS)
        redis.command("CLIENT", "UNPAUSE")
        fleet.wait_for_numbers()
        self.expect_green(fleet, gaps_max=0, errors_max=0)
        self.assertEqual(fleet.total("counter_failovers_total"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
