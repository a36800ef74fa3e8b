"""Addresses of databases, and what is said of bad ones: never the password."""

import pytest

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


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://user:{SECRET}@host/db?nosuchoption=1",
        f"postgresql://user:{SECRET}@[::1/db",
        f"mysql://user:{SECRET}@host/db",
        f"user={SECRET} password",
        f"postgresql://user:{SECRET}@host/",
        f"postgresql://:{SECRET}@host/db",
        f"password={SECRET}",
        SECRET,
        "",
    ],
)
def test_a_bad_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        connection_settings(address, variable="TALLYBOOK_OWNER_DATABASE_URL")
    assert str(refused.value).startswith("TALLYBOOK_OWNER_DATABASE_URL")
    assert SECRET not in str(refused.value)
    assert str(refused.value).endswith(".")
