"""Settings as the environment gives them."""

from pathlib import Path

import pytest

from tallybook.config.installation import load
from tallybook.errors import SettingRefused
from tallybook.web.networks import network_text

VARIABLE = "TALLYBOOK_TRUSTED_PROXIES"


@pytest.mark.parametrize(
    ("value", "trusted"),
    [
        ("", []),
        ("192.0.2.7", ["192.0.2.7"]),
        ("10.1.2.3/24, ::1 ,192.0.2.7,", ["10.1.2.0/24", "192.0.2.7", "::1"]),
        ("::ffff:192.0.2.7", ["192.0.2.7"]),
    ],
)
def test_proxies_are_named_with_commas(monkeypatch: pytest.MonkeyPatch, value: str, trusted: list[str]) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert load().trusted_proxies == ()
    monkeypatch.setenv(VARIABLE, value)
    assert [network_text(network) for network in load().trusted_proxies] == trusted


def test_proxies_can_be_named_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "proxies"
    path.write_text("10.0.0.1,10.0.0.2\n", encoding="utf-8")
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(path))
    assert [network_text(network) for network in load().trusted_proxies] == ["10.0.0.1", "10.0.0.2"]
    path.write_text("", encoding="utf-8")
    with pytest.raises(SettingRefused, match=f"^{VARIABLE}_FILE .* Write the value into it"):
        load()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("*", "* is no address and no network."),
        ("10.0.0.1,*", "* is no address and no network."),
        ("0.0.0.0/0", "0.0.0.0/0 means every IPv4 address."),
        ("10.0.0.1, ::/0", "::/0 means every IPv6 address."),
        ("::ffff:0:0/96", "::ffff:0:0/96 means every IPv4 address."),
        ("10.0.0.01", "10.0.0.01 is no address and no network."),
        ("proxy.example.com", "proxy.example.com is no address and no network."),
        ("10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2 is no address and no network."),
        ("fe80::1%eth0", "fe80::1%eth0 has a zone (%)"),
        (",", "The list names no address."),
        ("[]", "[] is no address and no network."),
    ],
)
def test_a_bad_entry_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str, reason: str) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(SettingRefused) as refused:
        load()
    assert str(refused.value).startswith(f"{VARIABLE}: {reason}")
    assert str(refused.value).endswith(".")
    assert ".." not in str(refused.value)
