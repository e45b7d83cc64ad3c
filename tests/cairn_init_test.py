#!/usr/bin/python3
"""Installing modules and providers: what cairn says and leaves behind must be what terraform does, by the same commands
in the same folders. Modules come from git repositories, archives and a registry on loopback, providers from that registry."""

import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import unittest
import urllib.request

import processes

CAIRN = processes.binary("cairn")
TERRAFORM = processes.require_program("terraform")
HERE = os.path.dirname(os.path.abspath(__file__))
UNSETTLED = re.compile(r'(?<="@timestamp":")[^"]*')


class Registry:
    """tests/registry/stand_in_registry.py as a process."""

    def __enter__(self):
        self.folder = processes.private_directory("registry")
        self.process = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "registry", "stand_in_registry.py"),
                                         self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()
        self.url = f"https://localhost:{self.port}"
        return self

    def checksum(self):
        """Of its archive of modules."""
        trust = ssl.create_default_context(cafile=f"{self.folder}/certificate.pem")
        with urllib.request.urlopen(f"{self.url}/net.tar.gz", context=trust) as answer:
            return hashlib.sha256(answer.read()).hexdigest()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        shutil.rmtree(self.folder)


def git_repository(path):
    """With a module at its root that calls one beside it, a tag v1, and a later version."""

    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], cwd=path, check=True,
                       capture_output=True)

    write(path, {"main.tf": 'module "inner" { source = "./sub" }\n', "sub/main.tf": 'output "version" { value = 1 }\n'})
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    git("tag", "v1")
    write(path, {"sub/main.tf": 'output "version" { value = 2 }\n'})
    git("commit", "-am", "two")


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def listing(folder):
    """What is below: the texts of the files outside of git's own folders; those of programs by their size."""
    found = {}
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


