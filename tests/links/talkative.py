"""Runs `tallybook` with all that its libraries say while they work."""

import logging
import logging.config
from typing import Any

from tallybook.commands import main

_TALKERS = ("", "django", "django.request", "django.db.backends", "psycopg", "gunicorn.error", "tallybook")
_configure = logging.config.dictConfig


def _configure_talkatively(config: Any) -> None:  # noqa: ANN401 - whatever the settings say
    _configure(config)
    for name in _TALKERS:
        logging.getLogger(name).setLevel(logging.DEBUG)


if __name__ == "__main__":
    logging.config.dictConfig = _configure_talkatively
    main()
