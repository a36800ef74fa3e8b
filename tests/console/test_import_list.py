"""The list of imports, the page of one, and taking one back."""

from uuid import uuid4

import pytest
from tests.bookkeeping import reported, usage
from tests.console.cast import Browse, markup, words
from tests.console.import_cast import ANN, BAD, BEN, Clerk, clerk

from tallybook.subscriptions.models import Subscription, User

__all__ = ["clerk"]


def test_an_import_is_undone_after_it_was_said_what_that_does(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN, BEN]), "import")
    question = clerk.client.get(f"{clerk.imports}1/undo/")
    assert "September 2026 1 0 0 October 2026 1 0 0" in words(question)
    done = clerk.client.post(f"{clerk.imports}1/undo/", follow=True)
    assert "The import was undone." in words(done)
    assert "Undone" in words(clerk.client.get(clerk.imports))
    assert reported(clerk.subscription) == []
    again = clerk.client.post(f"{clerk.imports}1/undo/")
    assert again.status_code == 409
    assert "Import 1 was undone already." in words(again)


def test_a_later_import_hinders_undoing(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN], "first.csv"), "import")
    clerk.post(clerk.send([ANN], "second.csv"), "import")
    question = clerk.client.get(f"{clerk.imports}1/undo/")
    assert "2 (second.csv)" in words(question)
    assert "Undo import 1</button>" not in markup(question)
    assert clerk.client.post(f"{clerk.imports}1/undo/").status_code == 409


def test_a_viewer_sees_imports_and_makes_none(browse: Browse, viewer: User, clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN, BAD]), "import")
    waiting = clerk.send([BEN], "waiting.csv")
    upload = clerk.upload(waiting)
    client = browse(viewer)
    listed = client.get(clerk.imports)
    assert "usage.csv" in words(listed)
    assert "waiting.csv" not in words(listed)
    assert "Import a usage file" not in words(listed)
    page = client.get(f"{clerk.imports}1/")
    assert "Undo this import" not in words(page)
    assert "Download" not in words(page)
    for address in ("new/", "1/undo/", f"files/{upload.id}/", f"files/{upload.id}/refused.csv"):
        assert client.get(clerk.imports + address).status_code == 403, address
    for address in ("new/", "1/undo/", *(f"files/{upload.id}/{what}" for what in ("check", "import", "remove"))):
        assert client.post(clerk.imports + address).status_code == 403, address


def test_files_and_imports_of_somebody_else_are_not_there(
    browse: Browse, stranger: User, other_subscription: Subscription, clerk: Clerk
) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    clerk.post(page, "import")
    client = browse(stranger)
    theirs = f"/subscriptions/{other_subscription.id}/imports/"
    for base in (theirs, clerk.imports):
        for address in ("1/", "1/undo/", f"files/{upload.id}/", f"files/{upload.id}/refused.csv"):
            assert client.get(base + address).status_code == 404, base + address
        assert client.post(f"{base}files/{upload.id}/remove").status_code == 404
    assert client.get(f"{theirs}9999999999999/").status_code == 404
    assert client.get(f"{theirs}files/{uuid4()}/").status_code == 404


@pytest.fixture
def many(clerk: Clerk) -> Clerk:
    for number in range(3):
        rows = [usage(object_name=f"Ann {number}"), *([BAD] if number == 1 else [])]
        clerk.post(clerk.send(rows, f"file {number}%.csv"), "import")
    return clerk


def test_the_list_is_filtered_sorted_and_says_when_nothing_fits(many: Clerk) -> None:
    def names(address: str) -> list[str]:
        return [f"file {n}%" for n in _order(words(many.client.get(many.imports + address)))]

    assert names("") == ["file 2%", "file 1%", "file 0%"]
    assert names("?sort=number") == ["file 0%", "file 1%", "file 2%"]
    assert names("?state=refused") == ["file 1%"]
    assert names("?search=2%25") == ["file 2%"]
    assert names("?state=undone") == []
    assert "No such import" in words(many.client.get(f"{many.imports}?search=_"))
    assert many.client.get(f"{many.imports}?search=%00&sort=nonsense&page=x").status_code == 200


def _order(text: str) -> list[str]:
    return [text[index + 5] for index in range(len(text)) if text.startswith("file ", index) and text[index + 6] == "%"]
