"""The `tallybook` command line."""

import os
import sys

import django
from django.db import DatabaseError
from psycopg.errors import InsufficientPrivilege

from tallybook.errors import TallybookError, is_no_room

FAILED = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command that the arguments name; errors that a person can mend become one line and status 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallybook.config.settings")
    try:
        django.setup()
        # Models can be imported only once Django knows its settings.
        from tallybook.commands.program import program  # noqa: PLC0415

        try:
            program()
        finally:
            # Here and not at the interpreter's end, so that what fails is told as below.
            sys.stdout.flush()
    except TallybookError as error:
        sys.stderr.write(f"tallybook: {error}\n")
        sys.exit(FAILED)
    except DatabaseError as error:
        sys.stderr.write(f"tallybook: {_told(error)}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("tallybook: Interrupted.\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _discard_output()
        sys.exit(1)
    except OSError as error:
        if not is_no_room(error):
            raise
        _discard_output()
        sys.stderr.write(
            f"tallybook: The output cannot be written: {error.strerror}. What the command did stands; free some room.\n"
        )
        sys.exit(FAILED)


def _told(error: DatabaseError) -> str:
    reason = str(error).strip().splitlines()[0]
    if isinstance(error.__cause__, InsufficientPrivilege):
        return f"The database role lacks a right ({reason}). Nothing was kept. `tallybook migrate` grants what is needed."
    return f"The database did not go along ({reason}). What was under way was not kept. See whether it runs, and try again."


def _discard_output() -> None:
    """Let the interpreter not try again, at its end, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
