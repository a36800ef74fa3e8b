"""The `tallybook` command line."""

import os
import sys

from tallybook.errors import TallybookError, is_no_room

FAILED = 2
INTERRUPTED = 130
# Of files it needs neither Django nor settings, and loading them takes longer than to count a small one.
_LOADS_DJANGO_ITSELF = "bill"


def main() -> None:
    """Run the command that the arguments name; errors that a person can mend become one line and status 2."""
    wanted = "".join(sys.argv[1:2])
    try:
        if wanted != _LOADS_DJANGO_ITSELF:
            load_django()
        # Models can be imported only once Django knows its settings.
        from tallybook.commands.program import program  # noqa: PLC0415

        try:
            program(wanted)()
        finally:
            # Here and not at the interpreter's end, so that what fails is told as below.
            sys.stdout.flush()
    except SystemExit:
        raise
    except TallybookError as error:
        sys.stderr.write(f"tallybook: {error}\n")
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
    # The last, since to ask for it loads Django.
    except _database_error() as error:
        sys.stderr.write(f"tallybook: {_told(error)}\n")
        sys.exit(FAILED)


def load_django() -> None:
    """Let Django know its settings, and the models."""
    import django  # noqa: PLC0415 - see above

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallybook.config.settings")
    django.setup()


def _database_error() -> type[Exception]:
    """What the database throws. Asked for when something was thrown, and then it takes no matter how long to load."""
    from django.db import DatabaseError  # noqa: PLC0415

    return DatabaseError


def _told(error: Exception) -> str:
    from psycopg.errors import InsufficientPrivilege  # noqa: PLC0415 - as above

    reason = str(error).strip().splitlines()[0]
    if isinstance(error.__cause__, InsufficientPrivilege):
        return f"The database role lacks a right ({reason}). Nothing was kept. `tallybook migrate` grants what is needed."
    return f"The database did not go along ({reason}). What was under way was not kept. See whether it runs, and try again."


def _discard_output() -> None:
    """Let the interpreter not try again, at its end, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
