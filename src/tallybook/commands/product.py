"""`tallybook product`: the installation's catalogue."""

import json

import typer

from tallybook.commands.environment import open_database
from tallybook.commands.options import AsJson
from tallybook.subscriptions.products import alias_product, create_product, list_products, product_aliases

program = typer.Typer(help="The catalogue of products, and the names under which files call them.", no_args_is_help=True)


@program.command()
def create(name: str) -> None:
    """Add a product to the catalogue."""
    open_database()
    print(f"Added the product {create_product(name).name!r}.")


@program.command()
def alias(name: str, alias: str) -> None:
    """Let files call a product by another name too."""
    open_database()
    print(f"Files may call {alias_product(name, alias).name!r} also {alias!r}.")


@program.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Show the catalogue, one product a line: name and aliases."""
    open_database()
    aliases = product_aliases()
    products = [(one.name, aliases.get(one.id, [])) for one in list_products()]
    if as_json:
        told = [{"name": name, "aliases": others} for name, others in products]
        print(json.dumps({"products": told}, ensure_ascii=False))
        return
    for name, others in products:
        print("\t".join((name, ", ".join(others))))
