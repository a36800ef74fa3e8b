"""The names of made-up people."""

import pytest

from tallybook.commands.demo.companies import COMPANIES
from tallybook.commands.demo.names import languages


@pytest.mark.parametrize("name", sorted(languages()))
def test_each_combination_has_its_own_address(name: str) -> None:
    language = languages()[name]
    names = [language.name(number) for number in range(language.combinations)]
    assert language.combinations == 24 * 24
    assert len({one.shown for one in names}) == len({one.local_part for one in names}) == language.combinations
    assert all(one.local_part.replace(".", "").isalpha() and one.local_part.isascii() for one in names)


def test_every_company_speaks_a_language_that_there_is() -> None:
    assert {company.language for company in COMPANIES} == set(languages())


def test_names_of_a_script_of_its_own_are_shown_in_it() -> None:
    greek, japanese = (languages()[name].name(0) for name in ("greek", "japanese"))
    assert greek == ("Αγγελική Αλεξίου", "angeliki.alexiou")
    assert japanese == ("青木 愛", "ai.aoki")
