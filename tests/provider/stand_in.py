#!/usr/bin/python3
"""A provider that does what a test wants, on a real gRPC server: terraform-provider-standin, of protocol 5 or 6.

The environment's STANDIN is JSON, each member optional:
  protocol  5 or 6 (6 where that is offered)
  rich      whether there is standin_rich, of stand_in_types.py, whose import gives RICH
  rich_text  its attribute `required`
  vault     whether there is standin_vault, of stand_in_types.py, most of which is sensitive
  types     name -> type as JSON: the resource standin_NAME with an attribute `value` of that type (optional and
            computed), and `id` (computed)
  required  name -> type as JSON: further attributes of the provider's configuration, which it must have
  renew_after_s  when the ephemeral standin_secret is to be renewed
  log       a file; each call appends "METHOD HEX-OF-REQUEST"
  fault     what goes wrong (FAULTS below says where), "" for nothing

A resource's plan is what is proposed, with an unknown id on creation; applying makes the id "1".
"""

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import grpc

from stand_in_types import RICH, VAULT, attribute, block, dynamic, message, msgpack, rich_block, schema, vault_block

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
SETTINGS = json.loads(os.environ.get("STANDIN", "{}"))
FAULT = SETTINGS.get("fault", "")
UNKNOWN = b"\xd4\0\0"
FAULTS = {
    "exit": "says why on standard error and exits with 3 instead of the handshake",
    "garbage": "a line that is no handshake",
    "protocol": "a protocol that nobody asked for",
    "silent": "no handshake",
    "endless": "a first line without an end",
    "crash": "the process ends in the middle of PlanResourceChange, after words on standard error",
    "hang": "PlanResourceChange never returns",
    "stuck": "the process stops (SIGSTOP) in PlanResourceChange",
    "malformed": "PlanResourceChange returns bytes that are no message",
    "misfit": "PlanResourceChange returns a value that is not of the schema's type",
    "huge": "PlanResourceChange returns 65 MiB",
    "error": "PlanResourceChange fails with a gRPC status",
    "stranger": "TLS with another certificate than the handshake says",
    "deaf": "neither Shutdown nor SIGTERM ends it",
    "slow": "ApplyResourceChange takes `seconds` of the settings",
    "stoppable": "the same, but Stop ends it, with an error",
    "noise": "writes 4 MB to standard output and standard error after the handshake",
}


def fields(data):
    """Field number -> the values, in order: int, or bytes."""
    found, at = {}, 0

    def read():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        tag = read()
        if tag & 7 == 0:
            value = read()
        else:
            assert tag & 7 == 2, tag
            size = read()
            value = data[at : at + size]
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


def first(found, number, default=b""):
    return found.get(number, [default])[0]


def diagnostic(severity, summary, detail, *steps):
    path = message(*((1, step) for step in steps))
    return message((1, severity), (2, summary), (3, detail), (4, path))