class BesideTerraform(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.registry = Registry()
        cls.registry.__enter__()
        cls.addClassCleanup(cls.registry.__exit__)
        cls.git = processes.private_directory("git")
        git_repository(cls.git)

    def setUp(self):
        self.folders = {program: processes.private_directory("init") for program in (CAIRN, TERRAFORM)}
        self.cli = os.path.join(processes.private_directory("cli"), "terraformrc")
        self.environment = {"PATH": os.environ["PATH"], "HOME": os.path.dirname(self.cli), "CHECKPOINT_DISABLE": "1",
                            "TF_CLI_CONFIG_FILE": self.cli, "SSL_CERT_FILE": f"{self.registry.folder}/certificate.pem"}
        self.configure("")

    def configure(self, text):
        """The CLI configuration, where acme.example.com is the registry on loopback."""
        services = f'"providers.v1" = "{self.registry.url}/v1/providers/"\n"modules.v1" = "{self.registry.url}/v1/modules/"'
        write("/", {self.cli: f'host "acme.example.com" {{\n  services = {{\n{services}\n  }}\n}}\n{text}'})

    def write(self, files):
        for folder in self.folders.values():
            write(folder, files)

    def remove(self, name):
        for folder in self.folders.values():
            path = os.path.join(folder, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def run_in(self, program, *words, **environment):
        done = subprocess.run([program, *words], cwd=self.folders[program], env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, self.settled(done.stdout, program), self.settled(done.stderr, program)

    def settled(self, text, program):
        text = UNSETTLED.sub("", text.replace(self.folders[program], "FOLDER")).replace("  cairn ", "  terraform ")
        text = text.replace("\\u003e", ">")  # the same JSON
        if "git exited" in text:  # terraform says where git is, and breaks its lines elsewhere
            text = re.sub(r"\s+", " ", text).replace("/usr/bin/git exited", "git exited")
        text = re.sub(r"did not match for\s+\S+", "did not match for FILE", text).replace("*sha256.digest", "sha256")
        text = re.sub(r"\n\n+", "\n\n", text)
        return re.sub(r"(Error: [^\n]+\n\n)\1", r"\1", text)  # terraform says some things twice

    def both(self, *words, code=0, **environment):
        """Runs one command by both programs, and compares. Returns what they printed."""
        ours, theirs = (self.run_in(program, *words, **environment) for program in (CAIRN, TERRAFORM))
        self.assertEqual(ours, theirs)
        self.assertEqual(ours[0], code, ours)
        ours, theirs = (listing(self.folders[program]) for program in (CAIRN, TERRAFORM))
        if code:  # terraform leaves behind what it had got of a package
            ours, theirs = ({name: text for name, text in files.items() if name.endswith(("modules.json", "lock.hcl"))}
                            for files in (ours, theirs))
        self.assertEqual(ours.keys(), theirs.keys())
        for name, text in theirs.items():
            self.assertEqual(ours[name], text, name)


class Modules(BesideTerraform):
    def test_of_this_folder_change_as_their_sources_do(self):
        self.write({"main.tf": 'module "a" { source = "./a" }\n', "a/main.tf": 'module "b" { source = "../b" }\n',
                    "b/main.tf": 'output "x" { value = 1 }\n', "c/main.tf": ""})
        self.both("validate", "-no-color", code=1)
        self.both("init", "-get=false", "-no-color", code=1)
        self.both("init", "-no-color")
        self.both("init", "-no-color")
        self.both("init", "-json")
        self.both("validate", "-no-color")
        self.write({"main.tf": 'module "a" { source = "./c" }\n'})
        self.both("validate", "-no-color", code=1)
        self.both("get", "-no-color")
        self.both("get", "-update", "-no-color")
        self.both("init", "-upgrade", "-no-color")
        self.write({"main.tf": 'module "a" { source = "./missing" }\nmodule "d" { source = "./c" }\n'})
        self.both("init", "-no-color", code=1)
        self.both("get", "-no-color", code=1)

    def test_come_from_git(self):
        url = f"git::file://{self.git}"
        self.write({"main.tf": f'module "new" {{ source = "{url}" }}\n'
                               f'module "old" {{ source = "{url}//sub?ref=v1" }}\n'
                               f'module "shallow" {{ source = "{url}?depth=1&ref=main" }}\n'
                               'output "versions" { value = module.old.version }\n'})
        self.both("init", "-no-color")
        self.both("plan", "-no-color")
        self.write({"main.tf": f'module "new" {{ source = "{url}?ref=v1" }}\n'})
        self.both("plan", "-no-color", code=1)
        self.both("get", "-no-color")
        self.write({"main.tf": f'module "gone" {{ source = "{url}-missing" }}\n'
                               f'module "nothing" {{ source = "{url}//missing" }}\n'
                               f'module "ref" {{ source = "{url}?ref=v9" }}\n'})
        self.both("init", "-no-color", code=1)

    def test_come_from_registries_and_archives(self):
        registry = self.registry.url
        self.write({"main.tf": 'module "a" {\n  source = "acme.example.com/acme/net/aws"\n  version = "~> 1.0"\n}\n'
                               f'module "b" {{ source = "{registry}/net.tar.gz//sub" }}\n'
                               f'module "z" {{ source = "{registry}/net.zip" }}\n'
                               f'module "c" {{ source = "{registry}/moved.bin//sub?archive=tar.gz" }}\n'})
        self.both("init", "-no-color")
        self.both("init", "-no-color")
        self.both("init", "-upgrade", "-json")
        self.write({"main.tf": 'module "a" {\n  source = "acme.example.com/acme/net/aws"\n  version = "1.0.0"\n}\n'})
        self.both("validate", "-no-color", code=1)
        self.both("init", "-no-color")
        self.remove(".terraform")
        self.write({"main.tf": 'module "a" {\n  source = "acme.example.com/acme/net/aws"\n  version = "> 2"\n}\n'
                               'module "d" { source = "acme.example.com/acme/net/aws//missing" }\n'
                               'module "b" { source = "acme.example.com/acme/none/aws" }\n'
                               f'module "c" {{ source = "{registry}/none.zip" }}\n'})
        self.both("init", "-no-color", code=1)

    def test_are_checked_by_what_their_sources_say(self):
        archive = f"{self.registry.url}/net.tar.gz//sub?checksum="
        good = self.registry.checksum()
        self.write({"main.tf": f'module "a" {{ source = "{archive}sha256:{good}" }}\n'
                               f'module "b" {{ source = "{archive}{good}" }}\n'})
        self.both("init", "-no-color")
        self.remove(".terraform")
        self.write({"main.tf": f'module "a" {{ source = "{archive}sha256:{"0" * 64}" }}\n'})
        self.both("init", "-no-color", code=1)

    def test_must_be_what_they_ought_to_be(self):
        self.write({"main.tf": 'module "a" { source = "hello/x" }\nmodule "b" {\n  source  = "./a"\n  version = "1"\n}\n'
                               'module "c" {\n  source  = "a/b/c"\n  version = "x"\n}\n'})
        self.both("validate", "-no-color", code=1)
        self.write({"main.tf": 'terraform {\n  required_version = "> 9"\n}\nmodule "a" { source = "./a" }\n',
                    "a/main.tf": 'terraform {\n  required_version = "> 8"\n}\n'})
        self.both("init", "-no-color", code=1)
        self.both("get", "-no-color", code=1)


def required(*providers):
    """NAME=SOURCE or NAME=SOURCE VERSION."""
    text = ""
    for provider in providers:
        name, source = provider.split("=", 1)
        source, _, version = source.partition(" ")
        text += f'    {name} = {{ source = "{source}"' + (f', version = "{version}"' if version else "") + " }\n"
    return {"main.tf": f"terraform {{\n  required_providers {{\n{text}  }}\n}}\n"}


class Providers(BesideTerraform):
    def test_come_from_their_registry(self):
        self.write(required("w=acme.example.com/acme/widget ~> 1.0"))
        self.both("init", "-no-color", "-lockfile=readonly", code=1)
        self.remove(".terraform")
        self.both("init", "-no-color")
        self.both("init", "-no-color", "-lockfile=readonly")
        self.both("init", "-no-color", "-lockfile=readonly", "-upgrade", code=1)
        self.write(required("w=acme.example.com/acme/widget 1.0.0"))
        self.both("init", "-no-color", code=1)
        self.both("init", "-json", "-upgrade")
        self.remove(".terraform")
        self.both("init", "-json")

    def test_are_those_of_the_state_too(self):
        state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l", "outputs": {}, "resources": [
            {"mode": "managed", "type": "widget_part", "name": "a", "instances": [],
             "provider": 'provider["acme.example.com/acme/widget"]'}], "check_results": None}
        self.write({"main.tf": "", "terraform.tfstate": json.dumps(state)})
        self.both("init", "-no-color")
        self.write({"main.tf": 'terraform {\n  backend "local" { path = "other.tfstate" }\n}\n',
                    "other.tfstate": json.dumps({**state, "version": 5})})
        self.remove("terraform.tfstate")
        for program in self.folders:
            code, _, problems = self.run_in(program, "init", "-no-color")
            self.assertEqual(code, 1)
            self.assertIn("format version 5", " ".join(problems.split()))
        self.write({"other.tfstate": json.dumps(state)})
        self.both("init", "-no-color")
        self.both("init", "-json", "-migrate-state", code=1)

    def test_come_from_network_mirrors(self):
        self.configure(f'provider_installation {{\n  network_mirror {{\n    url = "{self.registry.url}/mirror/"\n  }}\n}}\n')
        self.write(required("w=mirrored.example.com/acme/widget"))
        self.both("init", "-no-color")
        self.remove(".terraform")
        self.remove(".terraform.lock.hcl")
        self.both("init", "-json")

    def test_come_from_hosts_that_a_helper_has_tokens_for(self):
        self.write(required("w=acme.example.com/locked/widget"))
        self.both("init", "-no-color", code=1)
        helper = os.path.join(os.path.dirname(self.cli), ".terraform.d", "plugins", "terraform-credentials-keys")
        self.configure('credentials_helper "keys" {\n  args = ["--for", "tests"]\n}\n')
        self.both("init", "-no-color", code=1)  # it is not there
        for answer, code in (("exit 1", 1), ("echo '{}'", 1), ("echo '{\"token\": \"wrong\"}'", 1),
                             ("echo '{\"token\": \"helped\"}'", 0)):
            write("/", {helper: f'#!/bin/sh\n[ "$*" = "--for tests get acme.example.com" ] && {answer}\n'})
            os.chmod(helper, 0o755)
            self.both("init", "-no-color", code=code)

    def test_come_from_a_cache(self):
        cache = processes.private_directory("cache")
        self.write(required("w=acme.example.com/acme/widget"))
        self.both("init", "-no-color", TF_PLUGIN_CACHE_DIR=cache)
        self.remove(".terraform")
        self.both("init", "-no-color", TF_PLUGIN_CACHE_DIR=cache)

    def test_are_refused_as_terraform_refuses_them(self):
        for provider in ("acme.example.com/acme/unsigned", "acme.example.com/acme/none",
                         "acme.example.com/acme/widget > 5", "terraform.io/builtin/foo"):
            self.write(required("a=" + provider))
            self.both("init", "-no-color", code=1)
            self.both("init", "-json", code=1)
        self.write(required("a=example.com/acme/missing"))
        self.both("init", "-no-color", "-plugin-dir=" + os.path.dirname(self.cli), code=1)

    def test_are_locked_for_other_platforms(self):
        self.write(required("w=acme.example.com/acme/widget ~> 1.0"))
        self.both("providers", "lock", "-no-color")
        self.both("providers", "lock", "-no-color", "acme.example.com/acme/widget")
        self.both("providers", "lock", "-no-color", "-platform=windows_386", code=1)
        self.both("providers", "lock", "-no-color", "-platform=linux", code=1)
        self.both("providers", "lock", "-no-color", "-platform=darwin_arm64")
        self.both("providers", "lock", "-no-color", "-fs-mirror=a", "-net-mirror=https://b", code=1)
        self.both("providers", "lock", "-no-color", "foo/bar", code=1)
        self.write(required("w=acme.example.com/acme/unsigned"))
        self.both("providers", "lock", "-no-color", code=1)

    def test_are_mirrored(self):
        self.write(required("w=acme.example.com/acme/widget ~> 1.0"))
        self.both("providers", "mirror", "-no-color", code=1)
        self.both("providers", "mirror", "-no-color", "m")
        self.both("providers", "lock", "-no-color", "-platform=darwin_arm64", "-fs-mirror=m", code=1)
        self.both("providers", "lock", "-no-color", "-fs-mirror=m")
        self.both("providers", "mirror", "-no-color", "-platform=darwin_arm64", "m")
        self.both("providers", "lock", "-no-color", "-fs-mirror=m", "-platform=darwin_arm64")
        self.write(required("w=acme.example.com/acme/widget > 5"))
        self.both("providers", "mirror", "-no-color", "m", code=1)
        self.both("providers", "mirror", "-no-color", "-lock-file=false", "m", code=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
