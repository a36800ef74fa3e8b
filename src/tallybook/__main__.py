"""`python -m tallybook`: the same as the command `tallybook`."""

from tallybook.commands import main

main()
