#!/usr/bin/python3
"""Stands in for kubectl and for the cluster behind it. What it does not know it refuses, and Cluster.violations tells.

The cluster is a folder that CAIRN_STAND_IN names: cluster.json, which the test writes and every call changes, and
calls.jsonl, what was called. What needs no cluster (config, kustomize) is done by the real kubectl that
CAIRN_REAL_KUBECTL names.

  version     IMAGE@DIGEST -> how it behaves: {"pods": {NAME: ADDRESS OF ITS ADMIN PORT, or null for none}, and where
              wanted "rollout": "stalls", "waits" or "leaves" (the cluster is gone meanwhile), "apply": "fails",
              "runs": the image that its pods have instead}
  gone        "" (there), "refuses" or "hangs"
  forbidden   ["VERB RESOURCE"]: what auth can-i denies
  rejects     why the server would not accept what apply rehearses
"""

import argparse
import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
import time

import yaml

CONTEXT = "stand-in"
NAMESPACE = "counter"
REFUSED = 64
PIECE_BYTES = 65536


class Cluster:
    """The state, as a dict, between `with cluster.open() as state`; other calls wait until then."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def create(self, **state):
        """A new cluster, which nobody has called."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path("calls.jsonl"))
        with open(self.path("cluster.json"), "w", encoding="utf-8") as file:
            empty = {"namespace": True, "deployment": None, "configmaps": {}, "revision": 1, "versions": {}}
            json.dump({**empty, "gone": "", "forbidden": [], "rejects": None, "violations": [], **state}, file)

    @contextlib.contextmanager
    def open(self):
        with open(self.path("cluster.json"), "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            state = json.load(file)
            try:
                yield state
            finally:
                file.seek(0)
                json.dump(state, file)
                file.truncate()

    def image(self):
        """What the Deployment is to run; None where there is none."""
        with self.open() as state:
            return state["deployment"] and deployment_image(state["deployment"])

    def calls(self):
        with contextlib.suppress(FileNotFoundError), open(self.path("calls.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]
        return []

    def record(self, call):
        with open(self.path("calls.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(call) + "\n")


def deployment_image(deployment):
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"]


class Refusal(Exception):
    """What kubectl would write to standard error before it exits with 1."""


class Parser(argparse.ArgumentParser):
    def __init__(self, **options):
        super().__init__(allow_abbrev=False, add_help=False, **options)

    def error(self, message):
        raise SyntaxError(message)


def parse(arguments):
    """Only the calls that the scripts are meant to make, each with exactly its flags."""
    parser = Parser()
    parser.add_argument("--context", required=True, choices=[CONTEXT])
    parser.add_argument("--namespace", required=True, choices=[NAMESPACE])
    parser.add_argument("--request-timeout")
    verbs = parser.add_subparsers(dest="verb", required=True, parser_class=Parser)

    get = verbs.add_parser("get")
    get.add_argument("--raw", choices=["/version"])
    get.add_argument("kind", nargs="?", choices=["deployment", "namespace", "configmap", "pods", "events"])
    get.add_argument("name", nargs="?")
    get.add_argument("--ignore-not-found", action="store_true")
    get.add_argument("--selector", choices=["app.kubernetes.io/name=counter"])
    get.add_argument("--sort-by", choices=[".metadata.creationTimestamp"])
    get.add_argument("-o", dest="output", choices=["json", "name", "wide"])

    can_i = verbs.add_parser("auth")
    can_i.add_argument("can_i", choices=["can-i"])
    can_i.add_argument("action")
    can_i.add_argument("resource")
    can_i.add_argument("--subresource")
    can_i.add_argument("--quiet", action="store_true", required=True)

    create = verbs.add_parser("create")
    create.add_argument("kind", nargs="?", choices=["namespace"])
    create.add_argument("name", nargs="?")
    create.add_argument("--filename", choices=["-"])
    verbs.add_parser("replace").add_argument("--filename", choices=["-"], required=True)
    delete = verbs.add_parser("delete")
    delete.add_argument("kind", choices=["configmap"])
    delete.add_argument("name")
    delete.add_argument("--ignore-not-found", action="store_true")

    apply = verbs.add_parser("apply")
    apply.add_argument("--dry-run", choices=["server"])
    apply.add_argument("--filename", required=True)
    annotate = verbs.add_parser("annotate")
    annotate.add_argument("target", choices=["deployment/counter"])
    annotate.add_argument("--overwrite", action="store_true", required=True)
    annotate.add_argument("annotation")
    rollout = verbs.add_parser("rollout")
    rollout.add_argument("status", choices=["status"])
    rollout.add_argument("target", choices=["deployment/counter"])
    rollout.add_argument("--timeout", required=True)

    logs = verbs.add_parser("logs")
    logs.add_argument("--selector", choices=["app.kubernetes.io/name=counter"], required=True)
    logs.add_argument("--tail", type=int, required=True)
    logs.add_argument("--prefix", action="store_true")
    forward = verbs.add_parser("port-forward")
    forward.add_argument("pod")
    forward.add_argument("--address", choices=["127.0.0.1"], required=True)
    forward.add_argument("port", choices=[":8081"])
    return parser.parse_args(arguments)


def get(state, call):
    if call.raw:
        return '{"major": "1"}'
    if call.kind == "events":
        return "Warning  Unhealthy  pod/counter  Readiness probe failed"
    if call.kind == "pods":
        return get_pods(state, call)
    found = {
        "deployment": state["deployment"],
        "namespace": {} if state["namespace"] else None,
        "configmap": state["configmaps"].get(call.name),
    }[call.kind]
    if found is None:
        if call.ignore_not_found:
            return ""
        raise Refusal(f'Error from server (NotFound): {call.kind} "{call.name}" not found')
    return f"{call.kind}/{call.name}" if call.output == "name" else json.dumps(found)


def get_pods(state, call):
    image = state["deployment"] and deployment_image(state["deployment"])
    version = state["versions"].get(image, {"pods": {}})
    pods = [pod(name, version.get("runs", image)) for name in version["pods"]]
    # As there may be in any cluster: pods that leave, and one that its node drove out long ago.
    pods.append(pod("counter-leaving", "old", deletionTimestamp="2026-01-01T00:00:00Z"))
    pods.append({**pod("counter-evicted", "old"), "status": {"phase": "Failed"}})
    return json.dumps({"items": pods}) if call.output == "json" else "NAME READY\n" + "\n".join(version["pods"])


def pod(name, image, **metadata):
    containers = [{"name": "sidecar", "image": "sidecar:1"}, {"name": "counter", "image": image}]
    return {"metadata": {"name": name, **metadata}, "spec": {"containers": containers}, "status": {"phase": "Running"}}


def auth(state, call):
    resource = call.resource + (f"/{call.subresource}" if call.subresource else "")
    if f"{call.action} {resource}" in state["forbidden"]:
        sys.exit(1)
    return ""


def create(state, call):
    if call.kind == "namespace":
        state["namespace"] = True
        return f"namespace/{call.name} created"
    made = read_configmap()
    if not state["namespace"]:
        raise Refusal(f'Error from server (NotFound): namespaces "{NAMESPACE}" not found')
    if made["metadata"]["name"] in state["configmaps"]:
        raise Refusal(f'Error from server (AlreadyExists): configmaps "{made["metadata"]["name"]}" already exists')
    return store(state, made, "created")


def replace(state, _):
    made = read_configmap()
    found = state["configmaps"][made["metadata"]["name"]]
    if made["metadata"]["resourceVersion"] != found["metadata"]["resourceVersion"]:
        raise Refusal("Error from server (Conflict): the object has been modified")
    return store(state, made, "replaced")


def read_configmap():
    made = json.load(sys.stdin)
    texts = all(isinstance(value, str) for value in made["data"].values())
    if (made["apiVersion"], made["kind"]) != ("v1", "ConfigMap") or not texts:
        raise SyntaxError("not a ConfigMap")
    return made


def store(state, made, what):
    state["revision"] += 1
    made["metadata"]["resourceVersion"] = str(state["revision"])
    state["configmaps"][made["metadata"]["name"]] = made
    return f"configmap/{made['metadata']['name']} {what}"


def delete(state, call):
    state["configmaps"].pop(call.name, None)
    return f'{call.kind} "{call.name}" deleted'


def apply(state, call):
    with open(call.filename, encoding="utf-8") as file:
        objects = [o for o in yaml.safe_load_all(file) if o]
    if call.dry_run:
        if state["rejects"]:
            raise Refusal(f"Error from server (Invalid): {state['rejects']}")
        return ""
    deployment = next(o for o in objects if (o["kind"], o["metadata"]["name"]) == ("Deployment", "counter"))
    if state["versions"].get(deployment_image(deployment), {}).get("apply") == "fails":
        raise Refusal("Error from server (InternalError): no quota")
    kept = (state["deployment"] or {}).get("metadata", {}).get("annotations", {})
    deployment["metadata"]["annotations"] = {**kept, **deployment["metadata"].get("annotations", {})}
    state["deployment"] = deployment
    return "deployment.apps/counter configured"


def annotate(state, call):
    key, value = call.annotation.split("=", 1)
    state["deployment"]["metadata"]["annotations"][key] = value
    return "deployment.apps/counter annotated"


def rollout(state, _):
    how = state["versions"][deployment_image(state["deployment"])].get("rollout", "succeeds")
    if how == "stalls":
        raise Refusal('error: deployment "counter" exceeded its progress deadline')
    if how == "leaves":
        state["gone"] = "refuses"
        raise Refusal("error: timed out waiting for the condition")
    return None if how == "waits" else 'deployment "counter" successfully rolled out'


def logs(*_):
    return "[pod/counter/counter] panic: it was too much"


def port_forward(state, call):
    image = deployment_image(state["deployment"])
    address = state["versions"][image]["pods"][call.pod.removeprefix("pod/")]
    if address is None:
        raise Refusal("error: unable to forward port because pod is not running")
    return address


def serve(address):
    """Forwards a port of loopback until it is killed."""
    host, port = address.split(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"Forwarding from 127.0.0.1:{listener.getsockname()[1]} -> 8081", flush=True)
        while True:
            near, _ = listener.accept()
            far = socket.create_connection((host, int(port)))
            for ends in (near, far), (far, near):
                threading.Thread(target=copy, args=ends, daemon=True).start()


def copy(source, target):
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE_BYTES):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def answer(cluster, arguments):
    try:
        call = parse(arguments)
        with cluster.open() as state:
            if not state["gone"]:
                return call, globals()[call.verb.replace("-", "_")](state, call)
            gone = state["gone"]
    except SyntaxError as error:
        with cluster.open() as state:
            state["violations"].append(f"{arguments}: {error}")
        sys.exit(REFUSED)
    if gone == "hangs":
        time.sleep(3600)
    raise Refusal("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?")


def main():
    cluster = Cluster(os.environ["CAIRN_STAND_IN"])
    arguments = sys.argv[1:]
    cluster.record(arguments)
    if arguments[:1] in (["config"], ["kustomize"]):
        return subprocess.run([os.environ["CAIRN_REAL_KUBECTL"], *arguments], check=False).returncode
    try:
        call, said = answer(cluster, arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if call.verb == "port-forward":
        serve(said)
    if said is None:
        time.sleep(3600)
    print(said, end="\n" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
