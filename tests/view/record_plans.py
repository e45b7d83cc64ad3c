#!/usr/bin/python3
"""Records how `terraform` shows the plans of tests/view/plans/*.txt (README.md: the format).

record_plans.py FILE...          asks terraform and rewrites the files with its answers
record_plans.py --check FILE...  only compares; exit code 1 on a difference
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "hcl"))
import peer  # noqa: E402
import test_provider  # noqa: E402

PLUGINS = "/opt/tf-plugins/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
NO_NEWLINE = "\u2404"  # behind a text that does not end its last line
IDENTITY = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # at random
SCHEMAS = os.path.join(os.path.dirname(__file__), "schemas")
TEST = 'terraform {\n  required_providers {\n    test = {\n      source = "example/test"\n    }\n  }\n}\n'
AWS = """provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "AKIDEXAMPLE"
  secret_key                  = "secret"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}
"""


def parse(text):
    """(head, {section: text}) of the questions."""
    head, *parts = re.split(r"^=== ", text.split("\n--- ")[0] + "\n", flags=re.M)
    sections = {}
    for part in parts:
        name, _, body = part.partition("\n")
        sections[name] = body.rstrip("\n") + "\n"
    return head, sections


class Run:
    """One folder with one state, and the commands in it."""

    def __init__(self, folder, sections):
        self.folder = folder
        self.environment = peer.environment(folder)
        self.environment["TF_CLI_CONFIG_FILE"] = os.path.join(folder, "cli.tfrc")
        peer.write(os.path.join(folder, "cli.tfrc"), f'provider_installation {{\n  dev_overrides {{\n    "hashicorp/aws" = "{PLUGINS}"\n  }}\n  direct {{}}\n}}\n' if "aws_" in sections["main.tf"] else "")
        text = sections["main.tf"] + sections.get("before.tf", "")
        self.aws = "aws_" in text
        if "test_" in text:
            self.write("versions.tf", TEST)
        if self.aws:
            self.write("provider.tf", AWS)
        for name, body in sections.items():
            if "/" in name:
                os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
                self.write(name, body)

    def write(self, name, text):
        peer.write(os.path.join(self.folder, name), text)

    def configure(self, text):
        self.write("main.tf", text)
        if re.search(r"^module ", text, re.M):
            self.terraform("get")

    def terraform(self, *arguments, fails=False):
        done = subprocess.run(["terraform", *arguments], cwd=self.folder, env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=180)
        if done.returncode and not fails:
            raise RuntimeError(f"terraform {' '.join(arguments)}: {done.stdout.decode()}{done.stderr.decode()}")
        return done.stdout.decode()


    def messages(self, *arguments):
        """What it says to people, but that all is well."""
        done = subprocess.run(["terraform", *arguments], cwd=self.folder, env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=180)
        return done.stderr.decode() + done.stdout.decode().split("\033[32m\033[1mSuccess!")[0].split("Success!")[0]


def state(prior):
    """A state of the resources in `prior`: [{address…, attributes}]."""
    resources = []
    for item in prior["resources"]:
        provider = "hashicorp/aws" if item["type"].startswith("aws_") else "example/test"
        common = {"mode": "managed", "provider": f'provider["registry.terraform.io/{provider}"]'}
        instance = {"schema_version": item.get("schema_version", 0), "attributes": item["attributes"], "sensitive_attributes": []}
        instance |= {key: item[key] for key in ("index_key", "status", "deposed", "private", "sensitive_attributes", "create_before_destroy") if key in item}
        same = [r for r in resources if (r["type"], r["name"]) == (item["type"], item["name"])]
        if same:
            same[0]["instances"].append(instance)
        else:
            resources.append(common | {"type": item["type"], "name": item["name"], "instances": [instance]})
    return json.dumps({"version": 4, "terraform_version": peer.VERSION, "serial": 1, "lineage": "00000000-0000-0000-0000-00000000000a", "outputs": prior.get("outputs", {}), "resources": resources})


def answer(sections):
    """The recorded sections, {name: text}."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(folder, sections)
        server = test_provider.Server(folder, json.loads(sections.get("remote.json", "{}")))
        run.environment["TF_REATTACH_PROVIDERS"] = server.reattach
        try:
            return recorded(run, sections)
        finally:
            server.stop()


