"""Several Redis servers that act together: a set under Sentinels, and a cluster. All real, all on loopback."""

import os
import re

import processes
from bad_counter import RedisError
from processes import RedisServer, free_port, start_program, wait_until

SENTINEL_TIMES = "down-after-milliseconds counter 300", "failover-timeout counter 1000", "parallel-syncs counter 1"
SLOTS = 16384


class SentinelSet:
    """A primary with two replicas, watched by three Sentinels under the name "counter"."""

    def __init__(self, stack):
        sentinel = processes.require_program("redis-sentinel")
        first = stack.enter_context(RedisServer())
        follow = ["--replicaof", "127.0.0.1", str(first.port), "--repl-diskless-sync-delay", "0"]
        self.servers = [first, *(stack.enter_context(RedisServer(follow)) for _ in range(2))]
        self._ports = [free_port() for _ in range(3)]
        lines = [f"monitor counter 127.0.0.1 {first.port} 2", *SENTINEL_TIMES]
        config = "".join(f"sentinel {line}\n" for line in lines)
        for port in self._ports:
            file = os.path.join(processes.private_directory("sentinel"), "sentinel.conf")
            with open(file, "w", encoding="ascii") as opened:  # the Sentinel writes there as well
                opened.write(config)
            command = [sentinel, file, "--port", port, "--bind", "127.0.0.1"]
            stack.enter_context(start_program(command, ready=r"\+monitor master"))
        wait_until(lambda: all(self._knows_all(port) for port in self._ports), "Sentinels that know each other")

    def _knows_all(self, port):
        info = processes.redis_command(port, "INFO", "sentinel").decode()
        return "status=ok" in info and "slaves=2,sentinels=3" in info

    @property
    def url(self):
        return "redis-sentinel://" + ",".join(f"127.0.0.1:{port}" for port in self._ports) + "/counter"

    def primary(self):
        """The server that most Sentinels call the primary, or None while they differ."""
        named = []
        for port in self._ports:
            info = processes.redis_command(port, "INFO", "sentinel").decode()
            named.append(int(re.search(r"address=127\.0\.0\.1:(\d+)", info)[1]))
        if len(set(named)) > 1:
            return None
        return next(server for server in self.servers if server.port == named[0])

    def wait_for_another_primary(self, old):
        def look():
            primary = self.primary()
            return primary if primary not in (None, old) and role(primary) == "master" else None

        return wait_until(look, "a fail-over")


class RedisCluster:
    """Three nodes with a third of the slots each; the first, which owns the key `num`, has a replica."""

    SLOT = 2765  # CLUSTER KEYSLOT num

    def __init__(self, stack):
        bus = [str(free_port()) for _ in range(4)]
        options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "500"]
        self.nodes = [stack.enter_context(RedisServer([*options, "--cluster-port", port])) for port in bus]
        for i, node in enumerate(self.nodes):
            if i < 3:
                node.command("CLUSTER", "ADDSLOTSRANGE", i * SLOTS // 3, (i + 1) * SLOTS // 3 - 1)
            node.command("CLUSTER", "SET-CONFIG-EPOCH", i + 1)
            self.nodes[0].command("CLUSTER", "MEET", "127.0.0.1", node.port, bus[i])
        wait_until(lambda: all(self._knows_all(node) for node in self.nodes), "a whole cluster")
        self.replica = self.nodes[3]
        wait_until(self._follow, "a replica")
        wait_until(lambda: b"master_link_status:up" in self.replica.command("INFO", "replication"), "a copy")

    @staticmethod
    def _knows_all(node):
        info = node.command("CLUSTER", "INFO")
        return b"cluster_state:ok" in info and b"cluster_known_nodes:4" in info

    def _follow(self):
        try:
            return self.replica.command("CLUSTER", "REPLICATE", self.id(0)) == b"OK"
        except RedisError:  # it has not heard of that node yet
            return False

    def id(self, node):
        return self.nodes[node].command("CLUSTER", "MYID")

    @property
    def url(self):
        return "redis://" + ",".join(node.address for node in self.nodes)

    def move_slot(self, source, target, keys):
        """Moves the counter's slot between two nodes, as redis-cli does."""
        self.nodes[target].command("CLUSTER", "SETSLOT", self.SLOT, "IMPORTING", self.id(source))
        self.nodes[source].command("CLUSTER", "SETSLOT", self.SLOT, "MIGRATING", self.id(target))
        port = self.nodes[target].port
        self.nodes[source].command("MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", *keys)
        for node in target, source:
            self.nodes[node].command("CLUSTER", "SETSLOT", self.SLOT, "NODE", self.id(target))


def role(server):
    """"master" or "slave"; empty where it just changes, which ends its connections."""
    try:
        return re.search(r"role:(\w+)", server.command("INFO", "replication").decode())[1]
    except ConnectionError:
        return ""
