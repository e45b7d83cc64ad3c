#!/usr/bin/python3
"""examples/counter-eks by cairn: with the real AWS provider, planned whole and applied as far as a simulation of AWS goes.

Where there is a terraform, it has to plan the same. Applied is the variant with a single Redis node, changed as MOTO_OVERRIDE
(eks_example.py) says and for the reasons given there.
"""

import base64
import ipaddress
import json
import os
import re
import shutil
import subprocess
import unittest

import processes
from eks_example import EXAMPLE, MOTO_KEEPS, MOTO_OVERRIDE, RUN_TIMEOUT_S, Example, Moto
from working_folder import TERRAFORM, without_progress

try:
    import yaml
except ImportError:
    processes.skip("python3-yaml is not installed")

KUBECTL = shutil.which("kubectl")
AWS = shutil.which("aws")

ADMIN = "arn:aws:iam::123456789012:role/admin"
DEPLOYER = "arn:aws:iam::123456789012:role/team/deliver"
REQUIRED = {"admin_principal_arns": [ADMIN], "api_allowed_cidrs": ["198.51.100.7/32"]}
SINGLE = {**REQUIRED, "redis": "single"}


def setUpModule():
    global moto, example
    moto = Moto()
    unittest.addModuleCleanup(moto.program.close)
    example = Example(moto)


class Files(unittest.TestCase):
    def test_are_formatted(self):
        done = example.run("fmt", "-check", "-recursive", "-diff")
        self.assertEqual(done.stdout, "")

    def test_are_valid(self):
        verdict = json.loads(example.run("validate", "-json").stdout)
        self.assertEqual((verdict["valid"], verdict["diagnostics"]), (True, []))

    def test_describe_every_variable_and_type_it(self):
        with open(os.path.join(EXAMPLE, "variables.tf"), encoding="utf-8") as file:
            blocks = re.findall(r'(?ms)^variable "(\w+)" \{\n(.*?)^\}', file.read())
        self.assertGreaterEqual({name for name, _ in blocks}, {*REQUIRED, "region", "name", "redis", "zones"})
        for name, block in blocks:
            self.assertRegex(block, r"(?m)^  description = \".+\.\"$", name)
            self.assertRegex(block, r"(?m)^  type +=", name)

    def test_leave_the_account_to_the_environment(self):
        with open(os.path.join(EXAMPLE, "versions.tf"), encoding="utf-8") as file:
            self.assertNotRegex(file.read(), r"skip_|access_key|secret_key|profile|endpoints")