def recorded(run, sections):
    arguments = sections.get("arguments", "").split()
    if "before.tf" in sections:
        run.configure(sections["before.tf"])
        run.terraform("apply", "-auto-approve")
    if "prior.json" in sections:
        run.write("terraform.tfstate", state(json.loads(sections["prior.json"])))
    for line in sections.get("commands", "").splitlines():
        run.terraform(*line.split())
    run.configure(sections["main.tf"])
    out = {}
    out["stream"] = stream(run.terraform("plan", "-json", *arguments, fails=True))
    if os.path.exists(os.path.join(run.folder, "generated.tf")):
        os.remove(os.path.join(run.folder, "generated.tf"))
    planned = run.terraform("plan", "-no-color", "-out=plan", *arguments, fails=True)
    out["rest"] = planned
    if not os.path.exists(os.path.join(run.folder, "plan")):
        raise RuntimeError("no plan: " + out["stream"])
    out["plan"] = run.terraform("show", "-no-color", "plan")
    out["plan in colour"] = run.terraform("show", "plan")
    out["json"] = run.terraform("show", "-json", "plan")
    save_schemas(run, out["json"])
    out = mask(out)
    return {name: out[name] for name in ("plan", "plan in colour", "rest", "stream", "json")}


def stream(text):
    """What of the machine-readable lines is about the plan, without the time."""
    kept = ("planned_change", "resource_drift", "change_summary", "outputs", "diagnostic")
    lines = [line for line in text.splitlines() if json.loads(line)["type"] in kept]
    return "".join(re.sub(r'"@timestamp":"[^"]*",', "", line) + "\n" for line in lines)


def mask(out):
    """Random ids by their order, and times: the same in all sections, each of its own length."""
    known = {}

    def identity(match):
        return known.setdefault(match[0], f"00000000-0000-0000-0000-{len(known) + 1:012d}")

    for name in ("json", "plan", "plan in colour", "stream", "rest"):
        out[name] = re.sub(IDENTITY, identity, out[name])
    out["json"] = re.sub(r'"timestamp":"[^"]*"', '"timestamp":"2025-01-02T03:04:05Z"', out["json"])
    # Only what the human plan does not have: the note at its end.
    _, rule, rest = out.pop("rest").rpartition("\n\u2500")
    out["rest"] = ("\u2500" + rest if rule else "").replace(os.path.realpath("/tmp"), "/tmp")
    return out


def save_schemas(run, plan):
    """The schemas of the types in use, once each, without what is only documentation."""
    plan = json.loads(plan)
    changes = plan.get("resource_changes", []) + plan.get("resource_drift", [])
    used = {("data." if c["mode"] == "data" else "") + c["type"] for c in changes}
    missing = {t for t in used if not os.path.exists(os.path.join(SCHEMAS, t + ".json"))}
    if not missing:
        return
    os.makedirs(SCHEMAS, exist_ok=True)
    for provider in json.loads(run.terraform("providers", "schema", "-json"))["provider_schemas"].values():
        for kind, prefix in (("resource_schemas", ""), ("data_source_schemas", "data.")):
            for name, schema in provider.get(kind, {}).items():
                if prefix + name in missing:
                    text = json.dumps(trimmed(schema), separators=(",", ":"))
                    peer.write(os.path.join(SCHEMAS, prefix + name + ".json"), text + "\n")


def trimmed(schema):
    """Types are kept as they are: they may have an attribute of that name."""
    if isinstance(schema, list):
        return [trimmed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    documentation = ("description", "description_kind", "deprecation_message")
    kept = {k: v for k, v in schema.items() if not (k in documentation and isinstance(v, str))}
    return {k: v if k == "type" and not isinstance(v, dict) else trimmed(v) for k, v in kept.items()}


def render(head, sections, out):
    text = head + "".join(f"=== {name}\n{body}" for name, body in sections.items())
    for name in out:
        body = peer.visible(out[name])
        text += f"--- {name}\n{body}" + ("" if body.endswith("\n") or not body else NO_NEWLINE + "\n")
    return text


def answered(text):
    head, sections = parse(text)
    return render(head, sections, answer(sections))


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
