"""`python -m superviz`: the same as `superviz`."""

from superviz.cli.main import main

main()