class DefaultPlan(unittest.TestCase):
    VARIABLES = {**REQUIRED, "deployer_principal_arns": [DEPLOYER], "tags": {"Team": "numbers"}}

    @classmethod
    def setUpClass(cls):
        cls.plan = example.plan(cls.VARIABLES)

    @unittest.skipUnless(TERRAFORM, "terraform is not installed")
    def test_is_that_of_terraform(self):
        theirs = Example(moto, TERRAFORM).plan(self.VARIABLES)
        self.assertEqual(without_progress(self.plan.text).split("\n"), without_progress(theirs.text).split("\n"))
        for part in ("resource_changes", "output_changes", "planned_values"):
            self.assertEqual(self.plan.json[part], theirs.json[part], part)

    def one(self, kind):
        (values,) = self.plan.of_type(kind).values()
        return values

    def test_only_makes_things_and_only_with_the_aws_provider(self):
        self.assertEqual({tuple(c["actions"]) for c in self.plan.changes.values()}, {("create",), ("read",)})
        self.assertEqual(set(self.plan.json["configuration"]["provider_config"]), {"aws"})
        self.assertNotIn("module_calls", self.plan.configuration)

    def test_spreads_the_subnets_over_three_zones(self):
        subnets = [values for address, values in self.plan.values.items() if address.startswith("aws_subnet.")]
        network = ipaddress.ip_network(self.one("aws_vpc")["cidr_block"])
        blocks = [ipaddress.ip_network(subnet["cidr_block"]) for subnet in subnets]
        self.assertTrue(all(block.subnet_of(network) for block in blocks))
        self.assertFalse(any(a.overlaps(b) for a in blocks for b in blocks if a is not b))
        self.assertFalse(any(subnet["map_public_ip_on_launch"] for subnet in subnets))
        for tag in ("kubernetes.io/role/internal-elb", "kubernetes.io/role/elb"):
            zones = [subnet["availability_zone"] for subnet in subnets if tag in subnet["tags"]]
            self.assertEqual((len(zones), len(set(zones))), (3, 3), tag)
        self.assertEqual(len(subnets), 6)
        self.assertEqual(len(self.plan.of_type("aws_nat_gateway")), 3)

    def test_lets_nobody_but_the_nodes_reach_redis(self):
        rules = [a for a in self.plan.values if re.match(r"aws_(vpc_)?security_group_\w*rule\.", a)]
        self.assertEqual(rules, ["aws_vpc_security_group_ingress_rule.redis"])
        rule = self.plan.values[rules[0]]
        self.assertEqual((rule["ip_protocol"], rule["from_port"], rule["to_port"]), ("tcp", 6379, 6379))
        self.assertFalse({"cidr_ipv4", "cidr_ipv6", "prefix_list_id"} & {k for k, v in rule.items() if v is not None})
        self.assertEqual(self.plan.references(rules[0], "referenced_security_group_id"), {"aws_security_group.nodes"})
        self.assertEqual(self.plan.references(rules[0], "security_group_id"), {"aws_security_group.redis"})
        for address in ("aws_security_group.nodes", "aws_security_group.redis", "aws_default_security_group.unused"):
            self.assertFalse({"ingress", "egress"} & set(self.plan.configured(address)["expressions"]), address)
        redis = "aws_elasticache_replication_group.redis"
        self.assertEqual(self.plan.references(redis, "security_group_ids"), {"aws_security_group.redis"})
        worn = self.plan.references("aws_launch_template.nodes", "vpc_security_group_ids")
        self.assertEqual(worn, {"aws_eks_cluster.main", "aws_security_group.nodes"})

    def test_keeps_nodes_and_redis_off_the_public_subnets(self):
        for address, argument in (
            ("aws_eks_cluster.main", "vpc_config.subnet_ids"),
            ("aws_eks_node_group.main", "subnet_ids"),
            ("aws_elasticache_subnet_group.redis", "subnet_ids"),
        ):
            self.assertEqual(self.plan.references(address, argument), {"aws_subnet.private"}, address)

    def test_opens_the_api_to_those_named(self):
        cluster = self.one("aws_eks_cluster")
        (access,), (network,) = cluster["access_config"], cluster["vpc_config"]
        self.assertEqual(access["authentication_mode"], "API")
        self.assertIs(access["bootstrap_cluster_creator_admin_permissions"], False)
        self.assertEqual(network["public_access_cidrs"], REQUIRED["api_allowed_cidrs"])
        self.assertIs(network["endpoint_private_access"], True)
        self.assertLessEqual({"audit", "authenticator"}, set(cluster["enabled_cluster_log_types"]))
        self.assertGreater(self.one("aws_cloudwatch_log_group")["retention_in_days"], 0)

    def test_makes_access_entries_of_administrators_and_deployers(self):
        self.assertEqual(set(self.plan.of_type("aws_eks_access_entry")), {ADMIN, DEPLOYER})
        granted = {
            who: (values["policy_arn"].split("/")[-1], values["access_scope"])
            for who, values in self.plan.of_type("aws_eks_access_policy_association").items()
        }
        self.assertEqual(granted, {
            ADMIN: ("AmazonEKSClusterAdminPolicy", [{"type": "cluster", "namespaces": None}]),
            DEPLOYER: ("AmazonEKSEditPolicy", [{"type": "namespace", "namespaces": ["counter"]}]),
        })

    def test_protects_the_nodes(self):
        template, group = self.one("aws_launch_template"), self.one("aws_eks_node_group")
        (metadata,), (volume,) = template["metadata_options"], template["block_device_mappings"]
        self.assertEqual((metadata["http_tokens"], metadata["http_put_response_hop_limit"]), ("required", 1))
        self.assertEqual((volume["ebs"][0]["encrypted"], volume["ebs"][0]["volume_type"]), ("true", "gp3"))
        self.assertEqual(group["update_config"], [{"max_unavailable": 1, "max_unavailable_percentage": None}])
        self.assertEqual(group["scaling_config"], [{"min_size": 3, "desired_size": 3, "max_size": 3}])
        self.assertEqual(group["ami_type"], "AL2023_x86_64_STANDARD")

    def test_installs_addons_in_an_order_that_works(self):
        addons = self.plan.of_type("aws_eks_addon")
        self.assertEqual(set(addons), {"vpc-cni", "kube-proxy", "coredns", "metrics-server"})
        self.assertEqual(json.loads(addons["vpc-cni"]["configuration_values"]), {"enableNetworkPolicy": "true"})
        self.assertEqual(self.plan.configured("aws_eks_addon.cluster")["depends_on"], ["aws_eks_node_group.main"])
        self.assertIn("aws_eks_addon.node", self.plan.configured("aws_eks_node_group.main")["depends_on"])

    def test_gives_the_roles_what_they_need_and_no_more(self):
        policies = {key: v["policy_arn"] for key, v in self.plan.of_type("aws_iam_role_policy_attachment").items()}
        self.assertEqual(policies, {key: f"arn:aws:iam::aws:policy/{key.split('/')[1]}" for key in (
            "cluster/AmazonEKSClusterPolicy",
            "nodes/AmazonEKSWorkerNodePolicy",
            "nodes/AmazonEKS_CNI_Policy",
            "nodes/AmazonEC2ContainerRegistryPullOnly",
        )})
        for role, service in (("cluster", "eks"), ("nodes", "ec2")):
            (statement,) = json.loads(self.plan.of_type("aws_iam_role")[role]["assume_role_policy"])["Statement"]
            self.assertEqual(statement["Principal"], {"Service": f"{service}.amazonaws.com"})

    def test_keeps_images_as_they_were_tested(self):
        repository = self.one("aws_ecr_repository")
        self.assertEqual(repository["image_tag_mutability"], "IMMUTABLE")
        self.assertEqual(repository["image_scanning_configuration"], [{"scan_on_push": True}])
        (rule,) = json.loads(self.one("aws_ecr_lifecycle_policy")["policy"])["rules"]
        self.assertEqual((rule["action"], rule["selection"]["countNumber"]), ({"type": "expire"}, 100))

    def test_makes_redis_survive_a_zone_and_speak_tls_with_a_token(self):
        redis = self.one("aws_elasticache_replication_group")
        change = self.plan.changes["aws_elasticache_replication_group.redis[0]"]
        for name, value in {
            "multi_az_enabled": True,
            "automatic_failover_enabled": True,
            "num_cache_clusters": 2,
            "transit_encryption_enabled": True,
            "transit_encryption_mode": "required",
            "at_rest_encryption_enabled": "true",
            "engine": "redis",
            "engine_version": "7.1",
            "port": 6379,
            "snapshot_retention_limit": 7,
        }.items():
            self.assertEqual(redis[name], value, name)
        self.assertIs(change["after_unknown"]["auth_token"], True)
        self.assertIs(change["after_sensitive"]["auth_token"], True)
        parameters = self.one("aws_elasticache_parameter_group")["parameter"]
        self.assertEqual(parameters, [{"name": "maxmemory-policy", "value": "noeviction"}])
        self.assertEqual(self.plan.of_type("aws_elasticache_cluster"), {})

    def test_tags_all_that_can_be_tagged(self):
        tagged = {address: values["tags_all"] for address, values in self.plan.values.items() if values.get("tags_all")}
        for address, tags in tagged.items():
            self.assertEqual((tags.get("Project"), tags.get("Team")), ("counter", "numbers"), address)
        self.assertGreater(len(tagged), 30)
        for spec in self.one("aws_launch_template")["tag_specifications"]:
            self.assertEqual((spec["tags"]["Project"], spec["tags"]["Team"]), ("counter", "numbers"))

    def test_puts_out_nothing_sensitive(self):
        outputs = self.plan.json["planned_values"]["outputs"]
        self.assertEqual(set(outputs), {
            "cluster_name", "commands", "counter_config", "counter_secret_name", "deliver_policy_arn",
            "image_repository", "kubeconfig", "region",
        })
        self.assertFalse(any(output["sensitive"] for output in outputs.values()))
        for name, output in self.plan.configuration["outputs"].items():
            self.assertRegex(output["description"], r"\.$", name)
            self.assertNotRegex(json.dumps(output["expression"]), r"auth_token|secret_string|random_password", name)


