"""What addresses carry that no log may hold."""

import io
import logging
from logging.config import dictConfig
from typing import Any

from django.conf import settings

from tallybook.web.masking import MaskSecrets

SECRET = "s3cr3t-of-an-invitation"


def logged(message: str, *arguments: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskSecrets())
    logger = logging.getLogger("of this test")
    logger.addHandler(handler)
    logger.error(message, *arguments)
    logger.removeHandler(handler)
    return stream.getvalue()


def test_the_secret_of_an_invitation_is_taken_out() -> None:
    path = f"/invitations/0b7e1d3a-0000-4000-8000-000000000000/{SECRET}/"
    for told in (logged("%s: %s", "Service Unavailable", path), logged(f"Internal Server Error: {path}?a=b")):
        assert SECRET not in told
        assert "/invitations/0b7e1d3a-0000-4000-8000-000000000000/…/" in told


def test_other_lines_stay_what_they_are() -> None:
    assert logged("%s of %d", "one", 2) == "one of 2\n"


def test_the_program_logs_through_it() -> None:
    logging_settings: Any = settings.LOGGING
    assert logging_settings["handlers"]["console"]["filters"] == ["mask"]
    dictConfig(logging_settings)
