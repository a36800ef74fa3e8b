"""`tallybook product`: the installation's catalogue."""

import typer

from tallybook.commands.environment import open_database
from tallybook.subscriptions.products import alias_product, create_product, list_products

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
def list_() -> None:
    """Show the catalogue, one product a line."""
    open_database()
    for product in list_products():
        print(product.name)
