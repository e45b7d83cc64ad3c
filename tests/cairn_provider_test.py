#!/usr/bin/python3
"""cairn with a provider that is a program: tests/provider/stand_in.py, which writes down what it was asked.

Needs Python's gRPC.
"""

import json
import os
import re
import signal
import time
import unittest

import processes
from stand_in_folder import STAND_IN, StandIn
from working_folder import CAIRN, TERRAFORM

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
HEAD = """
terraform {
  required_providers {
    standin = { source = "cairn/standin" }
  }
}
"""
THING = HEAD + """
resource "standin_thing" "one" { value = "x" }
"""
THINGS = THING + 'resource "standin_thing" "two" { value = "y" }\n'
SECRET = THING.replace('resource "standin_thing" "one" { value = "x" }', '''
ephemeral "standin_secret" "s" { value = "hush" }
resource "terraform_data" "b" { input = "quiet" }
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command     = "sleep 1.5; echo $S"
    environment = { S = ephemeral.standin_secret.s.value }
  }
}
''')
ADDRESS = "registry.terraform.io/cairn/standin"

# The provider's fault (tests/provider/stand_in.py), and what is said of it.
FAULTS = {
    "crash": ["standin_thing.one", "the plugin crashed: exit code 2", "panic: nil pointer dereference"],
    "malformed": ["standin_thing.one", "PlanResourceChange", "malformed"],
    "misfit": ["standin_thing.one", "an object with 2 attributes is required"],
    "huge": ["standin_thing.one", "more than 67108864"],
    "error": ["standin_thing.one", "RESOURCE_EXHAUSTED: no more plans today"],
    "exit": [ADDRESS, "exit code 3", "cannot read my own settings"],
    "garbage": [ADDRESS, "not the handshake of a plugin", "hello, world"],
    "protocol": [ADDRESS, "protocol"],
    "stranger": [ADDRESS, "unknown authority"],
}


def words(text):
    """Without where the lines end, which depends on the words before."""
    return " ".join(text.split())


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


class Prompts(unittest.TestCase):
    TEXT = HEAD + '''
variable "v" { description = "a var" }
resource "standin_thing" "a" { value = var.v }
'''
    # What terraform 1.11.4 said.
    DIALOGUE = """var.v
  a var

  Enter a value: vv

provider.standin.region
  What region says
  of it all.

  Enter a value: R1

provider.standin.zone
  What zone says
  of it all.

  Enter a value: R"2"
"""

    def test_ask_for_what_a_provider_requires(self):
        stand_in = StandIn(self.TEXT, required={"region": "string", "zone": "string"})
        folder = stand_in.folder
        folder.cairn("init")
        for program in filter(None, (CAIRN, TERRAFORM)):
            stand_in.calls()
            said, code = folder.talk(program, ["plan", "-no-color"], ["vv", "R1", 'R"2"'])
            self.assertEqual(code, 0, said)
            self.assertEqual(said.split("\n\nTerraform used")[0].rstrip("\n") + "\n", self.DIALOGUE)
            configured = stand_in.requests("ConfigureProvider")[-1]
            self.assertIn(b"\xa6region\xa2R1", configured)
            self.assertIn(b"\xa4zone\xa4R\"2\"", configured)

    def test_ask_nobody_where_the_environment_says_so(self):
        stand_in = StandIn(self.TEXT, required={"region": "string", "zone": "string"})
        folder = stand_in.folder
        folder.cairn("init")
        for value in ("0", "false"):
            for program in filter(None, (CAIRN, TERRAFORM)):
                said, code = folder.talk(program, ["plan", "-no-color"], [], TF_INPUT=value)
                self.assertEqual(code, 1, said)
                self.assertIn('variable "v" is not set', words(said))

    def test_ask_nobody_where_there_is_no_terminal(self):
        stand_in = StandIn(self.TEXT, required={"region": "string"})
        stand_in.folder.cairn("init")
        self.assertIn("Success!", stand_in.folder.cairn("validate").stdout)
        planned = stand_in.folder.cairn("plan", "-no-color", "-var=v=1", codes=(1,))
        self.assertIn('The argument "region" is required, but was not set.', words(planned.stderr))
        self.assertIn("requires explicit configuration.", words(planned.stderr))


