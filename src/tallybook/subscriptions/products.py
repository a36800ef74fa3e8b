"""The installation's catalogue of products, and the names under which files call them."""

from django.db import IntegrityError, transaction

from tallybook.database.folding import fold_name
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.models import Product, ProductAlias
from tallybook.subscriptions.near import did_you_mean
from tallybook.subscriptions.subscriptions import checked_name


def list_products() -> list[Product]:
    """The catalogue, in the order in which it grew."""
    return list(Product.objects.order_by("id"))


def product_aliases() -> dict[int, list[str]]:
    """The aliases of each product that has some, by its id."""
    aliases: dict[int, list[str]] = {}
    for alias in ProductAlias.objects.order_by("name_folded"):
        aliases.setdefault(alias.product_id, []).append(alias.name)
    return aliases


def products_by_name() -> dict[str, Product]:
    """Every product under its folded name and under each of its folded aliases."""
    aliases = {alias.name_folded: alias.product for alias in ProductAlias.objects.select_related("product")}
    return aliases | {product.name_folded: product for product in list_products()}


def find_product(name: str) -> Product:
    """The product of this name or alias.

    Raises:
        NotFound: names the near matches.
    """
    known = products_by_name()
    if fold_name(name) in known:
        return known[fold_name(name)]
    raise NotFound(unknown_product(name, list_products()))


def unknown_product(name: str, catalogue: list[Product]) -> str:
    """What to say of a name that is none of the catalogue's."""
    names = [product.name for product in catalogue]
    hint = did_you_mean(name, names, otherwise=f"The catalogue has {', '.join(names)}.")
    return f"There is no product {name!r}. {hint}"


def create_product(name: str) -> Product:
    """Add a product to the catalogue.

    Raises:
        Refused: a product or an alias has this name.
    """
    name = checked_name(name, "product")
    _refuse_taken(name)
    try:
        with transaction.atomic():
            return Product.objects.create(name=name, name_folded=fold_name(name))
    except IntegrityError:
        raise Refused(f"There is a product {name!r} already.") from None


def alias_product(name: str, alias: str) -> Product:
    """Let files call a product by another name too. The same alias again changes nothing.

    Raises:
        NotFound: there is no such product.
        Refused: another product has this name or alias.
    """
    product = find_product(name)
    alias = checked_name(alias, "alias")
    if products_by_name().get(fold_name(alias)) == product:
        return product
    _refuse_taken(alias)
    try:
        with transaction.atomic():
            ProductAlias.objects.create(name=alias, name_folded=fold_name(alias), product=product)
    except IntegrityError:
        raise Refused(f"{alias!r} was given to another product just now.") from None
    return product


def _refuse_taken(name: str) -> None:
    if taken := products_by_name().get(fold_name(name)):
        raise Refused(f"{name!r} is a name of the product {taken.name!r} already.")
