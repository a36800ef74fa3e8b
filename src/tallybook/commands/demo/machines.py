"""The rows of a company's virtual machines, servers and endpoints."""

from collections.abc import Iterator
from typing import NamedTuple

from tallybook.commands.demo.chance import invented_id, pick
from tallybook.commands.demo.companies import Company
from tallybook.commands.demo.tenures import Tenure, is_new, tenures
from tallybook.commands.demo.usage import DemoMonth, DemoRow, backups, joining_day, said, sizes


class Kind(NamedTuple):
    """A kind of machine: its product, its type, and what its names begin with."""

    product: str
    object_type: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] = ("",)


_KINDS = {
    "vm": Kind("VM Backup", "VM", ("DC", "FS", "SQL", "APP", "RDS", "PRINT", "WEB"), ("", "Head office", "Data centre")),
    "server": Kind("Physical Server Backup", "Physical Server", ("HV", "NAS", "SRV")),
    "endpoint": Kind("EndPoint Backup", "Endpoint", ("LT-", "PC-")),
}


def rows(company: Company, month: DemoMonth) -> Iterator[DemoRow]:
    """All machines of a company in a month."""
    for key, kind in _KINDS.items():
        for tenure in tenures(company, key, month.index):
            joins = is_new(company, key, tenure, month.index)
            first_day = joining_day(company, f"{key} {tenure.place}") if joins else 1
            if first_day <= month.last_day:
                yield _row(company, month, kind, tenure, first_day)


def _row(company: Company, month: DemoMonth, kind: Kind, tenure: Tenure, first_day: int) -> DemoRow:
    name = _name(company, kind, tenure)
    row = DemoRow(
        month=str(month),
        customer=company.name,
        reference=company.reference,
        product=kind.product,
        plan=kind.product,
        organisation=pick(kind.sites, company.domain, kind.product),
        object_type=kind.object_type,
        object_name=name,
        object_details=f"{name.lower()}.{company.domain}",
    )
    when = said(company, month, backups(company, month, name, first_day=first_day), name)
    row = row._replace(**when, **sizes(company, kind.object_type, name, month.index - tenure.first))
    return row._replace(object_id=invented_id(company.domain, name), deleted="No") if company.modern else row


def _name(company: Company, kind: Kind, tenure: Tenure) -> str:
    """Numbers of a company's machines of one kind begin anew with each hundred places a generation."""
    number = tenure.place + 1 + 100 * tenure.generation
    role = pick(kind.roles, company.domain, kind.object_type, tenure.place)
    return f"{role}{number:03}"
