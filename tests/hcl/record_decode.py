#!/usr/bin/python3
"""Records what terraform makes of the blocks of tests/hcl/decode/*.txt (README.md: the format).

record_decode.py FILE...          asks terraform and rewrites the files with its answers
record_decode.py --check FILE...  only compares; exit code 1 on a difference

Needs the AWS provider in a filesystem mirror: the folder in TF_MIRROR, or /opt/tf-plugins. Also records the schemas of
the types that all files use, in schemas.json beside them.
"""

import glob
import json
import os
import re
import sys
import tempfile

import peer

NO_NEWLINE = "\u2404"  # behind a text that does not end its last line
FIXTURE = "fixture.tf"
SCHEMAS = "schemas.json"
AWS = "registry.terraform.io/hashicorp/aws"
ROOT = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""


def parse(text):
    """(the file's head, [[title, text, answers]]); the answers with their `---` lines, or empty."""
    head, *cases = re.split(r"^=== ", text + "\n", flags=re.M)
    found = []
    for case in cases:
        title, source, answers = re.match(r"([^\n]*)\n(.*?)(^---.*)?\n\Z", case, re.S | re.M).groups()
        found.append([title, source, answers or ""])
    return head, found


class Project:
    """A folder in which each case is a module, with the fixture beside it."""

    def __init__(self, folder, name, fixture):
        self.folder = folder
        self.name = name
        self.fixture = fixture
        mirror = os.environ.get("TF_MIRROR", "/opt/tf-plugins")
        self.config = os.path.join(folder, "cli.tfrc")
        peer.write(self.config, f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror}" }}\n}}\n')
        self.write([])
        self.run("init")

    def run(self, *arguments):
        return peer.run(list(arguments), self.folder, settings={"TF_CLI_CONFIG_FILE": self.config})

    def write(self, cases):
        """`cases` are (number, text)."""
        calls = "".join(f'module "c{n}" {{\n  source = "./c{n}"\n}}\n' for n, _ in cases)
        peer.write(os.path.join(self.folder, "main.tf"), ROOT + calls)
        installed = [{"Key": "", "Source": "", "Dir": "."}]
        for number, text in cases:
            folder = os.path.join(self.folder, f"c{number}")
            os.makedirs(folder, exist_ok=True)
            peer.write(os.path.join(folder, self.name), text)
            peer.write(os.path.join(folder, FIXTURE), self.fixture)
            installed.append({"Key": f"c{number}", "Source": f"./c{number}", "Dir": f"c{number}"})
        os.makedirs(os.path.join(self.folder, ".terraform/modules"), exist_ok=True)
        peer.write(os.path.join(self.folder, ".terraform/modules/modules.json"), json.dumps({"Modules": installed}))

    def validate(self):
        """Diagnostics by the number of the case."""
        found = {}
        for item in json.loads(self.run("validate", "-json")[1])["diagnostics"]:
            place = re.fullmatch(r"c(\d+)/(.*)", item.get("range", {}).get("filename", ""))
            if not place or place[2] != self.name:
                sys.exit(f"terraform complains elsewhere: {item}")
            path = item["range"]["filename"]
            shown = peer.shown(next(iter(peer.diagnostics_of_json([item], path))))
            found.setdefault(int(place[1]), []).append(shown.replace(path, self.name))
        return found

    def plan(self):
        """The planned resources by the number of the case: {address: [values, what is unknown, the names
        of what is sensitive]}."""
        code, output, messages = self.run("plan", "-json", "-out=plan")
        if code != 0:
            sys.exit(f"terraform plan: {output.decode()}{messages}")
        found = {}
        for change in json.loads(self.run("show", "-json", "plan")[1])["resource_changes"]:
            number, address = re.fullmatch(r"module\.c(\d+)\.(.*)", change["address"]).groups()
            change = change["change"]
            sensitive = sorted(name for name, item in change["after_sensitive"].items() if has_true(item))
            parts = [trimmed(change["after"]), trimmed(change["after_unknown"]), sensitive]
            found.setdefault(int(number), {})[address] = parts
        return found


def trimmed(value):
    """Without what is null, false or empty in objects: most attributes are."""
    if isinstance(value, dict):
        items = {name: trimmed(item) for name, item in value.items()}
        return {name: item for name, item in items.items() if item not in (None, False, [], {}, "")}
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    return value


def has_true(value):
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(has_true, value)) if isinstance(value, list) else value is True


def mentioned(parts, text):
    """What of the parts `text` has something to do with."""
    known, unknown, sensitive = parts
    of_text = lambda part: {name: item for name, item in part.items() if name in text}
    return [of_text(known), of_text(unknown), [name for name in sensitive if name in text]]


def used_types(text):
    return set(re.findall(r'"(aws_\w+)"', text))


def record_schemas(project, folder):
    types = set()
    for path in glob.glob(os.path.join(folder, "*.txt")):
        types |= used_types(peer.read(path))
    schemas = json.loads(project.run("providers", "schema", "-json")[1])["provider_schemas"][AWS]["resource_schemas"]
    used = {name: schemas[name]["block"] for name in sorted(types)}
    return json.dumps(used, indent=1) + "\n"


def answers_of(project, cases):
    """The lines of answers of each case."""
    left = dict(enumerate(cases))
    answers = {}
    while left:
        project.write(list(left.items()))
        refused = project.validate()
        if not any(line.startswith("! ") for lines in refused.values() for line in lines):
            break
        for number, lines in refused.items():
            answers[number] = "--- refused\n" + "".join(line + "\n" for line in sorted(lines))
            del left[number]
    if left:
        for number, resources in project.plan().items():
            lines = []
            for address, parts in sorted(resources.items()):
                if not address.startswith("terraform_data."):
                    lines.append(f"{address} {json.dumps(mentioned(parts, cases[number]), ensure_ascii=False)}\n")
            answers[number] = "--- accepted\n" + "".join(lines)
    return answers


def answered_in(folder):
    def answered(text):
        head, cases = parse(text)
        name = "main.tf.json" if head.startswith("# JSON:") else "main.tf"
        with tempfile.TemporaryDirectory() as work:
            project = Project(work, name, peer.read(os.path.join(folder, FIXTURE)))
            answers = answers_of(project, [peer.raw(source.removesuffix(NO_NEWLINE + "\n")) for _, source, _ in cases])
            schemas = record_schemas(project, folder)
        path = os.path.join(folder, SCHEMAS)
        if "--check" not in sys.argv:
            peer.write(path, schemas)
        elif peer.read(path) != schemas:
            sys.exit(f"terraform has other schemas than {path}")
        rendered = []
        for number, (title, source, recorded) in enumerate(cases):
            ours = re.search(r"^--- cairn.*", recorded, re.S | re.M)
            rendered.append(f"=== {title}\n{source}{answers[number]}{ours[0] if ours else ''}")
        return head + "\n".join(rendered)

    return answered


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered_in(os.path.join(os.path.dirname(os.path.abspath(__file__)), "decode"))))
