#!/usr/bin/python3
"""docs/hcl.md: its program is the one in examples/hcl/, and that does what the page says."""

import os
import subprocess
import unittest

SOURCE_DIR = os.environ["CAIRN_SOURCE_DIR"]
PROGRAM = os.path.join(os.environ["CAIRN_BIN_DIR"], "hcl-print-value")


def read(path):
    with open(os.path.join(SOURCE_DIR, path), encoding="utf-8") as file:
        return file.read()


def blocks_of(page, language):
    """The code blocks of a page in one language."""
    return [part.split("```", 1)[0] for part in page.split(f"```{language}\n")[1:]]


class TheExample(unittest.TestCase):
    def test_page_shows_the_program(self):
        self.assertIn(read("examples/hcl/print_value.cc"), blocks_of(read("docs/hcl.md"), "cpp"))

    def test_page_shows_what_it_prints(self):
        session = blocks_of(read("docs/hcl.md"), "console")[0]
        for case in session.strip().split("$ hcl-print-value ")[1:]:
            argument, expected = case.split("\n", 1)
            done = subprocess.run([PROGRAM, argument.strip("'")], capture_output=True, text=True, check=False)
            self.assertEqual((done.stdout + done.stderr).strip(), expected.strip(), argument)
            self.assertEqual(done.returncode, 1 if done.stderr else 0)


if __name__ == "__main__":
    unittest.main()
