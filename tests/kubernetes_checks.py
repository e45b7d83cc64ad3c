"""The promises that the comments of examples/counter-kubernetes make, as checks of what it renders to.

A check takes the objects of a render and the name of its overlay, and gives the problems, one line each.
"""

import json
import re

import yaml

NAMESPACE = "counter"
NAME_LABEL = "app.kubernetes.io/name"

# What the README has its reader create, so no render holds it: Secret -> keys.
USER_SECRETS = {"counter-redis": {"password"}}


def objects_of(text):
    """The objects, without what an API server ignores: nulls, and empty maps in metadata."""

    def tidy(value):
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items() if v is not None and not (v == {} and k != "emptyDir")}
        return [tidy(v) for v in value] if isinstance(value, list) else value

    return [tidy(document) for document in yaml.safe_load_all(text) if document]


def without_hashes(objects):
    """Sorted, and the generated names without their hash of the content, which is another with older kubectls."""
    text = json.dumps(sorted(objects, key=identity), sort_keys=True)
    for config in find_all(objects, "ConfigMap"):
        name = config["metadata"]["name"]
        text = text.replace(f'"{name}"', f'"{re.fullmatch(r"(.+)-[a-z0-9]{10}", name)[1]}-HASH"')
    return json.loads(text)


# Reading objects


def identity(obj):
    metadata = obj["metadata"]
    group = obj["apiVersion"].rpartition("/")[0]
    return "/".join((group, obj["kind"], metadata.get("namespace", ""), metadata["name"]))


def find_all(objects, *kinds):
    return [obj for obj in objects if obj["kind"] in kinds]


def find(objects, kind, name):
    """The one object of that kind and name, the name without its hash."""
    named = re.compile(rf"{re.escape(name)}(-[a-z0-9]{{10}})?")
    (found,) = (obj for obj in find_all(objects, kind) if named.fullmatch(obj["metadata"]["name"]))
    return found


def dig(value, path, default=None):
    """dig(obj, "spec.ports.0.name"), or the default where the path ends early."""
    for step in path.split("."):
        try:
            value = value[int(step) if isinstance(value, list) else step]
        except (KeyError, IndexError, TypeError):
            return default
    return value


def workloads(objects):
    return find_all(objects, "Deployment", "StatefulSet")


def containers(objects):
    """(the pod's spec, the container) of every workload."""
    for workload in workloads(objects):
        spec = workload["spec"]["template"]["spec"]
        for container in spec.get("initContainers", []) + spec["containers"]:
            yield spec, container


def selected(objects, labels):
    return [w for w in workloads(objects) if labels.items() <= w["spec"]["template"]["metadata"]["labels"].items()]


def replicated(objects):
    """Whether its numbers are in Redis, so that more than one pod may give them out."""
    return "COUNTER_REDIS_URL" in settings(objects)


def settings(objects):
    return find(objects, "ConfigMap", "counter")["data"]


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def mebibytes(text):
    return int(re.fullmatch(r"(\d+)(Mi|mb)", text)[1])


def redis_settings(objects):
    lines = find(objects, "ConfigMap", "redis")["data"]["redis.conf"].splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


# The checks


def name_problems(objects, _):
    """One object a name, all in one namespace and with their labels; generated ones with the hash that rolls pods."""
    ids = [identity(obj) for obj in objects]
    yield from {f"{i} is there twice" for i in ids if ids.count(i) > 1}
    for obj in objects:
        metadata, kind = obj["metadata"], obj["kind"]
        if kind == "ConfigMap":
            if not re.search(r"-[a-z0-9]{10}$", metadata["name"]):
                yield f"{identity(obj)} has no hash: a change would not roll the pods"
        elif metadata.get("labels", {}).get("app.kubernetes.io/part-of") != "cairn":
            yield f"{identity(obj)} is not labelled"
        if kind != "Namespace" and metadata.get("namespace") != NAMESPACE:
            yield f"{identity(obj)} is in another namespace"


def selector_problems(objects, _):
    """Whatever selects pods selects those of one workload, by the name label alone."""
    for obj in objects:
        spec, kind = obj.get("spec", {}), obj["kind"]
        spread = dig(spec, "template.spec.topologySpreadConstraints", [])
        selectors = {
            "Service": [spec.get("selector")],
            "NetworkPolicy": [dig(spec, "podSelector.matchLabels")],
            "PodDisruptionBudget": [dig(spec, "selector.matchLabels")],
            "StatefulSet": [dig(spec, "selector.matchLabels")],
            "Deployment": [dig(spec, "selector.matchLabels"), *(dig(s, "labelSelector.matchLabels") for s in spread)],
        }
        for labels in selectors.get(kind, []):
            names = {w["metadata"]["name"] for w in selected(objects, labels or {})}
            own = kind in ("Deployment", "StatefulSet")
            if set(labels or {}) != {NAME_LABEL} or len(names) != 1 or own and names != {obj["metadata"]["name"]}:
                yield f"{identity(obj)} selects {names or 'nothing'} by {labels}"
    there = {(w["kind"], w["metadata"]["name"]) for w in workloads(objects)}
    for scaler in find_all(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) not in there:
            yield f"{identity(scaler)} scales nothing"