class Service:
    """What is common to both protocols; names are those of 6."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.stop_asked = threading.Event()

    def GetProviderSchema(self, _):
        resources = {"standin_" + n: t for n, t in SETTINGS.get("types", {"thing": "string"}).items()}
        entries = [
            message((1, name), (2, schema(block(attribute("id", "string", 6), attribute("value", t, 5, 6)), 3)))
            for name, t in resources.items()
        ]
        if SETTINGS.get("rich"):
            entries.append(message((1, "standin_rich"), (2, schema(rich_block()))))
        if SETTINGS.get("vault"):
            entries.append(message((1, "standin_vault"), (2, schema(vault_block()))))
        echo = block(attribute("id", "string", 6), attribute("value", "string", 5))
        data = {"standin_echo": echo, **({"standin_vault": vault_block()} if SETTINGS.get("vault") else {})}
        function = message(
            (1, message((1, "text"), (2, '"string"'), (5, "What to say"))),
            (2, message((1, "more"), (2, '"dynamic"'), (3, True), (4, True))),
            (3, message((1, '"string"'))),
            (4, "Shouts"),
        )
        required = [
            message((1, name), (2, json.dumps(t)), (3, f"What {name} says\nof it all."), (4, True))
            for name, t in SETTINGS.get("required", {}).items()
        ]
        provider = block(attribute("endpoint", "string", 5), attribute("token", "string", 5, 7), *required)
        return message(
            (1, schema(provider)),
            *((2, e) for e in entries),
            *((3, message((1, name), (2, schema(one)))) for name, one in data.items()),
            (5, schema(block(attribute("module", "string", 5)))),
            (6, message((1, True), (2, SETTINGS.get("schema_optional", False)), (3, SETTINGS.get("moves", True)))),
            (7, message((1, "shout"), (2, function))),
            (8, message((1, "standin_secret"), (2, schema(echo)))),
        )

    def ValidateProviderConfig(self, request):
        config = first(fields(request), 1)
        found = b""
        if b"bad" in config:
            step = message((1, "endpoint"))
            found = message((2, diagnostic(1, "Bad endpoint", "It says so: \u00e9.", step)), (2, diagnostic(2, "Old", "")))
        return (message((1, config)) if self.protocol == 5 else b"") + found

    def ConfigureProvider(self, request):
        if b"refuse" in request:
            return message((1, diagnostic(1, "Refused", "No such account.")))
        return b""

    def ValidateResourceConfig(self, request):
        if b"invalid" in request:
            return message((1, diagnostic(1, "Invalid", "Because.", message((1, "value")), message((2, "k")), message((3, 1)))))
        return b""

    ValidateDataResourceConfig = ValidateEphemeralResourceConfig = ValidateResourceConfig

    def UpgradeResourceState(self, request):
        found = fields(request)
        state = first(fields(first(found, 3)), 1)
        return message((1, message((2, state))))  # as JSON

    def ReadResource(self, request):
        found = fields(request)
        state = first(found, 2)
        if b"gone" in state:
            return message((1, dynamic(b"\xc0")))
        return message((1, state), (3, first(found, 3)))

    def PlanResourceChange(self, request):
        found = fields(request)
        self.misbehave()
        planned = first(fields(first(found, 3)), 1)
        if first(fields(first(found, 2)), 1) == b"\xc0":
            for computed in (b"\xa2id", b"\xa5token"):
                planned = planned.replace(computed + b"\xc0", computed + UNKNOWN, 1)
        path = message((1, message((1, "value"))))
        answer = [(1, dynamic(planned)), (3, b"\0private\xff"), (5, True)]
        if first(found, 1) not in (b"standin_rich", b"standin_vault"):
            answer.append((2, path))
        if FAULT == "misfit":
            answer[0] = (1, dynamic(b"\x81\xa2id\x01"))
        elif FAULT == "huge":
            answer.append((3, b"x" * (65 << 20)))
        return message(*answer)

    def misbehave(self):
        if FAULT == "crash":
            print("panic: nil pointer dereference\n\ngoroutine 1 [running]:", file=sys.stderr, flush=True)
            os._exit(2)
        elif FAULT == "hang":
            time.sleep(3600)
        elif FAULT == "stuck":
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(3600)  # the other threads may be stopped first
        elif FAULT == "wait":
            self.stop_asked.wait(30)

    def ApplyResourceChange(self, request):
        found = fields(request)
        planned = first(fields(first(found, 3)), 1).replace(UNKNOWN, b"\xa11")
        diagnostics = [(3, diagnostic(1, "Half done", "The disk is full."))] if b"half" in planned else []
        if FAULT == "slow":
            time.sleep(SETTINGS["seconds"])
        elif FAULT == "stoppable" and self.stop_asked.wait(SETTINGS["seconds"]):
            diagnostics.append((3, diagnostic(1, "Stopped", "It was asked to stop.")))
        return message((1, dynamic(planned)), (2, first(found, 5)), *diagnostics)

    def ImportResourceState(self, request):
        found = fields(request)
        type_name, name = first(found, 1), first(found, 2)
        state = b"\x82\xa2id" + bytes([0xA0 | len(name)]) + name + b"\xa5value\xc0"
        if name == b"broken":
            return message((2, diagnostic(1, "Not imported", "It is broken.")))
        if name == b"null":
            state = b"\xc0"
        if name == b"unknown":
            state = b"\x82\xa2id\xa1u\xa5value" + UNKNOWN
        if name == b"other":
            type_name = b"standin_other"
        if type_name == b"standin_vault":
            state = msgpack({**VAULT, "secret": name.decode()})
        if type_name == b"standin_rich":
            state = msgpack({**RICH, "required": SETTINGS.get("rich_text", "r")})
        one = message((1, type_name), (2, dynamic(state)), (3, b"imported"))
        return message(*((1, one) for _ in range({b"none": 0, b"two": 2}.get(name, 1))))

    def MoveResourceState(self, request):
        found = fields(request)
        return message((1, message((2, first(fields(first(found, 4)), 1)))), (3, first(found, 6)))

    def ReadDataSource(self, request):
        config = first(fields(first(fields(request), 2)), 1)
        return message((1, dynamic(config.replace(b"\xa2id\xc0", b"\xa2id\xa4read", 1))))

    def OpenEphemeralResource(self, request):
        config = first(fields(first(fields(request), 2)), 1)
        due_ns = 1_900_000_000_000_000_005
        if "renew_after_s" in SETTINGS:
            due_ns = time.time_ns() + int(SETTINGS["renew_after_s"] * 1e9)
        renew_at = message((1, due_ns // 10**9), (2, due_ns % 10**9))
        return message((2, renew_at), (3, dynamic(config)), (4, b"open"))

    def RenewEphemeralResource(self, request):
        return message((3, first(fields(request), 2) + b"+"))

    def CloseEphemeralResource(self, request):
        return message((1, diagnostic(2, "Closed", first(fields(request), 2))))

    def CallFunction(self, request):
        found = fields(request)
        text = first(fields(found[2][0]), 1)
        if text == b"\xa4fail":
            return message((2, message((1, "No shouting."), (2, 0))))
        return message((1, dynamic(text.upper())))

    def StopProvider(self, _):
        self.stop_asked.set()
        return b""


NAMES_5 = {
    "GetSchema": "GetProviderSchema",
    "PrepareProviderConfig": "ValidateProviderConfig",
    "ValidateResourceTypeConfig": "ValidateResourceConfig",
    "ValidateDataSourceConfig": "ValidateDataResourceConfig",
    "Configure": "ConfigureProvider",
    "Stop": "StopProvider",
}


class Dispatcher(grpc.GenericRpcHandler):
    def __init__(self, provider, end):
        self.provider = provider
        self.end = end

    def service(self, handler_call_details):
        path = handler_call_details.method
        if path == "/plugin.GRPCController/Shutdown":
            return grpc.unary_unary_rpc_method_handler(self.shutdown)
        if path == "/plugin.GRPCStdio/StreamStdio":
            return grpc.unary_stream_rpc_method_handler(self.stdio)
        prefix = f"/tfplugin{self.provider.protocol}.Provider/"
        if not path.startswith(prefix):
            return None
        name = path[len(prefix) :]
        if self.provider.protocol == 5:
            name = NAMES_5.get(name, None if name in NAMES_5.values() else name)
        method = getattr(self.provider, name or "", None)
        if not method:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.call(name, method, request, context))

    def call(self, name, method, request, context):
        if "log" in SETTINGS:
            with open(SETTINGS["log"], "a", encoding="ascii") as log:
                log.write(f"{name} {request.hex()}\n")
        if name == "PlanResourceChange" and FAULT == "error":
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no more plans today: 100% used, \u00e9")
        if name == "PlanResourceChange" and FAULT == "malformed":
            return b"\xff\xff\xff\xff"
        return method(request)

    def shutdown(self, _, __):
        if FAULT != "deaf":
            self.end.set()
        return b""

    def stdio(self, _, __):
        yield message((1, 2), (2, "from the stream\n"))
        while not self.end.wait(0.2):
            pass


def certificate(folder):
    """The server's key and certificate, in PEM."""
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp521r1", "-nodes", "-days", "2"]
        + ["-keyout", key, "-out", cert, "-subj", "/O=HashiCorp/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )
    with open(key, "rb") as opened_key, open(cert, "rb") as opened_cert:
        return opened_key.read(), opened_cert.read()


def listen(server, folder):
    """Opens the server's socket; its certificate as the handshake wants it."""
    address = "unix:" + os.path.join(folder, "plugin.sock")
    client = os.environ.get("PLUGIN_CLIENT_CERT", "")
    if not client:
        server.add_insecure_port(address)
        return ""
    key, cert = certificate(folder)
    server.add_secure_port(address, grpc.ssl_server_credentials([(key, cert)], client.encode(), True))
    if FAULT == "stranger":
        _, cert = certificate(folder)
    return "".join(cert.decode().strip().splitlines()[1:-1]).rstrip("=")


def before_the_handshake():
    if FAULT == "exit":
        print("cannot read my own settings", file=sys.stderr)
        sys.exit(3)
    if FAULT == "garbage":
        print("hello, world", flush=True)
        time.sleep(3600)
    if FAULT == "protocol":
        print("1|4|unix|/nowhere|grpc|", flush=True)
        time.sleep(3600)
    if FAULT == "silent":
        time.sleep(3600)
    if FAULT == "endless":
        while True:
            sys.stdout.write("x" * 65536)


def main():
    if os.environ.get("TF_PLUGIN_MAGIC_COOKIE") != COOKIE:
        sys.exit("This is a plugin, started by Cairn's tests.")
    before_the_handshake()
    if FAULT == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    offered = os.environ.get("PLUGIN_PROTOCOL_VERSIONS", "5").split(",")
    protocol = SETTINGS.get("protocol", 6 if "6" in offered else 5)
    end = threading.Event()
    with tempfile.TemporaryDirectory(prefix="standin") as folder:
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(20),
            options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
        )
        server.add_generic_rpc_handlers((Dispatcher(Service(protocol), end),))
        cert = listen(server, folder)
        server.start()
        print(f"1|{protocol}|unix|{folder}/plugin.sock|grpc|{cert}", flush=True)
        if FAULT == "noise":
            for stream in (sys.stdout, sys.stderr):
                stream.write("noise " * 700_000)
                stream.flush()
        end.wait()
        server.stop(0.1).wait()


if __name__ == "__main__":
    main()
