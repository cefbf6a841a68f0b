"""The gate: `python3 packaging/test.py` runs every tool; with arguments, pytest alone with those arguments."""

import sys

if sys.version_info < (3, 11):
    sys.exit("superviz needs Python 3.11 or newer, and this is %d.%d: %s" % (*sys.version_info[:2], sys.executable))

import os
import shutil
import subprocess
import time

import environment

GATE = {
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check"],
    "pyright": ["pyright"],
    "import-linter": ["lint-imports"],
    "pytest": ["pytest", "--cov", "--cov-report="],
    "coverage of core, session and exchange": ["coverage", "report"],
}
"""What is checked, in order; one that fails fails the gate, and the others still run."""


def main(arguments: list[str]) -> int:
    """0 where everything passed."""
    environment.see_to_libraries("window", "test")
    environment.prepare("test")
    settings = {
        **os.environ,
        # pyright looks for packages where `python` is.
        "PATH": f"{environment.script('python').parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or shutil.which("Xvfb")):
        environment.say("Neither a display nor Xvfb: the tests run on Qt's offscreen platform, without OpenGL.")
        settings["QT_QPA_PLATFORM"] = "offscreen"
    failed: list[str] = []
    for name, command in ({"pytest": ["pytest", *arguments]} if arguments else GATE).items():
        environment.say(f"\n=== {name}")
        begun = time.monotonic()
        program = [str(environment.script(command[0])), *command[1:]]
        if subprocess.run(program, cwd=environment.PROJECT, env=settings, check=False).returncode != 0:
            failed.append(name)
        environment.say(f"=== {name}: {'FAILED' if name in failed else 'passed'} in {time.monotonic() - begun:.0f} s")
    environment.say(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'All passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