def port_problems(objects, _):
    """Names of ports are ports; the Service has no way to the admin port."""
    for service in find_all(objects, "Service"):
        for port in service["spec"]["ports"]:
            for workload in selected(objects, service["spec"]["selector"]):
                names = {p["name"] for c in workload["spec"]["template"]["spec"]["containers"] for p in c["ports"]}
                if port["targetPort"] not in names - {"admin"}:
                    yield f"{identity(service)} leads to {port['targetPort']}"
    for _, container in containers(objects):
        names = {p["name"] for p in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = dig(container, f"{probe}.httpGet.port")
            if port is not None and port not in names:
                yield f"{container['name']}: {probe} asks port {port}"


def reference_problems(objects, _):
    """What pods refer to exists, or is a Secret that the reader creates; and pods wait for it."""
    configs = {c["metadata"]["name"]: set(c["data"]) for c in find_all(objects, "ConfigMap")}
    accounts = {a["metadata"]["name"] for a in find_all(objects, "ServiceAccount")} | {"default"}
    for workload in workloads(objects):
        spec, where = workload["spec"]["template"]["spec"], workload["metadata"]["name"]
        if spec.get("serviceAccountName", "default") not in accounts:
            yield f"{where}: no account {spec['serviceAccountName']}"
        volumes = {c["metadata"]["name"] for c in workload["spec"].get("volumeClaimTemplates", [])}
        wanted = []  # (kind, name, keys, the reference)
        for volume in spec.get("volumes", []):
            volumes.add(volume["name"])
            for kind, field in (("ConfigMap", "configMap"), ("Secret", "secret")):
                if source := volume.get(field):
                    name = source.get("name") or source["secretName"]
                    wanted.append((kind, name, {i["key"] for i in source.get("items", [])}, source))
        for container in spec["containers"]:
            for source in container.get("envFrom", []):
                wanted.append(("ConfigMap", source["configMapRef"]["name"], set(), source["configMapRef"]))
            for variable in container.get("env", []):
                source = dig(variable, "valueFrom.secretKeyRef")
                wanted.append(("Secret", source["name"], {source["key"]}, source))
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes:
                    yield f"{where}: no volume {mount['name']}"
        for kind, name, keys, source in wanted:
            there = (configs if kind == "ConfigMap" else USER_SECRETS).get(name)
            if there is None or not keys <= there:
                yield f"{where}: no {kind} {name} with {keys}"
            if source.get("optional"):
                yield f"{where}: starts without {kind} {name}"


def shutdown_problems(objects, _):
    """Goes on serving while balancers take notice, then drains, all before SIGKILL."""
    spec = find(objects, "Deployment", "counter")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    given = dict(argument.removeprefix("--").split("=", 1) for argument in container["args"])
    delay, drain = seconds(given.get("shutdown-delay", "0s")), seconds(given.get("drain-timeout", "10s"))
    if not 5 <= delay <= 15:
        yield f"serves for {delay} s after SIGTERM"
    if drain <= seconds(given.get("request-timeout", "3s")):
        yield f"drains for {drain} s, less than a request may take"
    if spec["terminationGracePeriodSeconds"] <= delay + drain:
        yield f"is killed after {spec['terminationGracePeriodSeconds']} s, within {delay} + {drain} s of shutting down"
    if "lifecycle" in container:
        yield "has a hook that needs a shell or Kubernetes 1.30"


def rollout_problems(objects, _):
    """Never fewer pods than before, never two counters in memory; and a rollout that stands still fails."""
    spec = find(objects, "Deployment", "counter")["spec"]
    expected = {"type": "Recreate"}
    if replicated(objects):
        expected = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    if spec["strategy"] != expected:
        yield f"replaces pods by {spec['strategy']}"
    if not 0 < spec.get("minReadySeconds", 0) < spec.get("progressDeadlineSeconds", 0) < 600:
        yield "a bad rollout is noticed too late"
    if "replicas" in spec:
        yield "each apply resets the number of replicas"


def availability_problems(objects, _):
    """Replicas survive the loss of a zone or node, drains, and load; nothing blocks a drain for good."""
    scalers, budgets = find_all(objects, "HorizontalPodAutoscaler"), find_all(objects, "PodDisruptionBudget")
    if len(scalers) != replicated(objects) or len(budgets) != replicated(objects):
        yield f"{len(scalers)} autoscalers, {len(budgets)} budgets"
    for scaler in scalers:
        if not 3 <= scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]:
            yield "fewer than one pod a zone"
        if dig(scaler, "spec.metrics.0.resource.name") != "cpu":
            yield "does not follow the load"
    for budget in budgets:
        spec = budget["spec"]
        if (spec.get("maxUnavailable"), spec.get("unhealthyPodEvictionPolicy")) != (1, "AlwaysAllow"):
            yield "the budget blocks drains, or lets all pods go at once"
        if selected(objects, spec["selector"]["matchLabels"])[0]["kind"] != "Deployment":
            yield "a budget for a single pod"
    constraints = dig(find(objects, "Deployment", "counter"), "spec.template.spec.topologySpreadConstraints", [])
    if {c["topologyKey"] for c in constraints} != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
        yield "not spread over zones and hosts"
    for constraint in constraints:
        if constraint["maxSkew"] != 1 or constraint["whenUnsatisfiable"] != "ScheduleAnyway":
            yield f"waits for a lost {constraint['topologyKey']}"
        if constraint.get("matchLabelKeys") != ["pod-template-hash"]:
            yield "spread together with the pods it replaces"


