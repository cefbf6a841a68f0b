"""Start superviz on a machine that has only Python: `python3 packaging/run.py [what superviz takes]`."""

import sys

if sys.version_info < (3, 11):
    sys.exit("superviz needs Python 3.11 or newer, and this is %d.%d: %s" % (*sys.version_info[:2], sys.executable))

import environment

if __name__ == "__main__":
    environment.see_to_libraries("window")
    environment.prepare("run")
    environment.replace_process(environment.script("superviz"), sys.argv[1:])
