#!/usr/bin/python3
"""kubectl for docs/deploy.md: what a person calls by hand is answered here, what deliver calls by kubectl_stand_in.

The folder that CAIRN_STAND_IN names also holds by_hand.jsonl, the calls made by hand. What they do not need a cluster for
is done by the real kubectl. The load balancer's host name, CAIRN_LOAD_BALANCER, is there when it is asked for a second time.
"""

import json
import os
import subprocess
import sys

import yaml

import kubectl_stand_in

FOLDER = os.environ["CAIRN_STAND_IN"]
CALLS = os.path.join(FOLDER, "by_hand.jsonl")
HOST_PATH = "jsonpath={.status.loadBalancer.ingress[0].hostname}"


def real(*arguments, **environment):
    done = subprocess.run([os.environ["CAIRN_REAL_KUBECTL"], *arguments], env={**os.environ, **environment}, check=False)
    return done.returncode


def record(what):
    with open(CALLS, "a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def times_called(what):
    with open(CALLS, encoding="utf-8") as file:
        return sum(json.loads(line) == what for line in file)


def objects_of(path):
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
        return [o for o in yaml.safe_load_all(file) if o]


def by_hand(arguments):
    match arguments:
        case ["create", "secret", "generic", "counter-redis", *flags] if "--dry-run=client" in flags:
            return real(*arguments, KUBECONFIG=os.devnull)  # the simulated cluster's certificate is none
        case ["apply", "-f", path, *flags] if flags in ([], ["--namespace=counter"]):
            record({"applied": objects_of(path)})
        case ["apply", "--filename=-"]:
            record({"applied": objects_of("-")})
        case ["patch", "service", "counter", "--namespace=counter", patch] if patch.startswith("--patch-file="):
            record({"patched": objects_of(patch.removeprefix("--patch-file="))})
        case ["get", "service", "counter", "--namespace=counter", "-o", output] if output == HOST_PATH:
            record("asked for the host")
            if times_called("asked for the host") > 1:
                print(os.environ["CAIRN_LOAD_BALANCER"], end="")
        case ["delete", "namespace", "counter"]:
            record("deleted the namespace")
        case _:
            print(f"not a call of the page: {arguments}", file=sys.stderr)
            return kubectl_stand_in.REFUSED
    return 0


def main():
    arguments = sys.argv[1:]
    if arguments[:1] in (["config"], ["kustomize"]):
        return real(*arguments)
    if not arguments[0].startswith("--context="):
        return by_hand(arguments)
    # The stand-in knows one context, whatever the page called it.
    current = subprocess.run([os.environ["CAIRN_REAL_KUBECTL"], "config", "current-context"], capture_output=True,
                             text=True, check=True).stdout.strip()
    if arguments[0] != f"--context={current}":
        print(f"{arguments[0]} is not the current one, {current}", file=sys.stderr)
        return kubectl_stand_in.REFUSED
    with kubectl_stand_in.Cluster(FOLDER).open() as state:  # whatever image is applied runs, in these pods
        if state["deployment"]:
            image = kubectl_stand_in.deployment_image(state["deployment"])
            state["versions"].setdefault(image, {"pods": json.loads(os.environ["CAIRN_PODS"])})
    sys.argv[1] = f"--context={kubectl_stand_in.CONTEXT}"
    return kubectl_stand_in.main()


if __name__ == "__main__":
    sys.exit(main())
