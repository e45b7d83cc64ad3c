#!/usr/bin/python3
"""cairn killed (-9) in the middle of an apply, fifty times: what the provider had finished is not lost.

The witness is the provider, which writes down each request. One is under way at a time: when cairn is killed, all but the
last request had been answered. Of those the newest answer may have come in the very moment, so two are not counted on.
Needs Python's gRPC.
"""

import json
import os
import random
import re
import signal
import time
import unittest

import processes
from stand_in_folder import StandIn
from working_folder import CAIRN

KILLS = 50
THINGS = 400
CONFIGURATION = """
terraform {
  required_providers {
    standin = { source = "cairn/standin" }
  }
}
resource "standin_thing" "many" {
  count = %d
  value = "thing-${count.index}."
}
""" % THINGS
APPLY = ("apply", "-auto-approve", "-parallelism=1", "-refresh=false")


class Killed(unittest.TestCase):
    def setUp(self):
        self.stand_in = StandIn(CONFIGURATION)
        self.folder = self.stand_in.folder
        self.folder.cairn("init")
        self.random = random.Random(12)

    def requested(self):
        """The things that the provider was asked to make since the last call, in that order."""
        try:
            with open(self.stand_in.log, encoding="ascii") as file:
                whole = file.read().rpartition("\n")[0]  # in one piece: what follows the last line's end is still being written
        except FileNotFoundError:
            return []
        return [re.search(rb"thing-\d+\.", bytes.fromhex(hex_text)).group().decode()
                for name, hex_text in (line.split(" ") for line in whole.splitlines()) if name == "ApplyResourceChange"]

    def remembered(self):
        """What the state holds, by what any command makes of what the killed one left."""
        return {instance["attributes"]["value"] for resource in self.pulled()["resources"] for instance in resource["instances"]}

    def pulled(self):
        return json.loads(self.folder.cairn("state", "pull").stdout)

    def kill_once(self, *command, after=1):
        """What the provider was asked for by a run that is killed soon after the request of that number."""
        if os.path.exists(self.stand_in.log):
            os.remove(self.stand_in.log)
        process = self.folder.start(CAIRN, *(command or APPLY))
        deadline = time.monotonic() + 60
        while len(self.requested()) < after and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(self.random.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        time.sleep(0.02)  # the provider ends with it
        return self.requested()

    def test_loses_nothing_that_was_finished(self):
        before, finished = set(), 0
        for kill in range(KILLS):
            asked = self.kill_once()
            now = self.remembered()
            self.assertLessEqual(before | set(asked[:-2]), now, f"lost by kill {kill}")
            self.assertLessEqual(now, before | set(asked), f"invented by kill {kill}")
            finished += len(now - before)
            before = now
        self.assertGreater(finished, KILLS)  # the kills came in the middle of something
        self.folder.cairn(*APPLY)
        self.assertEqual(self.remembered(), {f"thing-{i}." for i in range(THINGS)})
        self.assertIn("No changes.", self.folder.cairn("plan").stdout)

    def test_remembers_what_moved(self):
        self.folder.write(CONFIGURATION + 'resource "standin_thing" "old" { value = "thing-1000." }\n')
        self.folder.cairn("apply", "-auto-approve", "-target=standin_thing.old")
        self.folder.write(CONFIGURATION + """
resource "standin_thing" "new" { value = "thing-1000." }
moved {
  from = standin_thing.old
  to   = standin_thing.new
}
""")
        self.kill_once()
        self.assertEqual({resource["name"] for resource in self.pulled()["resources"]} - {"many"}, {"new"})

    def test_remembers_what_moved_before_it_was_destroyed(self):
        resource = 'resource "standin_thing" "%s" {\n  count = 400\n  value = "thing-${count.index}."\n}\n'
        head = CONFIGURATION[:CONFIGURATION.index("resource ")]
        self.folder.write(head + resource % "old")
        self.folder.cairn("apply", "-auto-approve")
        self.folder.write(head + resource % "new" + "moved {\n  from = standin_thing.old\n  to   = standin_thing.new\n}\n")
        destroyed = self.kill_once("destroy", *APPLY[1:], after=4)
        self.assertEqual({resource["name"] for resource in self.pulled()["resources"]}, {"new"})
        now = self.remembered()
        self.assertGreater(len(now), 0)
        self.assertGreater(len(destroyed), 2)
        self.assertFalse(set(destroyed[:-2]) & now)


if __name__ == "__main__":
    try:
        import grpc  # noqa: F401
    except ImportError:
        processes.skip("Python's gRPC is not installed")
    unittest.main(verbosity=2)
