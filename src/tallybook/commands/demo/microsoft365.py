"""The Microsoft 365 rows of a company: its people, shared mailboxes and SharePoint sites."""

from collections.abc import Iterator
from typing import NamedTuple

from tallybook.commands.demo.chance import between, invented_id, pick, share
from tallybook.commands.demo.companies import CAPITALS_INDEX, CAPITALS_PLACE, COMPANIES, Company
from tallybook.commands.demo.names import languages
from tallybook.commands.demo.tenures import Tenure, is_new, just_ended, tenures
from tallybook.commands.demo.usage import Backups, DemoMonth, DemoRow, backups, joining_day, said, sizes

PRODUCT = "365 Total Backup"
_PLANS = ("365 Total Backup", "365 Total Backup Archive")
_LICENCES = (
    "Microsoft 365 Business Basic",
    "Microsoft 365 Business Standard",
    "Microsoft 365 Business Premium",
    "Office 365 E3",
    "Exchange Online (Plan 1)",
)
_NO_LICENCE = "Unlicensed"
# Of so many of a hundred people each type is backed up.
_WORKLOADS = {"Mailbox": 97, "OneDrive": 76, "User Teams Chats": 52}
_UNTOUCHED_PERCENT = 4
_SHARED_MAILBOXES = ("info", "accounts", "jobs")
_SITES = ("Company", "Projects", "Finance", "Sales", "HR, confidential", 'Archive "old"', "Quality", "Board", "IT", "Marketing")
_USERS_A_SITE = 8
_USERS_A_SHARED_MAILBOX = 12


class Account(NamedTuple):
    """Somebody, a shared mailbox or a site: what backed up objects belong to."""

    key: str
    name: str
    details: str
    licence: str


def rows(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    """All Microsoft 365 rows of a company in a month."""
    if company.counts.user:
        yield from _staff(company, month)
        yield from _former_staff(company, month)
        yield from _shared_mailboxes(company, month)
        yield from _sites(company, month)


def account_of(company: Company, tenure: Tenure) -> Account:
    key = f"{tenure.place}.{tenure.generation}"
    language = languages()[company.language]
    # People in neighbouring generations are 151 names apart, more than any company has places.
    number = between(0, language.combinations, company.domain, "names") + tenure.place + 151 * tenure.generation
    name = company.stays.get(tenure.place) or language.name(number)
    licence = pick(_LICENCES, company.domain, key, "licence")
    return Account(key, name.shown, f"{name.local_part}@{company.domain}", licence)


def _staff(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    for tenure in tenures(company, "user", month.index):
        account = account_of(company, tenure)
        joins = is_new(company, "user", tenure, month.index)
        first_day = joining_day(company, account.key) if joins else 1
        if first_day > month.last_day:
            continue
        age = month.index - tenure.first
        if company is COMPANIES[0] and (month.index, tenure.place) == (CAPITALS_INDEX, CAPITALS_PLACE):
            account = account._replace(name=account.name.upper())
        yield from _of_person(company, month, account, first_day, age)


def _of_person(company: Company, month: DemoMonth, account: Account, first_day: int, age: int) -> Iterator[DemoRow]:
    types = _types(company, account)
    if not types:
        yield _row(company, month, "N/A", account)._replace(protected_bytes=0)
    for object_type in types:
        days = backups(company, month, f"{account.key} {object_type}", first_day=first_day)
        yield _backed_up(company, month, _row(company, month, object_type, account), days, age)


def _types(company: Company, account: Account) -> list[str]:
    """What is backed up of a person; of some who hold a licence nothing is."""
    about = (company.domain, account.key)
    if share(*about, "untouched") * 100 < _UNTOUCHED_PERCENT:
        return []
    return [name for name, percent in _WORKLOADS.items() if share(*about, name) * 100 < percent]


def _former_staff(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    """Modern sources go on showing what they keep of those who have left, for a month."""
    if not company.modern:
        return
    for tenure in just_ended(company, "user", month.index):
        account = account_of(company, tenure)._replace(licence=_NO_LICENCE)
        for object_type in _types(company, account):
            age = month.index - 1 - tenure.first
            row = _row(company, month, object_type, account)._replace(deleted="Yes")
            yield row._replace(**sizes(company, object_type, account.key, age))


def _shared_mailboxes(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    count = company.counts.user // _USERS_A_SHARED_MAILBOX
    for name in _SHARED_MAILBOXES[:count]:
        account = Account(name, name.capitalize(), f"{name}@{company.domain}", _NO_LICENCE)
        row = _row(company, month, "Shared Mailbox", account)
        yield _backed_up(company, month, row, backups(company, month, name), month.index)


def _sites(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    count = company.counts.user // _USERS_A_SITE
    for number, name in enumerate(_SITES[:count]):
        account = Account(f"site {number}", name, f"https://{company.domain}/sites/{number + 1:02}", "")
        row = _row(company, month, "SharePoint Files", account)
        yield _backed_up(company, month, row, backups(company, month, account.key), month.index)


def _row(company: Company, month: DemoMonth, object_type: str, account: Account) -> DemoRow:
    """The cells that say whose and what. A person's objects share the person's id."""
    row = DemoRow(
        month=str(month),
        customer=company.name,
        reference=company.reference,
        product=PRODUCT,
        plan=pick(_PLANS, company.domain, "plan"),
        organisation=company.domain,
        object_type=object_type,
        object_name=account.name,
        object_details=account.details,
    )
    if not company.modern:
        return row
    return row._replace(object_id=invented_id(company.domain, account.key), licence=account.licence, deleted="No")


def _backed_up(company: Company, month: DemoMonth, row: DemoRow, days: Backups, age: int) -> DemoRow:
    when = said(company, month, days, row.object_details)
    return row._replace(**when, **sizes(company, row.object_type, row.object_details, age))
