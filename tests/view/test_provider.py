"""A provider for the recorders: plugin protocol 6 on a Unix socket, with a schema that has everything.

It is no process of its own: Terraform finds it through TF_REATTACH_PROVIDERS, without TLS and without a handshake.
Needs the Debian packages python3-grpcio and python3-msgpack.
"""

import concurrent.futures
import json
import os
import re
import time

import grpc
import msgpack

ADDRESS = "registry.terraform.io/example/test"
UNKNOWN = msgpack.ExtType(0, b"\0")
NESTING = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5}


# -- schema: an attribute is (type, flags) or {"nesting", "attributes"}, a block {"nesting", "attributes", "blocks"}


def attribute(kind, flags="optional"):
    return {"type": kind, "flags": flags.split()}


def nested(nesting, attributes, flags="optional"):
    return {"nesting": nesting, "attributes": attributes, "flags": flags.split()}


def block(nesting, attributes, blocks=None):
    return {"nesting": nesting, "attributes": attributes, "blocks": blocks or {}}


DISK = {
    "size": attribute("number", "optional replace"),
    "kind": attribute("string"),
    "serial": attribute("string", "optional computed"),
    "key": attribute("string", "optional sensitive"),
}
SERVER = block(
    "single",
    {
        "id": attribute("string", "computed"),
        "name": attribute("string"),
        "zone": attribute("string", "optional replace"),
        "size": attribute("number"),
        "enabled": attribute("bool"),
        "notes": attribute("string"),
        "policy": attribute("string"),
        "secret": attribute("string", "optional sensitive"),
        "token_wo": attribute("string", "optional write_only"),
        "address": attribute("string", "computed"),
        "revision": attribute("number", "computed volatile"),
        "endpoints": attribute(["list", "string"], "computed volatile"),
        "tags": attribute(["map", "string"]),
        "labels": attribute(["set", "string"]),
        "ports": attribute(["list", "number"]),
        "lines": attribute(["list", "string"]),
        "scopes": attribute(["list", "string"], "optional replace"),
        "limits": attribute(["object", {"cpu": "number", "memory": "string"}]),
        "routes": attribute(["list", ["object", {"to": "string", "via": "string"}]]),
        "rules": attribute(["set", ["object", {"from": "number", "to": "number"}]]),
        "users": attribute(["map", ["object", {"name": "string", "role": "string"}]]),
        "pair": attribute(["tuple", ["string", "number"]]),
        "groups": attribute(["map", ["list", "string"]]),
        "anything": attribute("dynamic"),
        "network": nested("single", dict(DISK)),
        "volumes": nested("list", dict(DISK)),
        "peers": nested("set", dict(DISK)),
        "accounts": nested("map", dict(DISK)),
    },
    {
        "boot": block("single", dict(DISK)),
        "cache": block("group", dict(DISK)),
        "disk": block("list", dict(DISK), {"part": block("list", {"mount": attribute("string")})}),
        "rule": block("set", dict(DISK)),
        "mount": block("map", dict(DISK)),
    },
)
LOOKUP = block("single", {"query": attribute("string"), "result": attribute("string", "computed")})
# Schemas that the old SDK of providers can make, and others that it cannot, each for one reason.
PLAIN = {
    "id": attribute("string", "computed"),
    "kind": attribute("string"),
    "tags": attribute(["map", "string"]),
    "lines": attribute(["list", "string"]),
    "labels": attribute(["set", "string"]),
    "routes": attribute(["list", ["object", {"to": "string", "via": "string"}]]),
}
DISKS = {"disk": block("list", {"kind": attribute("string")}), "rule": block("set", {"kind": attribute("string")})}
KIND = {"kind": attribute("string")}
RESOURCES = {
    "test_server": SERVER,
    "test_plain": block("single", PLAIN, DISKS),
    "test_dynamic": block("single", PLAIN | {"x": attribute("dynamic")}),
    "test_object": block("single", PLAIN | {"x": attribute(["object", {"a": "string"}])}),
    "test_tuple": block("single", PLAIN | {"x": attribute(["tuple", ["string"]])}),
    "test_nested": block("single", PLAIN | {"x": nested("single", KIND)}, DISKS),
    "test_map_of_lists": block("single", PLAIN | {"x": attribute(["map", ["list", "string"]])}),
    "test_write_only": block("single", PLAIN | {"x": attribute("string", "optional write_only")}),
    "test_single": block("single", PLAIN, {"x": block("single", KIND)}),
    "test_group": block("single", PLAIN, {"x": block("group", KIND)}),
    "test_map": block("single", PLAIN, {"x": block("map", KIND)}),
    "test_deep_nested": block("single", PLAIN, {"x": block("list", {"x": nested("single", KIND)})}),
    "test_list_of_dynamic": block("single", PLAIN | {"x": attribute(["list", "dynamic"])}),
    "test_map_of_objects": block("single", PLAIN | {"x": attribute(["map", ["object", {"a": "string"}]])}),
    "test_list_of_tuples": block("single", PLAIN | {"x": attribute(["list", ["tuple", ["string"]]])}),
    "test_list_of_lists": block("single", PLAIN | {"x": attribute(["list", ["list", "string"]])}),
    "test_map_of_dynamic": block("single", PLAIN | {"x": attribute(["map", "dynamic"])}),
    "test_deep_object": block("single", PLAIN, {"x": block("list", {"x": attribute(["object", {"a": "string"}])})}),
    "test_deep_group": block("single", PLAIN, {"x": block("list", {}, {"x": block("group", KIND)})}),
    "test_without_id": block("single", {"kind": attribute("string")}),
}
DATA = {"test_lookup": LOOKUP}


