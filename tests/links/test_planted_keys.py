"""A key is shown once: afterwards no table, log, dump or export holds it, whatever was done with it (SAFETY: Keys)."""

import logging
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.test import Client
from psycopg import sql
from tests.bookkeeping import OPERATOR, usage
from tests.conftest import Ran, TestDatabase
from tests.console.link_cast import made as made_by_page
from tests.figures import Note
from tests.links.caller import Caller
from tests.links.made_links import Made, make_link, make_links
from tests.links.serving import LinkServer, Serve

from tallybook.database.scope import subscription_scope
from tallybook.links.keys import KeyKind, new_key
from tallybook.links.links import rotate_key
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription, User

Run = Callable[..., Ran]
_BY_COMMAND, _BY_PAGE, _IN_ALL = 2, 4, 100
_TALKATIVE = Path(__file__).with_name("talkative.py")


def test_no_key_is_found_afterwards(  # noqa: PLR0913, PLR0917 - the fixtures it takes
    serve_links: Serve,
    database: TestDatabase,
    subscription: Subscription,
    take: Callable[..., Summary],
    run: Run,
    signed_in: Client,
    caplog: pytest.LogCaptureFixture,
    figure: Note,
) -> None:
    caplog.set_level(logging.DEBUG)
    take([usage()])
    server = serve_links(program=(str(_TALKATIVE),))
    by_command = [made_by_command(run, subscription) for _ in range(_BY_COMMAND)]
    made = make_links(subscription, _IN_ALL // 2 - _BY_COMMAND - _BY_PAGE)
    keys = by_command + made + [rotated(subscription, link) for link in made]
    keys.append(rotated_by_command(run, subscription, by_command[0]))
    keys += (by_page := [Made(*made_by_page(signed_in, subscription)) for _ in range(_BY_PAGE)])
    keys += make_links(subscription, _IN_ALL - len(keys))
    heard = use_in_all_ways(server, keys)
    assert heard == {200, 400, 401, 404, 429, 503}
    assert len({link.key for link in keys}) == _IN_ALL

    dump = run("database", "run", "--", "pg_dump", "--enable-row-security")
    export = run("audit", "export", "--subscription", subscription.name)
    assert (dump.status, export.status) == (0, 0)
    assert all(str(by_command[0].id).encode() in text for text in (dump.out_bytes, export.out_bytes))
    log = server.log.read_bytes()
    assert b" WARNING django.request: " in log
    places = {
        "dump": [dump.out_bytes],
        "audit export": [export.out_bytes],
        "log": [log, caplog.text.encode()],
        "tables": contents(database),
        "pages": pages(signed_in, subscription, by_page),
    }
    found = {place: hits(keys, texts) for place, texts in places.items()}
    figure(f"Keys of {_IN_ALL} that were found", found)
    assert found == dict.fromkeys(places, 0)
    # The search would find one.
    assert hits(keys, [b"... " + keys[7].key.encode()]) == 1


@pytest.fixture
def signed_in(browse: Callable[[User | None], Client], owner: User) -> Client:
    return browse(owner)


def pages(client: Client, subscription: Subscription, links: list[Made]) -> Iterable[bytes]:
    """What the console says of links once their keys were shown."""
    home = f"/subscriptions/{subscription.id}"
    for path in (f"{home}/links/", f"{home}/audit/", *(f"{home}/links/{link.id}/" for link in links)):
        response = client.get(path)
        assert response.status_code == 200, path
        yield response.content


def made_by_command(run: Run, subscription: Subscription) -> Made:
    options = ("--name", "PSA", "--from", "2026-10", "--to", "2026-10", "--allow-anyone", "--json")
    told = run("link", "create", "--subscription", subscription.name, *options, **peppers()).json
    return Made(told["id"], told["key"])


def peppers() -> dict[str, str]:
    return {"TALLYBOOK_KEY_PEPPERS": ",".join(settings.INSTALLATION.peppers)}


def rotated_by_command(run: Run, subscription: Subscription, link: Made) -> Made:
    options = ("--overlap-days", "7", "--json")
    told = run("link", "rotate", str(link.id), "--subscription", subscription.name, *options, **peppers()).json
    return Made(link.id, told["key"])


def rotated(subscription: Subscription, link: Made) -> Made:
    with subscription_scope(subscription.id):
        _, key = rotate_key(subscription, link.id, overlap=timedelta(days=1), actor=OPERATOR)
    return Made(link.id, key.text)


def use_in_all_ways(server: LinkServer, keys: list[Made]) -> set[int]:
    """Call well and badly, while files can be written and while they cannot; gives the statuses that were heard."""
    files = server.home / "report-files"
    with Caller(server.port) as caller:
        files.write_text("in the way")
        heard = {caller.call(*keys[0]).status}
        files.unlink()
        for link, another in pairwise(keys):
            answers = [
                caller.call(*link),
                caller.call(*link),
                caller.call(another.id, link.key),
                caller.call(link.id, spoilt(link)),
            ]
            in_query = f"GET /api/v1/report-links/{link.id}?key={link.key} HTTP/1.1"
            lost = f"GET /api/v1/no-such-thing/{link.id} HTTP/1.1"
            answers += [caller.ask(in_query), caller.ask(lost, f"X-API-KEY: {link.key}")]
            heard |= {answer.status for answer in answers}
    return heard


def spoilt(link: Made) -> str:
    return f"{link.key[:-1]}{'a' if link.key[-1] != 'a' else 'b'}"


def contents(database: TestDatabase) -> Iterable[bytes]:
    """Every row of every table, system tables included, with bytes in hexadecimal digits."""
    with psycopg.connect(database.superuser_url) as session:
        tables = session.execute("SELECT schemaname, tablename FROM pg_tables").fetchall()
        assert ("public", "link_key") in tables
        for table in tables:
            with session.cursor().copy(
                sql.SQL("COPY (SELECT t::text FROM {} t) TO STDOUT").format(sql.Identifier(*table))
            ) as rows:
                yield b"".join(rows)


def hits(keys: list[Made], texts: Iterable[bytes]) -> int:
    """How many keys' secrets are found, as they are, in hexadecimal digits or in base64."""
    secrets = [link.key.split("_")[3].encode() for link in keys]
    forms = [(secret, secret.hex().encode(), b64encode(secret)) for secret in secrets]
    found = {written[0] for text in texts for written in forms if any(form in text for form in written)}
    return len(found)


def test_refused_keys_are_answered_alike_to_the_byte(
    link_server: LinkServer, subscription: Subscription, take: Callable[..., Summary]
) -> None:
    take([usage()])
    link, another = make_links(subscription, 2)
    with subscription_scope(subscription.id):
        rotate_key(subscription, link.id, overlap=timedelta(), actor=OPERATOR)
    right = make_link(subscription)
    unknown = new_key(KeyKind.REPORT).text
    # The key's id is right, the secret is another's.
    wrong = new_key(KeyKind.REPORT)
    forged = type(wrong)(kind=wrong.kind, key_id=right.key.split("_")[2], secret=wrong.secret).text
    with Caller(link_server.port) as caller:
        asked = [(link.id, unknown), (right.id, forged), (link.id, link.key), (link.id, another.key), (another.id, right.key)]
        answers = [caller.call(*each) for each in asked]
    assert [answer.status for answer in answers] == [401] * len(asked)
    assert {answer.body for answer in answers} == {answers[0].body}
    heads = {tuple(line for line in answer.head.split(b"\r\n") if not line.startswith(b"Date: ")) for answer in answers}
    assert len(heads) == 1
