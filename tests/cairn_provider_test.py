#!/usr/bin/python3
"""cairn with a provider that is a program: tests/provider/stand_in.py, which writes down what it was asked.

Needs Python's gRPC.
"""

import json
import os
import unittest

import processes
from stand_in_folder import STAND_IN, StandIn

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
THING = """
terraform {
  required_providers {
    standin = { source = "cairn/standin" }
  }
}
resource "standin_thing" "one" { value = "x" }
"""


class Schemas(unittest.TestCase):
    def test_are_asked_for_once_where_the_provider_allows_it(self):
        for optional in (True, False):
            stand_in = StandIn(THING, schema_optional=optional)
            stand_in.folder.cairn("init")
            asked = []
            for _ in range(2):
                self.assertIn("Plan: 1 to add", stand_in.folder.cairn("plan").stdout)
                asked.append("GetProviderSchema" in stand_in.calls())
            self.assertEqual(asked, [True, not optional])


class Attached(unittest.TestCase):
    def setUp(self):
        self.stand_in = StandIn(THING)
        self.server = processes.start_program(["/usr/bin/python3", "-B", STAND_IN], ready=r"\|grpc\|", environment={
            "STANDIN": self.stand_in.settings, "TF_PLUGIN_MAGIC_COOKIE": COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "6"})
        self.addCleanup(self.server.close)
        with open(self.server.log_path, encoding="utf-8") as file:
            address = file.read().split("|")[3]
        self.stand_in.folder.environment["TF_REATTACH_PROVIDERS"] = json.dumps({"cairn/standin": {
            "Protocol": "grpc", "ProtocolVersion": 6, "Pid": 1, "Test": True,
            "Addr": {"Network": "unix", "String": address}}})

    def test_is_used_without_being_installed(self):
        folder = self.stand_in.folder
        self.assertIn("Resources: 1 added", folder.cairn("apply", "-auto-approve").stdout)
        self.assertEqual(folder.state()["resources"][0]["instances"][0]["attributes"]["id"], "1")
        self.assertIn("ApplyResourceChange", self.stand_in.calls())
        folder.cairn("init")
        self.assertFalse(os.path.exists(os.path.join(folder.path, ".terraform")))
        folder.cairn("plan", "-detailed-exitcode")

    def test_that_is_described_wrongly_is_an_error(self):
        folder = self.stand_in.folder
        for wrong in ("x", '{"a b": {"Protocol": "grpc", "Addr": {"Network": "unix", "String": "/x"}}}'):
            folder.environment["TF_REATTACH_PROVIDERS"] = wrong
            self.assertIn("Invalid format for TF_REATTACH_PROVIDERS", folder.cairn("plan", codes=(1,)).stderr)


if __name__ == "__main__":
    try:
        import grpc  # noqa: F401
    except ImportError:
        processes.skip("Python's gRPC is not installed")
    unittest.main(verbosity=2)
