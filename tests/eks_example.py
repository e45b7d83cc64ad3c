"""examples/counter-eks in a private folder, a program for it, and a simulation of AWS: for the tests that put it up.

The simulation is moto's server on loopback. The provider comes from a folder of this machine; nothing is downloaded.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import urllib.request

import processes
from working_folder import CAIRN

SOURCE = os.environ.get("CAIRN_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = os.path.join(SOURCE, "examples", "counter-eks")
MOTO = processes.require_program("moto_server")
RUN_TIMEOUT_S = 300

# Folders that may hold the provider: HOST/hashicorp/aws/VERSION/PLATFORM/, or packed as HOST/hashicorp/aws/*.zip.
PLUGIN_FOLDERS = ["/opt/tf-plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"]

# What moto 5.2 cannot hold, and so is left out when it is applied. It also ends without the Redis node and its subnet
# group (MOTO_KEEPS): deleted nodes stay in "deleting", and subnet groups cannot be deleted.
MOTO_OVERRIDE = """
# Unknown to moto: access entries, addons, parameter groups.
resource "aws_eks_access_entry" "main" {
  for_each = {}
}

resource "aws_eks_access_policy_association" "main" {
  for_each = {}
}

resource "aws_eks_addon" "node" {
  for_each = {}
}

resource "aws_eks_addon" "cluster" {
  for_each = {}
}

resource "aws_elasticache_parameter_group" "redis" {
  count = 0
}

resource "aws_elasticache_replication_group" "redis" {
  parameter_group_name = "default.redis7"
}

resource "aws_elasticache_cluster" "redis" {
  parameter_group_name = "default.redis7"

  lifecycle {
    ignore_changes = [security_group_ids] # forgotten
  }
}

locals {
  redis_host = "redis.example" # a single node has no address
}

# Forgotten, or made up (the key pair in remote_access), or without what they name (the cluster's own group).
resource "aws_eks_cluster" "main" {
  lifecycle {
    ignore_changes = [access_config, upgrade_policy]
  }
}

resource "aws_eks_node_group" "main" {
  lifecycle {
    ignore_changes = [remote_access, update_config]
  }
}

resource "aws_launch_template" "nodes" {
  lifecycle {
    ignore_changes = [tag_specifications, vpc_security_group_ids]
  }
}

resource "aws_vpc_security_group_ingress_rule" "redis" {
  lifecycle {
    ignore_changes = [description]
  }
}
"""
MOTO_KEEPS = ["aws_elasticache_cluster.redis[0]", "aws_elasticache_subnet_group.redis"]


def plugin_folder():
    """A folder with the provider; CAIRN_TF_PLUGINS names another than the usual ones."""
    named = os.environ.get("CAIRN_TF_PLUGINS")
    folders = [named] if named else [*PLUGIN_FOLDERS, os.path.expanduser("~/.terraform.d/plugins")]
    found = next((folder for folder in folders if glob.glob(f"{folder}/*/hashicorp/aws/*")), None)
    if found is None:
        processes.skip(f"Terraform's AWS provider is not in {', '.join(folders)}; CAIRN_TF_PLUGINS names its folder")
    return found


PLUGINS = plugin_folder()


class Moto:
    """AWS, simulated."""

    def __init__(self):
        port = processes.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.program = processes.start_program(
            [MOTO, "-H", "127.0.0.1", "-p", port],
            ready=f"Running on {self.url}",
            environment={"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        )

    def ask(self, service, path, headers=None, body=None):
        scope = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0", **(headers or {})}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body else None, headers)
        with urllib.request.urlopen(request, timeout=RUN_TIMEOUT_S) as answer:
            return answer.read().decode()

    def holds(self):
        """Its clusters' names, and the ARNs of what it says to have with the tag of the example."""
        tagged = json.loads(self.ask(
            "tagging",
            "/",
            headers={
                "X-Amz-Target": "ResourceGroupsTaggingAPI_20170126.GetResources",
                "Content-Type": "application/x-amz-json-1.1",
            },
            body={"ResourcesPerPage": 100, "TagFilters": [{"Key": "Project", "Values": ["counter"]}]},
        ))
        arns = {resource["ResourceARN"] for resource in tagged["ResourceTagMappingList"]}
        clusters = json.loads(self.ask("eks", "/clusters"))["clusters"]
        return {arn for arn in arns if arn.split("/")[-1] not in self._deleted_gateways()} | set(clusters)

    def _deleted_gateways(self):
        """NAT gateways stay listed for a while after they were deleted, by AWS too."""
        query = "/?Action=DescribeNatGateways&Version=2016-11-15&Filter.1.Name=state&Filter.1.Value.1=deleted"
        return set(re.findall(r"<natGatewayId>(.*?)<", self.ask("ec2", query)))


def private_environment(moto):
    """For cairn or terraform, with nothing of this machine's but the provider, and with the simulation instead of AWS."""
    home = processes.private_directory("home")
    config = os.path.join(home, "terraform.rc")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{PLUGINS}"\n  }}\n}}\n')
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "TMPDIR": home,
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": config,
        "TF_IN_AUTOMATION": "1",
        "AWS_ENDPOINT_URL": moto.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",  # what the simulation does not know fails at once
    }


class Example:
    """A copy of the example in a private folder, and a program for it."""

    def __init__(self, moto, program=CAIRN):
        self.program = program
        self.directory = os.path.join(processes.private_directory("eks"), "counter-eks")
        made = shutil.ignore_patterns(".*", "*.tfstate*", "*tfplan", "*.tfvars")
        shutil.copytree(EXAMPLE, self.directory, ignore=made)
        self.environment = {**private_environment(moto), "TF_INPUT": "0"}
        self.run("init")

    def run(self, command, *arguments, variables=None, codes=(0,)):
        """The finished process; exit codes other than `codes` are errors."""
        values = [f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
                  for name, value in (variables or {}).items()]
        flags = [] if command in ("show", "output", "state") else ["-no-color"]
        done = subprocess.run(
            [self.program, command, *flags, *values, *arguments],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        if done.returncode not in codes:
            raise AssertionError(f"{self.program} {command} {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def plan(self, variables):
        return Plan(self, variables)

    def override(self, text):
        with open(os.path.join(self.directory, "moto_override.tf"), "w", encoding="utf-8") as file:
            file.write(text)

    def state(self):
        with open(os.path.join(self.directory, "terraform.tfstate"), encoding="utf-8") as file:
            return file.read()


class Plan:
    """What would be made."""

    def __init__(self, example, variables):
        self.text = example.run("plan", "-out=tfplan", variables=variables).stdout
        self.json = json.loads(example.run("show", "-json", "tfplan").stdout)
        module = self.json["planned_values"]["root_module"]
        self.values = {resource["address"]: resource["values"] for resource in module["resources"]}
        self.configuration = self.json["configuration"]["root_module"]
        self.changes = {change["address"]: change["change"] for change in self.json["resource_changes"]}

    def of_type(self, kind):
        """Resources of a type: key (or None) -> planned values."""
        found = {}
        for address, values in self.values.items():
            if match := re.fullmatch(rf'{kind}\.\w+(?:\["?(.*?)"?\])?', address):
                found[match[1]] = values
        return found

    def configured(self, address):
        return next(r for r in self.configuration["resources"] if r["address"] == address)

    def references(self, address, argument):
        """The resources that an argument is made of; a block's as "block.argument"."""
        expression = self.configured(address)["expressions"]
        for name in argument.split("."):
            expression = expression[name]
            expression = expression[0] if isinstance(expression, list) else expression
        return {".".join(reference.split(".")[:2]) for reference in expression["references"]
                if reference.startswith("aws_")}
