"""From a PostgreSQL address to Django's connection settings."""

from typing import Any

from django.db import connections
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from tallybook.errors import SettingRefused

_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def connection_settings(address: str, *, variable: str) -> dict[str, Any]:
    """Django's settings of one connection.

    Args:
        address: `postgresql://user:password@host:port/name?options`, or libpq's `key=value` form.
        variable: the name of the setting, for the message.

    Raises:
        SettingRefused: the address cannot be read, or names no database or user.
    """
    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError:
        # The error's text may repeat the address with its password: it is left out on purpose.
        raise SettingRefused(
            f"{variable} is no PostgreSQL address. Write it as postgresql://user:password@host:5432/database."
        ) from None
    if not parts.get("dbname") or not parts.get("user"):
        raise SettingRefused(f"{variable} names no database or no user. Write both into the address.")
    settings: dict[str, Any] = {django: str(parts.pop(libpq, "") or "") for libpq, django in _DJANGO_NAMES.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Django's own queries are never prepared; those of `prepared_rows` are, and only if this is set.
        "OPTIONS": {"application_name": "tallybook", "connect_timeout": 10, "prepare_threshold": 5, **parts},
    }


def use_addresses(addresses: dict[str, str]) -> None:
    """Let connections that are not open yet use these addresses, by alias: those of the embedded PostgreSQL, once it runs."""
    for alias, address in addresses.items():
        connections.settings[alias].update(connection_settings(address, variable=alias))
