#!/usr/bin/python3
"""Records what terraform says about the texts of tests/registry/*.txt (README.md: the format).

record_registry.py FILE...          asks terraform and rewrites the files with its answers
record_registry.py --check FILE...  only compares; exit code 1 on a difference
"""

import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hcl"))
import peer  # pylint: disable=wrong-import-position

SOURCE = "example.com/acme/fake"


def module(folder, requirement):
    """A root module with one required provider, and terraform's errors about it."""
    content = {"terraform": {"required_providers": {"fake": requirement}}}
    peer.write(os.path.join(folder, "main.tf.json"), json.dumps(content))
    checked = json.loads(peer.run(["validate", "-json"], folder)[1])
    return [item for item in checked["diagnostics"] if "required_providers" not in item.get("address", "")]


def refused(items):
    """The first error, as an answer; missing plugins are none."""
    for item in items:
        if item["severity"] == "error" and item["summary"] != "Missing required provider":
            detail = item["detail"].replace("\\", "\\\\").replace("\n", "\\n")
            return [peer.visible(f"! {item['summary']} | {detail}")]
    return None


def address(text, _head):
    with tempfile.TemporaryDirectory() as folder:
        answer = refused(module(folder, {"source": text}))
        if answer:
            return answer
        output = peer.run(["providers"], folder)[1].decode()
        return [re.search(r"provider\[(.*)\]", output)[1]]


def mirror(folder, versions):
    """Packages of SOURCE that cannot run, which `init` does not ask of them."""
    for version in versions:
        package = os.path.join(folder, SOURCE, version, "linux_amd64")
        os.makedirs(package)
        program = os.path.join(package, f"terraform-provider-fake_v{version}")
        peer.write(program, "#!/bin/sh\nexit 1\n")
        os.chmod(program, 0o755)


def constraint(text, head):
    """`CANONICAL | CHOSEN`; `-` where none fits."""
    versions = re.search(r"^# Versions: (.*)", head, re.M)[1].split()
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "root")
        os.mkdir(root)
        mirror(os.path.join(folder, "mirror"), versions)
        answer = refused(module(root, {"source": SOURCE, "version": text}))
        if answer:
            return answer
        code, output, errors = peer.run(["init", "-no-color", f"-plugin-dir={folder}/mirror"], root)
        matching = re.search(r'versions matching "(.*)"', output.decode())
        canonical = matching[1] if matching else ""
        if code != 0:
            if "no available releases match" in errors:
                return [f"{canonical} | -"]
            return [peer.shown(peer.diagnostics_of_text(errors)[0])]
        chosen = re.search(r'version\s*= "(.*)"', peer.read(os.path.join(root, ".terraform.lock.hcl")))[1]
        return [f"{canonical} | {chosen}"]


def required_version(text, _head):
    with tempfile.TemporaryDirectory() as folder:
        peer.write(os.path.join(folder, "main.tf.json"), json.dumps({"terraform": {"required_version": text}}))
        items = json.loads(peer.run(["validate", "-json"], folder)[1])["diagnostics"]
        if any(item["summary"] == "Unsupported Terraform Core version" for item in items):
            return ["no"]
        return refused(items) or ["yes"]


def cli_config(text):
    """What is wrong with a CLI configuration file, sorted, without what the syntax of its first version says."""
    with tempfile.TemporaryDirectory() as folder:
        peer.write(os.path.join(folder, "main.tf"), "")
        peer.write(os.path.join(folder, "rc"), text)
        environment = peer.environment
        peer.environment = lambda folder: environment(folder) | {"TF_CLI_CONFIG_FILE": os.path.join(folder, "rc")}
        try:
            _, _, messages = peer.run(["providers"], folder)
        finally:
            peer.environment = environment
    messages = re.sub(r"\x1b\[[0-9;]*m", "", messages.replace("\r", ""))
    found = []
    for box in re.findall(r"^╷\n(.*?)^╵", messages, re.S | re.M):
        summary, *detail = [line.removeprefix("│").removeprefix(" ") for line in box.rstrip("\n").split("\n")]
        summary = summary.removeprefix("Error: ")
        if summary.startswith("Error parsing"):
            return ["! syntax"]
        paragraphs = (" ".join(paragraph.split()) for paragraph in "\n".join(detail).split("\n\n"))
        detail = "\\n\\n".join(paragraphs)
        found.append(peer.visible(f"! {summary} | {detail}".rstrip(" ")))
    return sorted(set(found)) or ["accepted"]


