"""The proxies of installing.md, run as they stand there, but for ports and certificates."""

import re
import ssl
import subprocess
from pathlib import Path

import pytest
from tests.docs.pages import blocks, read, section
from tests.proxies import Start, free_port, haproxy_with, nginx_with, program
from tests.web.calling import call

TEXT = section(read("installing.md"), "Behind a proxy")
NGINX, HAPROXY = blocks(TEXT, "")
FORGED = ["X-Forwarded-For: 203.0.113.9", "X_Forwarded_For: 203.0.113.9", "Forwarded: for=203.0.113.9"]


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """What a client needs to believe the certificate that now lies in the test's folder."""
    names = ["-subj", "/CN=tallybook.example.com", "-keyout", "tallybook.key", "-out", "tallybook.crt"]
    command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    certificate = (tmp_path / "tallybook.crt").read_text(encoding="ascii")
    (tmp_path / "tallybook.pem").write_text(certificate + (tmp_path / "tallybook.key").read_text(encoding="ascii"))
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    return context


@pytest.mark.parametrize("name", ["nginx", "haproxy"])
def test_an_example_tells_who_is_calling(address_server: Start, tmp_path: Path, tls: ssl.SSLContext, name: str) -> None:
    upstream, port = address_server("127.0.0.1"), free_port()
    example = (NGINX if name == "nginx" else HAPROXY).replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    for written, here in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("[::]:443", f"[::1]:{port}"),
        ("bind :443", f"bind 127.0.0.1:{port}"),
    ):
        example = example.replace(written, here)
    assert str(port) in example
    assert not re.search(r"\b(443|8000)\b", example)
    with (nginx_with if name == "nginx" else haproxy_with)(tmp_path, example, port):
        for lines in ([], FORGED):
            assert call(port, "127.0.0.2", lines, tls) == (200, "127.0.0.2")


def test_what_is_to_be_set_is_named() -> None:
    (shell,) = blocks(TEXT, "sh")
    assert "export TALLYBOOK_TRUSTED_PROXIES='127.0.0.1'" in shell
    assert "export TALLYBOOK_PUBLIC_URL='https://tallybook.example.com'" in shell
    assert "if-none" not in HAPROXY
