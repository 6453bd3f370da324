# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Equality of names: in any case and normal form, and for guard rails also in look-alike spellings."""

from __future__ import annotations

import json
import unicodedata
from unicodedata import normalize

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import composed, fold, look, same
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.guard_rails import Rules
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.api import is_named
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.filters import (
    case_free_filters,
    could_match,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

# Letters with several spellings, and the parts that compose them.
LETTERS = st.sampled_from("aAåÅ\u212béÉßẞ\u03c2\u03c3Σµμ\u017fsSKk\u212aİI\u0131i\u0307\u0301\u0323ǅﬁ한가각ㄱ ")
# Without the combining iota: its upper case is a letter, so later marks would belong to another letter (Unicode 3.13).
NAMES = st.one_of(st.text(LETTERS, min_size=1, max_size=8), st.text(min_size=1, max_size=8)).filter(
    lambda name: "\u0345" not in normalize("NFD", name)
)
FORMS = st.sampled_from(["NFC", "NFD"])
# Characters that are invisible or look like a blank.
UNSEEN = st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\x00", "\u202e", "\ufe0f"])
BLANKS = st.text(st.sampled_from(" \t\n\r\u00a0\u2007\u202f\u3000"), max_size=3)


@given(NAMES, FORMS, FORMS)
def test_canonically_equal_names_are_the_same(name: str, one: str, other: str) -> None:
    assert fold(normalize(one, name)) == fold(normalize(other, name)) == fold(name)
    assert same(normalize(one, name), normalize(other, name))
    assert composed({name: [name]}) == {normalize("NFC", name): [normalize("NFC", name)]}


@given(NAMES)
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    assert fold(fold(name)) == fold(name) == normalize("NFC", fold(name))
    assert look(look(name)) == look(name)


@given(NAMES)
@example("ΟΔΟΣ")
def test_case_pairs_are_the_same(name: str) -> None:
    for other in (name.lower(), name.upper()):
        assert look(other) == look(name)
        # Servers distinguish a letter from its multi-letter form, such as ß, and the i without its dot.
        if "\u0131" not in name and all(len(character.upper()) == len(character.lower()) == 1 for character in name):
            assert fold(other) == fold(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße", "strasse"),
        ("ﬁn", "fin"),
        ("\uff12", "2"),
        ("a b", "a\u00a0b"),
        *(("db-admins", f"db{hyphen}admins") for hyphen in "\u2010\u2011\u2012\u2013\u2212\uff0d\ufe63"),
        ("dbadmins", "db\u00adadmins"),
        ("app/admins", "app\uff0fadmins"),
    ],
)
def test_names_that_only_look_alike_are_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert look(one) == look(other)


@given(NAMES, FORMS, BLANKS, BLANKS, UNSEEN, st.sampled_from([str, str.upper, str.lower, str.casefold]))
def test_no_spelling_of_a_protected_name_is_unprotected(
    name: str, form: str, before: str, after: str, unseen: str, cased: type[str]
) -> None:
    assume("[" not in name)
    spelled = normalize(form, cased(name))
    assert Rules(protected=(name,)).protects([spelled])
    assert Rules(protected=(spelled,)).protects([name])
    # An invisible character before a mark would yield another letter than without it.
    if not any(unicodedata.combining(character) for character in normalize("NFKD", name)):
        hidden = before + unseen + spelled + unseen + after
        assert Rules(protected=(name,)).protects([hidden])
        assert Rules(protected=(f"{name}*",)).protects([f"{hidden}x"])


@given(st.text(LETTERS, min_size=1, max_size=6), FORMS)
def test_a_filter_finds_a_name_in_the_other_form(name: str, form: str) -> None:
    held = normalize(form, name)
    filters = case_free_filters("userName", name)
    assert any(held.startswith(json.loads(filter.partition(" sw ")[2])) for filter in filters)


def test_a_filter_may_end_within_a_letter() -> None:
    assert could_match('userName sw "Jose"', {"userName": normalize("NFD", "José")})
    assert could_match('userName eq "JOSÉ"', {"userName": normalize("NFD", "José")})


def test_the_query_language_finds_a_name_in_both_forms() -> None:
    assert is_named("Name", ["José"]).endswith("OR Name LIKE 'Jos_' OR Name LIKE 'Jose_'")
