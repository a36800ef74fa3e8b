"""The answer to a call that was admitted: unchanged, the rest of a file, the last file again, or the data made afresh."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import BoundedSemaphore
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tallybook.database.queries import rows
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotNow
from tallybook.links import call_log, kept_files, problems, sending
from tallybook.links.admission import admit
from tallybook.links.choices import Resolved, resolve
from tallybook.links.contents import content_now, content_of
from tallybook.links.kept_files import GZIP, IDENTITY, Holder, KeptFile
from tallybook.links.keys import Key
from tallybook.links.models import LinkFile
from tallybook.links.pace import claim_slot, held
from tallybook.links.register import Gate
from tallybook.reports.building import KEPT_PLACE, BuiltReport, build, told_clearly
from tallybook.web.addresses import Address
from tallybook.web.conditions import accepts_gzip, byte_range, matches

# A link that somebody edits all the time is asked for again so often.
_ATTEMPTS = 5
# Of one process: each takes a thread, a connection and disk, and the other threads go on refusing and serving.
_MOST_BUILDS = 4
_WAIT_FOR_A_BUILD_SECONDS = 5.0
_builds = BoundedSemaphore(_MOST_BUILDS)


@dataclass(slots=True, kw_only=True)
class Call:
    """A call on its way to its answer."""

    request: HttpRequest
    link_id: UUID
    key: Key
    address: Address | None
    began: float = field(default_factory=time.monotonic)

    @property
    def address_text(self) -> str:
        return "" if self.address is None else str(self.address)

    @property
    def coding(self) -> str:
        return GZIP if accepts_gzip(self.header("HTTP_ACCEPT_ENCODING") or "") else IDENTITY

    def header(self, name: str) -> str | None:
        """A header by WSGI's name: `request.headers` would read all of them for one."""
        value: str | None = self.request.META.get(name)
        return value

    def holder(self, gate: Gate, coding: str) -> Holder:
        return Holder(gate, self.key.key_id, self.address_text, coding)


def answer(call: Call) -> HttpResponseBase:
    """The answer to a call with a key.

    Raises:
        Problem: the call is refused.
    """
    for _ in range(_ATTEMPTS):
        gate = admit(call.key, call.link_id, call.address)
        call_log.calls.note_use(gate.subscription_id, call.key.key_id)
        response = _without_building(call, gate) or _built_anew(call, gate)
        if response is not None:
            return response
    raise problems.too_early(1, settings.INSTALLATION.link_pace_seconds)


def _without_building(call: Call, gate: Gate) -> HttpResponseBase | None:
    """What needs no data to be made: 304, the headers, a part of the last file, the last file again. None for all else."""
    if call.request.method == "HEAD":
        return _noted(call, "headers", sending.headers_of(_kept(call, gate, call.coding), call.coding))
    wanted_tags = call.header("HTTP_IF_NONE_MATCH")
    if wanted_tags is not None and (unchanged := _unchanged(call, gate, wanted_tags)):
        return _noted(call, "not-modified", unchanged)
    wanted = byte_range(call.header("HTTP_RANGE"))
    if wanted and (part := _part(call, gate, wanted)):
        return _noted(call, "part", part)
    if gate.wait_seconds:
        return _repeated(call, gate)
    return None


def _unchanged(call: Call, gate: Gate, wanted_tags: str) -> HttpResponseBase | None:
    tag = sending.tag_of(content_now(gate), call.coding)
    return sending.not_modified(tag) if matches(wanted_tags, tag) else None


def _part(call: Call, gate: Gate, wanted: tuple[int | None, int | None]) -> HttpResponseBase | None:
    """A part of the last plain file, None where the whole is to be sent.

    Whoever goes on with a transfer has kept what was decoded of it, and a part of a gzip stream cannot be decoded.

    Raises:
        Problem: there is no file of which it could be a part.
    """
    kept = _kept(call, gate, IDENTITY)
    condition = call.header("HTTP_IF_RANGE")
    if kept is not None:
        tag = sending.tag_of(kept.facts.content, kept.facts.coding)
        if kept.is_the_only_one if condition is None else condition.strip() == tag:
            return sending.part_of(kept, wanted)
        kept.file.close()
    if condition is None:
        raise problems.range_not_kept()
    # RFC 9110, section 13.1.5: a range of a file that is no more is not heeded.
    return None


def _repeated(call: Call, gate: Gate) -> HttpResponseBase:
    kept = _kept(call, gate, call.coding) if gate.repeats_last_file else None
    if kept is None:
        raise problems.too_early(gate.wait_seconds, settings.INSTALLATION.link_pace_seconds)
    return _noted(call, "repeated", sending.repeated(kept))


def _kept(call: Call, gate: Gate, coding: str) -> KeptFile | None:
    with subscription_scope(gate.subscription_id):
        return kept_files.find(call.holder(gate, coding))


def _noted(call: Call, outcome: str, response: HttpResponseBase) -> HttpResponseBase:
    call_log.calls.note(call_log.Call(call.link_id, call.address_text, response.status_code, outcome))
    return response


def _built_anew(call: Call, gate: Gate) -> HttpResponseBase | None:
    """The data, made now; None where somebody else took the slot, or changed the link, since the gate was looked at."""
    with _place_to_build():
        claim = claim_slot(gate)
        if claim is None:
            return None
        try:
            with held(claim):
                return sending.whole(_build(call, gate))
        except NotNow as refused:
            raise problems.server_busy(str(refused)) from None


@contextmanager
def _place_to_build() -> Iterator[None]:
    if not _builds.acquire(timeout=_WAIT_FOR_A_BUILD_SECONDS):
        raise problems.server_busy("The server is building as many reports as it can. Call again in half a minute.")
    try:
        yield
    finally:
        _builds.release()


def _build(call: Call, gate: Gate) -> KeptFile:
    with subscription_scope(gate.subscription_id):
        resolved = resolve(gate)
    # What the disk has no room for is told as such, the compressed file included.
    with told_clearly(KEPT_PLACE), kept_files.building() as (token, file):
        built = build(resolved.choice, resolved.form, file)
        facts = _facts(call, gate, resolved, built, token)
        kept = kept_files.gzipped(built.file, facts) if call.coding == GZIP else KeptFile(file=file, facts=facts)
        _remember(call, gate, kept)
        return kept


def _facts(call: Call, gate: Gate, resolved: Resolved, built: BuiltReport, token: UUID) -> LinkFile:
    return LinkFile(
        **call.holder(gate, call.coding).files(),
        coding=call.coding,
        token=token,
        file_name=built.file_name,
        content_type=built.content_type,
        content=content_of(gate, resolved.form.kind, resolved.months, built.state.revisions),
        sha256=built.sha256,
        size_bytes=built.size_bytes,
        row_count=built.row_count,
        changed_at=built.state.changed_at,
        built_at=datetime.now(UTC),
    )


def _remember(call: Call, gate: Gate, kept: KeptFile) -> None:
    """Keep the file, unless the link was edited meanwhile, and log the call."""
    with subscription_scope(gate.subscription_id):
        ((revision,),) = rows("SELECT revision FROM link_gate WHERE link_id = %(link)s FOR UPDATE", {"link": gate.link_id})
        if revision == gate.revision:
            kept_files.keep(call.holder(gate, call.coding), kept.facts)
        else:
            kept_files.forget([kept.facts.token])
        call_log.write_granted(
            gate.subscription_id,
            call_log.Granted(
                link_id=gate.link_id,
                address=call.address_text,
                row_count=kept.facts.row_count,
                size_bytes=kept.facts.size_bytes,
                milliseconds=int((time.monotonic() - call.began) * 1000),
            ),
        )