class Logs(unittest.TestCase):
    def test_are_written_where_they_are_asked_for(self):
        stand_in = StandIn(THING, fault="noise")
        folder = stand_in.folder
        folder.cairn("init")
        quiet = folder.cairn("plan")
        self.assertNotIn("noise", quiet.stderr)
        folder.environment["TF_LOG"] = "debug"
        line = rf"(?m)^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {ADDRESS}: "
        said = folder.cairn("plan")
        self.assertRegex(said.stderr, line)
        self.assertEqual(said.stdout, quiet.stdout)
        folder.environment["TF_LOG_PATH"] = "log"
        self.assertEqual(folder.cairn("plan").stderr, "")
        with open(os.path.join(folder.path, "log"), encoding="utf-8") as file:
            self.assertRegex(file.read(), line)
        folder.environment["TF_LOG_PATH"] = "no/such/folder"
        self.assertIn("cannot open the log file", words(folder.cairn("plan", codes=(1,)).stderr))
        folder.environment["TF_LOG_PROVIDER"] = "OFF"
        self.assertEqual(folder.cairn("plan").stderr, "")


class CtrlC(unittest.TestCase):
    def interrupt(self, stand_in, when):
        """Ends what it says once `when` has been said, by one Ctrl-C."""
        process = stand_in.folder.start(CAIRN, "apply", "-auto-approve", "-no-color")
        said = ""
        while when not in said:
            line = process.stdout.readline()
            self.assertTrue(line, said)
            said += line
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        return process.returncode, said + out + errors

    def test_kills_local_commands(self):
        stand_in = StandIn('''
resource "terraform_data" "a" {
  provisioner "local-exec" { command = "trap '' INT TERM; echo begun; sleep 40" }
}
resource "terraform_data" "b" { input = terraform_data.a.id }
''')
        stand_in.folder.cairn("init")
        began = time.monotonic()
        code, said = self.interrupt(stand_in, "(local-exec): begun")
        self.assertEqual(code, 1)
        self.assertLess(time.monotonic() - began, 35)
        self.assertIn("signal: killed. Output: begun", words(said))
        [resource] = stand_in.folder.state()["resources"]
        self.assertEqual((resource["name"], resource["instances"][0]["status"]), ("a", "tainted"))

    def test_lets_providers_finish(self):
        stand_in = StandIn(THING + 'resource "standin_thing" "two" { value = standin_thing.one.id }\n', fault="slow", seconds=2)
        stand_in.folder.cairn("init")
        code, said = self.interrupt(stand_in, "standin_thing.one: Creating...")
        self.assertEqual(code, 1)
        self.assertIn("standin_thing.one: Creation complete", said)
        self.assertIn("Error: execution halted", said)
        self.assertEqual([resource["name"] for resource in stand_in.folder.state()["resources"]], ["one"])


class Ephemeral(unittest.TestCase):
    def test_are_open_while_they_are_used_and_kept_nowhere(self):
        stand_in = StandIn(SECRET, renew_after_s=0.5)
        folder = stand_in.folder
        folder.cairn("init")
        self.assertIn("Success!", folder.cairn("validate").stdout)
        stand_in.calls()
        applied = folder.cairn("apply", "-auto-approve", "-no-color")
        calls = [name for name in stand_in.calls() if re.fullmatch("(Open|Renew|Close)EphemeralResource", name)]
        self.assertEqual([name.removesuffix("EphemeralResource") for name in calls],
                         ["Open", "Close", "Open", "Renew", "Close"])
        for line in ("ephemeral.standin_secret.s: Opening...", "ephemeral.standin_secret.s: Renewal complete after 0s",
                     "ephemeral.standin_secret.s: Closing complete after 0s",
                     "terraform_data.a (local-exec): (output suppressed due to ephemeral value in config)"):
            self.assertIn(line, applied.stdout.split("\n"))
        self.assertIn("Warning: Closed", applied.stdout)
        self.assertNotIn("hush", applied.stdout + json.dumps(folder.state()))

    def test_wait_for_what_their_configuration_needs(self):
        stand_in = StandIn(SECRET.replace('"hush"', "terraform_data.b.output"))
        stand_in.folder.cairn("init")
        applied = stand_in.folder.cairn("apply", "-auto-approve", "-no-color").stdout.split("\n")
        self.assertIn("ephemeral.standin_secret.s: Configuration unknown, deferring...", applied)
        self.assertEqual(applied.count("ephemeral.standin_secret.s: Opening..."), 1)