def lock_file(text):
    """What `validate` says about a lock file: the problems, sorted, without their places."""
    with tempfile.TemporaryDirectory() as folder:
        peer.write(os.path.join(folder, "main.tf"), "")
        peer.write(os.path.join(folder, ".terraform.lock.hcl"), text)
        items = json.loads(peer.run(["validate", "-json"], folder)[1])["diagnostics"]
    if not items:
        return ["accepted"]
    said = items[0]["summary"].removeprefix("failed to read dependency lock file: ")
    problems = re.split(r"\n\n?- ", said)[1:] if re.match(r"\d+ problems:\n", said) else [said]
    problems = [problem for problem in problems if "there is no package for" not in problem]
    return sorted(peer.visible("! " + problem) for problem in problems) or ["accepted"]


def answered_texts(text, judge):
    head, *cases = re.split(r"^=== ", text + "\n", flags=re.M)
    rendered = []
    for case in cases:
        title, source = re.match(r"([^\n]*)\n(.*?)(?:^--- .*)?\n\Z", case, re.S | re.M).groups()
        answer = "".join(line + "\n" for line in judge(source))
        rendered.append(f"=== {title}\n{source}--- answer\n{answer}")
    return head + "\n".join(rendered)


def module_source(text, _head):
    """`local PATH`, `registry HOST` or `remote PACKAGE`: what `get` begins with, before it fails."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "a", "b", "c")
        os.makedirs(root)
        peer.write(os.path.join(root, "main.tf.json"), json.dumps({"module": {"m": {"source": text}}}))
        environment = peer.environment
        peer.environment = lambda folder: environment(folder) | {"GIT_ALLOW_PROTOCOL": "none"}
        try:
            _, output, messages = peer.run(["get", "-no-color"], root)
        finally:
            peer.environment = environment
        downloading = re.search(r"^Downloading (.*) for m\.\.\.$", output.decode(), re.M)
        if downloading:
            return [f"remote {downloading[1]}"]
        registry = re.search(r"available versions for module \"m\" \(.*?\) from (\S+): ", messages)
        if registry:
            return [f"registry {registry[1]}"]
        manifest = os.path.join(root, ".terraform", "modules", "modules.json")
        if os.path.exists(manifest):
            for record in json.loads(peer.read(manifest))["Modules"]:
                if record["Key"] == "m":
                    return [f"local {record['Source']}"]
        found = peer.diagnostics_of_text(messages)[0]
        if found.summary == "Unreadable module directory":
            return ["local"]
        detail = " ".join(found.detail.split())
        return [peer.visible(f"! {found.summary} | {detail}")]


KINDS = {"addresses": address, "constraints": constraint, "required versions": required_version,
         "module sources": module_source}


def answered(text):
    for kind, judge in {"lock files": lock_file, "CLI configurations": cli_config}.items():
        if text.startswith(f"# Kind: {kind}\n"):
            return answered_texts(text, judge)
    head, *cases = re.split(r"^>>> ?", text, flags=re.M)
    judge = KINDS[re.match(r"# Kind: (.*)", head)[1]]
    rendered = [head]
    for case in cases:
        question = case.split("\n", 1)[0]
        trailing = re.search(r"\n((?:#.*\n)*)\Z", case)[1]  # a comment on what follows
        lines = "".join(line + "\n" for line in judge(json.loads(f'"{question}"'), head))
        rendered.append(f">>> {question}".rstrip(" ") + f"\n{lines}\n{trailing}")
    return "".join(rendered).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(peer.main(__doc__, answered))
