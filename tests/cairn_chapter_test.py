#!/usr/bin/python3
"""The chapter's files as they stand, by cairn and the real AWS provider, against a stand-in of AWS on loopback (moto).

Exercise 12.01, 12.02, and Activity 12.01 (12.02 and a Redis node). Where there is a terraform, it does the same with a
stand-in of its own, and both must agree: on plans, states and outputs, but for what the stand-in makes up.
"""

import json
import os
import re
import unittest
import urllib.error
import urllib.request

import processes
from working_folder import TERRAFORM, Folder, without_progress

try:
    import yaml
except ImportError:
    processes.skip("python3-yaml is not installed")

MIRROR = "/opt/tf-plugins"
SOURCE = os.environ["CAIRN_SOURCE_DIR"]
CHAPTERS = [os.path.join(SOURCE, "..", "..", "shared", "chapter"), os.path.join(SOURCE, "..", "shared", "chapter")]
CHAPTER = next((path for path in CHAPTERS if os.path.isdir(path)), None)
STAND_IN = os.path.join(SOURCE, "tests", "aws_stand_in")

for needed in (CHAPTER, MIRROR):
    if needed is None or not os.path.exists(needed):
        processes.skip(f"{needed or 'the chapter'} is missing")
MOTO = processes.require_program("moto_server")

# What the stand-in makes up: ids, times, keys.
MADE_UP = re.compile(
    r"\b(vpc|subnet|sg|sgr|rtb|rtbassoc|igw|acl|snap)-[0-9a-f]{17}\b|\bsgrule-\d+|20\d\d-\d\d-\d\dT[\d:.]+Z|\d{26}"
    r"|\bAROA\w{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|/id/\w+|unique_id += .\w{20}.|[A-Za-z0-9+/=]{200,}"
    r"|https://\w+\.\w{3}\.us-east-1")
MADE_UP_ATTRIBUTES = {"data", "unique_id", "user_data_base64"}


def exercise(name):
    with open(os.path.join(CHAPTER, name, "main.tf"), encoding="utf-8") as file:
        return file.read()


def without_map(text):
    """Exercise 12.02 for terraform, which has no map() any more."""
    return re.sub(r'\bmap\(\s*("Name"), ("[^"]*"),\s*("[^"]*"), ("\w+"),\s*\)',
                  r"tomap({\n    \1 = \2\n    \3 = \4\n  })", text)


def plan_part(text):
    """Without progress, and without the warnings at the end: terraform counts those of its three passes."""
    return without_progress(text).split("\nWarning:")[0]