class Imports(unittest.TestCase):
    # By what is asked for (tests/provider/stand_in.py): what terraform 1.11.4 says.
    MISTAKES = {
        "gone": "Error: Cannot import non-existent remote object While attempting to import an existing object to "
                "\"standin_thing.gone\", the provider detected that no object exists with the given id. Only "
                "pre-existing objects can be imported; check that the id is correct and that it is associated with the "
                "provider's configured region or endpoint, or use \"terraform apply\" to create a new remote object for "
                "this resource.",
        "broken": "Error: Not imported It is broken.",
        "none": "Error: Import returned no resources While attempting to import with ID none, the providerreturned no "
                "instance states.",
        "two": "Error: Multiple import states not supported While attempting to import with ID two, the provider "
               "returned multiple resource instance states. This is not currently supported.",
        "null": "Error: Import returned null resource While attempting to import with ID null, the providerreturned an "
                "instance with no state.",
    }

    def test_that_a_provider_cannot_do_are_errors(self):
        blocks = "".join(f'resource "standin_thing" "{name}" {{}}\nimport {{\n  to = standin_thing.{name}\n  id = "{name}"\n}}\n'
                         for name in [*self.MISTAKES, "unknown", "fine"])
        stand_in = StandIn(HEAD + blocks)
        stand_in.folder.cairn("init")
        planned = stand_in.folder.cairn("plan", "-no-color", codes=(1,))
        self.assertIn("Plan: 1 to import, 0 to add", planned.stdout)
        for mistake in [*self.MISTAKES.values(), "Error: Import returned unknown values"]:
            self.assertIn(mistake, words(planned.stderr))
        self.assertEqual(planned.stderr.count("Error: "), 6)

    def test_are_read_by_the_provider_and_remembered_with_its_bytes(self):
        stand_in = StandIn(HEAD + """
resource "standin_thing" "a" {
}
import {
  to = standin_thing.a
  id = "i-7"
}
""")
        stand_in.folder.cairn("init")
        stand_in.calls()
        self.assertIn("1 imported, 0 added", stand_in.folder.cairn("apply", "-auto-approve").stdout)
        calls = [name for name in stand_in.calls() if name.endswith(("State", "Change", "ReadResource"))]
        self.assertEqual(calls, ["ImportResourceState", "ReadResource", "PlanResourceChange"])
        instance = stand_in.folder.state()["resources"][0]["instances"][0]
        self.assertEqual((instance["attributes"]["id"], instance["private"]), ("i-7", "aW1wb3J0ZWQ="))
        self.assertIn("No changes.", stand_in.folder.cairn("plan").stdout)


