"""The catalogue of products."""

from uuid import uuid4

import pytest

from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.products import alias_product, create_product, find_product, list_products

SHIPPED = ["VM Backup", "365 Total Backup", "Physical Server Backup", "EndPoint Backup"]


def test_four_products_are_shipped_with_the_vendors_names() -> None:
    assert [product.name for product in list_products()][:4] == SHIPPED
    assert find_product("Altaro Office 365 Backup").name == "365 Total Backup"
    assert find_product("hornetsecurity vm backup").name == "VM Backup"


def test_a_product_is_made_and_found_by_name_and_alias() -> None:
    name = f"Tape Backup {uuid4()}"
    made = create_product(f" {name} ")
    assert made.name == name
    assert alias_product(name.upper(), f"Tapes of {name}").id == made.id
    assert find_product(f"TAPES OF {name}").id == find_product(name.lower()).id == made.id
    assert alias_product(name, f"tapes of {name}").id == made.id


def test_taken_names_are_refused() -> None:
    for taken in ("vm backup", "Altaro VM Backup"):
        with pytest.raises(Refused, match="is a name of the product 'VM Backup' already"):
            create_product(taken)
        with pytest.raises(Refused, match="is a name of the product 'VM Backup' already"):
            alias_product("EndPoint Backup", taken)
    assert find_product("Altaro VM Backup").name == "VM Backup"


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb"])
def test_an_unusable_name_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="name of the product"):
        create_product(name)
    with pytest.raises(Refused, match="name of the alias"):
        alias_product("VM Backup", name)


def test_an_unknown_product_is_told_with_near_matches() -> None:
    with pytest.raises(NotFound, match=r"no product 'VM Bakup'\. Did you mean 'VM Backup'"):
        find_product("VM Bakup")
    with pytest.raises(NotFound, match="The catalogue has VM Backup, 365 Total Backup"):
        alias_product("\u2603", "Anything")