class SmallPlan(unittest.TestCase):
    """Every choice the other way."""

    NAME = "counter-with-a-long-name-27"
    ZONES = ["us-east-1f", "us-east-1b", "us-east-1d"]

    @classmethod
    def setUpClass(cls):
        cls.plan = example.plan({
            **SINGLE, "name": cls.NAME, "zones": cls.ZONES, "nat_per_zone": False, "api_allowed_cidrs": [],
            "vpc_cidr": "192.168.16.0/20", "node_count": 1, "instance_types": ["m7i-flex.large", "g4dn.xlarge"],
            "redis_node_type": "cache.t4g.micro", "kubernetes_version": "1.34",
        })

    def test_has_one_redis_node_and_no_token(self):
        (redis,) = self.plan.of_type("aws_elasticache_cluster").values()
        self.assertEqual((redis["engine_version"], redis["num_cache_nodes"], redis["port"]), ("7.1", 1, 6379))
        self.assertEqual(redis["node_type"], "cache.t4g.micro")
        unwanted = r"aws_(elasticache_replication|secretsmanager)"
        self.assertFalse([address for address in self.plan.values if re.match(unwanted, address)])
        self.assertNotIn("Opening", self.plan.text)  # nor is one generated for nothing
        self.assertIsNone(self.plan.json["planned_values"]["outputs"]["counter_secret_name"].get("value"))

    def test_has_one_nat_gateway_for_all_zones(self):
        self.assertEqual(set(self.plan.of_type("aws_nat_gateway")), {self.ZONES[0]})
        private = [a for a in self.plan.values if a.startswith("aws_route.private")]
        self.assertEqual(len(private), 3)

    def test_uses_the_named_zones(self):
        zones = [subnet["availability_zone"] for subnet in self.plan.of_type("aws_subnet").values()]
        self.assertEqual(set(zones), set(self.ZONES))

    def test_keeps_the_api_inside(self):
        (cluster,) = self.plan.of_type("aws_eks_cluster").values()
        (network,) = cluster["vpc_config"]
        self.assertEqual((network["endpoint_public_access"], network["endpoint_private_access"]), (False, True))
        self.assertEqual(cluster["version"], "1.34")


