"""Addresses of databases, and what is said of bad ones: never the password."""

import subprocess
import sys
import traceback

import pytest
from psycopg.conninfo import make_conninfo
from tests.conftest import TestDatabase

from tallybook.database.addresses import connection_settings
from tallybook.errors import SettingRefused

SECRET = "s3cr3t-pa55word"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(
            "postgresql://user:pass@db.example:5433/bills",
            {"NAME": "bills", "USER": "user", "PASSWORD": "pass", "HOST": "db.example", "PORT": "5433"},
            id="address",
        ),
        pytest.param(
            "postgres://user@/bills?host=/run/with%20blank",
            {"NAME": "bills", "USER": "user", "PASSWORD": "", "HOST": "/run/with blank", "PORT": ""},
            id="socket",
        ),
        pytest.param(
            "dbname=bills user=user password='it\\'s'",
            {"NAME": "bills", "USER": "user", "PASSWORD": "it's", "HOST": "", "PORT": ""},
            id="keys and values",
        ),
    ],
)
def test_an_address_becomes_settings(address: str, expected: dict[str, str]) -> None:
    settings = connection_settings(address, variable="TALLYBOOK_DATABASE_URL")
    assert {name: settings[name] for name in expected} == expected
    assert settings["OPTIONS"]["application_name"] == "tallybook"


def test_other_parts_of_an_address_are_options() -> None:
    settings = connection_settings("postgresql://u@h/d?sslmode=verify-full&connect_timeout=3", variable="X")
    assert settings["OPTIONS"]["sslmode"] == "verify-full"
    assert settings["OPTIONS"]["connect_timeout"] == "3"


BAD = (
    f"postgresql://user:{SECRET}@host/db?nosuchoption=1",
    f"postgresql://user:{SECRET}@[::1/db",
    f"mysql://user:{SECRET}@host/db",
    f"user={SECRET} password",
    f"postgresql://user:{SECRET}@host/",
    f"postgresql://:{SECRET}@host/db",
    f"password={SECRET}",
    SECRET,
    "",
)


@pytest.mark.parametrize("address", BAD)
def test_a_bad_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        connection_settings(address, variable="TALLYBOOK_OWNER_DATABASE_URL")
    assert str(refused.value).startswith("TALLYBOOK_OWNER_DATABASE_URL")
    assert SECRET not in str(refused.value)
    assert str(refused.value).endswith(".")
    told = "".join(traceback.format_exception(refused.value))
    assert "SettingRefused" in told
    assert SECRET not in told


@pytest.mark.parametrize("variable", ["TALLYBOOK_DATABASE_URL", "TALLYBOOK_OWNER_DATABASE_URL"])
@pytest.mark.parametrize("address", BAD[:6])
def test_a_traceback_of_the_settings_has_no_password(command_environment: dict[str, str], variable: str, address: str) -> None:
    # A server of somebody else, which imports the settings itself, shows the whole traceback.
    command = [sys.executable, "-c", "import tallybook.config.settings"]
    environment = command_environment | {variable: address}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"SettingRefused: {variable} " in done.stderr
    assert SECRET not in done.stderr


def test_a_traceback_of_a_failed_connection_has_no_password(
    command_environment: dict[str, str], database: TestDatabase
) -> None:
    wrong = make_conninfo(database.runtime_url, password=SECRET)
    command = [sys.executable, "-m", "django", "inspectdb", "--traceback"]
    environment = command_environment | {"TALLYBOOK_DATABASE_URL": wrong, "DJANGO_SETTINGS_MODULE": "tallybook.config.settings"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "OperationalError" in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