# -- protobuf: just what the messages need


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def parse(message):
    """{field number: last value}; enough for requests."""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        if key & 7 == 0:
            fields[key >> 3] = number()
        else:
            size = number()
            fields[key >> 3] = message[at : at + size]
            at += size
    return fields


def decode(dynamic):
    """The value of a DynamicValue."""
    return msgpack.unpackb(parse(dynamic)[1], raw=False, strict_map_key=False)


def encode(value):
    return field(1, msgpack.packb(value))


# -- messages of schemas


def attribute_message(name, schema):
    out = field(1, name)
    if "type" in schema:
        out += field(2, json.dumps(schema["type"]))
    else:
        parts = b"".join(field(1, attribute_message(n, a)) for n, a in schema["attributes"].items())
        out += field(10, parts + field(3, NESTING[schema["nesting"]]))
    for number, flag in ((5, "optional"), (6, "computed"), (7, "sensitive"), (11, "write_only")):
        if flag in schema["flags"]:
            out += field(number, 1)
    return out


def block_message(schema):
    out = b"".join(field(2, attribute_message(n, a)) for n, a in schema["attributes"].items())
    for name, inner in schema["blocks"].items():
        kind = field(1, name) + field(2, block_message(inner)) + field(3, NESTING[inner["nesting"]])
        out += field(3, kind)
    return out


def schema_message(schema):
    return field(2, block_message(schema))


def schemas_message():
    out = field(1, schema_message(block("single", {})))
    for number, schemas in ((2, RESOURCES), (3, DATA)):
        for name, schema in schemas.items():
            out += field(number, field(1, name) + field(2, schema_message(schema)))
    return out + field(6, field(1, 1))  # it plans destruction


# -- behaviour


def is_dynamic(schema):
    return schema.get("type") == "dynamic"


def planned(schema, prior, proposed, changed):
    """`proposed` with what the provider computes unknown: everywhere on create, and what is volatile on a change."""
    out = dict(proposed)
    for name, inner in schema["attributes"].items():
        value = out.get(name)
        if "write_only" in inner["flags"]:
            out[name] = None
        elif "nesting" in inner:
            out[name] = each(inner, (prior or {}).get(name), value, changed)
        elif "computed" in inner["flags"] and (value is None and prior is None or "volatile" in inner["flags"] and changed):
            out[name] = UNKNOWN
    for name, inner in schema.get("blocks", {}).items():
        out[name] = each(inner, (prior or {}).get(name), out.get(name), changed)
    return out


def each(schema, prior, value, changed):
    if value is None or value == UNKNOWN:
        return value
    one = {"attributes": schema["attributes"], "blocks": schema.get("blocks", {})}
    match schema["nesting"]:
        case "single" | "group":
            return planned(one, prior, value, changed)
        case "map":
            return {k: planned(one, (prior or {}).get(k), v, changed) for k, v in value.items()}
        case "list":
            before = prior or []
            return [planned(one, before[i] if i < len(before) else None, v, changed) for i, v in enumerate(value)]
        case _:
            return [planned(one, v if v in (prior or []) else None, v, changed) for v in value]


def replacements(schema, prior, after, path=()):
    """The paths of what forces replacement; the core drops those without a change."""
    found = []
    for name, inner in schema["attributes"].items():
        if "replace" in inner.get("flags", []):
            found.append(path + (name,))
    for name, inner in [*schema["attributes"].items(), *schema.get("blocks", {}).items()]:
        if "nesting" not in inner:
            continue
        before, now = (prior or {}).get(name), (after or {}).get(name)
        at = path + (name,)
        one = {"attributes": inner["attributes"], "blocks": inner.get("blocks", {})}
        if before is None or now is None:
            continue
        if inner["nesting"] in ("single", "group"):
            found += replacements(one, before, now, at)
        elif inner["nesting"] == "list":
            for i in range(min(len(before), len(now))):
                found += replacements(one, before[i], now[i], at + (i,))
        elif inner["nesting"] == "map":
            for key in set(before) & set(now):
                found += replacements(one, before[key], now[key], at + (key,))
        elif before != now:
            found.append(at)
    return found