class BadInput(unittest.TestCase):
    def refusals(self, variables):
        """The errors of a plan: (summary, detail) each."""
        lines = example.run("plan", "-json", variables=variables, codes=(1,)).stdout.splitlines()
        found = [message["diagnostic"] for message in map(json.loads, lines) if message["type"] == "diagnostic"]
        self.assertEqual({diagnostic["severity"] for diagnostic in found}, {"error"})
        return [(diagnostic["summary"], diagnostic["detail"]) for diagnostic in found]

    def expect_refused(self, values):
        """Each variable's value is refused, with one line that matches."""
        refusals = self.refusals({**REQUIRED, **{name: value for name, (value, _) in values.items()}})
        self.assertEqual({summary for summary, _ in refusals}, {"Invalid value for variable"})
        details = [detail.split("\n")[0] for _, detail in refusals]
        self.assertEqual(len(details), len(values), details)
        for name, (_, message) in values.items():
            self.assertEqual(len([detail for detail in details if re.search(message, detail)]), 1, (name, details))

    def test_is_refused_in_one_line_each(self):
        self.expect_refused({
            "admin_principal_arns": ([], "at least one ARN"),
            "api_allowed_cidrs": (["198.51.100.7"], "Give IPv4 blocks"),
            "region": ("Frankfurt", "Give a region's code"),
            "name": ("counter-", "a-z, 0-9 and single hyphens"),
            "vpc_cidr": ("10.0.0.1/16", "first address of an IPv4 block"),
            "zones": (["us-east-1a", "us-east-1b"], "three different zones"),
            "kubernetes_version": ("1.29", "from 1.30"),
            "instance_types": (["t3.medium", "m7g.large"], "does not run on Graviton"),
            "node_count": (0, "from 1 to 100"),
            "redis": ("cluster", "replication-group or single"),
            "redis_node_type": ("t4g.small", "cache.t4g.small"),
            "redis_node_count": (1, "nothing to fail over to"),
            "redis_auth_version": (0.5, r"whole number from 1\.$"),
        })

    def test_of_other_kinds_is_refused_too(self):
        self.expect_refused({
            "deployer_principal_arns": (["arn:aws:sts::123456789012:assumed-role/ci/run"], "ARNs of roles or users"),
            "api_allowed_cidrs": (["2001:db8::/32"], "Give IPv4 blocks"),
            "name": ("counter--two", "a-z, 0-9 and single hyphens"),
            "vpc_cidr": ("10.0.0.0/24", "first address of an IPv4 block"),
            "zones": (["us-east-1a", "us-east-1a", "us-east-1b"], "three different zones"),
            "instance_types": ([], "at least one type"),
            "node_count": (2.5, "from 1 to 100"),
        })
        self.expect_refused({"admin_principal_arns": (["admin"], "at least one ARN")})
        self.expect_refused({"deployer_principal_arns": ([ADMIN], "needs no entry as a deployer")})

    def test_names_what_is_missing(self):
        refusals = self.refusals({})
        self.assertEqual({summary for summary, _ in refusals}, {"No value for required variable"})
        self.assertEqual(len(refusals), len(REQUIRED))
        for name in REQUIRED:
            self.assertTrue(any(f'"{name}" is not set' in detail for _, detail in refusals), refusals)

    def test_zones_that_eks_does_not_have(self):
        ((_, detail),) = self.refusals({**REQUIRED, "region": "us-west-1"})
        self.assertRegex(detail, r"^us-west-1 has fewer than three zones that EKS supports: choose another region\.$")
        ((_, detail),) = self.refusals({**REQUIRED, "zones": ["us-east-1a", "us-east-1b", "us-east-1e"]})
        self.assertRegex(detail, r"^EKS can use these zones of us-east-1: us-east-1a, ")