def probe_problems(objects, _):
    """The kubelet asks the admin port, and restarts no counter because of Redis; no password is an argument."""
    expected = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    for _, container in containers(objects):
        for name, path in expected.items():
            probe = container.get(name, {})
            if container["name"] == "counter":
                if probe.get("httpGet") != {"path": path, "port": "admin"}:
                    yield f"counter: {name} is {probe}"
            elif probe.get("exec") != {"command": ["redis-cli", "-e", "ping"]}:
                yield f"redis: {name} is {probe}"
        if container["name"] == "redis":
            variables = {v["name"]: dig(v, "valueFrom.secretKeyRef.name") for v in container.get("env", [])}
            if variables != {"REDISCLI_AUTH": "counter-redis"}:
                yield f"redis: the variables are {variables}"


def security_problems(objects, _):
    """Everything that the Pod Security Standard `restricted` asks for, and a read-only root; no way to the API."""
    for namespace in find_all(objects, "Namespace"):
        labels = namespace["metadata"]["labels"]
        if {labels.get(f"pod-security.kubernetes.io/{mode}") for mode in ("enforce", "warn")} != {"restricted"}:
            yield "the namespace takes any pod"
    for account in find_all(objects, "ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield "the account hands out tokens"
    for spec, container in containers(objects):
        pod, own = spec.get("securityContext", {}), container.get("securityContext", {})
        where = container["name"]
        both = {**pod, **own}
        if both.get("runAsNonRoot") is not True or not both.get("runAsUser") or not both.get("runAsGroup"):
            yield f"{where}: may be root"
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            yield f"{where}: may become root"
        if own.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{where}: has capabilities"
        if dig(both, "seccompProfile.type") != "RuntimeDefault":
            yield f"{where}: no seccomp"
        if own.get("readOnlyRootFilesystem") is not True:
            yield f"{where}: writes to its root"
        if set(both) - {"runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile", "fsGroup", "fsGroupChangePolicy",
                        "allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem"}:
            yield f"{where}: {set(both)}"
        if {"hostNetwork", "hostPID", "hostIPC"} & set(spec) or any("hostPort" in p for p in container["ports"]):
            yield f"{where}: in the node's namespaces"
        if any(set(v) - {"name", "configMap", "secret"} for v in spec.get("volumes", [])):
            yield f"{where}: a volume that is none of its files"
        if spec.get("automountServiceAccountToken") is not False or spec.get("enableServiceLinks") is not False:
            yield f"{where}: gets a token or variables that it did not ask for"


def resource_problems(objects, _):
    """Memory is bounded and set aside; CPU is set aside and not throttled; images are versions."""
    for _, container in containers(objects):
        where, resources = container["name"], container.get("resources", {})
        if set(resources.get("requests", {})) != {"cpu", "memory"}:
            yield f"{where}: asks for {resources.get('requests')}"
        elif resources.get("limits") != {"memory": resources["requests"]["memory"]}:
            yield f"{where}: limited to {resources.get('limits')}"
        version = r"counter:latest|\S+@sha256:[0-9a-f]{64}|redis:\d+\.\d+\.\d+-bookworm"
        if not re.fullmatch(version, container["image"]):
            yield f"{where}: image {container['image']}"


ANYWHERE = "anywhere"
FLOWS = {  # to and from a workload: direction, port, the other side
    "counter": {
        ("Ingress", "TCP 8080", ANYWHERE),
        ("Ingress", "TCP 8081", "namespace monitoring"),
        ("Egress", "UDP 53", ANYWHERE),
        ("Egress", "TCP 53", ANYWHERE),
    },
    "redis": {("Ingress", "TCP 6379", "counter")},
}
TO_REDIS = {
    "in-memory": set(),
    "redis": {("Egress", "TCP 6379", "redis")},
    "elasticache": {
        ("Egress", "TCP 6379", private)
        for private in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    },
}


def peer_name(peer):
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"]
    if space := dig(peer, "namespaceSelector.matchLabels"):
        return "namespace " + space["kubernetes.io/metadata.name"]
    return peer["podSelector"]["matchLabels"][NAME_LABEL]


def network_problems(objects, overlay):
    """What the policies let through is exactly what the counter and Redis need."""
    for workload in workloads(objects):
        name = workload["metadata"]["name"]
        flows, governed = set(), set()
        for policy in find_all(objects, "NetworkPolicy"):
            spec = policy["spec"]
            if spec["podSelector"].get("matchLabels", {}) != {NAME_LABEL: name}:
                continue
            governed |= set(spec["policyTypes"])
            for direction, rules, side in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
                for rule in spec.get(rules, []):
                    ports = [f"{p['protocol']} {p['port']}" for p in rule.get("ports", [])] or [ANYWHERE]
                    peers = [peer_name(peer) for peer in rule.get(side, [])] or [ANYWHERE]
                    flows |= {(direction, port, peer) for port in ports for peer in peers}
        if governed != {"Ingress", "Egress"}:
            yield f"{name}: only {governed} is governed"
        ports = {p["containerPort"] for c in dig(workload, "spec.template.spec.containers") for p in c["ports"]}
        if {f"TCP {port}" for port in ports} != {port for direction, port, _ in FLOWS[name] if direction == "Ingress"}:
            yield f"{name}: listens on {ports}"
        expected = FLOWS[name] | (TO_REDIS[overlay] if name == "counter" else set())
        if flows != expected:
            yield f"{name}: {flows ^ expected}"


def redis_problems(objects, _):
    """One Redis that forgets nothing: on a volume of its own, written before it is acknowledged, never evicted."""
    for workload in find_all(objects, "StatefulSet"):
        given, spec = redis_settings(objects), workload["spec"]
        (container,) = spec["template"]["spec"]["containers"]
        if spec["replicas"] != 1:
            yield "several Redis, which know nothing of each other"
        if (given.get("appendonly"), given.get("appendfsync")) != ("yes", "always"):
            yield "acknowledges numbers that are not on the disk"
        if given.get("maxmemory-policy") != "noeviction":
            yield "evicts the number"
        if 2 * mebibytes(given.get("maxmemory", "0mb")) > mebibytes(container["resources"]["limits"]["memory"]):
            yield "is killed before it is full"
        claims = {c["metadata"]["name"] for c in spec["volumeClaimTemplates"]}
        kept = {m["mountPath"] for m in container["volumeMounts"] if m["name"] in claims and not m.get("readOnly")}
        if given.get("dir") not in kept:
            yield "keeps its log in the pod"
        if "fsGroup" not in spec["template"]["spec"]["securityContext"]:
            yield "cannot write to its volume"
        if spec["serviceName"] not in {s["metadata"]["name"] for s in find_all(objects, "Service")}:
            yield "its Service is not there"


def address_problems(objects, overlay):
    """The counter goes to the Service that is there, or over TLS to what is outside, with a password."""
    given = settings(objects)
    url = given.get("COUNTER_REDIS_URL", "")
    if overlay == "in-memory":
        if given != {"COUNTER_SOURCE": "memory"}:
            yield f"is not in memory: {given}"
        return
    if overlay == "redis":
        services = {s["metadata"]["name"]: s["spec"]["ports"] for s in find_all(objects, "Service")}
        host, port = re.fullmatch(r"redis://([\w-]+):(\d+)", url).groups()
        if int(port) not in {p["port"] for p in services.get(host, [])}:
            yield f"no Service {host} with port {port}"
    elif not url.startswith("rediss://"):
        yield f"the password crosses the network in clear: {url}"
    (container,) = dig(find(objects, "Deployment", "counter"), "spec.template.spec.containers")
    mounts = {m["mountPath"] for m in container.get("volumeMounts", []) if m.get("readOnly")}
    folder, _, file = given.get("COUNTER_REDIS_PASSWORD_FILE", "").rpartition("/")
    if folder not in mounts or {file} != USER_SECRETS["counter-redis"]:
        yield "the password is not mounted where the counter looks for it"


CHECKS = (
    name_problems, selector_problems, port_problems, reference_problems, shutdown_problems, rollout_problems,
    availability_problems, probe_problems, security_problems, resource_problems, network_problems, redis_problems,
    address_problems,
)  # fmt: skip
