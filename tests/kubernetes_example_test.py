#!/usr/bin/python3
"""examples/counter-kubernetes: what it renders to, whether that keeps its promises, and whether its settings work.

Renders are looked at with the checks of kubernetes_checks.py; Checks tries each of these on a render that breaks a
promise, so that none can pass by looking at nothing. Settings starts the real counter and the real Redis with the
arguments, variables and files of the render.

  CAIRN_WRITE_GOLDEN=1 tests/kubernetes_example_test.py    writes tests/golden/kubernetes/ anew
"""

import base64
import contextlib
import copy
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import types
import unittest

import processes
from counter_program import Counter, ask

try:
    import kubernetes.client

    import kubernetes_checks as checks
    from kubernetes_checks import NAME_LABEL, NAMESPACE, dig, find, find_all, objects_of
except ImportError as error:  # python3-kubernetes or python3-yaml
    processes.skip(error)

SOURCE = os.environ.get("CAIRN_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(SOURCE, "examples", "counter-kubernetes")
GOLDEN = os.path.join(SOURCE, "tests", "golden", "kubernetes")
OVERLAYS = ("in-memory", "redis", "elasticache")
FOLDERS = (*(f"overlays/{name}" for name in OVERLAYS), "routes/ingress", "routes/gateway")
COUNTER_PROGRAM = processes.binary("counter")
COUNTER_CHECK = processes.binary("counter-check")
REDIS_SERVER = processes.require_program("redis-server")
OLDEST_MINOR = 20  # of the kubectls that can render the example
RUN_TIMEOUT_S = 60
PASSWORD = "0123456789abcdef"

# Debian's kubernetes.client knows the API of Kubernetes 1.22. What it does not know, and nothing else, is lost by it.
YOUNGER_KINDS = {"autoscaling/v2 HorizontalPodAutoscaler": "V2beta2HorizontalPodAutoscaler"}  # the same fields
YOUNGER_FIELDS = {
    "Deployment spec.template.spec.topologySpreadConstraints[0].matchLabelKeys",  # beta, on by default, in 1.27
    "Deployment spec.template.spec.topologySpreadConstraints[1].matchLabelKeys",
    "PodDisruptionBudget spec.unhealthyPodEvictionPolicy",  # beta, on by default, in 1.27
}
NOT_OF_KUBERNETES = {"HTTPRoute"}


# Rendering


def kubectls():
    """Version -> path, oldest first: those on PATH, others that came with them, and Debian's where it was unpacked."""
    found = {}
    paths = glob.glob(os.path.join(SOURCE, "build", "packages", "kubernetes-client", "usr", "bin", "kubectl"))
    if on_path := shutil.which("kubectl"):
        paths += [on_path, *glob.glob(os.path.join(os.path.dirname(os.path.realpath(on_path)), "kubectl.1.*"))]
    for path in paths:
        done = run(path, "version", "--client", "--output=json")
        version = json.loads(done.stdout)["clientVersion"]
        if "dispatcher" not in version["gitVersion"]:  # runs one of the others, after it asked a cluster which
            found[int(version["minor"].rstrip("+"))] = path
    return dict(sorted(found.items()))


def run(*arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": RUN_TIMEOUT_S, **options}
    return subprocess.run(arguments, check=True, **options)


def kustomize(kubectl, folder):
    return run(kubectl, "kustomize", folder).stdout


def golden(folder):
    return os.path.join(GOLDEN, f"{os.path.basename(folder)}.yaml")


# What breaks a promise: check -> (overlay, object, path, new value or GONE, what the check says).
GONE = object()
POD = "spec.template.spec"
SPREAD = f"{POD}.topologySpreadConstraints"
CONTAINER = f"{POD}.containers.0"
COUNTER, REDIS = "Deployment/counter", "StatefulSet/redis"
SCALER, BUDGET = "HorizontalPodAutoscaler/counter", "PodDisruptionBudget/counter"
MUTATIONS = {
    checks.name_problems: (
        ("redis", "Service/counter", "metadata.name", "redis", "twice"),
        ("redis", "Service/counter", "metadata.namespace", "default", "another namespace"),
        ("redis", "Service/counter", "metadata.labels", GONE, "not labelled"),
        ("redis", "ConfigMap/counter", "metadata.name", "counter", "no hash"),
    ),
    checks.selector_problems: (
        ("redis", "Service/counter", f"spec.selector.{NAME_LABEL}", "counters", "selects nothing"),
        ("redis", "Service/counter", "spec.selector", GONE, "by None"),
        ("redis", "NetworkPolicy/redis", "spec.podSelector.matchLabels", GONE, "by None"),
        ("redis", BUDGET, "spec.selector.matchLabels", GONE, "by None"),
        ("redis", REDIS, f"spec.selector.matchLabels.{NAME_LABEL}", "counter", "selects {'counter'}"),
        ("redis", COUNTER, f"{SPREAD}.1.labelSelector", GONE, "by None"),
        ("redis", SCALER, "spec.scaleTargetRef.name", "web", "scales nothing"),
    ),
    checks.port_problems: (
        ("redis", "Service/counter", "spec.ports.0.targetPort", "admin", "leads to admin"),
        ("redis", "Service/redis", "spec.ports.0.targetPort", "http", "leads to http"),
        ("in-memory", COUNTER, f"{CONTAINER}.ports.1.name", "metrics", "asks port admin"),
    ),
    checks.reference_problems: (
        ("redis", COUNTER, f"{CONTAINER}.envFrom.0.configMapRef.name", "counter", "no ConfigMap counter"),
        ("redis", COUNTER, f"{POD}.volumes.0.secret.secretName", "redis", "no Secret redis"),
        ("redis", COUNTER, f"{POD}.volumes.0.secret.items.0.key", "token", "no Secret"),
        ("redis", COUNTER, f"{POD}.volumes.0.secret.optional", True, "starts without"),
        ("redis", COUNTER, f"{POD}.volumes", GONE, "no volume redis-password"),
        ("redis", COUNTER, f"{POD}.serviceAccountName", "web", "no account"),
        ("redis", REDIS, f"{CONTAINER}.env.0.valueFrom.secretKeyRef.key", "token", "no Secret"),
    ),
    checks.shutdown_problems: (
        ("redis", COUNTER, f"{POD}.terminationGracePeriodSeconds", 25, "is killed after 25 s"),
        ("redis", COUNTER, f"{CONTAINER}.args.0", "--shutdown-delay=0s", "serves for 0 s"),
        ("redis", COUNTER, f"{CONTAINER}.args.1", "--drain-timeout=3s", "drains for 3 s"),
        ("redis", COUNTER, f"{CONTAINER}.lifecycle", {}, "hook"),
    ),
    checks.rollout_problems: (
        ("redis", COUNTER, "spec.strategy.rollingUpdate.maxUnavailable", 1, "replaces pods"),
        ("redis", COUNTER, "spec.strategy", {"type": "Recreate"}, "replaces pods"),
        ("in-memory", COUNTER, "spec.strategy.type", "RollingUpdate", "replaces pods"),
        ("redis", COUNTER, "spec.minReadySeconds", GONE, "too late"),
        ("redis", COUNTER, "spec.progressDeadlineSeconds", GONE, "too late"),
        ("redis", COUNTER, "spec.replicas", 3, "resets"),
    ),
    checks.availability_problems: (
        ("redis", SCALER, "kind", "Scaler", "0 autoscalers"),
        ("redis", SCALER, "spec.minReplicas", 1, "one pod a zone"),
        ("redis", SCALER, "spec.metrics", [], "does not follow"),
        ("redis", BUDGET, "spec.maxUnavailable", GONE, "blocks drains"),
        ("redis", BUDGET, "spec.unhealthyPodEvictionPolicy", GONE, "blocks drains"),
        ("redis", BUDGET, f"spec.selector.matchLabels.{NAME_LABEL}", "redis", "single pod"),
        ("redis", COUNTER, SPREAD, GONE, "not spread"),
        ("redis", COUNTER, f"{SPREAD}.0.whenUnsatisfiable", "DoNotSchedule", "waits for a lost .*zone"),
        ("redis", COUNTER, f"{SPREAD}.0.matchLabelKeys", GONE, "together"),
    ),
    checks.probe_problems: (
        ("redis", COUNTER, f"{CONTAINER}.startupProbe", GONE, "counter: startupProbe"),
        ("redis", COUNTER, f"{CONTAINER}.livenessProbe.httpGet.path", "/readyz", "counter: livenessProbe"),
        ("redis", COUNTER, f"{CONTAINER}.readinessProbe.httpGet.port", "http", "counter: readinessProbe"),
        ("redis", REDIS, f"{CONTAINER}.readinessProbe.exec.command.1", "-asecret", "redis: readinessProbe"),
        ("redis", REDIS, f"{CONTAINER}.env", GONE, "variables"),
    ),
    checks.security_problems: (
        ("redis", "Namespace/counter", "metadata.labels", {}, "any pod"),
        ("redis", "ServiceAccount/counter", "automountServiceAccountToken", GONE, "hands out tokens"),
        ("redis", REDIS, f"{POD}.securityContext.runAsNonRoot", False, "redis: may be root"),
        ("redis", COUNTER, f"{POD}.securityContext.runAsUser", 0, "counter: may be root"),
        ("redis", COUNTER, f"{POD}.securityContext.seccompProfile", GONE, "no seccomp"),
        ("redis", COUNTER, f"{CONTAINER}.securityContext.capabilities.drop", [], "has capabilities"),
        ("redis", COUNTER, f"{CONTAINER}.securityContext.readOnlyRootFilesystem", GONE, "writes to its root"),
        ("redis", REDIS, f"{CONTAINER}.securityContext.allowPrivilegeEscalation", GONE, "may become root"),
        ("redis", REDIS, f"{CONTAINER}.securityContext.procMount", "Unmasked", "procMount"),
        ("redis", COUNTER, f"{POD}.hostNetwork", True, "node's namespaces"),
        ("redis", COUNTER, f"{POD}.volumes.0.hostPath", {"path": "/"}, "a volume"),
        ("redis", REDIS, f"{POD}.automountServiceAccountToken", GONE, "redis: gets a token"),
        ("redis", COUNTER, f"{POD}.enableServiceLinks", GONE, "counter: gets"),
    ),
    checks.resource_problems: (
        ("redis", COUNTER, f"{CONTAINER}.resources.limits.cpu", "1", "counter: limited to"),
        ("redis", COUNTER, f"{CONTAINER}.resources.requests.cpu", GONE, "counter: asks for"),
        ("redis", REDIS, f"{CONTAINER}.resources.limits", GONE, "redis: limited to"),
        ("redis", REDIS, f"{CONTAINER}.image", "redis:7", "image redis:7"),
    ),
    checks.network_problems: (
        ("redis", "NetworkPolicy/redis", "spec.ingress.0.from", GONE, "redis: .*anywhere"),
        ("redis", "NetworkPolicy/redis", "spec.policyTypes", ["Ingress"], "only {'Ingress'}"),
        ("redis", "NetworkPolicy/counter", "spec.egress", [{}], "counter: .*anywhere"),
        ("redis", "NetworkPolicy/counter", "spec.ingress.1.from", GONE, "counter: .*8081"),
        ("redis", COUNTER, f"{CONTAINER}.ports.0.containerPort", 80, "counter: listens on"),
        ("redis", "NetworkPolicy/counter-to-redis", "spec.egress", GONE, "counter: .*6379"),
        ("elasticache", "NetworkPolicy/counter-to-redis", "spec.egress.0.to.0.ipBlock.cidr", "0.0.0.0/0", "0.0.0.0"),
    ),
    checks.redis_problems: (
        ("redis", REDIS, "spec.replicas", 2, "several"),
        ("redis", REDIS, "spec.serviceName", "other", "Service"),
        ("redis", REDIS, f"{POD}.securityContext.fsGroup", GONE, "cannot write"),
        ("redis", REDIS, f"{CONTAINER}.volumeMounts.0.mountPath", "/var", "in the pod"),
        ("redis", "ConfigMap/redis", "data", {"redis.conf": "appendonly yes\n"}, "not on the disk"),
        ("redis", "ConfigMap/redis", "data", {"redis.conf": "maxmemory 100mb\n"}, "killed before it is full"),
        ("redis", "ConfigMap/redis", "data", {"redis.conf": "maxmemory 64mb\n"}, "evicts"),
    ),
    checks.address_problems: (
        ("redis", "Service/redis", "spec.ports.0.port", 6380, "no Service redis"),
        ("redis", COUNTER, f"{CONTAINER}.volumeMounts", GONE, "not mounted"),
        ("redis", "ConfigMap/counter", "data.COUNTER_REDIS_PASSWORD_FILE", GONE, "not mounted"),
        ("elasticache", "ConfigMap/counter", "data.COUNTER_REDIS_URL", "redis://cache:6379", "in clear"),
        ("in-memory", "ConfigMap/counter", "data.COUNTER_REDIS_URL", "redis://redis:6379", "not in memory"),
    ),
}


def mutate(objects, target, path, value):
    """A copy of the objects in which one value is another, or gone."""
    changed = copy.deepcopy(objects)
    *steps, last = split_path(path)
    holder = find(changed, *target.split("/"))
    for step in steps:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return changed


def split_path(path):
    """"a.0.b" as keys; the name label, which has dots itself, may be the last."""
    ends = [NAME_LABEL] if path.endswith(NAME_LABEL) else []
    steps = path.removesuffix(f".{NAME_LABEL}").split(".")
    return [int(step) if step.isdigit() else step for step in steps] + ends


# Tests


class Rendered(unittest.TestCase):
    """A copy of the example, and the renders of its folders by the newest kubectl."""

    @classmethod
    def setUpClass(cls):
        cls.kubectls = kubectls()
        if not cls.kubectls:
            raise unittest.SkipTest("no kubectl is installed")
        cls.kubectl = list(cls.kubectls.values())[-1]
        cls.copy = os.path.join(processes.private_directory("kubernetes"), "example")
        shutil.copytree(EXAMPLE, cls.copy)
        cls.texts = {folder: kustomize(cls.kubectl, os.path.join(cls.copy, folder)) for folder in FOLDERS}
        cls.renders = {folder: objects_of(text) for folder, text in cls.texts.items()}
        cls.overlays = {name: cls.renders[f"overlays/{name}"] for name in OVERLAYS}

    def write(self, file, text):
        """A file of the copy, for this test."""
        path = os.path.join(self.copy, file)
        if os.path.exists(path):
            shutil.copy(path, f"{path}.before")
            self.addCleanup(os.replace, f"{path}.before", path)
        else:
            os.makedirs(os.path.dirname(path))
            self.addCleanup(shutil.rmtree, os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as opened:
            opened.write(text)


class Renders(Rendered):
    def test_are_as_golden_with_every_kubectl(self):
        for folder in FOLDERS:
            with open(golden(folder), encoding="utf-8") as file:
                expected = checks.without_hashes(objects_of(file.read()))
            for minor, path in self.kubectls.items():
                with self.subTest(kubectl=f"1.{minor}", folder=folder):
                    objects = objects_of(kustomize(path, os.path.join(self.copy, folder)))
                    self.assertEqual(checks.without_hashes(objects), expected)
        if OLDEST_MINOR not in self.kubectls:
            self.skipTest("kubectl 1.20, of Debian's kubernetes-client, is not here; the others were asked")

    def test_break_no_promise(self):
        for overlay, objects in self.overlays.items():
            for check in checks.CHECKS:
                with self.subTest(overlay=overlay, check=check.__name__):
                    self.assertEqual(list(check(objects, overlay)), [])

    def test_are_of_the_types_that_python_knows(self):
        api = kubernetes.client.ApiClient()
        lost = set()
        for obj in (obj for objects in self.renders.values() for obj in objects):
            kind = obj["kind"]
            if kind in NOT_OF_KUBERNETES:
                continue
            version = obj["apiVersion"].rpartition("/")[2]
            model = YOUNGER_KINDS.get(f"{obj['apiVersion']} {kind}", f"{version.capitalize()}{kind}")
            answer = types.SimpleNamespace(data=json.dumps(obj))
            back = api.sanitize_for_serialization(api.deserialize(answer, model))
            lost |= {f"{kind} {path}" for path in differences(obj, back)}
        self.assertEqual(lost, YOUNGER_FIELDS)

    def test_of_routes_lead_to_the_service(self):
        service = find(self.overlays["redis"], "Service", "counter")
        ports = {p["name"]: p["port"] for p in service["spec"]["ports"]}
        (ingress,) = self.renders["routes/ingress"]
        (route,) = self.renders["routes/gateway"]
        for obj in (ingress, route):
            self.assertEqual((obj["metadata"]["name"], obj["metadata"]["namespace"]), ("counter", NAMESPACE))
            self.assertEqual(list(checks.name_problems([obj], None)), [])
        self.assertEqual(ingress["apiVersion"], "networking.k8s.io/v1")
        self.assertTrue(ingress["spec"]["ingressClassName"])
        (rule,) = ingress["spec"]["rules"]
        (path,) = rule["http"]["paths"]
        self.assertEqual((path["path"], path["pathType"]), ("/", "Prefix"))
        self.assertEqual(path["backend"], {"service": {"name": "counter", "port": {"name": "http"}}})
        self.assertIn("http", ports)
        self.assertEqual(route["apiVersion"], "gateway.networking.k8s.io/v1")
        self.assertEqual(route["spec"]["hostnames"], [rule["host"]])
        self.assertEqual(set(route["spec"]["parentRefs"][0]), {"name", "namespace"})
        self.assertEqual(dig(route, "spec.rules.0.backendRefs"), [{"name": "counter", "port": ports["http"]}])

    def test_of_overlays_need_nothing_that_a_cluster_may_lack(self):
        for objects in self.overlays.values():
            self.assertFalse([obj for obj in objects if obj["kind"] in ("Ingress", "HTTPRoute", "Secret")])

    def test_of_the_readers_own_kustomization_have_its_image_and_address(self):
        with open(os.path.join(EXAMPLE, "README.md"), encoding="utf-8") as readme:
            block = re.search(r"```yaml\n(# .*/mine/kustomization.yaml\n.*?)```", readme.read(), re.S)[1]
        digest = f"sha256:{'4a' * 32}"
        self.write("mine/kustomization.yaml", block.replace("sha256:...", digest))
        for minor, path in self.kubectls.items():
            with self.subTest(kubectl=f"1.{minor}"):
                objects = objects_of(kustomize(path, os.path.join(self.copy, "mine")))
                container = dig(find(objects, "Deployment", "counter"), CONTAINER)
                self.assertEqual(container["image"], f"registry.example.com/counter@{digest}")
                self.assertIn("example.com", checks.settings(objects)["COUNTER_REDIS_URL"])
                self.assertTrue(find(objects, "Ingress", "counter"))
                for check in checks.CHECKS:
                    self.assertEqual(list(check(objects, "elasticache")), [])

    def test_roll_the_pods_when_a_setting_changes(self):
        for overlay, target, file, value, other in (
            ("elasticache", COUNTER, "counter.env", ":6379", ":6380"),
            ("redis", REDIS, "redis.conf", "64mb", "32mb"),
        ):
            with open(os.path.join(EXAMPLE, "overlays", overlay, file), encoding="utf-8") as opened:
                self.write(f"overlays/{overlay}/{file}", opened.read().replace(value, other))
            changed = objects_of(kustomize(self.kubectl, os.path.join(self.copy, "overlays", overlay)))
            before, after = (find(objects, *target.split("/")) for objects in (self.overlays[overlay], changed))
            self.assertNotEqual(before["spec"]["template"], after["spec"]["template"], overlay)


def differences(original, copied, path=""):
    """Where the copy has something else than the original, or nothing."""
    if isinstance(original, dict) and isinstance(copied, dict):
        for key in original.keys() | copied.keys():
            yield from differences(original.get(key), copied.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(original, list) and isinstance(copied, list) and len(original) == len(copied):
        for index, (one, other) in enumerate(zip(original, copied)):
            yield from differences(one, other, f"{path}[{index}]")
    elif original != copied:
        yield path


class Checks(Rendered):
    def test_notice_what_breaks_a_promise(self):
        self.assertEqual(set(MUTATIONS), set(checks.CHECKS))
        for check, mutations in MUTATIONS.items():
            for overlay, target, path, value, said in mutations:
                with self.subTest(check=check.__name__, target=target, path=path):
                    changed = mutate(self.overlays[overlay], target, path, value)
                    self.assertRegex("\n".join(check(changed, overlay)), said)


class Settings(Rendered):
    """The renders' arguments, variables and files, with addresses and paths of this machine."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.enter = stack.enter_context
        self.directory = processes.private_directory("kubernetes")
        self.password_file = self.file("password", PASSWORD)

    def file(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def counter(self, overlay, redis=None, **environment):
        """A counter as the overlay's Deployment starts it; its Redis listens on the HOST:PORT given."""
        objects = self.overlays[overlay]
        environment = {**checks.settings(objects), **environment}
        if redis is not None:
            scheme = environment["COUNTER_REDIS_URL"].partition("://")[0]
            environment["COUNTER_REDIS_URL"] = f"{scheme}://{redis}"
            environment["COUNTER_REDIS_PASSWORD_FILE"] = self.password_file
        (container,) = dig(find(objects, *COUNTER.split("/")), f"{POD}.containers")
        return self.enter(Counter(*container["args"], environment=environment)), container

    def redis_container(self):
        return dig(find(self.overlays["redis"], *REDIS.split("/")), CONTAINER)

    def start_redis(self, port):
        """The Redis of the StatefulSet, with its data in this test's directory."""
        objects, container = self.overlays["redis"], self.redis_container()
        config = find(objects, "ConfigMap", "redis")["data"]["redis.conf"]
        config = config.replace("dir /data", f"dir {self.directory}") + f"port {port}\nbind 127.0.0.1\n"
        path = self.file("redis.conf", config)
        command = [*container["command"], *(a.replace("/etc/redis/redis.conf", path) for a in container["args"])]
        environment = {container["env"][0]["name"]: PASSWORD}
        return self.enter(processes.start_program(command, "Ready to accept", self.directory, environment))

    def probe_redis(self, port, probe, password):
        """The exit code of a probe of the StatefulSet."""
        command = self.redis_container()[probe]["exec"]["command"]
        environment = {**os.environ, "REDISCLI_AUTH": password}
        return subprocess.run(
            [command[0], "-p", str(port), *command[1:]],
            env=environment,
            capture_output=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        ).returncode

    def test_of_the_redis_overlay_count_on_over_a_crash_of_redis(self):
        port = processes.free_port()
        redis = self.start_redis(port)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(self.probe_redis(port, probe, PASSWORD), 0)
            self.assertNotEqual(self.probe_redis(port, probe, "wrong"), 0)
            self.assertNotEqual(self.probe_redis(processes.free_port(), probe, PASSWORD), 0)

        counter, container = self.counter("redis", f"127.0.0.1:{port}")
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(ask(counter.admin, container[probe]["httpGet"]["path"]).status, 200)
        first, second = counter.number(), counter.number()
        self.assertLess(first, second)
        redis.kill()
        self.start_redis(port)
        asked = subprocess.run(
            ["redis-cli", "-p", str(port), "GET", "num"],
            env={**os.environ, "REDISCLI_AUTH": PASSWORD},
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=True,
        )
        self.assertEqual(int(asked.stdout), second)
        self.assertGreater(counter.number(), second)

    def test_of_redis_have_its_password_on_standard_input_only(self):
        stand_in = self.file("redis-server", '#!/bin/sh\necho "arguments: $*"\ncat\n')
        os.chmod(stand_in, 0o755)
        container = self.redis_container()
        environment = {"PATH": f"{self.directory}:{os.environ['PATH']}", "REDISCLI_AUTH": PASSWORD}
        done = run(*container["command"], *container["args"], env=environment)
        self.assertEqual(done.stdout, f'arguments: /etc/redis/redis.conf -\nrequirepass "{PASSWORD}"\n')

    def test_of_the_elasticache_overlay_reach_redis_over_tls_with_its_password(self):
        key, certificate = (os.path.join(self.directory, name) for name in ("key.pem", "cert.pem"))
        new = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-days", "2", "-subj", "/CN=localhost"]
        run("openssl", "req", "-x509", *new, "-addext", "subjectAltName=DNS:localhost", "-out", certificate)
        port = processes.free_port()
        tls = ["--port", "0", "--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key]
        tls += ["--tls-auth-clients", "no", "--bind", "127.0.0.1", "--requirepass", PASSWORD, "--dir", self.directory]
        self.enter(processes.start_program([REDIS_SERVER, *tls], "Ready to accept", self.directory))
        counter, _ = self.counter("elasticache", f"localhost:{port}", COUNTER_REDIS_CA_FILE=certificate)
        self.assertEqual(counter.number(), 1)

    def test_without_an_address_are_refused_in_a_line_that_names_it(self):
        done = subprocess.run(
            [COUNTER_PROGRAM],
            env=checks.settings(self.overlays["elasticache"]),
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Acounter: --redis-url: .*<address>:6379.*\n\Z")

    def test_of_the_in_memory_overlay_are_wrong_at_three_replicas(self):
        addresses = [self.counter("in-memory")[0].address for _ in range(3)]
        for used, exit_code in ((addresses[:1], 0), (addresses, 1)):
            done = subprocess.run(
                [COUNTER_CHECK, *used, "--requests", "300"], capture_output=True, timeout=RUN_TIMEOUT_S, check=False
            )
            self.assertEqual(done.returncode, exit_code, done.stdout)

    def test_serve_while_balancers_take_notice_and_end_within_the_grace_period(self):
        counter, _ = self.counter("in-memory")
        grace_s = dig(find(self.overlays["in-memory"], *COUNTER.split("/")), f"{POD}.terminationGracePeriodSeconds")
        counter.program.signal(signal.SIGTERM)
        processes.wait_until(lambda: not counter.ready(), "unready")
        answer = counter.ask()
        self.assertEqual((answer.status, answer.headers.get("connection")), (200, "close"))
        self.assertEqual(counter.program.wait(grace_s), 0)

    def test_of_the_readme_make_a_password_without_a_line_end(self):
        with open(os.path.join(EXAMPLE, "README.md"), encoding="utf-8") as readme:
            command = re.search(r"^openssl rand.*\n.*$", readme.read(), re.M)[0]
        self.assertIn(" kubectl ", command)
        done = run("sh", "-c", command.replace(" kubectl ", f" {self.kubectl} ") + " --dry-run=client -o json")
        secret = json.loads(done.stdout)
        name = secret["metadata"]["name"]
        self.assertEqual((secret["kind"], secret["metadata"]["namespace"]), ("Secret", NAMESPACE))
        self.assertEqual({name: set(secret["data"])}, checks.USER_SECRETS)
        self.assertRegex(base64.b64decode(secret["data"]["password"]).decode(), r"\A[0-9a-f]{64}\Z")


def write_golden():
    Rendered.setUpClass()
    os.makedirs(GOLDEN, exist_ok=True)
    for folder, text in Rendered.texts.items():
        with open(golden(folder), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    if os.environ.get("CAIRN_WRITE_GOLDEN"):
        write_golden()
    unittest.main(verbosity=2)