class GeneratedConfiguration(unittest.TestCase):
    IMPORT = HEAD + 'import {\n  to = standin_rich.a\n  id = "i 1"\n}\n'

    def test_is_what_terraform_writes(self):
        stand_in = StandIn(self.IMPORT, rich=True)
        folder = stand_in.folder
        folder.cairn("init")
        planned = folder.cairn("plan", "-no-color", "-generate-config-out=generated.tf", "-out=saved")
        self.assertIn("Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.", planned.stdout)
        self.assertIn("Warning: Config generation is experimental", planned.stdout)
        with open(os.path.join(folder.path, "generated.tf"), encoding="utf-8") as file:
            written = file.read()
        with open(os.path.join(os.path.dirname(STAND_IN), "generated.tf"), encoding="utf-8") as file:
            self.assertEqual(written, file.read())
        # It is what is applied, with the file or without.
        os.remove(os.path.join(folder.path, "generated.tf"))
        applied = folder.cairn("apply", "-no-color", "saved")
        self.assertIn("1 imported, 0 added, 1 changed, 0 destroyed", applied.stdout)
        folder.write(written, "generated.tf")
        self.assertIn("No changes.", folder.cairn("plan", "-no-color").stdout)

    def test_is_written_also_where_the_provider_refuses_it(self):
        stand_in = StandIn(self.IMPORT, rich=True, rich_text="invalid")
        folder = stand_in.folder
        folder.cairn("init")
        planned = folder.cairn("plan", "-no-color", "-generate-config-out=generated.tf", codes=(1,))
        self.assertIn("Error: Invalid", planned.stderr)
        with open(os.path.join(folder.path, "generated.tf"), encoding="utf-8") as file:
            self.assertIn("\n# __generated__ by Terraform\nresource ", file.read())

    def test_is_written_into_a_new_file(self):
        stand_in = StandIn(self.IMPORT, rich=True)
        folder = stand_in.folder
        folder.cairn("init")
        planned = folder.cairn("plan", "-no-color", "-generate-config-out=none/generated.tf", codes=(1,))
        self.assertIn("Error: Failed to create target generated file", planned.stderr)
        self.assertNotIn("Plan: ", planned.stdout)


class Moves(unittest.TestCase):
    AFTER = HEAD + """
resource "standin_other" "b" { value = "x" }
moved {
  from = standin_thing.one
  to   = standin_other.b
}
"""

    def folder(self, **settings):
        self.stand_in = StandIn(THING, types={"thing": "string", "other": "string"}, **settings)
        folder = self.stand_in.folder
        folder.cairn("init")
        folder.cairn("apply", "-auto-approve")
        folder.write(self.AFTER)
        self.stand_in.calls()
        return folder

    def test_to_another_type_ask_the_provider_what_the_object_becomes(self):
        folder = self.folder()
        self.assertIn("standin_thing.one has moved to standin_other.b", folder.cairn("plan").stdout)
        self.assertEqual(self.stand_in.calls().count("MoveResourceState"), 1)
        folder.cairn("apply", "-auto-approve", "-refresh=false")
        [resource] = folder.state()["resources"]
        self.assertEqual((resource["type"], resource["instances"][0]["attributes"]["id"]), ("standin_other", "1"))
        if TERRAFORM:
            self.assertIn("No changes.", folder.run(TERRAFORM, "plan").stdout)

    def test_to_another_type_are_refused_where_the_provider_cannot_tell(self):
        folder = self.folder(moves=False)
        said = [folder.run(program, "plan", "-no-color", codes=(1,)) for program in (CAIRN, TERRAFORM) if program]
        self.assertIn("Unsupported `moved` across resource types", said[0].stderr)
        self.assertEqual((said[0].stdout, said[0].stderr.strip()), (said[-1].stdout, said[-1].stderr.strip()))


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