def path_message(path):
    steps = b""
    for step in path:
        steps += field(1, varint(3 << 3) + varint(step) if isinstance(step, int) else field(1, step))
    return steps


def applied(value, name):
    """`value` with what was unknown filled in, always the same for the same name."""
    if value == UNKNOWN:
        return {"id": "i-" + "0123456789abcdef", "revision": 7, "endpoints": ["a.example", "b.example"]}.get(name, name + "-1")
    if isinstance(value, dict):
        return {k: applied(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [applied(v, name) for v in value]
    return value


class Provider:
    """`remote` maps ids to what reading such an object finds: {attribute: value}, or null where it is gone."""

    def __init__(self, remote):
        self.remote = remote

    def get_provider_schema(self, request):
        return schemas_message()

    def upgrade_resource_state(self, request):
        state = json.loads(parse(request[3])[1])
        if state.get("anything") is not None:
            state["anything"] = [json.dumps(state["anything"]["type"]).encode(), state["anything"]["value"]]
        return field(1, encode(complete(RESOURCES[request[1].decode()], state)))

    def read_resource(self, request):
        state = decode(request[2])
        found = self.remote.get(state["id"], {})
        return field(1, encode(None if found is None else state | found)) + field(3, b"private")

    def plan_resource_change(self, request):
        schema = RESOURCES[request[1].decode()]
        prior, proposed = decode(request[2]), decode(request[3])
        if proposed is None:
            return field(1, encode(None))
        after = planned(schema, prior, proposed, prior is not None and prior != proposed)
        out = field(1, encode(after))
        if prior is not None:
            for path in replacements(schema, prior, after):
                out += field(2, path_message(path))
        return out

    def apply_resource_change(self, request):
        """Takes so many seconds, or fails, if the object's notes say so: "slow 11", "broken"."""
        after = decode(request[3]) or decode(request[2])
        words = (after.get("notes") or after.get("kind") or "").split()
        if words[:1] == ["slow"]:
            time.sleep(float(words[1]))
        if words[:1] == ["broken"]:
            problem = field(1, 1) + field(2, "It is broken") + field(3, "Notes said so.")
            return field(1, request[2]) + field(3, problem)
        return field(1, encode(applied(decode(request[3]), "")))

    def import_resource_state(self, request):
        state = complete(RESOURCES[request[1].decode()], {"id": request[2].decode()})
        return field(1, field(1, request[1]) + field(2, encode(state)))

    def read_data_source(self, request):
        config = decode(request[2])
        return field(1, encode(config | {"result": "found " + str(config["query"])}))


def complete(schema, state):
    """With null, or the empty collection of a block, for all that is missing."""
    out = dict(state)
    for name in schema["attributes"]:
        out.setdefault(name, None)
    for name, inner in schema["blocks"].items():
        if inner["nesting"] == "group":
            out.setdefault(name, complete({"attributes": inner["attributes"], "blocks": {}}, {}))
        out.setdefault(name, {"single": None, "map": {}}.get(inner["nesting"], []))
    return out


class Handler(grpc.GenericRpcHandler):
    def __init__(self, provider):
        self.provider = provider

    def service(self, call):
        service, method = call.method.strip("/").split("/")
        if service == "grpc.health.v1.Health":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: field(1, 1))
        if service != "tfplugin6.Provider":
            return None
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()
        known = ("validate_provider_config", "validate_resource_config", "validate_data_resource_config")
        if name in known or name in ("configure_provider", "stop_provider"):
            return grpc.unary_unary_rpc_method_handler(lambda request, context: b"")
        method = getattr(self.provider, name, None)
        return method and grpc.unary_unary_rpc_method_handler(lambda request, context: method(parse(request)))


class Server:
    """Serves until stop(); `reattach` is what TF_REATTACH_PROVIDERS must be."""

    def __init__(self, folder, remote=None):
        socket = os.path.join(folder, "provider.sock")
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Handler(Provider(remote or {}))])
        self.server.add_insecure_port("unix:" + socket)
        self.server.start()
        where = {"Network": "unix", "String": socket}
        about = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": where}
        self.reattach = json.dumps({ADDRESS: about})

    def stop(self):
        self.server.stop(0).wait()
