#!/usr/bin/python3
"""Records states that terraform wrote (README.md: what is where).

record_states.py [NAME...]  runs the scenarios below, or those named, and rewrites states/*.tfstate and read/*.out
record_states.py --check    asks terraform to read and write what was recorded; exit code 1 on a difference

The scenarios with AWS need the provider 5.100.0 in /opt/tf-plugins and moto_server; without them they are left out.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "hcl"))
import peer  # noqa: E402

MIRROR = "/opt/tf-plugins"
CLI_CONFIG = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n'

BASIC = """
variable "n" { default = 2 }
resource "terraform_data" "one" {
  input = { a = 1, b = ["x<y>&", null], s = "\\u2028 é \\"q\\"" }
}
resource "terraform_data" "many" {
  count            = 11
  input            = count.index
  triggers_replace = [terraform_data.one.id]
}
resource "terraform_data" "each" {
  for_each = toset(["b", "a a", "ü\\n$${x}<"])
  input    = sensitive(each.key)
}
resource "terraform_data" "before" {
  lifecycle { create_before_destroy = true }
}
module "m" {
  source   = "./m"
  for_each = { x = 1, y = terraform_data.one.id }
  v        = each.value
}
module "n" {
  source = "./m"
  v      = { (terraform_data.before.id) = sensitive("s") }
}
module "list" {
  source = "./m"
  count  = 2
  v      = count.index
}
check "c" {
  assert {
    condition     = terraform_data.one.input.a == 2
    error_message = "bad <one>"
  }
}
"""
MODULE = """
variable "v" {}
data "terraform_remote_state" "r" {
  backend  = "local"
  config   = { path = "${path.module}/other.tfstate" }
  defaults = { x = 1 }
}
resource "terraform_data" "in" { input = var.v }
resource "terraform_data" "in2" {
  input = [terraform_data.in.output, data.terraform_remote_state.r.outputs]
  lifecycle {
    postcondition {
      condition     = self.id != ""
      error_message = "no"
    }
  }
}
module "deep" {
  source = "./deep"
  v      = var.v
}
output "o" { value = terraform_data.in2.id }
"""
DEEP = 'variable "v" {}\nresource "terraform_data" "deep" { input = var.v }\n'
OTHER = '{"version":4,"serial":1,"lineage":"x","outputs":{"y":{"value":"z","type":"string"}},"resources":[]}'

OUTPUTS = """
output "text" { value = "a<b>&c \\u2028" }
output "number" { value = 1.50 }
output "big" { value = 123456789012345678901234567890.123 }
output "small" { value = 1e-7 }
output "negative" { value = -0.5 }
output "bool" { value = true }
output "null" { value = null }
output "null_text" { value = tostring(null) }
output "list" { value = tolist(["a", "b"]) }
output "set" { value = toset(["b", "a"]) }
output "numbers" { value = toset([10, 9]) }
output "map" { value = tomap({ b = 1, a = 2 }) }
output "tuple" { value = [1, "a", null, []] }
output "object" { value = { x = 1, y = { z = [true] }, "a b" = null } }
output "empty" { value = {} }
output "empty_list" { value = [] }
output "empty_set" { value = toset([]) }
output "nested" { value = tolist([{ a = tomap({}) }]) }
output "secret" {
  value     = ["s"]
  sensitive = true
}
output "checked" {
  value = 1
  precondition {
    condition     = terraform.workspace != ""
    error_message = "x"
  }
}
"""
FAILING = """
resource "terraform_data" "bad" {
  count = 2
  provisioner "local-exec" { command = "exit ${count.index}" }
}
resource "terraform_data" "after" { input = "x" }
"""
AWS = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  skip_credentials_validation = true
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
variable "name" {
  default   = "Name & x"
  sensitive = true
}
variable "bucket" { default = "bucket-1" }
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = var.name, Other = "x" }
}
resource "aws_subnet" "a" {
  for_each   = { x = "10.0.1.0/24", y = "10.0.2.0/24" }
  vpc_id     = aws_vpc.a.id
  cidr_block = each.value
}
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.a.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
    description = var.name
  }
}
resource "aws_s3_bucket" "a" {
  provider = aws.west
  bucket   = var.bucket
  lifecycle { create_before_destroy = true }
}
resource "aws_ssm_parameter" "a" {
  name  = "p"
  type  = "SecureString"
  value = "secret"
}
data "aws_region" "here" {}
data "aws_vpc" "a" { id = aws_vpc.a.id }
"""

