#!/usr/bin/python3
"""deploy/ci/deliver from a commit to a verified version and back, against a stand-in for kubectl and its cluster.

The rest is real: git, the overlays and kubectl's rendering of them, counters on one Redis behind a balancer and their
metrics, counter-check, and for the push the image and a registry.
"""

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import unittest

import yaml

import kubectl_stand_in
import processes
from counter_program import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("CAIRN_SOURCE_DIR", os.path.dirname(HERE))
RUN_TIMEOUT_S = 120
UNPACKED = os.path.join(SOURCE, "build/packages/kubernetes-client/usr/bin/kubectl")  # scripts/unpack-deps
KUBECTLS = [path for path in (shutil.which("kubectl"), shutil.which(UNPACKED)) if path]
KUBECTL = KUBECTLS[0] if KUBECTLS else processes.skip("kubectl is not installed")
for program in ("jq", "curl", "git", "redis-server"):
    processes.require_program(program)

IMAGE = "registry.example/team/counter"
OVERLAY = "examples/counter-kubernetes/overlays/redis"
VERIFIED = "cairn-delivery/verified"
LOCK = "counter-delivery"
OLD, NEW = (f"{IMAGE}@sha256:{digit * 64}" for digit in "12")
CHANGES = ("create", "replace", "delete", "apply", "annotate")
KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: nobody, cluster: {server: "http://127.0.0.1:%d"}}]
contexts: [{name: stand-in, context: {cluster: nobody, user: nobody}}]
users: [{name: nobody, user: {}}]
"""

# What the copy of this repository has instead of what takes minutes. Each writes down that it ran.
STUBS = {
    "test.sh": '#!/usr/bin/env bash\necho test >>"$STUB_LOG"; exit "${STUB_TEST:-0}"\n',
    "scripts/install-deps": '#!/usr/bin/env bash\necho "install-deps $*" >>"$STUB_LOG"\n',
    "scripts/build.sh": 'root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")\n'
    'build() { echo "build $*" >>"$STUB_LOG"; [[ -z ${STUB_BUILD-} ]] || exit 1; }\n',
    ".gitignore": "/build*/\n",
}


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 256


class Front:
    """The URL: a balancer of connections over whatever the version that the Deployment asks for has behind it."""

    def __init__(self, cluster, backends):
        self._cluster = cluster
        self._backends = backends  # IMAGE@DIGEST -> addresses
        self._turn = 0
        self._server = TcpServer(("127.0.0.1", 0), self._forward)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, near, *_):
        addresses = self._backends.get(self._cluster.image(), [])
        if not addresses:
            return
        self._turn += 1
        host, port = addresses[self._turn % len(addresses)].split(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as far:
            back = threading.Thread(target=kubectl_stand_in.copy, args=(far, near))
            back.start()
            kubectl_stand_in.copy(near, far)
            back.join()


def processes_with(variable):
    """The ids of the processes that have it, as "NAME=VALUE", in their environment."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{process}/environ", "rb") as file:
            if variable.encode() in file.read().split(b"\0"):
                yield int(process)


def metrics_page(*pages):
    """The address of an admin port that answers with these pages in turn, and then with the last for ever."""
    left = list(pages)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            numbers, errors, regressions = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(200)
            self.end_headers()
            errors_of = 'counter_backend_errors_total{kind="%s"} %s\n'
            text = f"counter_numbers_issued_total {numbers}\ncounter_regressions_total {regressions}\n"
            self.wfile.write((text + errors_of % ("a", 0) + errors_of % ("b", errors)).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_address[1]}"


