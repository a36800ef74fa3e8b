"""`tallybook link`: report links, which RMM and PSA systems call."""

import json
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

import typer

from tallybook.commands.acting import acting_operator, entered
from tallybook.commands.options import AsJson, ReportKind, SubscriptionName
from tallybook.errors import Refused
from tallybook.links import links
from tallybook.links.allowing import normalised
from tallybook.links.describing import described, link_url
from tallybook.links.drafts import Draft
from tallybook.links.keys import Key
from tallybook.links.listing import ListedLink, list_links
from tallybook.links.periods import Period
from tallybook.reports.building import Format
from tallybook.reports.choice import choose_ids
from tallybook.reports.every_kind import find_kind
from tallybook.usage.months import parse_month

program = typer.Typer(help="Report links: addresses from which RMM and PSA systems fetch a report.", no_args_is_help=True)


def _link_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(f"{text!r} is no link's id. `tallybook link list` shows the ids, beside the names.") from None


LinkId = Annotated[UUID, typer.Argument(metavar="ID", help="The link's id, as `link list` shows it.", parser=_link_id)]


@program.command()
def create(  # noqa: PLR0913 - one parameter for each option
    subscription: SubscriptionName,
    name: Annotated[str, typer.Option(help="What the link is called.")],
    *,
    customer: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this customer; may be repeated.")] = None,
    product: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this product; may be repeated.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First month of a fixed period.")] = None,
    to: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Last month of it, included.")] = None,
    period: Annotated[
        str | None, typer.Option(help="this-month, previous-month, last-N-months or year-to-date: moves with the calendar.")
    ] = None,
    kind: ReportKind = "itemised",
    format_: Annotated[Literal["csv", "json"], typer.Option("--format", help="What a call is answered with.")] = "csv",
    expires: Annotated[str, typer.Option(metavar="DATE|never", help="The last day on which the link answers.")] = "never",
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="An address or network that may call, or several with commas; may be repeated."),
    ] = None,
    allow_anyone: Annotated[bool, typer.Option("--allow-anyone", help="Let anyone call who has the key.")] = False,
    repeat_last: Annotated[
        bool, typer.Option("--repeat-last", help="Answer calls that come too early with the last file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a link, and show its address and its key. The key is not shown again."""
    months = _period(from_, to, period)
    allowed = _allowed(allow, anyone=allow_anyone)
    last_day = _last_day(expires)
    with entered(subscription) as chosen:
        customer_ids, product_ids = choose_ids(chosen, customer or (), product or ())
        draft = Draft(
            name=name,
            period=months,
            kind=find_kind(kind),
            format=Format(format_),
            customer_ids=customer_ids,
            product_ids=product_ids,
            allowed=allowed,
            expires_on=last_day,
            repeats_last_file=repeat_last,
        )
        link, key = links.create_link(chosen, draft, actor=acting_operator())
    _print_key(link, key, as_json=as_json)


@program.command("list")
def list_(subscription: SubscriptionName, *, as_json: AsJson = False) -> None:
    """Show all links: id, state, name, period, and when it was called last."""
    with entered(subscription) as chosen:
        told = [_told(one) for one in list_links(chosen)]
    if as_json:
        print(json.dumps({"links": told}, ensure_ascii=False))
        return
    for one in told:
        last = one["lastCall"] or {"at": "never called"}
        print("\t".join(map(str, (one["id"], one["state"], one["name"], one["period"], last["at"]))))  # type: ignore[index]


@program.command()
def show(link_id: LinkId, subscription: SubscriptionName, *, as_json: AsJson = False) -> None:
    """Show a link with its choice, addresses, keys and last call."""
    with entered(subscription) as chosen:
        links.find_link(chosen, link_id)
        (told,) = (_told(one) for one in list_links(chosen, link_id))
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        print(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


@program.command()
def rotate(
    link_id: LinkId,
    subscription: SubscriptionName,
    *,
    overlap_days: Annotated[int, typer.Option(min=0, max=7, help="For how many days the former key goes on.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Give a link another key, and show it once."""
    with entered(subscription) as chosen:
        link, key = links.rotate_key(chosen, link_id, overlap=timedelta(days=overlap_days), actor=acting_operator())
    _print_key(link, key, as_json=as_json)


@program.command()
def pause(link_id: LinkId, subscription: SubscriptionName) -> None:
    """Let calls hear that the link is paused, until it is resumed."""
    with entered(subscription) as chosen:
        link = links.pause_link(chosen, link_id, actor=acting_operator())
    print(f"{link.saved.name!r} is paused.")


@program.command()
def resume(link_id: LinkId, subscription: SubscriptionName) -> None:
    """Take a pause back."""
    with entered(subscription) as chosen:
        link = links.resume_link(chosen, link_id, actor=acting_operator())
    print(f"{link.saved.name!r} answers again.")


@program.command()
def revoke(link_id: LinkId, subscription: SubscriptionName) -> None:
    """End a link for good."""
    with entered(subscription) as chosen:
        link = links.revoke_link(chosen, link_id, actor=acting_operator())
    print(f"{link.saved.name!r} is revoked.")


def _period(first: str | None, last: str | None, moving: str | None) -> Period:
    if moving is not None:
        if first is not None or last is not None:
            raise Refused("Both --period and a range of months are given. Leave out one of the two.")
        return Period.read(moving)
    if first is None or last is None:
        raise Refused("Say which months: --period previous-month, for example, or --from and --to.")
    return Period.fixed(parse_month(first, "--from"), parse_month(last, "--to"))


def _allowed(entries: list[str] | None, *, anyone: bool) -> tuple[str, ...] | None:
    if bool(entries) is anyone:
        raise Refused("Say who may call: either --allow with an address or network, as often as needed, or --allow-anyone.")
    return tuple(normalised(entry for text in entries for entry in text.split(","))) if entries else None


def _last_day(text: str) -> date | None:
    if text == "never":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"--expires is {text!r}, which is no day. Write it as YYYY-MM-DD, or never.") from None


def _print_key(link: links.Link, key: Key, *, as_json: bool) -> None:
    url = link_url(link.saved.id)
    if as_json:
        print(json.dumps({"id": str(link.saved.id), "name": link.saved.name, "url": url, "key": key.text}, ensure_ascii=False))
        return
    print(f"Address  {url}\nKey      {key.text}")
    print("The key is not shown again. Send it in the header X-API-KEY.")


def _told(listed: ListedLink) -> dict[str, object]:
    saved, gate, call = listed.link.saved, listed.link.gate, listed.last_call
    values = described(saved, gate)
    return {
        "id": str(saved.id),
        "name": saved.name,
        "state": str(listed.state),
        "url": link_url(saved.id),
        "kind": saved.kind,
        "format": saved.format,
        "period": values["period"],
        "customers": values["customers"],
        "products": values["products"],
        "addresses": values["addresses"],
        "expiresAt": values["expires_at"],
        "repeatsLastFile": gate.repeats_last_file,
        "madeBy": saved.made_by,
        "madeAt": saved.made_at.isoformat(timespec="seconds"),
        "keys": [
            {"lastFour": key.seen.last_four, "validUntil": key.valid_until.isoformat() if key.valid_until else None}
            for key in listed.keys
            if key.is_valid
        ],
        "lastCall": call
        and {
            "at": call.called_at.isoformat(timespec="seconds"),
            "address": call.address,
            "status": call.status,
            "outcome": call.outcome,
            "rows": call.row_count,
        },
        "calls30Days": listed.calls,
    }
