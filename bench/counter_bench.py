#!/usr/bin/env python3
"""Measures the counter against nginx and Go's net/http, all in one run, and prints ratios.

The load generator shares the machine with the servers, so the figure is requests per CPU-second of the server, which
is steadier than requests per second. Each round measures every server in
turn; the median over the rounds counts.

  bench/counter_bench.py [--rounds N] [--seconds S] [--binary build/bin/counter]

Needs wrk, nginx, go and redis-server.
"""

import argparse
import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONNECTIONS = 64
SERVER_CORE, LOAD_CORE = "0", "1"

NGINX_CONFIG = """
daemon off; worker_processes 1; error_log {directory}/error.log; pid {directory}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type text/plain;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{ listen 127.0.0.1:{port} reuseport; location /get-number {{ return 200 "{{number: 1000000}}"; }} }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.002)
    sys.exit(f"{what} did not come up")


def processes_of(pid):
    """`pid` and its children."""
    found = [pid]
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            for child in children.read().split():
                found += processes_of(int(child))
    return found


def cpu_seconds(pid):
    """Of the process and its children, in user and kernel mode, from their CPU clocks (clock_getcpuclockid)."""
    return sum(time.clock_gettime((~process << 3) | 2) for process in processes_of(pid))


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) / 1024


class Server:
    """A server process, pinned to one core or not."""

    def __init__(self, command, url, pinned=True, log=subprocess.DEVNULL):
        self.url = url
        pin = ["taskset", "-c", SERVER_CORE] if pinned else []
        self.process = subprocess.Popen([*pin, *command], stdout=log, stderr=log)
        self.pid = self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_load(url, seconds, connections=CONNECTIONS, pinned=True):
    pin = ["taskset", "-c", LOAD_CORE] if pinned else []
    command = [*pin, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def requests_made(load):
    output = load.communicate()[0]
    if "Non-2xx" in output or "Socket errors" in output:
        print(output, file=sys.stderr)
        sys.exit("the server failed requests: nothing measured")
    return int(re.search(r"(\d+) requests in", output)[1])


def requests_per_cpu_second(servers, seconds, pinned=True):
    before = sum(cpu_seconds(server.pid) for server in servers)
    loads = [start_load(server.url, seconds, pinned=pinned) for server in servers]
    made = sum(requests_made(load) for load in loads)
    return made / (sum(cpu_seconds(server.pid) for server in servers) - before)


def counter_command(binary, port, *extra):
    return [binary, "--listen", f"127.0.0.1:{port}", "--admin-listen", "none", "--log-level", "error", *extra]


def numbers_url(port):
    return f"http://127.0.0.1:{port}/get-number"


def start_all(stack, binary, directory):
    """name -> servers that are measured together"""
    ports = iter([free_port() for _ in range(16)])

    def start(command, port, pinned=True):
        server = Server(command, numbers_url(port), pinned)
        stack.callback(server.stop)
        return server

    port = next(ports)
    config = os.path.join(directory, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(NGINX_CONFIG.format(directory=directory, port=port))
    servers = {"nginx": [start(["nginx", "-p", directory, "-c", config], port)]}

    go_binary = os.path.join(directory, "go-counter")
    environment = {**os.environ, "GO111MODULE": "off", "GOCACHE": os.path.join(directory, "go"), "GOFLAGS": ""}
    source = os.path.join(ROOT, "bench/peers/counter.go")
    subprocess.run(["go", "build", "-o", go_binary, source], check=True, env=environment)
    port = next(ports)
    servers["go"] = [start([go_binary, f"127.0.0.1:{port}"], port)]

    port = next(ports)
    servers["memory"] = [start(counter_command(binary, port), port)]

    redis_port = next(ports)
    redis = Server(["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                    "no", "--dir", directory], None, pinned=False)
    stack.callback(redis.stop)
    redis_url = f"redis://127.0.0.1:{redis_port}"
    replicas = []
    for _ in range(3):
        port = next(ports)
        replicas.append(start(counter_command(binary, port, "--redis-url", redis_url), port, pinned=False))
    servers["redis"] = replicas
    for group in servers.values():
        for server in group:
            wait_for(lambda server=server: answers(server.url), server.url)
    return servers, redis


def measure_rates(servers, redis, rounds, seconds):
    figures = {name: [] for name in servers}
    redis_share = []
    for round_number in range(rounds):
        print(f"round {round_number + 1} of {rounds}", file=sys.stderr)
        for name, group in servers.items():
            began, redis_before = time.monotonic(), cpu_seconds(redis.pid)
            figures[name].append(requests_per_cpu_second(group, seconds, pinned=name != "redis"))
            if name == "redis":
                share = (cpu_seconds(redis.pid) - redis_before) / (time.monotonic() - began)
                redis_share.append(share)
    return {name: statistics.median(values) for name, values in figures.items()}, statistics.median(redis_share)


def measure_memory(binary):
    """MiB resident with 1,000 open connections that have all made requests."""
    port = free_port()
    server = Server(counter_command(binary, port), numbers_url(port), pinned=False)
    wait_for(lambda: answers(server.url), "counter")
    load = start_load(server.url, 3, connections=1000, pinned=False)
    time.sleep(2)
    resident = resident_mib(server.pid)
    load.communicate()
    server.stop()
    return resident


def measure_start(binary, runs=20):
    """Milliseconds from starting the process to the first 200 from /readyz."""
    times = []
    for _ in range(runs):
        port, admin = free_port(), free_port()
        began = time.monotonic()
        server = Server([binary, "--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{admin}",
                         "--log-level", "error"], None, pinned=False)
        wait_for(lambda admin=admin: answers(f"http://127.0.0.1:{admin}/readyz"), "counter")
        times.append((time.monotonic() - began) * 1000)
        server.stop()
    return statistics.median(times)


def line(what, value, target, good):
    print(f"{what:<62} {value:>12} {target:>12}  {'ok' if good else 'MISSED'}")
    return good


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--binary", default=os.path.join(ROOT, "build/bin/counter"))
    options = arguments.parse_args()
    missing = [tool for tool in ("wrk", "nginx", "go", "redis-server", "taskset") if not shutil.which(tool)]
    if missing:
        sys.exit(f"missing: {', '.join(missing)} (deps/test.txt)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    with tempfile.TemporaryDirectory(prefix="counter-bench-") as directory, contextlib.ExitStack() as stack:
        servers, redis = start_all(stack, options.binary, directory)
        rates, redis_share = measure_rates(servers, redis, options.rounds, options.seconds)
    resident, start_ms = measure_memory(options.binary), measure_start(options.binary)

    print(f"requests per CPU-second of the server, {CONNECTIONS} connections (each), "
          f"median of {options.rounds} rounds of {options.seconds} s")
    for name, rate in rates.items():
        print(f"  {name:<8} {rate:>10,.0f}")
    print(f"{'':<62} {'measured':>12} {'target':>12}")
    ratios = {
        "memory source / nginx `return 200`": (rates["memory"] / rates["nginx"], 0.9),
        "memory source / Go net/http": (rates["memory"] / rates["go"], 2.0),
        "redis source, three replicas / memory source": (rates["redis"] / rates["memory"], 0.8),
    }
    good = [line(what, f"{ratio:.2f} x", f">= {target} x", ratio >= target)
            for what, (ratio, target) in ratios.items()]
    good.append(line("Redis's own CPU, of one core", f"{redis_share:.1%}", "< 20%", redis_share < 0.2))
    good.append(line("resident at 1,000 connections", f"{resident:.1f} MiB", "< 20 MB", resident * 1.048576 < 20))
    good.append(line("start to ready", f"{start_ms:.1f} ms", "< 50 ms", start_ms < 50))
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