class Applied(unittest.TestCase):
    """The single variant: made, planned again, put out and destroyed."""

    @classmethod
    def setUpClass(cls):
        applied = Example(moto)
        applied.override(MOTO_OVERRIDE)
        applied.run("apply", "-auto-approve", variables=SINGLE)
        cls.second_plan = applied.run("plan", "-detailed-exitcode", variables=SINGLE, codes=(0, 2))
        resources = json.loads(applied.run("show", "-json").stdout)["values"]["root_module"]["resources"]
        cls.values = {resource["address"]: resource["values"] for resource in resources}
        cls.outputs = {name: o["value"] for name, o in json.loads(applied.run("output", "-json").stdout).items()}
        cls.kubeconfig = applied.run("output", "-raw", "kubeconfig").stdout
        cls.during = moto.holds()
        applied.run("state", "rm", *MOTO_KEEPS)
        applied.run("destroy", "-auto-approve", variables=SINGLE)
        cls.left_in_state = applied.run("state", "list").stdout
        cls.after = moto.holds()

    def test_needs_no_change_afterwards(self):
        self.assertEqual(self.second_plan.returncode, 0, self.second_plan.stdout)

    def test_leaves_nothing_behind(self):
        self.assertEqual(self.left_in_state, "")
        services = {arn.split(":")[2] for arn in self.during - {"counter"}}
        self.assertEqual(services, {"ec2", "elasticache", "logs"})
        self.assertIn("counter", self.during)  # the cluster
        left = {arn.split(":", 5)[-1] for arn in self.after}
        self.assertEqual(left, {"cluster:counter", "subnetgroup:counter"})  # MOTO_KEEPS

    def test_leads_each_zone_out_by_its_own_gateway(self):
        subnets = [values for address, values in self.values.items() if address.startswith("aws_subnet.private")]
        self.assertEqual(len(subnets), 3)
        for subnet in subnets:
            zone = subnet["availability_zone"]
            gateway = self.values[f'aws_nat_gateway.main["{zone}"]']
            route = self.values[f'aws_route.private["{zone}"]']
            table = self.values[f'aws_route_table_association.private["{zone}"]']
            self.assertEqual(gateway["subnet_id"], self.values[f'aws_subnet.public["{zone}"]']["id"])
            self.assertEqual((route["destination_cidr_block"], route["nat_gateway_id"]), ("0.0.0.0/0", gateway["id"]))
            self.assertEqual(table["route_table_id"], route["route_table_id"])
            self.assertEqual(table["subnet_id"], subnet["id"])

    def test_lets_a_pipeline_push_one_image_and_look_up_one_cluster(self):
        statements = json.loads(self.values["aws_iam_policy.deliver"]["policy"])["Statement"]
        self.assertEqual({s["Sid"]: s["Resource"] for s in statements}, {
            "Login": "*",
            "Push": self.values["aws_ecr_repository.counter"]["arn"],
            "Reach": self.values["aws_eks_cluster.main"]["arn"],
        })
        self.assertEqual([s["Action"] for s in statements if s["Resource"] == "*"], ["ecr:GetAuthorizationToken"])

    def test_puts_out_a_kubeconfig(self):
        config = yaml.safe_load(self.kubeconfig)
        cluster = self.values["aws_eks_cluster.main"]
        self.assertEqual(config["clusters"], [{"name": "counter", "cluster": {
            "server": cluster["endpoint"],
            "certificate-authority-data": cluster["certificate_authority"][0]["data"],
        }}])
        (user,) = config["users"]
        self.assertEqual(set(user["user"]), {"exec"})  # no token, no key
        command = [user["user"]["exec"]["command"], *user["user"]["exec"]["args"]]
        self.assertEqual(" ".join(command), "aws --region us-east-1 eks get-token --cluster-name counter --output json")

    @unittest.skipUnless(KUBECTL, "kubectl is not installed")
    def test_puts_out_a_kubeconfig_that_kubectl_reads(self):
        path = os.path.join(processes.private_directory("kubeconfig"), "config")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.kubeconfig)
        command = [KUBECTL, "config", "view", f"--kubeconfig={path}", "--minify", "--output=jsonpath={..server}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=True)
        self.assertEqual(done.stdout, self.values["aws_eks_cluster.main"]["endpoint"])

    def test_puts_out_what_the_counter_needs(self):
        self.assertEqual(
            self.outputs["counter_config"],
            {"COUNTER_REDIS_URL": "redis://redis.example:6379", "COUNTER_REDIS_PASSWORD_FILE": ""},
        )
        self.assertNotIn("aws ", self.outputs["commands"]["secret"])
        registry, repository = self.outputs["image_repository"].split("/", 1)
        self.assertEqual(repository, "counter")
        self.assertTrue(self.outputs["commands"]["registry"].endswith(f"--password-stdin {registry}"))
        command = "aws eks update-kubeconfig --region=us-east-1 --name=counter"
        self.assertEqual(self.outputs["commands"]["kubectl"], command)


class Token(unittest.TestCase):
    """Redis's token: only its own resources are applied, since the simulation makes no replication groups."""

    TARGET = "-target=data.aws_secretsmanager_secret_version.redis"

    @classmethod
    def setUpClass(cls):
        cls.example = Example(moto)
        cls.example.run("apply", "-auto-approve", cls.TARGET, variables=REQUIRED)
        cls.token = cls.read_token()
        cls.plan = cls.example.plan(REQUIRED)
        cls.state = cls.example.state()

    @classmethod
    def tearDownClass(cls):
        cls.example.run("destroy", "-auto-approve", variables=REQUIRED)

    @classmethod
    def read_token(cls):
        resources = json.loads(cls.example.run("show", "-json").stdout)["values"]["root_module"]["resources"]
        (read,) = [r["values"] for r in resources if r["address"].startswith("data.aws_secretsmanager")]
        return read["secret_string"]

    def test_is_one_that_elasticache_accepts(self):
        self.assertRegex(self.token, r"^[A-Za-z0-9]{64}$")

    def test_is_what_redis_gets(self):
        self.assertEqual(self.plan.of_type("aws_elasticache_replication_group")["0"]["auth_token"], self.token)

    def test_is_not_printed_or_put_out(self):
        self.assertNotIn(self.token, self.plan.text)
        self.assertNotIn(self.token, json.dumps(self.plan.json["planned_values"]["outputs"]))
        self.assertNotIn(self.token, json.dumps(self.plan.json["output_changes"]))

    def test_is_in_the_state_once_before_redis_is_made(self):
        self.assertEqual(self.state.count(self.token), 1)

    def test_stays_until_its_version_is_raised(self):
        self.example.run("apply", "-auto-approve", self.TARGET, variables=REQUIRED)
        self.assertEqual(self.read_token(), self.token)
        raised = {**REQUIRED, "redis_auth_version": 2}
        self.example.run("apply", "-auto-approve", self.TARGET, variables=raised)
        changed = self.read_token()
        self.assertRegex(changed, r"^[A-Za-z0-9]{64}$")
        self.assertNotEqual(changed, self.token)

    @unittest.skipUnless(AWS and KUBECTL, "the AWS CLI or kubectl is not installed")
    def test_reaches_the_secret_of_kubernetes_by_the_command(self):
        expression = self.plan.json["output_changes"]["commands"]["after"]["secret"]
        command, applied = expression.rsplit(" | ", 1)
        self.assertEqual(applied, "kubectl apply --filename=-")
        done = subprocess.run(
            ["sh", "-c", command], env=self.example.environment, capture_output=True, text=True, timeout=RUN_TIMEOUT_S,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        secret = yaml.safe_load(done.stdout)
        self.assertEqual((secret["metadata"]["name"], secret["metadata"]["namespace"]), ("counter-redis", "counter"))
        self.assertEqual(base64.b64decode(secret["data"]["password"]).decode().rstrip("\n"), self.read_token())


if __name__ == "__main__":
    unittest.main(verbosity=2)