def settled(value, name=""):
    """A part of a state, with what is made up replaced."""
    if isinstance(value, dict):
        return {key: settled(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [settled(one, name) for one in value]
    if isinstance(value, str):
        return "made up" if name in MADE_UP_ATTRIBUTES else MADE_UP.sub("made up", value)
    return value


class Amazon:
    """A stand-in of AWS, and folders of users of it."""

    def __init__(self):
        port = processes.free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
                       "MOTO_AMIS_PATH": os.path.join(STAND_IN, "amis.json"),
                       "PYTHONPATH": STAND_IN}
        self.program = processes.start_program([MOTO, "-H", "127.0.0.1", "-p", port], ready="Running on",
                                               environment=environment)

    def folder(self, text):
        config = os.path.join(processes.private_directory("cairn"), "mirror.tfrc")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n')
        return Folder(text, AWS_ENDPOINT_URL=self.url, AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID="test",
                      AWS_SECRET_ACCESS_KEY="test", TF_CLI_CONFIG_FILE=config)

    def ask(self, service, path, method="GET", body=None):
        scope = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
                   "Content-Type": "application/xml"}
        request = urllib.request.Request(self.url + path, body.encode() if body else None, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def leftovers(self):
        """What Exercise 12.02 and the Activity make, as far as it is still there."""
        ec2 = self.ask("ec2", "/?Action=DescribeVpcs&Version=2016-11-15")
        iam = self.ask("iam", "/?Action=ListRoles&Version=2010-05-08")
        cache = self.ask("elasticache", "/?Action=DescribeCacheClusters&Version=2015-02-02")
        clusters = json.loads(self.ask("eks", "/clusters"))["clusters"]
        return (re.findall(r"<cidrBlock>(10\.0\.0\.0/16)<", ec2) + re.findall(r"<RoleName>(terraform-[^<]*)", iam) +
                re.findall(r"<CacheClusterId>([^<]*)", cache) + clusters)


class TheChapter(unittest.TestCase):
    def setUp(self):
        self.amazon = Amazon()
        self.addCleanup(self.amazon.program.close)
        self.theirs = Amazon() if TERRAFORM else None
        if self.theirs:
            self.addCleanup(self.theirs.program.close)

    def expect_no_changes(self, folder):
        self.assertIn("No changes.", folder.cairn("plan", "-detailed-exitcode").stdout)

    def expect_same_plan(self, ours, theirs, *arguments, codes=(2,)):
        mine = ours.cairn("plan", "-no-color", "-detailed-exitcode", *arguments, codes=codes).stdout
        if theirs:
            other = theirs.run(TERRAFORM, "plan", "-no-color", "-detailed-exitcode", *arguments, codes=codes).stdout
            self.assertEqual(settled(plan_part(mine).split("\n")), settled(plan_part(other).split("\n")), arguments)
        return mine

    def their_folder(self, text):
        if not self.theirs:
            return None
        folder = self.theirs.folder(text)
        folder.run(TERRAFORM, "init")
        return folder

    def expect_same_state(self, ours, theirs):
        mine, other = (settled(folder.state()) for folder in (ours, theirs))
        self.assertEqual(mine["outputs"].keys(), other["outputs"].keys())
        for one, two in zip(mine["resources"], other["resources"], strict=True):
            self.assertEqual(one, two)


class Exercise1201(TheChapter):
    """As it is, but for the name that it asks to fill in."""

    def tags(self, amazon):
        return self.tagging(amazon, "GET")

    def tagging(self, amazon, method, body=None):
        try:
            return amazon.ask("s3", "/cairn-test-bucket?tagging", method, body)
        except urllib.error.HTTPError as error:
            return str(error.code)

    def test_makes_a_bucket_mends_what_was_changed_and_takes_it_away(self):
        text = exercise("Exercise12.01").replace("<<NAME>>", "cairn")
        ours, theirs = self.amazon.folder(text), self.their_folder(text)
        ours.cairn("init")
        self.assertIn("Plan: 1 to add, 0 to change, 0 to destroy.", self.expect_same_plan(ours, theirs))
        applied = ours.cairn("apply", "-auto-approve").stdout
        self.assertIn("Resources: 1 added, 0 changed, 0 destroyed.", applied)
        self.expect_no_changes(ours)

        # Behind its back.
        tagging = "<Tagging><TagSet><Tag><Key>who</Key><Value>me</Value></Tag></TagSet></Tagging>"
        self.tagging(self.amazon, "PUT", tagging)
        if theirs:
            theirs.run(TERRAFORM, "apply", "-auto-approve")
            self.expect_same_state(ours, theirs)
            self.tagging(self.theirs, "PUT", tagging)
        self.assertIn('- "who" = "me" -> null', self.expect_same_plan(ours, theirs))
        self.expect_same_plan(ours, theirs, "-refresh-only")
        self.expect_same_plan(ours, theirs, "-destroy")
        ours.cairn("plan", "-out=mend")
        shown = json.loads(ours.cairn("show", "-json", "mend").stdout)
        self.assertEqual([change["change"]["actions"] for change in shown["resource_changes"]], [["update"]])
        mended = ours.cairn("apply", "mend").stdout
        self.assertIn("Resources: 0 added, 1 changed, 0 destroyed.", mended)
        self.assertNotIn("who", self.tags(self.amazon))
        self.expect_no_changes(ours)

        if theirs:
            theirs.run(TERRAFORM, "apply", "-auto-approve")
            self.expect_same_state(ours, theirs)
            ours.run(TERRAFORM, "plan", "-detailed-exitcode")
        self.expect_same_plan(ours, theirs, "-destroy")
        self.assertIn("Resources: 1 destroyed.", ours.cairn("destroy", "-auto-approve").stdout)
        self.assertEqual(ours.state()["resources"], [])
        self.assertNotIn("cairn-test-bucket", self.amazon.ask("s3", "/"))


class Exercise1202(TheChapter):
    """As it stands."""

    def live(self, files, count, theirs=None):
        ours = self.amazon.folder(files["main.tf"])
        for name, text in files.items():
            ours.write(text, name)
        ours.cairn("init")
        plan = self.expect_same_plan(ours, theirs)
        self.assertIn(f"Plan: {count} to add, 0 to change, 0 to destroy.", plan)
        self.assertIn("Write tomap({ key = value }) instead.", plan)
        applied = ours.cairn("apply", "-auto-approve").stdout
        self.assertIn(f"Resources: {count} added, 0 changed, 0 destroyed.", applied)
        self.expect_no_changes(ours)
        if theirs:
            theirs.run(TERRAFORM, "apply", "-auto-approve")
            self.expect_same_state(ours, theirs)
            self.expect_same_plan(ours, theirs, "-destroy")
            ours.write(without_map(files["main.tf"]))
            ours.run(TERRAFORM, "plan", "-detailed-exitcode")
            ours.write(files["main.tf"])
        return ours

    def end(self, folder, count):
        self.assertIn(f"Resources: {count} destroyed.", folder.cairn("destroy", "-auto-approve").stdout)
        self.assertEqual(folder.state()["resources"], [])
        self.assertEqual(self.amazon.leftovers(), [])

    def test_makes_a_cluster_that_kubectl_can_be_told_of(self):
        folder = self.live({"main.tf": exercise("Exercise12.02")}, 26)
        outputs = {name: output["value"] for name, output in folder.state()["outputs"].items()}
        self.assertEqual(outputs.keys(), {"kubeconfig", "config_map_aws_auth"})
        kubeconfig = yaml.safe_load(outputs["kubeconfig"])
        self.assertRegex(kubeconfig["clusters"][0]["cluster"]["server"], "^https://.*eks.amazonaws.com")
        roles = yaml.safe_load(yaml.safe_load(outputs["config_map_aws_auth"])["data"]["mapRoles"])
        self.assertEqual(roles[0]["rolearn"], "arn:aws:iam::123456789012:role/terraform-eks-demo-node")
        self.end(folder, 26)

    def test_and_with_redis(self):
        with open(os.path.join(STAND_IN, "activity_redis.tf"), encoding="utf-8") as file:
            files = {"main.tf": exercise("Exercise12.02"), "redis.tf": file.read()}
        theirs = self.their_folder(without_map(files["main.tf"]))
        if theirs:
            theirs.write(files["redis.tf"], "redis.tf")
        folder = self.live(files, 29, theirs)
        # The stand-in's cluster has no nodes: the output is null, and states have no such outputs.
        self.assertNotIn("redis_host", folder.state()["outputs"])
        self.end(folder, 29)


del TheChapter  # only its kinds are tests

if __name__ == "__main__":
    unittest.main(verbosity=2)