# Name -> (files, the commands that lead to the state; `!` before one that fails, PUT for an object in a bucket)
SCENARIOS = {
    "empty": ({"main.tf": "locals {}\n"}, ["apply -auto-approve"]),
    "basic": (
        {"main.tf": BASIC, "m/main.tf": MODULE, "m/deep/main.tf": DEEP, "m/other.tfstate": OTHER},
        ["apply -auto-approve"],
    ),
    "outputs": ({"main.tf": OUTPUTS}, ["apply -auto-approve"]),
    "failed": ({"main.tf": FAILING}, ["!apply -auto-approve"]),
    "tainted": (
        {"main.tf": BASIC, "m/main.tf": MODULE, "m/deep/main.tf": DEEP, "m/other.tfstate": OTHER},
        ["apply -auto-approve", "taint terraform_data.many[3]", 'taint module.m["x"].terraform_data.in'],
    ),
    "destroyed": ({"main.tf": OUTPUTS + FAILING}, ["!apply -auto-approve", "destroy -auto-approve"]),
    "aws": ({"main.tf": AWS}, ["apply -auto-approve"]),
    # A bucket that is not empty cannot be deleted, and so stays as a deposed object.
    "deposed": (
        {"main.tf": AWS},
        [
            "apply -auto-approve -target=aws_s3_bucket.a -var=bucket=d-1",
            "PUT d-1/x",
            "!apply -auto-approve -target=aws_s3_bucket.a -var=bucket=d-2",
            "PUT d-2/x",
            "!apply -auto-approve -target=aws_s3_bucket.a -var=bucket=d-3",
        ],
    ),
}


def terraform(command, folder, config, expect=0):
    environment = {
        **peer.environment(folder),
        "TF_CLI_CONFIG_FILE": config,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{MOTO_PORT}",
    }
    done = subprocess.run(["terraform", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != expect:
        sys.exit(f"terraform {' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


MOTO_PORT = free_port()


def start_moto():
    server = subprocess.Popen(
        ["moto_server", "-H", "127.0.0.1", "-p", str(MOTO_PORT)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", MOTO_PORT), 1).close()
            return server
        except OSError:
            time.sleep(0.1)
    sys.exit("moto_server does not listen")


def write_files(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        peer.write(path, text)


def record(name, target, config):
    files, commands = SCENARIOS[name]
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder, files)
        terraform(["init", "-input=false"], folder, config)
        for command in commands:
            if command.startswith("PUT "):
                url = f"http://127.0.0.1:{MOTO_PORT}/{command[4:]}"
                urllib.request.urlopen(urllib.request.Request(url, b"x", method="PUT")).close()
                continue
            terraform(command.removeprefix("!").split(" "), folder, config, 1 if command.startswith("!") else 0)
        shutil.copyfile(os.path.join(folder, "terraform.tfstate"), target)


def pulled(path, config):
    """(what `state pull` prints of the state at `path`, or nothing; what it says is wrong)."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, os.path.join(folder, "terraform.tfstate"))
        environment = {**peer.environment(folder), "TF_CLI_CONFIG_FILE": config}
        command = ["terraform", "state", "pull"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        errors = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
        errors = re.sub(r"^[╷│╵] ?", "", errors, flags=re.M).strip()
        return done.stdout.removesuffix("\n"), re.sub(r"\s+", " ", errors)


def answer_to(path, config):
    state, errors = pulled(path, config)
    return state or f"! {errors}\n"


def main():
    peer.require_version()
    states, reads = (os.path.join(HERE, folder) for folder in ("states", "read"))
    different = False
    with tempfile.NamedTemporaryFile("w", suffix=".tfrc") as config:
        has_aws = os.path.isdir(MIRROR) and shutil.which("moto_server")
        config.write(CLI_CONFIG if has_aws else "")
        config.flush()
        if sys.argv[1:] == ["--check"]:
            for name in sorted(os.listdir(states)):
                path = os.path.join(states, name)
                # It writes the results of checks in any order.
                kept, again = (text.partition('"check_results"')[0] for text in (peer.read(path), pulled(path, config.name)[0]))
                if kept != again:
                    print(f"{name}: terraform writes it differently")
                    different = True
        else:
            moto = start_moto() if has_aws else None
            try:
                for name in (sys.argv[1:] or SCENARIOS) if sys.argv[1:] != ["read"] else []:
                    if has_aws or "hashicorp/aws" not in SCENARIOS[name][0]["main.tf"]:
                        record(name, os.path.join(states, name + ".tfstate"), config.name)
            finally:
                if moto:
                    moto.terminate()
                    moto.wait()
        for name in sorted(os.listdir(reads)):
            if name.endswith(".in"):
                path = os.path.join(reads, name)
                answer, out = answer_to(path, config.name), path.removesuffix(".in") + ".out"
                if sys.argv[1:] == ["--check"]:
                    different |= peer.read(out) != answer
                else:
                    peer.write(out, answer)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
