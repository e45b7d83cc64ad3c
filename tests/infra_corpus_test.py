#!/usr/bin/python3
"""Small configurations and what terraform 1.11.4 answered to each command: cairn must answer the same.

infra_corpus/NAME.case has files and commands, a step each:

  -- main.tf --
  output "a" { value = 1 }
  == plan
  == apply

infra_corpus/NAME.json is terraform's answer, by `infra_corpus_test.py record [NAME...]`, which needs terraform. Compared
are exit codes, the text, the diagnostics, and the state after each step. Not compared are the order of what happens at
one time, random ids, times, and how often a diagnostic is said: terraform passes over the configuration up to three
times and says what it finds each time; cairn says it once.
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import processes

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "infra_corpus")
PARALLEL = 2
RUN_TIMEOUT_S = 120

# Where cairn does not do as terraform does, and will not. NAME: why.
DIFFERENT = {
    "error_module_output": "the name that was probably meant is said, and module.m is not called \"a object\"",
    "error_self_reference": "said by validate, where terraform waits for the plan",
    "module_sensitive_output": "what a module calls sensitive stays so, also where terraform knows the value better",
    "variables_defaults_and_types": "the text of a flag that is no expression is shown",
}

# What cairn cannot do yet. NAME: what it lacks.
MISSING = {
    "check_passes_and_fails": "results of checks in states",
    "count_to_single": "implied moves",
    "error_condition_result": "conditions that refer to nothing",
    "error_depends_on": "quoted references",
    "error_lifecycle": "the second of two errors about a flag that is no constant",
    "error_missing_provider": "another message from validate than from plan",
    "error_module_arguments": "arguments of module calls",
    "error_module_missing_folder": "the installation of modules",
    "error_required_version": "required_version",
    "error_syntax_argument": "the block header that lacks its brace is one error, about the line after it too",
    "postcondition": "results of checks in states",
    "precondition": "results of checks in states",
    "remote_state": "terraform_remote_state",
    "remote_state_unknown_path": "terraform_remote_state",
    "variable_missing": "a variable without a value, before planning",
}

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROGRESS = re.compile(r"^\S.*: (Refreshing state|Reading|Read complete|Creating|Creation complete|Destroying|"
                      r"Destruction complete|Modifying|Modifications complete)\b.*$")
# What can follow a diagnostic, and is no part of it.
AFTER_DIAGNOSTIC = re.compile(r"^(Apply complete!|Destroy complete!|Outputs:|Success!|Terraform used the|Note: |─|Plan: |"
                              r"Changes to Outputs:|No changes\.|Planning failed)")
SIMILAR = re.compile(r"\n\n\(and (one|\d+) more similar warnings? elsewhere\)")


def names():
    return sorted(name.removesuffix(".case") for name in os.listdir(HERE) if name.endswith(".case"))


def read_steps(name):
    """Per command: the files written before it, and its words."""
    files, steps, current = {}, [], None
    with open(os.path.join(HERE, name + ".case"), encoding="utf-8") as case:
        for line in case:
            if file := re.fullmatch(r"-- (\S+) --\n", line):
                current = file[1]
                files[current] = ""
            elif line.startswith("== "):
                steps.append((files, shlex.split(line[3:])))
                files, current = {}, None
            elif current:
                files[current] += line
    return steps


def dissect(text):
    """Progress in any order, the diagnostics, and the rest of what was printed."""
    progress, diagnostics, rest = [], [], []
    inside = False
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if re.match(r"(Error|Warning): ", line) and (i == 0 or lines[i - 1] == ""):
            diagnostics.append([])
            inside = True
        elif PROGRESS.match(line):
            progress.append(re.sub(r" after \d+s|(?<=deposed object )\w+", "", line))
            continue
        elif inside and AFTER_DIAGNOSTIC.match(line):
            inside = False
        (diagnostics[-1] if inside else rest).append(line)
    blocks = {settled(SIMILAR.sub("", "\n".join(block).strip())) for block in diagnostics}
    return sorted(progress), sorted(blocks), re.sub(r"\n\n+", "\n\n", "\n".join(rest)).strip()


def settled(diagnostic):
    """Which of a cycle's objects comes first is no promise."""
    if diagnostic.startswith("Error: Cycle: "):
        return "Error: Cycle: " + ", ".join(sorted(re.sub(r"\s+", " ", diagnostic[14:]).split(", ")))
    return diagnostic


def run_case(program, name):
    """What `program` answers to each step."""
    folder = processes.private_directory("corpus")
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0",
                   "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}

    def run(*words):
        return subprocess.run([program, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=RUN_TIMEOUT_S, check=False)

    answers = []
    for files, words in read_steps(name):
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        if files:
            run("init")
        flags = {"plan": ["-no-color", "-detailed-exitcode"], "validate": ["-no-color"]}
        done = run(words[0], *flags.get(words[0], ["-no-color", "-auto-approve"]), *words[1:])
        progress, diagnostics, text = dissect(UUID.sub("UUID", done.stdout + done.stderr))
        answers.append({"command": words, "code": done.returncode, "progress": progress, "diagnostics": diagnostics,
                        "text": text.split("\n"), "state": read_state(folder)})
    shutil.rmtree(folder)
    return answers


def read_state(folder):
    path = os.path.join(folder, "terraform.tfstate")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        state = json.loads(UUID.sub("UUID", file.read()))
    return {key: value for key, value in state.items() if key not in ("serial", "lineage")}


def each_case(program, chosen):
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        yield from zip(chosen, pool.map(lambda name: run_case(program, name), chosen), strict=True)


def record(chosen):
    for name, answers in each_case(processes.require_program("terraform"), chosen or names()):
        with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(answers, file, indent=1, ensure_ascii=False)
            file.write("\n")
        print(name, [answer["code"] for answer in answers])


class TheCorpus(unittest.TestCase):
    maxDiff = None

    def test_is_answered_as_terraform_does(self):
        chosen = sys.argv[2:] or names()
        for name, ours in each_case(processes.binary("cairn"), chosen):
            with open(os.path.join(HERE, name + ".json"), encoding="utf-8") as file:
                theirs = json.load(file)
            with self.subTest(name):
                if name in DIFFERENT or name in MISSING:
                    self.assertNotEqual(ours, theirs, "agrees by now: take it off the list")
                    continue
                for mine, other in zip(ours, theirs, strict=True):
                    for part, value in other.items():
                        self.assertEqual(mine[part], value, f"{name}: {' '.join(mine['command'])}: {part}")

    def test_is_large_enough_to_mean_something(self):
        self.assertGreaterEqual(len(names()), 80)


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        record(sys.argv[2:])
    else:
        unittest.main(argv=sys.argv[:1], verbosity=2)
