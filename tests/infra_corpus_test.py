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

infra_corpus/NAME.stream is what terraform says to the same steps with -json, a line each, and with it what `show -json`
says of each plan, and of the state at the end. Of `validate -json`, which is one object, the diagnostics are the lines.
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
    "error_depends_on": "a variable in depends_on that is not declared is an error, too",
    "error_lifecycle": "a flag that is no constant is one error, not another one that its value must be known",
    "error_missing_provider": "validate says of a provider that is not installed what plan says",
    "error_module_output": "the name that was probably meant is said, and module.m is not called \"a object\"",
    "error_self_reference": "said by validate, where terraform waits for the plan",
    "error_syntax_argument": "what follows a block header without a brace is read, and its mistakes are said, too",
    "module_sensitive_output": "what a module calls sensitive stays so, also where terraform knows the value better",
    "variables_defaults_and_types": "the text of a flag that is no expression is shown",
}

# What cairn cannot do yet. NAME: what it lacks.
MISSING = {
    "error_provisioners": "after an undeclared reference nothing else of provisioners is checked",
}

# Whose first apply is followed by a plan of the other program, where there is a terraform.
TURN_ABOUT = ["count_grows_and_shrinks", "dependencies_are_transitive", "empty_strings_and_nulls", "for_each_map",
              "json_configuration", "lists_diff", "module_count", "module_nested_three_deep", "outputs_of_every_type",
              "replace_create_before_destroy", "sensitive_variable", "several_files", "variable_nullable"]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROGRESS = re.compile(r"^\S.*: (Preparing import|Importing|Import complete|"
                      r"Refreshing state|Reading|Read complete|Creating|Creation complete|Destroying|"
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
    text = text.replace("this command, run:\n  cairn ", "this command, run:\n  terraform ")
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
    """Which of a cycle's objects comes first is no promise, nor is the order of what is forgotten."""
    if "Some objects will no longer be managed" in diagnostic:
        return "\n".join(sorted(diagnostic.split("\n")))
    if diagnostic.startswith("Error: Cycle: "):
        return "Error: Cycle: " + ", ".join(sorted(re.sub(r"\s+", " ", diagnostic[14:]).split(", ")))
    return diagnostic


class Place:
    """A folder for one case."""

    def __init__(self):
        self.folder = processes.private_directory("corpus")
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0",
                            "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}

    def run(self, program, *words):
        return subprocess.run([program, *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              text=True, capture_output=True, timeout=RUN_TIMEOUT_S, check=False)

    def play(self, program, files, words, *flags):
        """One step. With `flags` they are what it is called with."""
        for name, text in files.items():
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        if files:
            self.run(program, "init")
        if not flags:
            usual = {"plan": ["-no-color", "-detailed-exitcode"], "validate": ["-no-color"],
                     "refresh": ["-no-color"], "import": ["-no-color"]}
            flags = usual.get(words[0], ["-no-color", "-auto-approve"])
        return self.run(program, words[0], *flags, *words[1:])


def run_case(program, name):
    """What `program` answers to each step."""
    place = Place()
    answers = []
    for files, words in read_steps(name):
        done = place.play(program, files, words)
        progress, diagnostics, text = dissect(UUID.sub("UUID", done.stdout + done.stderr))
        answers.append({"command": words, "code": done.returncode, "progress": progress, "diagnostics": diagnostics,
                        "text": text.split("\n"), "state": read_state(place.folder)})
    shutil.rmtree(place.folder)
    return answers


STREAMED = {"plan": ["-json", "-detailed-exitcode", "-out=saved"], "apply": ["-json", "-auto-approve"],
            "destroy": ["-json", "-auto-approve"], "refresh": ["-json"], "validate": ["-json"]}


def stream_case(program, name):
    """What `program` says to each step with -json."""
    place = Place()
    answers = []
    for files, words in read_steps(name):
        if words[0] not in STREAMED:
            place.play(program, files, words)
            continue
        done = place.play(program, files, words, *STREAMED[words[0]])
        if words[0] == "validate":
            answers.append({"command": words, "code": done.returncode, **validation(done.stdout), "errors": done.stderr})
            continue
        lines = {json.dumps(settled_line(json.loads(line)), ensure_ascii=False) for line in done.stdout.splitlines()}
        answers.append({"command": words, "code": done.returncode, "lines": sorted(lines), "errors": done.stderr})
        if done.returncode != 1:
            shown = place.run(program, "show", "-json", *(["saved"] if words[0] == "plan" else []))
            answers[-1]["shown"] = settled_json(shown.stdout) if shown.returncode == 0 else shown.stderr
    shutil.rmtree(place.folder)
    return answers


def validation(text):
    """What `validate -json` says, with each diagnostic once."""
    said = json.loads(text)
    found = said.pop("diagnostics")
    errors = sum(one["severity"] == "error" for one in found)
    counts = said.pop("error_count") == errors and said.pop("warning_count") == len(found) - errors
    for one in found:
        one["summary"] = settled("Error: " + one["summary"]).removeprefix("Error: ")
    return {**said, "counts": counts, "lines": sorted({json.dumps(one, ensure_ascii=False) for one in found})}


def settled_json(text):
    """The members of what is shown."""
    shown = json.loads(UUID.sub("UUID", text))
    shown.pop("timestamp", None)
    shown.get("relevant_attributes", []).sort(key=json.dumps)
    return {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in shown.items()}


def settled_line(line):
    """Without what is another one each time."""
    text = UUID.sub("UUID", json.dumps({key: value for key, value in line.items() if key != "@timestamp"}))
    text = re.sub(r" after \d+s", " after 0s", text)
    line = json.loads(re.sub(r'"elapsed_seconds": \d+', '"elapsed_seconds": 0', text))
    if line["type"] == "diagnostic" and line["diagnostic"]["summary"].startswith("Cycle: "):
        line["@message"] = line["diagnostic"]["summary"] = settled(line["@message"])
    if line["type"] == "diagnostic" and line["diagnostic"]["summary"].startswith("Some objects will no longer"):
        line["diagnostic"]["detail"] = "\n".join(sorted(line["diagnostic"]["detail"].split("\n")))
    return line


def plan_after(one, other, name):
    """What `other` plans where `one` has gone as far as the first apply."""
    place = Place()
    for files, words in read_steps(name):
        place.play(one, files, words)
        if words == ["apply"]:
            break
    place.run(other, "init")
    return place.play(other, {}, ["plan"])


def read_state(folder):
    path = os.path.join(folder, "terraform.tfstate")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        state = json.loads(UUID.sub("UUID", file.read()))
    (state["check_results"] or []).sort(key=lambda one: one["config_addr"])  # the peer's order is another each time
    return {key: value for key, value in state.items() if key not in ("serial", "lineage")}


def each_case(run, program, chosen):
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        yield from zip(chosen, pool.map(lambda name: run(program, name), chosen), strict=True)


def record(chosen):
    for run, suffix in ((run_case, ".json"), (stream_case, ".stream")):
        for name, answers in each_case(run, processes.require_program("terraform"), chosen or names()):
            with open(os.path.join(HERE, name + suffix), "w", encoding="utf-8") as file:
                json.dump(answers, file, indent=1, ensure_ascii=False)
                file.write("\n")
            print(name, [answer["code"] for answer in answers])


class TheCorpus(unittest.TestCase):
    maxDiff = None

    def compare(self, run, suffix, excused, unread=()):
        chosen = [name for name in sys.argv[2:] or names() if name not in unread]
        for name, ours in each_case(run, processes.binary("cairn"), chosen):
            with open(os.path.join(HERE, name + suffix), encoding="utf-8") as file:
                theirs = json.load(file)
            with self.subTest(name):
                if name in excused:
                    self.assertNotEqual(ours, theirs, "agrees by now: take it off the list")
                    continue
                for mine, other in zip(ours, theirs, strict=True):
                    for part, value in other.items():
                        self.assertEqual(mine[part], value, f"{name}: {' '.join(mine['command'])}: {part}")

    def test_is_answered_as_terraform_does(self):
        self.compare(run_case, ".json", {*DIFFERENT, *MISSING})

    def test_is_answered_as_terraform_does_in_json(self):
        self.compare(stream_case, ".stream", (), unread={*DIFFERENT, *MISSING})

    def test_leaves_states_that_the_other_program_has_nothing_to_say_about(self):
        if shutil.which("terraform") is None:
            self.skipTest("there is no terraform on the PATH")
        cairn, terraform = processes.binary("cairn"), shutil.which("terraform")
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            for one, other in ((cairn, terraform), (terraform, cairn)):
                plans = pool.map(lambda name, one=one, other=other: plan_after(one, other, name), TURN_ABOUT)
                for name, plan in zip(TURN_ABOUT, plans, strict=True):
                    self.assertEqual(plan.returncode, 0, f"{name}: {other} after {one}:\n{plan.stdout}{plan.stderr}")

    def test_is_large_enough_to_mean_something(self):
        self.assertGreaterEqual(len(names()), 80)


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        record(sys.argv[2:])
    else:
        unittest.main(argv=sys.argv[:1], verbosity=2)
