#!/usr/bin/python3
"""docs/deploy.md, run as it stands: from a clone to a delivered counter, an update, and back to nothing.

Real are git, cairn and the AWS provider, the AWS CLI, the image, deliver, counters on one Redis and counter-check. AWS
is simulated (see eks_example, whose changes for the simulation are made here too: a single Redis node, for one); the
cluster, the registry and the load balancer are stood in for.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import yaml

import deliver_test
import eks_example
import kubectl_stand_in
import processes
from counter_program import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("CAIRN_SOURCE_DIR", os.path.dirname(HERE))
PAGE_TIMEOUT_S = 500
for program in ("aws", "buildah", "git", "jq", "redis-server"):
    processes.require_program(program)

# Instead of a registry: keeps the pushed manifest, and whether somebody logged in.
SKOPEO = """#!/usr/bin/env bash
set -eu
case $1 in
  login) [[ -n $(cat) ]] && echo "${@: -1}" >"$CAIRN_STAND_IN/login" ;;
  inspect) cat "$CAIRN_STAND_IN/pushed-${!#//[\\/:]/_}" ;;
  copy)
    grep -q "${!#}" <<<"docker://$(cat "$CAIRN_STAND_IN/login")" || [[ ${!#} == "docker://$(cat "$CAIRN_STAND_IN/login")"/* ]]
    from=${@: -2:1}
    from=${from#oci:}
    digest=$(jq -r '.manifests[0].digest' "$from/index.json")
    cp "$from/blobs/sha256/${digest#sha256:}" "$CAIRN_STAND_IN/pushed-${!#//[\\/:]/_}"
    ;;
esac
"""
ONLY_HERE = "examples/counter-eks/moto_override.tf"


def blocks_of_page():
    with open(os.path.join(SOURCE, "docs/deploy.md"), encoding="utf-8") as file:
        return re.findall(r"(?ms)^```bash\n(.*?)^```$", file.read())


def write_program(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


class DeployPage(unittest.TestCase):
    def setUp(self):
        self.directory = processes.private_directory("deploy-page")
        self.clone = os.path.join(self.directory, "cairn")
        self.moto = eks_example.Moto()
        self.addCleanup(self.moto.program.close)
        redis = self.enterContext(processes.RedisServer())
        self.counters = [self.enterContext(Counter("--redis-url", f"redis://{redis.address}")) for _ in range(2)]
        self.cluster = kubectl_stand_in.Cluster(os.path.join(self.directory, "cluster"))
        os.makedirs(self.cluster.folder)
        self.cluster.create(namespace=True)
        self.front = deliver_test.Front(self.cluster, self.Backends(self))
        self.addCleanup(self.front.close)
        self.make_clone()
        self.make_programs()
        self.make_environment()

    class Backends:
        """Whatever image is asked for runs in both counters."""

        def __init__(self, test):
            self.test = test

        def get(self, image, nothing):
            return [counter.address for counter in self.test.counters] if image else nothing

    def make_clone(self):
        tracked = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                 capture_output=True, text=True, check=True).stdout
        for name in filter(None, tracked.split("\0")):
            if name.startswith(("deploy/", "examples/", "docs/", "CMakeLists.txt", "LICENSE", ".gitignore")):
                os.makedirs(os.path.dirname(os.path.join(self.clone, name)), exist_ok=True)
                shutil.copy2(os.path.join(SOURCE, name), os.path.join(self.clone, name))
        for name, text in deliver_test.STUBS.items():
            path = os.path.join(self.clone, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if name != ".gitignore":
                write_program(path, text)
        os.makedirs(os.path.join(self.clone, "build/bin"))
        for name in "cairn", "counter", "counter-check":
            shutil.copy2(processes.binary(name), os.path.join(self.clone, "build/bin", name))
        for arguments in (["init", "--quiet"], ["config", "user.name", "x"], ["config", "user.email", "x@example.com"],
                          ["add", "."], ["commit", "--quiet", "--message=clone"]):
            subprocess.run(["git", "-C", self.clone, *arguments], check=True)
        with open(os.path.join(self.clone, ".git/info/exclude"), "a", encoding="utf-8") as file:
            file.write(ONLY_HERE + "\n")
        with open(os.path.join(self.clone, ONLY_HERE), "w", encoding="utf-8") as file:
            file.write(eks_example.MOTO_OVERRIDE)

    def make_programs(self):
        programs = os.path.join(self.directory, "bin")
        os.makedirs(programs)
        write_program(os.path.join(programs, "kubectl"),
                                f'#!/bin/sh\nexec {sys.executable} -B {HERE}/deploy_page_kubectl.py "$@"\n')
        write_program(os.path.join(programs, "skopeo"), SKOPEO)

    def make_environment(self):
        self.environment = {
            **eks_example.private_environment(self.moto),
            "PATH": f"{self.directory}/bin:{os.environ['PATH']}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "TF_VAR_redis": "single",
            "KUBECONFIG": os.path.join(self.directory, "kubeconfig"),
            "CAIRN_STAND_IN": self.cluster.folder,
            "CAIRN_REAL_KUBECTL": deliver_test.KUBECTL,
            "CAIRN_PODS": json.dumps({f"counter-{i}": counter.admin for i, counter in enumerate(self.counters)}),
            "CAIRN_LOAD_BALANCER": self.front.url.removeprefix("http://"),
            "STUB_LOG": os.path.join(self.directory, "stubs.log"),
            "DELIVER_REQUESTS": "500",
            "DELIVER_ROLLOUT_SECONDS": "20",
        }

    def by_hand(self):
        with open(os.path.join(self.cluster.folder, "by_hand.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_runs_as_it_stands(self):
        blocks = blocks_of_page()
        self.assertEqual(len(blocks), 9)
        deliveries = [i for i, block in enumerate(blocks) if re.search(r"deliver( .*deploy)?$", block.strip())]
        self.assertEqual(len(deliveries), 2)
        script = ["set -euo pipefail\n"]
        for i, block in enumerate(blocks):
            if i == deliveries[1]:  # the page says to commit something before
                script.append("git commit --quiet --allow-empty --message=next\n")
            if i == len(blocks) - 1:  # what the simulation cannot take away again
                script.append("cairn -chdir=examples/counter-eks state rm "
                              + " ".join(f"'{kept}'" for kept in eks_example.MOTO_KEEPS) + "\n")
            script.append(block)
        done = subprocess.run(["bash", "-c", "".join(script)], cwd=self.clone, env=self.environment, input="yes\n",
                              capture_output=True, text=True, timeout=PAGE_TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])
        self.assertRegex(done.stdout, r"\{number: \d+\}")
        self.check_what_was_made()
        self.assertEqual({what for what in self.moto.holds() if "elasticache" not in what}, set())

    def check_what_was_made(self):
        with self.cluster.open() as state:
            self.assertEqual(state["violations"], [])
            deployment = state["deployment"]
        verified = deployment["metadata"]["annotations"][deliver_test.VERIFIED]
        head = subprocess.run(["git", "-C", self.clone, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        image = self.cluster.image()
        self.assertRegex(image, r"^\d+\.dkr\.ecr\.us-east-1\.amazonaws\.com/counter@sha256:[0-9a-f]{64}$")
        self.assertEqual(verified, f"{head.stdout.strip()} {image} examples/counter-kubernetes/mine")
        namespace, secret, service, patch, *host, end = self.by_hand()
        self.assertEqual([o["kind"] for o in namespace["applied"]], ["Namespace"])
        self.assertEqual([(o["kind"], o["metadata"]["name"], list(o["data"])) for o in secret["applied"]],
                         [("Secret", "counter-redis", ["password"])])
        self.assertEqual([(o["kind"], o["metadata"]["name"]) for o in service["applied"]], [("Service", "counter")])
        self.assertEqual([o["spec"] for o in patch["patched"]], [{"type": "LoadBalancer"}])
        self.assertEqual((host, end), (["asked for the host"] * 2, "deleted the namespace"))
        with open(os.path.join(self.clone, "build/deliver/deploy.yaml"), encoding="utf-8") as file:
            objects = list(yaml.safe_load_all(file))
        settings = next(o["data"] for o in objects if o["kind"] == "ConfigMap")
        self.assertEqual(settings["COUNTER_REDIS_URL"], "redis://redis.example:6379")
        self.assertEqual(next(o["spec"]["type"] for o in objects if o["kind"] == "Service"), "LoadBalancer")


if __name__ == "__main__":
    unittest.main()
