"""What a call is answered with (SAFETY: Once in five minutes; Files)."""

import csv
import gzip
import io
import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.http import parse_http_date
from tests.bookkeeping import OPERATOR, chosen, report, usage
from tests.links.conftest import OCTOBER, Answer, Made

from tallybook.database.queries import rows
from tallybook.database.scope import subscription_scope
from tallybook.links import answering, choices, links
from tallybook.links.drafts import Draft
from tallybook.links.models import LinkFile
from tallybook.links.periods import Period
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format
from tallybook.subscriptions.customers import list_customers, rename_customer

Call = Callable[..., Answer]
MakeLink = Callable[..., Made]
Take = Callable[..., Summary]


def kind(answer: Answer) -> str:
    return str(json.loads(answer.content)["type"]).removeprefix("/problems/")


def digest(answer: Answer) -> bytes:
    return b64decode(answer["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":"))


def test_a_call_gives_what_the_command_gives_with_all_that_tells_it_whole(call: Call, made: Made) -> None:
    answer = call(made)
    expected = report(chosen(made.subscription, "2026-10", "2026-10"))
    assert (answer.status_code, answer.content) == (200, expected)
    assert answer["Content-Length"] == str(len(expected))
    assert digest(answer) == sha256(expected).digest()
    assert answer["Tallybook-Row-Count"] == "4"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="itemised-billing-report-2026-10.csv"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Vary"] == "Accept-Encoding"
    assert (answer["RateLimit-Policy"], answer["RateLimit"]) == ('"link";q=1;w=300', '"link";r=0;t=300')
    assert parse_http_date(answer["Last-Modified"]) <= datetime.now(UTC).timestamp()
    assert not answer["ETag"].startswith("W/")


def test_json_names_the_link(call: Call, make_link: MakeLink) -> None:
    made = make_link(format=Format.JSON)
    answer = call(made)
    told = json.loads(answer.content)
    assert list(told) == ["schema", "link", "period", "generatedAt", "rows"]
    assert told["link"] == str(made.link.saved.id)
    assert told["period"] == {"from": "2026-10", "to": "2026-10"}
    plain = json.loads(report(chosen(made.subscription, "2026-10", "2026-10"), Form(format=Format.JSON)))
    assert told == plain | {"link": told["link"]}
    assert answer["Content-Type"] == "application/json"


def test_gzip_is_another_representation_of_the_same(call: Call, made: Made) -> None:
    plain = call(made)
    made.open_slot()
    zipped = call(made, Accept_Encoding="br, gzip;q=0.5")
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["Content-Encoding"] == "gzip"
    assert zipped["ETag"] != plain["ETag"]
    assert digest(zipped) == sha256(zipped.content).digest() != digest(plain)
    made.open_slot()
    assert call(made, Accept_Encoding="gzip").content == zipped.content
    made.open_slot()
    assert "Content-Encoding" not in call(made, Accept_Encoding="gzip;q=0, deflate").headers


def test_too_early(call: Call, made: Made) -> None:
    assert call(made).status_code == 200
    answer = call(made)
    assert (answer.status_code, kind(answer)) == (429, "too-early")
    wait = int(answer["Retry-After"])
    assert wait in range(299, 301)
    assert answer["RateLimit-Policy"] == '"link";q=1;w=300'
    assert answer["RateLimit"] == f'"link";r=0;t={wait}'
    assert answer["Cache-Control"] == "no-store"
    assert json.loads(answer.content)["retryAfterSeconds"] == wait
    assert call(made).status_code == 429  # and a refusal does not move the slot
    assert int(call(made)["Retry-After"]) <= wait


def test_unchanged_data_is_304_and_changed_data_is_not(call: Call, made: Made, take: Take) -> None:
    tag = call(made)["ETag"]
    made.open_slot()
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = call(made, If_None_Match=header)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    take([usage(object_name="Somebody New")])
    changed = call(made, If_None_Match=tag)
    assert (changed.status_code, changed["Tallybook-Row-Count"]) == (200, "5")
    assert changed["ETag"] != tag


@pytest.mark.parametrize("change", ["rename", "edit", "replace"])
def test_what_changes_the_answer_changes_the_tag(call: Call, made: Made, take: Take, change: str) -> None:
    tag = call(made)["ETag"]
    with subscription_scope(made.subscription.id):
        if change == "rename":
            rename_customer(made.subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
        if change == "edit":
            draft = Draft(name="Another name", period=OCTOBER, allowed=None)
            links.change_link(made.subscription, made.link.saved.id, draft, actor=OPERATOR)
    if change == "replace":
        take([usage(customer="Anchor Ltd", object_name="Ann")], replace=True)
    made.open_slot()
    answer = call(made, If_None_Match=tag)
    assert answer.status_code == 200
    assert answer["ETag"] != tag


def test_usage_of_another_month_changes_nothing(call: Call, made: Made, take: Take) -> None:
    tag = call(made)["ETag"]
    take([usage(month="2026-11")])
    assert call(made, If_None_Match=tag).status_code == 304


def test_a_moving_period_changes_the_answer_though_nothing_was_reported(
    call: Call, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        days = 0

        @classmethod
        def now(cls, zone: tzinfo) -> datetime:
            return datetime.now(zone) + timedelta(days=cls.days)

    monkeypatch.setattr(choices, "datetime", Clock)
    made = make_link(period=Period.read("this-month"))
    tag = call(made)["ETag"]
    assert call(made, If_None_Match=tag).status_code == 304
    Clock.days = 31
    made.open_slot()
    next_month = call(made, If_None_Match=tag)
    assert (next_month.status_code, next_month["ETag"] == tag) == (200, False)
    assert call(made, If_None_Match=next_month["ETag"]).status_code == 304
    Clock.days = 0
    assert call(made, If_None_Match=tag).status_code == 304


def test_a_choice_of_customers_and_the_customers_that_come_later(call: Call, make_link: MakeLink, take: Take) -> None:
    everybody = make_link()
    with subscription_scope(everybody.subscription.id):
        (bell,) = (one for one in list_customers(everybody.subscription) if one.name == "Bell Ltd")
    one = make_link(customer_ids=(bell.id,))
    take([usage(customer="Later Ltd")])
    names = [
        {row["Customer Name"] for row in csv.DictReader(io.StringIO(call(each).content.decode()))} for each in (everybody, one)
    ]
    assert names == [{"Anchor Ltd", "Bell Ltd", "Later Ltd"}, {"Bell Ltd"}]


def test_head_tells_of_the_last_file_and_builds_none(call: Call, made: Made) -> None:
    empty = call(made, method="HEAD")
    assert (empty.status_code, empty.content) == (200, b"")
    assert "ETag" not in empty.headers
    built = call(made)
    assert built.status_code == 200
    head = call(made, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Length", "ETag", "Repr-Digest", "Tallybook-Row-Count", "Content-Type", "Content-Disposition"):
        assert head[name] == built[name]


def test_the_rest_of_a_file_is_served_inside_the_pace(call: Call, made: Made) -> None:
    whole = call(made)
    size = len(whole.content)
    for header, first, last in (
        ("bytes=100-", 100, size),
        ("bytes=0-0", 0, 1),
        ("bytes=-7", size - 7, size),
        (f"bytes=9-{size * 2}", 9, size),
    ):
        for condition in ({}, {"If_Range": whole["ETag"]}):
            part = call(made, Range=header, **condition)
            assert (part.status_code, part.content) == (206, whole.content[first:last])
            assert part["Content-Range"] == f"bytes {first}-{last - 1}/{size}"
            assert part["Content-Length"] == str(last - first)
            assert (part["ETag"], part["Repr-Digest"]) == (whole["ETag"], whole["Repr-Digest"])


def test_parts_are_of_the_plain_file(call: Call, made: Made) -> None:
    zipped = call(made, Accept_Encoding="gzip")
    assert kind(call(made, Range="bytes=5-", Accept_Encoding="gzip")) == "range-not-kept"
    assert kind(call(made, Range="bytes=5-", If_Range=zipped["ETag"], Accept_Encoding="gzip")) == "too-early"
    made.open_slot()
    plain = call(made)
    part = call(made, Range="bytes=5-", Accept_Encoding="gzip")
    assert (part.status_code, part.content) == (206, plain.content[5:])
    assert "Content-Encoding" not in part.headers


def test_ranges_that_are_not_served(call: Call, made: Made) -> None:
    assert kind(call(made, Range="bytes=0-")) == "range-not-kept"
    whole = call(made)
    beyond = call(made, Range=f"bytes={len(whole.content)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole.content)}")
    for header in ("bytes=5-2", "bytes=0-1,4-5", "lines=0-", "bytes=-", "bytes=a-"):
        assert kind(call(made, Range=header)) == "too-early"  # not heeded: a whole answer is asked for
    assert kind(call(made, Range="bytes=5-", If_Range='"other"')) == "too-early"
    assert kind(call(made, Range="bytes=5-", address="192.0.2.9")) == "range-not-kept"


def test_an_old_head_never_gets_a_newer_tail(call: Call, made: Made, take: Take) -> None:
    first = call(made)
    take([usage(object_name="Somebody New")])
    made.open_slot()
    second = call(made)
    assert second.content != first.content
    assert kind(call(made, Range="bytes=100-")) == "range-not-kept"
    made.open_slot()
    assert call(made, Range="bytes=100-", If_Range=second["ETag"]).content == second.content[100:]
    assert call(made, Range="bytes=100-", If_Range=first["ETag"]).content == second.content  # the whole, made anew
    with subscription_scope(made.subscription.id):
        LinkFile.objects.update(superseded_at=datetime.now(UTC) - timedelta(hours=1))
    assert call(made, Range="bytes=100-").content == second.content[100:]


def test_unchanged_data_built_again_can_be_gone_on_with(call: Call, made: Made) -> None:
    first = call(made)
    made.open_slot()
    assert call(made).content == first.content
    assert call(made, Range="bytes=100-").content == first.content[100:]


def test_a_file_is_kept_for_an_hour_and_dropped_by_an_edit(call: Call, made: Made) -> None:
    call(made)
    with subscription_scope(made.subscription.id):
        LinkFile.objects.update(built_at=datetime.now(UTC) - timedelta(minutes=61))
    assert kind(call(made, Range="bytes=1-")) == "range-not-kept"
    made.open_slot()
    call(made)
    assert call(made, Range="bytes=1-").status_code == 206
    with subscription_scope(made.subscription.id):
        draft = Draft(name="PSA", period=OCTOBER, allowed=("127.0.0.1",))
        links.change_link(made.subscription, made.link.saved.id, draft, actor=OPERATOR)
    assert kind(call(made, Range="bytes=1-")) == "range-not-kept"
    assert list((settings.INSTALLATION.home / "report-files").iterdir()) == []


def test_the_last_file_is_repeated_where_the_link_says_so(call: Call, make_link: MakeLink, take: Take) -> None:
    made = make_link(repeats_last_file=True)
    first = call(made)
    assert "Age" not in first.headers
    take([usage(object_name="Somebody New")])
    again = call(made)
    assert (again.status_code, again.content) == (200, first.content)
    assert int(again["Age"]) in range(60)
    assert again["ETag"] == first["ETag"]
    assert kind(call(made, address="192.0.2.9")) == "too-early"
    made.open_slot()
    assert call(made)["Tallybook-Row-Count"] == "5"


def test_an_empty_choice_is_a_header(call: Call, make_link: MakeLink) -> None:
    made = make_link(period=type(OCTOBER)("2026-01..2026-01"))
    answer = call(made)
    assert (answer.status_code, answer["Tallybook-Row-Count"]) == (200, "0")
    assert answer.content == report(chosen(made.subscription, "2026-01", "2026-01"))
    assert "Last-Modified" not in answer.headers


def test_a_failed_build_gives_the_slot_back(call: Call, made: Made, tmp_path: Path) -> None:
    blocked = tmp_path / "home" / "report-files"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("in the way")
    answer = call(made)
    assert (answer.status_code, kind(answer), answer["Retry-After"]) == (503, "server-busy", "30")
    assert str(tmp_path) not in answer.content.decode()
    blocked.unlink()
    assert call(made).status_code == 200
    claims = rows("SELECT claim, lease_until FROM link_gate WHERE link_id = %(id)s", {"id": made.link.saved.id})
    assert claims == [(None, None)]


def test_a_busy_server_says_so(call: Call, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_WAIT_FOR_A_BUILD_SECONDS", 0.01)
    with answering._builds, answering._builds, answering._builds, answering._builds:  # noqa: SLF001
        answer = call(made)
    assert (answer.status_code, kind(answer)) == (503, "server-busy")
    assert call(made).status_code == 200


def test_a_worker_that_fell_silent_gives_the_slot_back(call: Call, made: Made) -> None:
    assert call(made).status_code == 200
    lease = "UPDATE link_gate SET lease_until = clock_timestamp() {} interval '9 seconds' RETURNING 1"
    with subscription_scope(made.subscription.id):
        assert rows(lease.format("+")) == [(1,)]
    assert call(made).status_code == 429
    with subscription_scope(made.subscription.id):
        assert rows(lease.format("-")) == [(1,)]
    assert call(made).status_code == 200


def test_a_clock_that_was_put_back_locks_nobody(call: Call, made: Made) -> None:
    with subscription_scope(made.subscription.id):
        ahead = "UPDATE link_gate SET next_allowed_at = clock_timestamp() + interval '{} seconds' RETURNING 1"
        assert rows(ahead.format(299)) == [(1,)]
    assert int(call(made)["Retry-After"]) <= 300
    with subscription_scope(made.subscription.id):
        assert rows(ahead.format(4000)) == [(1,)]
    assert call(made).status_code == 200
