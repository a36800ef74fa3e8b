"""Settings of an installation that are wrong: each is named, with what to do."""

from pathlib import Path

import pytest

from tallybook.config.installation import PREFIX, Installation, load
from tallybook.errors import SettingRefused

SECRET = "s3cr3t-pa55word"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Installation.model_fields:
        for suffix in ("", "_FILE"):
            monkeypatch.delenv(f"{PREFIX}{name.upper()}{suffix}", raising=False)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """What is said of these settings."""
    for name, value in variables.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingRefused) as refused:
        load()
    return str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "tallybook.example", "ftp://tallybook.example", "https://", "https://tallybook.example/console", "https://:8000",
        "https://tallybook.example?x", "https://tallybook.example#x", "https://tallybook.example:port", "https://[::1",
        "https://tallybook.example:99999", "https://tallybook.example:0", "https://ann@tallybook.example", "https://a b?",
    ],
)  # fmt: skip
def test_a_public_address_that_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    expected = "TALLYBOOK_PUBLIC_URL: has to look like https://tallybook.example.com, without a path."
    assert refusal(monkeypatch, PUBLIC_URL=url) == expected
    monkeypatch.setenv("TALLYBOOK_PUBLIC_URL", "https://tallybook.example:8443/")
    assert load().public_url == "https://tallybook.example:8443"


@pytest.mark.parametrize("url", ["http://tallybook.example", "http://192.0.2.1:8000", "http://localhost.example"])
def test_a_public_address_over_plain_http(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert refusal(monkeypatch, PUBLIC_URL=url) == (
        "TALLYBOOK_PUBLIC_URL: has to be https: over plain http the sign-in could be read on the way, except on localhost."
    )
    monkeypatch.setenv("TALLYBOOK_PUBLIC_URL", "http://[::1]:8000")
    assert load().public_host == "[::1]"


def test_the_home_of_an_unknown_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, HOME="~no-such-user/tallybook") == (
        "TALLYBOOK_HOME: names the home of a user that there is not (~no-such-user/tallybook). Write the whole path."
    )
    monkeypatch.setenv("TALLYBOOK_HOME", "~/tallybook")
    assert load().home == Path.home() / "tallybook"


@pytest.mark.parametrize("length", [1, 31])
def test_a_short_secret_key(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    key = SECRET.ljust(31, "x")[:length]
    told = refusal(monkeypatch, SECRET_KEY=key)
    assert told == "TALLYBOOK_SECRET_KEY: has to have 32 characters or more."
    monkeypatch.setenv("TALLYBOOK_SECRET_KEY", "x" * 32)
    assert load().secret_key is not None


@pytest.mark.parametrize("name", [name.upper() for name in Installation.model_fields])
def test_a_variable_and_its_file_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    path = tmp_path / "value"
    path.write_text(SECRET, encoding="utf-8")
    told = refusal(monkeypatch, **{name: SECRET, f"{name}_FILE": str(path)})
    assert told == f"Both TALLYBOOK_{name} and TALLYBOOK_{name}_FILE are set. Set one of them."
    assert SECRET not in told


@pytest.mark.parametrize(
    "content", [None, b"", b" \n", b"\xff" + SECRET.encode()], ids=["missing", "empty", "blank", "no text"]
)
def test_a_file_without_a_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    told = refusal(monkeypatch, SECRET_KEY_FILE=str(path))
    advice = (
        "Write the value into it." if content is not None and not content.strip() else "Name a file that this user may read."
    )
    assert told.startswith("TALLYBOOK_SECRET_KEY_FILE ")
    assert told.endswith(advice)
    assert SECRET not in told


def test_a_folder_in_place_of_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = refusal(monkeypatch, DATABASE_URL_FILE=str(tmp_path))
    assert told.startswith("TALLYBOOK_DATABASE_URL_FILE cannot be read: ")
    assert str(tmp_path) in told


@pytest.mark.parametrize(
    ("seconds", "advice"),
    [
        ("0", "Input should be greater than or equal to 1."),
        ("-1", "Input should be greater than or equal to 1."),
        ("86401", "Input should be less than or equal to 86400."),
        ("soon", "Input should be a valid integer, unable to parse string as an integer."),
        ("1.5", "Input should be a valid integer, unable to parse string as an integer."),
    ],
)
def test_a_time_out_of_range(monkeypatch: pytest.MonkeyPatch, seconds: str, advice: str) -> None:
    assert refusal(monkeypatch, REPORT_TIMEOUT_SECONDS=seconds) == f"TALLYBOOK_REPORT_TIMEOUT_SECONDS: {advice}"
    monkeypatch.setenv("TALLYBOOK_REPORT_TIMEOUT_SECONDS", "86400")
    assert load().report_timeout_seconds == 86_400


def test_several_at_once_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(monkeypatch, REPORT_TIMEOUT_SECONDS="0", SECRET_KEY=SECRET, PUBLIC_URL="x")
    for name in ("REPORT_TIMEOUT_SECONDS", "SECRET_KEY", "PUBLIC_URL"):
        assert told.count(f"TALLYBOOK_{name}: ") == 1
    assert SECRET not in told


def test_a_value_comes_out_of_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{'x' * 40}\n", encoding="utf-8")
    monkeypatch.setenv("TALLYBOOK_SECRET_KEY_FILE", str(path))
    key = load().secret_key
    assert key is not None
    assert key.get_secret_value() == "x" * 40