class Overrides(unittest.TestCase):
    """dev_overrides of the CLI configuration."""

    def setUp(self):
        self.stand_in = StandIn(THING)
        self.folder = self.stand_in.folder
        self.package = os.path.join(self.stand_in.directory, "mirror", ADDRESS, "1.0.0/linux_amd64")
        self.override(self.package)

    def override(self, package):
        self.stand_in.write("mirror.tfrc", f'''provider_installation {{
  dev_overrides {{ "cairn/standin" = "{package}" }}
  filesystem_mirror {{ path = "{self.stand_in.directory}/mirror" }}
}}
''')

    def compare(self, *arguments, code=0):
        """What both programs say, which is the same."""
        said = [self.folder.run(program, *arguments, codes=(code,)) for program in filter(None, (CAIRN, TERRAFORM))]
        for other in said[1:]:
            self.assertEqual((words(said[0].stdout), words(said[0].stderr)), (words(other.stdout), words(other.stderr)))
        return words(said[0].stdout), words(said[0].stderr)

    def test_are_used_without_being_installed(self):
        for command in (["validate", "-no-color"], ["plan", "-no-color"], ["plan", "-no-color", "-compact-warnings"]):
            self.assertIn("Provider development overrides are in effect", self.compare(*command)[0])
        out, _ = self.compare("validate", "-json")
        self.assertIn(f" - cairn/standin in {self.package}", out)
        self.folder.cairn("apply", "-auto-approve")
        out, _ = self.compare("refresh", "-no-color")
        self.assertNotIn("overrides", out)
        self.assertEqual(sorted(os.listdir(self.folder.path)), ["main.tf", "terraform.tfstate"])

    def test_are_asked_for_their_schemas_each_time(self):
        for _ in range(2):
            self.folder.cairn("validate")
            self.assertIn("GetProviderSchema", self.stand_in.calls())

    def test_count_more_than_what_is_installed(self):
        out = words(self.folder.cairn("init", "-no-color").stdout)
        self.assertIn("Skip terraform init when using provider development overrides. It is not necessary", out)
        self.assertIn("Installed cairn/standin v1.0.0", out)
        self.compare("init", "-no-color")
        self.override("/nowhere")
        out, errors = self.folder.cairn("plan", codes=(1,)).stdout, self.folder.cairn("plan", codes=(1,)).stderr
        self.assertIn("cairn/standin in /nowhere", out)
        self.assertIn("could not read package directory", words(errors))

    def test_are_told_of_where_init_fails(self):
        self.folder.write(THING.replace("cairn/standin", "cairn/absent"))
        out, errors = self.compare("init", "-no-color", code=1)
        self.assertIn("may error unexpectedly", out)
        self.assertIn("was not found in any of the search locations", errors)


class BrokenCliConfig(unittest.TestCase):
    def test_is_reported_by_every_command(self):
        folder = StandIn('output "o" { value = 1 }').folder
        folder.environment["TF_CLI_CONFIG_FILE"] = "/nowhere/cli.tfrc"
        for command in (["plan", "-no-color"], ["validate", "-json"], ["fmt"]):
            for program in filter(None, (CAIRN, TERRAFORM)):
                errors = words(folder.run(program, *command).stderr)
                self.assertEqual(errors, "There are some problems with the CLI configuration: ╷ │ Warning: Unable to open CLI "
                                 'configuration file │ │ The CLI configuration file at "/nowhere/cli.tfrc" does not exist. ╵')


class Failing(unittest.TestCase):
    def test_that_fail_while_planning(self):
        for fault, said in FAULTS.items():
            with self.subTest(fault):
                stand_in = StandIn(THINGS, fault=fault)
                stand_in.folder.cairn("init")
                error = words(stand_in.folder.cairn("apply", "-auto-approve", codes=(1,)).stderr)
                for part in said:
                    self.assertIn(part, error)
                self.assertNotIn("ApplyResourceChange", stand_in.calls())

    def test_that_fail_while_applying_leave_what_they_made(self):
        stand_in = StandIn(THINGS.replace('"x"', '"half"'))
        stand_in.folder.cairn("init")
        self.assertIn("The disk is full.", stand_in.folder.cairn("apply", "-auto-approve", codes=(1,)).stderr)
        one, two = (resource["instances"][0] for resource in stand_in.folder.state()["resources"])
        self.assertEqual((one["status"], one["attributes"]["value"]), ("tainted", "half"))
        self.assertEqual((two.get("status"), two["attributes"]["value"]), (None, "y"))

    def test_that_were_changed_after_their_installation(self):
        stand_in = StandIn(THINGS)
        stand_in.folder.cairn("init")
        package = os.path.join(stand_in.folder.path, ".terraform/providers", ADDRESS, "1.0.0/linux_amd64")
        folder = os.path.realpath(package)
        with open(os.path.join(folder, os.listdir(folder)[0]), "a", encoding="ascii") as program:
            program.write("# one line more\n")
        said = words(stand_in.folder.cairn("plan", codes=(1,)).stderr)
        self.assertIn(ADDRESS, said)
        self.assertIn("does not match any of the checksums recorded in the dependency lock file", said)
        self.assertEqual(stand_in.calls(), [])


if __name__ == "__main__":
    try:
        import grpc  # noqa: F401
    except ImportError:
        processes.skip("Python's gRPC is not installed")
    unittest.main(verbosity=2)