class DeliverTest(unittest.TestCase):
    """A small repository with two commits, the second of which is to be delivered; the first was, and was verified."""

    @classmethod
    def setUpClass(cls):
        cls.classes = contextlib.ExitStack()
        cls.addClassCleanup(cls.classes.close)
        redis = cls.classes.enter_context(processes.RedisServer())
        flags = ["--redis-url", f"redis://{redis.address}"]
        cls.redis = redis.address
        cls.counters = [cls.classes.enter_context(Counter(*flags)) for _ in range(4)]

    def setUp(self):
        self.directory = processes.private_directory("deliver")
        self.root = os.path.join(self.directory, "repository")
        self.make_repository()
        self.cluster = kubectl_stand_in.Cluster(os.path.join(self.directory, "cluster"))
        self.make_programs()
        old, new = self.counters[:2], self.counters[2:]
        self.versions = {
            OLD: {"pods": {f"old-{i}": c.admin for i, c in enumerate(old)}},
            NEW: {"pods": {f"new-{i}": c.admin for i, c in enumerate(new)}},
        }
        self.backends = {OLD: [c.address for c in old], NEW: [c.address for c in new]}
        self.deployment = {
            "metadata": {"name": "counter", "annotations": {VERIFIED: f"{self.first} {OLD} {OVERLAY}"}},
            "spec": {"template": {"spec": {"containers": [{"name": "counter", "image": OLD}]}}},
        }
        front = Front(self.cluster, self.backends)
        self.addCleanup(front.close)
        self.environment = {
            **os.environ,
            "PATH": f"{self.directory}/bin:{os.environ['PATH']}",
            "CAIRN_STAND_IN": self.cluster.folder,
            "CAIRN_REAL_KUBECTL": KUBECTL,
            "KUBECONFIG": os.path.join(self.directory, "kubeconfig"),
            "STUB_LOG": os.path.join(self.directory, "stubs.log"),
            "DELIVER_IMAGE": IMAGE,
            "DELIVER_DIGEST": NEW.split("@")[1],
            "DELIVER_KUBE_CONTEXT": kubectl_stand_in.CONTEXT,
            "DELIVER_URL": front.url,
            "DELIVER_REQUESTS": "500",
            "DELIVER_VERIFY_SECONDS": "30",
            "DELIVER_ROLLOUT_SECONDS": "1",
        }

    def make_repository(self):
        for folder in "deploy", "examples/counter-kubernetes":
            shutil.copytree(os.path.join(SOURCE, folder), os.path.join(self.root, folder))
        for name, text in STUBS.items():
            path = os.path.join(self.root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o755 if text.startswith("#!") else 0o644)
        bin_directory = os.path.join(self.root, "build/bin")
        os.makedirs(bin_directory)
        for name in "counter", "counter-check":
            os.symlink(processes.binary(name), os.path.join(bin_directory, name))
        self.git("init", "--quiet")
        self.first = self.commit("first")
        deployment = os.path.join(self.root, "examples/counter-kubernetes/base/deployment.yaml")
        with open(deployment, encoding="utf-8") as file:
            text = file.read()
        with open(deployment, "w", encoding="utf-8") as file:
            file.write(text.replace("minReadySeconds: 10", "minReadySeconds: 11"))
        self.second = self.commit("second")

    def make_programs(self):
        os.makedirs(self.cluster.folder)
        os.makedirs(os.path.join(self.directory, "bin"))
        with open(os.path.join(self.directory, "kubeconfig"), "w", encoding="utf-8") as file:
            file.write(KUBECONFIG % processes.free_port())
        kubectl = os.path.join(self.directory, "bin/kubectl")
        with open(kubectl, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {sys.executable} -B {HERE}/kubectl_stand_in.py "$@"\n')
        os.chmod(kubectl, 0o755)

    def git(self, *arguments):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example"]
        command = ["git", "-C", self.root, *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def file(self, name):
        with open(os.path.join(self.root, name), encoding="utf-8") as file:
            return file.read()

    def create_cluster(self, **state):
        self.cluster.create(**{"deployment": self.deployment, "versions": self.versions, **state})

    def command(self, *arguments):
        return [os.path.join(self.root, "deploy/ci/deliver"), *arguments]

    def deliver(self, *arguments, **environment):
        """Runs it to its end: the exit code, and what it said."""
        done = subprocess.run(
            self.command(*arguments),
            env={**self.environment, **environment},
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        return done.returncode, done.stdout

    def expect(self, arguments, code, *patterns, **environment):
        """Its exit code, and regular expressions that its last line contains."""
        status, said = self.deliver(*arguments, **environment)
        self.assertEqual(status, code, said)
        self.check_calls()
        last = said.rstrip("\n").split("\n")[-1]
        self.assertTrue(last.startswith("deliver: "), said)
        for pattern in patterns:
            self.assertRegex(last, pattern, said)
        return said

    def expect_refusal(self, arguments, pattern, code=2, **environment):
        """One line says why, and nothing was changed."""
        said = self.expect(arguments, code, pattern, **environment)
        self.assertRegex(said, r"\A(deliver: == \w+\n)?deliver: .*\n\Z")
        self.assertEqual(self.changes(), [])

    def check_calls(self):
        with contextlib.suppress(FileNotFoundError), self.cluster.open() as state:
            self.assertEqual(state["violations"], [])

    def changes(self):
        """The calls that changed the cluster, in order: what was done to what."""
        rendered = {f"{self.root}/build/deliver/{name}.yaml": name for name in ("deploy", "undo")}
        changes = []
        for call in self.cluster.calls():
            words = [word for word in call if not word.startswith("--")]
            if words and words[0] in CHANGES and "--dry-run=server" not in call:
                file = next((word.split("=")[1] for word in call if word.startswith("--filename=")), None)
                changes.append(" ".join(words + ([rendered.get(file, file)] if file else [])))
        return changes

    LOCKED, UNLOCKED = "create -", f"delete configmap {LOCK}"

    def recorded(self):
        with self.cluster.open() as state:
            return state["deployment"]["metadata"]["annotations"].get(VERIFIED)

    def expect_undone(self, code, *reasons):
        """Delivering the new version ends with `code`, after the old one was brought back and verified."""
        said = self.expect(["deploy"], code, f"undone: {OLD} of commit {self.first} runs again and was verified")
        for reason in reasons:
            self.assertRegex(said, reason)
        self.assertEqual(self.changes(), [self.LOCKED, "apply deploy", "apply undo", self.UNLOCKED])
        self.assertEqual(self.cluster.image(), OLD)
        self.assertEqual(self.recorded(), f"{self.first} {OLD} {OVERLAY}")
        return said


def settings():
    """The names that deliver declares."""
    with open(os.path.join(SOURCE, "deploy/ci/deliver"), encoding="utf-8") as file:
        declared = re.search(r"declare -A setting=\((.*?)\n\)", file.read(), re.S)[1]
    return set(re.findall(r"\[([a-z-]+)\]=", declared))


class Preconditions(DeliverTest):
    def setUp(self):
        super().setUp()
        self.create_cluster()

    def test_are_looked_at_by_check_without_changing_anything(self):
        self.expect(["check"], 0, "everything that deploy needs is there")
        self.assertEqual(self.changes(), [])
        self.expect(["check"], 0, DELIVER_DIGEST="")  # before there is an image

    def test_include_sensible_arguments(self):
        for arguments, pattern in (
            (["ship"], "'ship'"),
            (["--speed", "9"], "'--speed'"),
            (["--url"], "--url needs a value"),
            (["--requests", "many", "deploy"], "--requests is 'many'"),
            (["--call-seconds", "0", "deploy"], "--call-seconds is '0'"),
            (["--image", "counter:latest", "push"], "--image is 'counter:latest'"),
            (["--image", f"{IMAGE}:v1", "push"], "without a tag"),
            (["--digest", "sha256:12", "deploy"], "'sha256:12' is no digest"),
            (["--registry-tls-verify", "maybe", "push"], "true or false"),
            (["--url", "ftp://a/b", "deploy"], "--url or --check-flags: .*ftp"),
            (["--check-flags", "--fast", "deploy"], "--url or --check-flags: .*fast"),
            (["--overlay", "examples/none", "deploy"], "examples/none of commit .* cannot be rendered"),
        ):
            with self.subTest(arguments=arguments):
                self.expect_refusal(arguments, pattern)

    def test_include_the_settings(self):
        for name in "IMAGE", "KUBE_CONTEXT", "URL":
            with self.subTest(name):
                variable = f"DELIVER_{name}"
                self.expect_refusal(["deploy"], f"is missing.*{variable}", **{variable: ""})
        self.expect_refusal(["deploy"], "no digest: run 'deliver image' first", DELIVER_DIGEST="")
        self.expect_refusal(["deploy"], "kubeconfig has no context 'other'", DELIVER_KUBE_CONTEXT="other")

    def test_include_the_tools(self):
        programs = os.path.join(self.directory, "few")
        shutil.copytree(os.path.join(self.directory, "bin"), programs)
        for name in "bash", "dirname", "realpath", "mkdir", "git", "rm", "env":
            os.symlink(shutil.which(name), os.path.join(programs, name))
        self.expect_refusal(["deploy"], "jq is not installed; on Debian: apt-get install jq", PATH=programs)
        os.unlink(os.path.join(self.root, "build/bin/counter-check"))
        self.expect_refusal(["deploy"], "counter-check is missing: run 'deliver build' first")

    def test_include_a_clean_tree(self):
        with open(os.path.join(self.root, "new-file"), "w", encoding="utf-8"):
            pass
        for step in "build", "test", "image", "push", "deploy":
            with self.subTest(step):
                self.expect_refusal([step], r"not in any commit: \?\? new-file; commit or remove")

    def test_include_every_permission_that_is_used(self):
        asked = {"get deployments.apps", "patch deployments.apps", "list pods", "create pods/portforward"}
        asked |= {f"{verb} configmaps" for verb in ("create", "get", "update", "delete")}
        for denied in sorted(asked):
            with self.subTest(denied):
                self.create_cluster(forbidden=[denied])
                verb, resource = denied.split("/")[0].split()
                self.expect_refusal(["deploy"], f"you may not '{verb} {resource}.*' in namespace counter")
        self.create_cluster(forbidden=["create namespaces"], namespace=False, deployment=None)
        self.expect_refusal(["deploy"], "you may not 'create namespaces'")

    def test_include_that_the_server_would_accept_it(self):
        self.create_cluster(rejects="unknown field spec.replics")
        self.expect_refusal(["deploy"], "would not accept .*: .*unknown field spec.replics")

    def test_include_that_nobody_else_owns_the_deployment(self):
        for kind, key in (
            ("annotations", "argocd.argoproj.io/tracking-id"),
            ("labels", "argocd.argoproj.io/instance"),
            ("labels", "kustomize.toolkit.fluxcd.io/name"),
            ("labels", "helm.toolkit.fluxcd.io/name"),
        ):
            with self.subTest(key):
                self.create_cluster(deployment={**self.deployment, "metadata": {"name": "counter", kind: {key: "x"}}})
                self.expect_refusal(["deploy"], f"belongs to GitOps \\({key}\\)")

    def test_include_the_version_to_go_back_to(self):
        annotations = self.deployment["metadata"]["annotations"]
        annotations[VERIFIED] = f"{'0' * 40} {OLD} {OVERLAY}"
        self.create_cluster()
        self.expect_refusal(["deploy"], "commit 0{40}, to go back to, is not in this clone; fetch it")
        annotations[VERIFIED] = "latest"
        self.create_cluster()
        self.expect_refusal(["deploy"], "is 'latest', not COMMIT IMAGE@DIGEST OVERLAY")
        del annotations[VERIFIED]
        self.create_cluster()
        self.expect_refusal(["undo"], "no version was ever verified here to go back to")

    def test_include_a_cluster_that_answers(self):
        self.create_cluster(gone="refuses")
        self.expect_refusal(["deploy"], r"the cluster does not answer \(.*refused.*\); nothing was changed", code=8)

    def test_include_that_no_other_delivery_is_under_way(self):
        lock = {"metadata": {"name": LOCK, "resourceVersion": "7"}, "data": {"holder": "ann@desk, process 7"}}
        lock["data"]["until"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1000))
        self.create_cluster(configmaps={LOCK: lock})
        self.expect(
            ["deploy"], 9, r"by ann@desk, process 7, for (9\d\d|1000) s at most; nothing was changed; .*kubectl delete"
        )
        self.assertEqual(self.changes(), [self.LOCKED])  # which the server refused
        with self.cluster.open() as state:
            self.assertEqual(state["configmaps"], {LOCK: lock})


class Deploy(DeliverTest):
    def test_of_a_right_version_is_recorded(self):
        self.create_cluster()
        said = self.expect(["deploy"], 0, f"{NEW} runs and was verified")
        record = f"{self.second} {NEW} {OVERLAY}"
        self.assertEqual(
            self.changes(),
            [self.LOCKED, "apply deploy", f"annotate deployment/counter {VERIFIED}={record}", self.UNLOCKED],
        )
        self.assertEqual(self.recorded(), record)
        self.assertEqual(self.cluster.image(), NEW)
        served = sum(int(n) for n in re.findall(r"pod new-\d served (\d+) numbers", said))
        self.assertGreaterEqual(served, 500)
        self.assertRegex(said, "PASS: 500 numbers")
        with self.cluster.open() as state:
            self.assertEqual(state["configmaps"], {})

    def test_while_others_use_the_counter(self):
        """Their numbers are missing from what counter-check sees."""
        others = [processes.binary("counter-check"), self.counters[0].address, "--duration", "1h", "--rate", "500"]
        self.create_cluster()
        with processes.start_program(others):
            self.expect(["deploy"], 0)

    def test_applies_the_overlay_with_the_image_by_its_digest_and_nothing_else_changed(self):
        self.create_cluster()
        self.expect(["deploy"], 0)
        overlay = os.path.join(self.root, OVERLAY)
        rendered = subprocess.run([KUBECTL, "kustomize", overlay], capture_output=True, check=True).stdout
        wanted = list(yaml.safe_load_all(rendered))
        for wants in wanted:
            if wants["kind"] == "Deployment":
                wants["spec"]["template"]["spec"]["containers"][0]["image"] = NEW

        def sort(objects):
            return sorted(objects, key=lambda o: (o["kind"], o["metadata"]["name"]))

        self.assertEqual(sort(yaml.safe_load_all(self.file("build/deliver/deploy.yaml"))), sort(wanted))

    def test_for_the_first_time_makes_the_namespace(self):
        self.create_cluster(namespace=False, deployment=None)
        self.expect(["deploy"], 0)
        self.assertEqual(self.changes()[:3], ["create namespace counter", self.LOCKED, "apply deploy"])
        self.assertEqual(self.recorded(), f"{self.second} {NEW} {OVERLAY}")

    def test_for_the_first_time_that_fails_leaves_it_for_a_person(self):
        self.versions[NEW]["rollout"] = "stalls"
        self.create_cluster(namespace=False, deployment=None)
        self.expect(["deploy"], 7, "the rollout failed; no version was ever verified here to go back to")
        self.assertEqual(self.changes(), ["create namespace counter", self.LOCKED, "apply deploy", self.UNLOCKED])

    def test_that_stalls_is_undone_with_the_objects_of_its_commit(self):
        self.versions[NEW]["rollout"] = "stalls"
        self.create_cluster()
        self.expect_undone(5, "exceeded its progress deadline", "Readiness probe failed", "panic: it was too much")
        self.assertIn("minReadySeconds: 11", self.file("build/deliver/deploy.yaml"))
        undone = self.file("build/deliver/undo.yaml")
        self.assertIn("minReadySeconds: 10", undone)
        self.assertIn(f"image: {OLD}", undone)

    def test_that_the_server_refuses_half_way_is_undone(self):
        self.versions[NEW]["apply"] = "fails"
        self.create_cluster()
        self.expect_undone(5, "no quota")

    def test_of_duplicate_numbers_is_undone(self):
        script = os.path.join(HERE, "bad_counter.py")
        command = [sys.executable, "-B", script, "--mode", "get-then-set", "--redis", self.redis]
        with processes.start_program(command, ready=r"listening \S+$") as wrong:
            self.backends[NEW] = [wrong.wait_for(r"listening (\S+)$")[1]]
            self.create_cluster()
            self.expect_undone(6, "FAIL: .*duplicates", "WRONG: counter-check has objections")

    def test_without_traffic_is_undone(self):
        self.backends[NEW] = []
        self.create_cluster()
        self.expect_undone(6, "WRONG: http://.* gives no number")

    def test_without_traffic_for_one_pod_is_undone(self):
        self.backends[NEW] = self.backends[NEW][:1]
        self.create_cluster()
        self.expect_undone(6, "WRONG: pod new-1 served none of the requests")

    def test_with_requests_that_fail_is_undone(self):
        self.versions[NEW]["pods"].pop("new-1")
        self.backends[NEW] = [self.backends[NEW][0], f"127.0.0.1:{processes.free_port()}"]
        self.create_cluster()
        self.expect_undone(6, r"FAIL: \d+ of 500 requests got no number", "WRONG: counter-check has objections")

    def test_that_outlives_its_lock_changes_nothing_more(self):
        """As on a machine that slept."""
        with open(os.path.join(self.root, "deploy/ci/cluster.sh"), "a", encoding="utf-8") as file:
            file.write("lock_until=0\ntake_lock() { kube get configmap counter --ignore-not-found >/dev/null; }\n")
        self.commit("a lock that has run out")
        self.create_cluster()
        self.expect(["deploy"], 7, "took longer than its lock holds, so another delivery may be under way")
        self.assertEqual(self.changes(), [])

    def test_with_too_few_requests_is_undone(self):
        self.create_cluster()
        self.environment.update(DELIVER_CHECK_FLAGS="--rate 20", DELIVER_VERIFY_SECONDS="1")
        self.expect(["deploy"], 7, "verification failed")  # as the old one has too few as well

    def test_without_metrics_is_undone(self):
        self.versions[NEW]["pods"]["new-1"] = None
        self.create_cluster()
        self.expect_undone(6, "WRONG: pod new-1 has no metrics")

    def test_without_pods_is_undone(self):
        self.versions[NEW]["pods"] = {}
        self.create_cluster()
        self.expect_undone(6, "there are no pods")

    def test_with_pods_of_another_image_is_undone(self):
        self.versions[NEW]["runs"] = OLD
        self.create_cluster()
        self.expect_undone(6, f"pod new-0 is to run {OLD}")

    def test_with_bad_metrics_is_undone(self):
        for pages, reason in (
            ([(5, 0, 0), (9, 2, 0)], "had 2 requests without a number"),
            ([(5, 1, 1), (9, 1, 1)], r"Redis forgot numbers \(1\)"),
            ([(5, 0, 0), (2, 0, 0)], "was restarted"),
        ):
            with self.subTest(reason):
                self.versions[NEW]["pods"] = {"new-0": metrics_page(*pages)}
                self.create_cluster()
                self.expect_undone(6, f"WRONG: pod new-0 .*{reason}")

    def test_that_cannot_be_undone_says_so(self):
        self.versions[NEW]["rollout"] = self.versions[OLD]["rollout"] = "stalls"
        self.create_cluster()
        self.expect(["deploy"], 7, f"the rollout failed; {OLD} was applied again and is not right either")
        self.assertEqual(self.changes(), [self.LOCKED, "apply deploy", "apply undo", self.UNLOCKED])

    def test_of_what_is_there_already_and_wrong_now_is_not_undone(self):
        self.git("checkout", "--quiet", self.first)
        self.versions[OLD]["rollout"] = "stalls"
        self.create_cluster()
        self.expect(["deploy"], 7, "it is itself what was verified last", DELIVER_DIGEST=OLD.split("@")[1])
        self.assertEqual(self.changes(), [self.LOCKED, "apply deploy", self.UNLOCKED])

    def test_to_a_cluster_that_leaves_claims_nothing(self):
        self.versions[NEW]["rollout"] = "leaves"
        self.create_cluster()
        self.expect(["deploy"], 8, rf"the cluster does not answer \(.*\); {NEW} was applied and is not verified; run")
        self.assertEqual(self.changes(), [self.LOCKED, "apply deploy"])
        with self.cluster.open() as state:
            state["gone"] = ""
            state["versions"][NEW]["rollout"] = "succeeds"
        self.expect(["deploy"], 9, "another delivery is under way")
        with self.cluster.open() as state:
            state["configmaps"] = {}  # as that line says
        self.expect(["deploy"], 0)

    def test_to_a_cluster_that_hangs_ends_in_time(self):
        self.create_cluster(gone="hangs")
        began = time.monotonic()
        self.expect(["deploy"], 8, r"answer \(silent for 1 s\); nothing was changed", DELIVER_CALL_SECONDS="1")
        self.assertLess(time.monotonic() - began, 30)


class Interruption(DeliverTest):
    def start(self):
        """A delivery that waits for its rollout."""
        self.versions[NEW]["rollout"] = "waits"
        self.create_cluster()
        environment = {**self.environment, "DELIVER_ROLLOUT_SECONDS": "600"}
        program = processes.start_program(self.command("deploy"), environment=environment)
        self.addCleanup(self.end_running)  # kubectl outlives a delivery that is killed
        self.addCleanup(program.close)
        processes.wait_until(lambda: self.called("rollout"), "the rollout")
        with self.cluster.open() as state:
            del state["versions"][NEW]["rollout"]
        return program

    def running(self):
        """The processes of deliveries that have not ended."""
        return list(processes_with(f"CAIRN_STAND_IN={self.cluster.folder}"))

    def end_running(self):
        for process in self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def called(self, verb):
        return any(verb in call for call in self.cluster.calls())

    def test_says_what_is_known_and_another_run_goes_on(self):
        for number, code in (signal.SIGTERM, 143), (signal.SIGINT, 130):
            with self.subTest(number):
                program = self.start()
                program.signal(number)
                self.assertEqual(program.wait(), code, program.output())
                last = program.output().rstrip().split("\n")[-1]
                self.assertIn(f"deliver: interrupted; {NEW} was applied and is not verified; run 'deliver", last)
                self.assertEqual(self.changes()[-1], self.UNLOCKED)
                processes.wait_until(lambda: not self.running(), "the end of all that it started")
                self.assertEqual(self.recorded(), f"{self.first} {OLD} {OVERLAY}")
        self.expect(["deploy"], 0)

    def test_by_kill_leaves_a_lock_that_runs_out(self):
        program = self.start()
        program.kill()
        self.expect(["deploy"], 9, "another delivery is under way")
        with self.cluster.open() as state:
            state["configmaps"][LOCK]["data"]["until"] = "2026-01-01T00:00:00Z"
        self.expect(["deploy"], 0)
        self.assertIn("replace -", self.changes())

    def test_can_be_answered_by_undo(self):
        program = self.start()
        program.signal(signal.SIGTERM)
        program.wait()
        self.expect(["undo"], 0, f"{OLD} of commit {self.first} runs again and was verified", DELIVER_IMAGE="")
        self.assertEqual(self.cluster.image(), OLD)
        self.assertEqual(self.changes()[-3:], [self.LOCKED, "apply undo", self.UNLOCKED])


class Artifact(DeliverTest):
    def ran(self):
        with open(self.environment["STUB_LOG"], encoding="utf-8") as file:
            return file.read().splitlines()

    def test_of_something_unforeseen_says_what_is_known(self):
        with open(os.path.join(self.root, "build/deliver"), "w", encoding="utf-8"):
            pass
        self.expect(["build"], 1, "something unforeseen, above; nothing was changed")

    def test_that_does_not_build_or_pass_ends_the_run(self):
        self.expect(["build", "test"], 3, "build failed", STUB_BUILD="fails")
        self.expect(["test", "image"], 3, "test failed", STUB_TEST="1")
        self.assertEqual(self.ran(), ["install-deps build", "build release bin/counter bin/counter-check", "test"])
        self.assertFalse(os.path.exists(os.path.join(self.root, "build/image")))

    def test_goes_from_the_commit_to_the_cluster_in_one_call(self):
        for program in "buildah", "skopeo", "docker-registry":
            if shutil.which(program) is None:
                self.skipTest(f"{program} is not installed")
        registry = self.registry()
        repository = f"{registry}/team/counter"
        self.environment.update(DELIVER_IMAGE=repository, DELIVER_DIGEST="", DELIVER_REGISTRY_TLS_VERIFY="false")
        self.create_cluster()

        self.expect(["build", "test", "image", "push"], 0, f"pushed {repository}@sha256:[0-9a-f]{{64}}$")
        digest = self.file("build/deliver/digest").strip()
        manifest = self.skopeo("inspect", "--raw", f"docker://{repository}@{digest}")
        self.assertEqual(json.loads(self.file("build/image/oci/index.json"))["manifests"][0]["digest"], digest)
        self.assertTrue(json.loads(manifest)["layers"])
        self.assertIn(self.second, self.skopeo("list-tags", f"docker://{repository}"))

        image = f"{repository}@{digest}"
        with self.cluster.open() as state:
            state["versions"][image] = self.versions[NEW]
        self.backends[image] = self.backends[NEW]
        self.expect([], 0, f"{image} runs and was verified")
        self.assertEqual(self.recorded(), f"{self.second} {image} {OVERLAY}")
        self.assertEqual(self.file("build/deliver/digest").strip(), digest)  # built twice, and the same

        # Another image under the commit's tag, as only somebody else can have put it there, does not become this one.
        with open(os.path.join(self.root, "build/deliver/digest"), "w", encoding="utf-8") as file:
            file.write(NEW.split("@")[1] + "\n")
        self.expect(["push"], 4, "the registry has another image than")

    def test_that_the_registry_does_not_take_is_not_deployed(self):
        for program in "buildah", "skopeo":
            if shutil.which(program) is None:
                self.skipTest(f"{program} is not installed")
        self.create_cluster()
        self.environment.update(DELIVER_IMAGE=f"127.0.0.1:{processes.free_port()}/counter", DELIVER_DIGEST="")
        self.expect(["image", "push", "deploy"], 4, "push to 127.0.0.1:.* failed; 'skopeo login'")
        self.assertEqual(self.changes(), [])

    def skopeo(self, command, *arguments):
        done = subprocess.run(["skopeo", command, "--tls-verify=false", *arguments], capture_output=True, check=True)
        return done.stdout.decode()

    def registry(self):
        """The address of a real registry on loopback."""
        port = processes.free_port()
        config = {
            "version": "0.1",
            "storage": {"filesystem": {"rootdirectory": os.path.join(self.directory, "registry")}},
            "http": {"addr": f"127.0.0.1:{port}"},
        }
        path = os.path.join(self.directory, "registry.yml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file)
        program = processes.start_program(["docker-registry", "serve", path], ready="listening on")
        self.addCleanup(program.close)
        return f"127.0.0.1:{port}"


class Scripts(DeliverTest):
    def test_name_every_exit_code_in_the_help(self):
        status, said = self.deliver("--help")
        self.assertEqual(status, 0)
        documented = {int(code) for code in re.findall(r"^  (\d+) ", said, re.M)} | {143}
        folder = os.path.join(self.root, "deploy/ci")
        text = "".join(self.file(f"deploy/ci/{name}") for name in os.listdir(folder) if not name.endswith(".md"))
        used = {int(code) for code in re.findall(r"\b(?:fail|exit|return|interrupted) (\d+)\b", text)}
        self.assertEqual(used | {0, 1}, documented)

    def test_name_every_option_in_the_help(self):
        said = self.deliver("--help")[1]
        self.assertEqual(settings(), set(re.findall(r"^  --([a-z-]+) ", said, re.M)))

    def test_call_kubectl_as_the_real_one_wants_it(self):
        """Each kind of call, made by the real kubectl to a port where nobody listens: it gets as far as asking."""
        self.versions[NEW]["rollout"] = "stalls"
        self.create_cluster(namespace=False)
        self.deliver("deploy")
        with self.cluster.open() as state:
            del state["versions"][NEW]["rollout"]
            lock = {"metadata": {"resourceVersion": "1"}, "data": {"until": "2026-01-01T00:00:00Z"}}
            state["configmaps"] = {LOCK: lock}
        self.deliver("deploy")
        calls = {tuple(call) for call in self.cluster.calls() if call[0] not in ("config", "kustomize")}
        made = {word for call in calls for word in call}
        self.assertGreaterEqual(made, {*CHANGES, "rollout", "logs", "port-forward"})
        options = {"input": json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": LOCK}})}
        options.update(env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        for call in sorted(calls):
            for kubectl in KUBECTLS:
                with self.subTest(call=call, kubectl=kubectl):
                    done = subprocess.run([kubectl, *call], **options)
                    self.assertRegex(done.stderr, "refused|doesn't have a resource type")
                    self.assertNotRegex(done.stderr, "unknown|flag needs|invalid|must specify|required")


def commands_of(jobs, key):
    """What the jobs run, in order."""
    for job in jobs.values():
        for step in [*job.get("before_script", []), *job[key]]:
            if command := step if isinstance(step, str) else step.get("run"):
                yield command


class Pipelines(unittest.TestCase):
    """The two files for CI: what they call is there, in the right order, and with no more rights than it needs."""

    ORDER = ["build", "test", "image", "check", "push", "deploy"]
    CARRIED = {"build/bin/counter-check", "build/image/oci", "build/deliver/digest"}

    def load(self, name):
        with open(os.path.join(SOURCE, "deploy/ci", name), encoding="utf-8") as file:
            self.text = file.read()
        return yaml.safe_load(self.text)

    def check_commands(self, commands):
        calls = [re.fullmatch(r"(?:exec )?deploy/ci/deliver (\w+)", command) for command in commands]
        steps = [call[1] for call in calls if call]
        self.assertEqual(steps, self.ORDER)
        self.assertEqual(len(steps), sum("deliver " in command for command in commands))
        for command in commands:
            with self.subTest(command):
                self.assertNotIn("${{", command)  # what others wrote is never made part of a script
                self.assertNotRegex(command, r"\b(echo|set -x|curl)\b.*(PASSWORD|TOKEN|SECRET)")
                self.assertNotRegex(command, r"--(dest-)?creds|--password[ =]")
                if shutil.which("shellcheck"):
                    lint = ["shellcheck", "--shell=bash", "-"]
                    done = subprocess.run(lint, input=command + "\n", capture_output=True, text=True, check=False)
                    self.assertEqual(done.stdout, "")

    def check_settings(self, names):
        known = {"DELIVER_" + name.upper().replace("-", "_") for name in settings()}
        self.assertLessEqual({name for name in names if name.startswith("DELIVER_")}, known)

    def test_github(self):
        workflow = self.load("github-actions.yml")
        build, deliver = workflow["jobs"]["build"], workflow["jobs"]["deliver"]
        commands = list(commands_of(workflow["jobs"], "steps"))
        self.check_commands(commands)
        self.check_settings(deliver["env"])
        self.assertEqual(workflow["concurrency"], {"group": "deliver-counter", "cancel-in-progress": False})
        self.assertEqual(workflow["permissions"], {})
        self.assertEqual(build["permissions"], {"contents": "read"})
        self.assertEqual(deliver["permissions"], {"contents": "read", "id-token": "write"})
        self.assertEqual(deliver["needs"], "build")
        self.assertEqual(workflow["defaults"]["run"]["shell"], "bash")
        self.assertNotIn("secrets.", self.text)
        self.assertIn("fetch-depth: 0", self.text.split("  deliver:\n")[1])
        archive = next(command for command in commands if command.startswith("tar --create"))
        self.assertLessEqual(self.CARRIED, set(archive.split()))
        actions = re.findall(r"uses: (.*)", self.text)
        self.assertEqual(len(actions), 5)
        for action in actions:
            self.assertRegex(action, r"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

    def test_gitlab(self):
        pipeline = self.load("gitlab-ci.yml")
        jobs = {name: pipeline[name] for name in ("build", "deliver")}
        self.check_commands(list(commands_of(jobs, "script")))
        self.check_settings(jobs["deliver"]["variables"])
        self.assertEqual(pipeline["stages"], ["build", "deliver"])
        self.assertEqual([jobs[name]["stage"] for name in jobs], ["build", "deliver"])
        self.assertEqual(set(jobs["build"]["artifacts"]["paths"]), self.CARRIED)
        self.assertEqual(jobs["deliver"]["resource_group"], "counter")
        self.assertIs(jobs["deliver"]["interruptible"], False)
        self.assertEqual(jobs["deliver"]["variables"]["GIT_DEPTH"], "0")
        self.assertEqual(pipeline["workflow"]["rules"], [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}])


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
