#!/usr/bin/python3
"""Records how `terraform providers schema -json` describes some types of the AWS provider 5.100.0.

record_aws_schemas.py FILE
CAIRN_TF_PLUGINS names a filesystem mirror that holds the provider (/opt/tf-plugins). Exit code 77 where that or
terraform 1.11.4 is missing.
"""

import json
import os
import subprocess
import sys
import tempfile

import record_msgpack

MIRROR = os.environ.get("CAIRN_TF_PLUGINS", "/opt/tf-plugins")
ADDRESS = "registry.terraform.io/hashicorp/aws"
TYPES = {
    "resource_schemas": ["aws_s3_bucket", "aws_instance", "aws_security_group", "aws_eks_cluster", "aws_db_instance"],
    "data_source_schemas": ["aws_caller_identity", "aws_ami", "aws_iam_policy_document"],
    "ephemeral_resource_schemas": ["aws_secretsmanager_secret_version"],
}


def main():
    if not os.path.isdir(f"{MIRROR}/{ADDRESS}/5.100.0") or not record_msgpack.terraform_is_there():
        print("terraform 1.11.4 or the AWS provider 5.100.0 is not there")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "rc"), "w", encoding="utf-8") as rc:
            rc.write(f'provider_installation {{\nfilesystem_mirror {{\npath = "{MIRROR}"\n}}\n}}\n')
        with open(os.path.join(folder, "main.tf"), "w", encoding="ascii") as module:
            module.write('terraform {\nrequired_providers {\naws = { source = "hashicorp/aws", version = "5.100.0" }\n}\n}\n')
        environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.path.join(folder, "rc"), CHECKPOINT_DISABLE="1")
        run = lambda *words: subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True).stdout
        run("terraform", "init")
        found = json.loads(run("terraform", "providers", "schema", "-json"))["provider_schemas"][ADDRESS]
    kept = {"provider": found["provider"], "functions": found["functions"]}
    for kind, names in TYPES.items():
        kept[kind] = {name: found[kind][name] for name in names}
        kept[kind + "_count"] = len(found[kind])
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
