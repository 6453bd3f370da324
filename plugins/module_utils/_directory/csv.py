# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Turn the rows of a CSV file into entries of a directory. Pure: no I/O.

A row is an object, and a column is an option. An empty cell means that the option is not given. A file with an unknown
column or an ambiguous cell is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._base.errors import InvalidError, all_of, raise_all, some
from .._base.misfits import Spec
from .._base.paths import Object, fold, letters
from .._base.secrets import means_secret
from .._base.texts import LOST, REPLACEMENT, find_control, is_key_file, name_character
from .._model.options import entry_spec
from .._model.resources import RESOURCES, RIGHT_NAMES, RIGHTS
from .._model.rows import Resource
from .._model.shapes import Moment, seconds
from .values import POSITION

DELIMITERS = (",", ";", "\t")
# Two first lines that are not rows. Excel reads the delimiter from the first one and does not count it as a row.
# PowerShell writes the type of the objects into the second one.
SEPARATOR_LINE = re.compile('"?sep=(.)"?\r?\n', re.IGNORECASE)
TYPE_LINE = "#TYPE "
VERSION_CELL = re.compile(r"version:v[0-9.]+")  # in the templates of Entra ID
YES = ("true", "yes", "y", "on", "1", "t")
NO = ("false", "no", "n", "off", "0", "f")
# The values of a user's state in exports of directories.
STATES = {
    "active": True,
    "enabled": True,
    "inactive": False,
    "disabled": False,
    "suspended": False,
    "deprovisioned": False,
}
PORT = "properties.Port"  # the one property of an account that is a number; it is sent as text
OPPOSITE = "not "  # a prefix for columns with the negated value of an option, such as "not active"
# The member types of the vault, and the option for each.
MEMBER_TYPES = {"user": "user", "group": "group", "role": "group"}
LEVELS = RIGHTS[-2:]  # They exclude each other in the vault (contract, section 7.3).
# Values that spreadsheets and databases write instead of a text, with the message for each.
ERROR_VALUE = (
    re.compile(r"#(?:[^\W\d_/]+(?:/0)?[!?]|N/A|NV|#+)"),
    "is an error value of a spreadsheet: correct it there",
)
DAMAGE = (
    ERROR_VALUE,
    (re.compile("=.*"), "is a formula for a spreadsheet: export the column as text"),
    (re.compile("'[0-9=+@-].*"), "begins with an apostrophe, which marks a text for a spreadsheet: export it without"),
    (
        re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]{2,}"),
        "is a number that lost digits: format the column as text, and enter it again",
    ),
    (
        re.compile(r"[(<\[]?(?:NULL|null|N/A|n/a|NA(?=>)|[Nn]one|NONE|nil|undefined)[])>]?|\\N|NaN|nan|NaT|-+"),
        "stands for no value: leave the cell empty",
    ),
)
# Values that are damage in a text only. A column of whole numbers refuses them anyway.
TEXT_DAMAGE = (
    *DAMAGE,
    (
        re.compile(r"[+-]?[0-9]+[.,]0"),
        "is a number with a decimal that a program has added: export the column as text",
    ),
)

# The headers that other tools use for an option, reduced to their letters. The option itself is always a valid header.
_USER: Mapping[str, tuple[str, ...]] = {
    "user_name": ("userprincipalname", "upn", "login", "loginname"),
    "given_name": ("firstname",),
    "family_name": ("lastname", "surname"),
    "email": ("mail", "emailaddress"),
    "phone_numbers.mobile": ("mobile", "mobilephone", "mobilenumber"),
    "phone_numbers.work": ("workphone", "officephone", "businessphone", "telephonenumber"),
    "phone_numbers.home": ("homephone",),
    "active": ("enabled", "isenabled", "accountenabled"),
    "organization": ("company", "companyname"),
}
_CONTAINER: Mapping[str, tuple[str, ...]] = {
    "name": ("safe", "safename"),
    "number_of_days_retention": ("numdaysretention",),
}
_PERMISSION: Mapping[str, tuple[str, ...]] = {
    "container": ("safe", "safename"),
    "member": ("membername", "safemember", "username"),
    "member_type": (),
    "search_in": ("memberlocation",),
    "membership_expiration": ("membershipexpirationdate", "expirationdate"),
    "authorization_level": ("requestsauthorizationlevel",),
}
_ACCOUNT: Mapping[str, tuple[str, ...]] = {
    "container": ("safe", "safename"),
    "name": ("objectname", "accountname"),
    "properties.username": ("username",),
    "properties.address": ("address",),
    "properties.platformId": ("platformid",),
    "secret": ("password",),
    "type": ("secrettype",),
}
HEADERS = {"users": _USER, "containers": _CONTAINER, "container_permissions": _PERMISSION, "privileged_data": _ACCOUNT}
FILLED = re.compile(r"\{([^{}]+)\}")  # the placeholder of a default for a cell of the same row
# Columns of a permission that are not options. They are converted into one option or more.
CONVERTED = ("member", "member_type", "authorization_level")


@dataclass(frozen=True)
class Reading:
    """The options for reading a file. ``columns`` maps headers to places, and ``defaults`` maps options to values.

    A place is an option, or an option and one of its keys with a dot between them. ``required`` are places that each
    row has to fill. ``source`` names the file in the position of each entry.
    """

    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: Collection[str] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    delimiter: str | None = None
    separator: str = ";"
    required: Collection[str] = ()
    source: str = ""


@dataclass(frozen=True)
class _Column:
    """A known column. A ``negated`` column holds the opposite of its option."""

    header: str
    place: str
    negated: bool = False


class _Cell(Exception):
    """The reason why a cell is refused."""


class _Row(Exception):
    """The reasons why a row is refused."""

    def __init__(self, number: int, reasons: Iterable[object]) -> None:
        super().__init__()
        self.texts = [f"row {number}{reason}" for reason in reasons]


def entries_of_csv(text: str, how: Reading) -> list[Object]:
    """Return the entries in the text of a CSV file (RFC 4180; any of three delimiters).

    Raise InvalidError, which names all wrong rows and columns.
    """
    resource = next(each for each in RESOURCES.values() if each.plural == how.kind)
    if named := SEPARATOR_LINE.match(text):
        text = text[named.end() :]
    delimiter = how.delimiter or (named[1] if named else _delimiter(text))
    if len(delimiter) != 1:
        raise InvalidError(f"the delimiter {delimiter!r} is not one character")
    header, *rows = _rows(text, delimiter)
    table = _Table(resource, how, header[1], delimiter)
    problems: list[str] = []
    entries: dict[tuple[str, ...], tuple[int, Object]] = {}
    for number, cells in rows:
        try:
            if not (entry := table.entry(number, cells)):
                continue
            # Groups of two directories may have the same name.
            places = (*resource.keys, resource.elsewhere)
            name = (*(fold(entry.get(option, "")) for option in places), str(entry.get("id", "")))
            first, same = entries.setdefault(name, (number, entry))
            if same != entry:
                raise _Row(number, [f" is about the same {resource.name} as row {first}, but has other values"])
        except _Row as wrong:
            problems += wrong.texts
    cells_refused = [InvalidError(some(problems, "; "))] if problems else []
    raise_all([*([table.unknown] if table.unknown else []), *cells_refused])
    if not how.source:
        return [entry for _row, entry in entries.values()]
    return [{**entry, POSITION: f"{how.source}, row {row}"} for row, entry in entries.values()]


def _delimiter(text: str) -> str:
    """Return the delimiter that the first line uses. Raise InvalidError if it uses several."""
    first, _break, others = text.partition("\n")
    line = re.sub('"[^"]*"', "", others.partition("\n")[0] if first.startswith(TYPE_LINE) else first)
    found = [each for each in DELIMITERS if each in line]
    if len(found) > 1:
        raise InvalidError(f"the header holds {' and '.join(map(repr, found))}", hint="Set the option delimiter")
    return found[0] if found else DELIMITERS[0]


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, with their row numbers in a spreadsheet."""
    rows: list[tuple[int, list[str]]] = []
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells) and not (number == 1 and cells[0].startswith(TYPE_LINE)):
                rows.append((number, cells))
    except csv.Error as error:
        # A strict reader raises only this error at the end of a file (cpython, Modules/_csv.c).
        unended = "unexpected end of data" in str(error)
        wrong = "has a quotation mark that is not closed" if unended else f"is not CSV: {error}"
        raise InvalidError(f"row {number + 1} {wrong}") from None
    if not rows:
        raise InvalidError("the file is empty: it has no header")
    if VERSION_CELL.fullmatch(first := rows[0][1][0].strip()):
        raise InvalidError(
            f"row {rows[0][0]} holds {first!r} instead of a header",
            hint="Delete this row: the header is in the next one",
        )
    return rows


class _Table:
    """The columns of a file, and the option for each."""

    def __init__(self, resource: Resource, how: Reading, header: list[str], delimiter: str) -> None:
        self.resource = resource
        self.rights = resource.access.options[0] if resource.access and resource.is_permission else ""
        self.how = how
        self.delimiter = delimiter
        self.specs: Spec = entry_spec(resource)
        self.header = [title.strip() for title in header]
        self.unknown: InvalidError | None = None  # raised together with the errors in the rows
        self.columns = self._columns()
        try:
            self._check_columns()
        except InvalidError as error:
            raise all_of([self.unknown, error] if self.unknown else [error]) from None

    def _columns(self) -> list[_Column | None]:
        """Return each column, None for an ignored or unknown one. Store an error for unknown ones."""
        chosen = {letters(header): place for header, place in self.how.columns.items()}
        ignored = {letters(header) for header in self.how.ignore}
        if missing := [name for name in self.how.columns if letters(name) not in map(letters, self.header)]:
            raise InvalidError(f"the file has no column {', '.join(missing)}", hint=f"It has {', '.join(self.header)}")
        columns: list[_Column | None] = []
        unknown = []
        for title in self.header:
            key = letters(title)
            place = chosen.get(key) or self._place_of(key)
            columns.append(None)
            if key and key not in chosen and key in ignored:
                continue
            if place:
                columns[-1] = _Column(title, place.removeprefix(OPPOSITE), negated=place.startswith(OPPOSITE))
            elif title:
                unknown.append(title)
        if unknown:
            self.unknown = InvalidError(
                f"the columns {', '.join(unknown)} are unknown"
                if unknown[1:]
                else f"the column {unknown[0]} is unknown",
                hint="Name an option for each in columns, or list it in ignore",
            )
        return columns

    def _place_of(self, key: str) -> str | None:
        """Return the place of a header that needs no mapping in ``columns``, or None."""
        known = {letters(option): option for option in self.specs}
        for place, headers in HEADERS.get(self.how.kind, {}).items():
            if place.partition(".")[0] in self.specs or place in CONVERTED:
                known.update(dict.fromkeys((letters(place), *headers), place))
        if self.rights:
            known.update({name: f"{self.rights}.{right}" for name, right in RIGHT_NAMES.items()})
        return known.get(key)

    def _check_columns(self) -> None:
        """Raise InvalidError if the columns contradict each other or cannot make an entry."""
        places: dict[str, str] = {}
        for column in filter(None, self.columns):
            if self._spec(column)["type"] != "bool" and column.negated:
                raise InvalidError(f"the column {column.header} cannot be the opposite of {column.place}")
            for place in _places_of(column):
                if first := places.get(fold(place)):
                    raise InvalidError(f"the columns {first} and {column.header} both hold {place}")
                places[fold(place)] = column.header
        self._check_defaults()
        if unfilled := sorted({*self.how.required} - {*(column.place for column in filter(None, self.columns))}):
            raise InvalidError(
                f"required names {', '.join(unfilled)}, but no column holds that",
                hint="required takes options, as columns does",
            )
        given, either = {*places, *self.how.defaults}, self.resource.either
        if "member" in given:
            given |= set(either)
        lacking = [key for key in self.resource.keys if key not in given and key not in either]
        if either and not given & set(either):
            lacking.append(f"{', '.join(either)} or member")
        if lacking and "id" not in given:
            raise InvalidError(
                f"no column holds the {' or '.join(lacking)} of a {self.resource.name}",
                hint="Name the column in columns, or give a text for all rows in defaults",
            )

    def _check_defaults(self) -> None:
        """Raise InvalidError if a default would copy a secret into an option that results and messages show."""
        secret = {
            letters(title): title
            for title, column in zip(self.header, self.columns)
            if means_secret(title) or (column and self._is_secret(column))
        }
        for option, default in self.how.defaults.items():
            if isinstance(default, str) and not self._no_log(option):
                for used in FILLED.findall(default):
                    if title := secret.get(letters(used)):
                        raise InvalidError(f"the default of {option} uses the column {title}, which holds a secret")

    def _spec(self, column: _Column) -> Mapping[str, Any]:
        """Return the spec of the value that a column holds."""
        option, dot, key = column.place.partition(".")
        if self.rights and (option in CONVERTED or (option == self.rights and dot)):
            return {"type": "bool"} if option == self.rights else {"type": "str"}
        spec = self.specs.get(option)
        if spec is None:
            raise InvalidError(
                f"{option} is no option of a {self.resource.name}",
                hint=f"Its options are {', '.join(sorted(self.specs))}",
            )
        keys = spec.get("options") or {}
        if spec["type"] == "dict" and "set" not in keys:
            if not key or (keys and key not in keys):
                example = ", ".join(f"{option}.{name}" for name in keys) or f"{option}.KEY"
                raise InvalidError(f"the column {column.header} needs a key of {option}", hint=f"Write {example}")
            return {"type": "str"}
        if dot and key not in keys:
            raise InvalidError(f"{column.place} is no option of a {self.resource.name}")
        return spec

    def entry(self, number: int, cells: list[str]) -> Object:
        """Return the entry of a row. Raise _Row, which names the row and all wrong columns."""
        if len(cells) != len(self.header):
            raise _Row(number, [f" has {len(cells)} cells, and the header {len(self.header)}"])
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for index, (column, title, cell) in enumerate(zip(self.columns, self.header, cells)):
            try:
                self._check_characters(index, cell)
                if column and cell.strip():
                    values[column.place] = self._value(column, cell)
                elif not title and cell.strip():
                    raise _Cell("there is a value, but the header is empty")
            except _Cell as reason:
                wrong.append(f", column {title or index + 1}: {reason}")
        if wrong:
            raise _Row(number, wrong)
        filled = {letters(title): cell.strip() for title, cell in zip(self.header, cells)}
        try:
            for option, default in self.how.defaults.items():
                if not any(place.partition(".")[0] == option for place in values):
                    # A message about damage quotes the cell, and a secret may look like anything.
                    damage = () if self._no_log(option) else TEXT_DAMAGE
                    values[option] = _fill_default(default, filled, damage)
            return self._build_entry(values)
        except _Cell as reason:
            raise _Row(number, [f": {reason}"]) from None

    def _check_characters(self, index: int, cell: str) -> None:
        """Raise _Cell for a control character, and for a character that was lost in decoding.

        A line break is allowed in descriptions, keys and ignored columns.
        """
        if REPLACEMENT in cell and self.columns[index]:
            raise _Cell(f"the cell holds {name_character(REPLACEMENT)}: {LOST[0].lower()}{LOST[1:]}")
        control = find_control(cell.strip(" \t"))
        if control is None:
            return
        if control not in "\r\n":
            raise _Cell(f"the cell holds {name_character(control)}")
        column = self.columns[index]
        lines = cell.splitlines()
        # If a quotation mark is not closed, the cell holds the rest of its row, and the next row up to the same column.
        swallowed = (lines[0].count(self.delimiter), lines[-1].count(self.delimiter))
        if self._may_have_lines(column, cell) and swallowed != (len(self.header) - 1 - index, index):
            return
        raise _Cell("the cell holds a line break: is a quotation mark not closed?")

    def _may_have_lines(self, column: _Column | None, cell: str) -> bool:
        if column is None or column.place == "description":
            return True
        return self._is_secret(column) and is_key_file(cell)

    def _no_log(self, option: str) -> bool:
        return bool(self.specs.get(option, {}).get("no_log"))

    def _is_secret(self, column: _Column) -> bool:
        return bool(self._spec(column).get("no_log")) or means_secret(column.place.partition(".")[2])

    def _value(self, column: _Column, cell: str) -> Any:
        spec = self._spec(column)
        option = column.place.partition(".")[0]
        if self._is_secret(column):
            return cell  # unchanged: blanks may be part of a secret
        cell = cell.strip()
        # Free text may begin with any character.
        damage = (ERROR_VALUE,) if option == "description" else DAMAGE
        _refuse_damage(cell, damage)
        if spec["type"] == "bool":
            return _parse_bool(cell, states=option == self.resource.enabled_by and not column.negated) != column.negated
        if spec["type"] == "int" or letters(column.place) == letters(PORT):
            if not re.fullmatch("[0-9]+", cell):
                raise _Cell(f"{cell!r} is not a whole number")
            return int(cell) if spec["type"] == "int" else cell
        if spec["type"] in ("list", "dict"):
            items = [item.strip() for item in cell.split(self.how.separator) if item.strip()]
            for item in items:
                _refuse_damage(item, TEXT_DAMAGE)
            return items if spec["type"] == "list" or "." in column.place else {"set": items}
        if choices := spec.get("choices"):
            if fold(cell) not in choices:
                raise _Cell(f"{cell!r} is none of {', '.join(choices)}")
            return fold(cell)
        if option in self.specs and isinstance(self._shape(option), Moment):
            return _parse_time(cell)
        if option != "description":
            _refuse_damage(cell, TEXT_DAMAGE)
        return cell

    def _shape(self, option: str) -> Any:
        return next((row.shape for row in self.resource.attributes if row.option == option), None)

    def _build_entry(self, values: Mapping[str, Any]) -> Object:
        """Return the entry with these values by place. Raise _Cell if a required value is missing."""
        entry: Object = {}
        rights: dict[str, bool] = {}
        for place, value in values.items():
            option, dot, key = place.partition(".")
            if option == self.rights and dot and key not in ("add", "remove", "set"):
                rights[key] = value
            elif dot:
                entry.setdefault(option, {})[key] = value
            else:
                entry[option] = value
        if self.rights:
            rights.update(_level_rights(entry.pop("authorization_level", None)))
            _name_member(self.resource, entry)
        if rights:
            if self.rights in entry or self.resource.attribute(self.rights).preset_option in entry:
                raise _Cell(
                    "single rights are given in columns, and other rights in another option: use one of the two"
                )
            entry[self.rights] = _rights_option(rights)
        if _granted_rights(entry.get(self.rights)).issuperset(LEVELS):
            raise _Cell(f"{' and '.join(LEVELS)} exclude each other, but both are yes")
        keys = [] if "id" in entry else self.resource.keys
        missing = [key for key in keys if key not in entry and key not in self.resource.either]
        missing += [place for place in self.how.required if place not in values and place not in missing]
        if missing:
            raise _Cell(", ".join(f"{self._title_of(place)} is empty" for place in missing))
        return entry

    def _title_of(self, place: str) -> str:
        return next((f"column {column.header}" for column in self.columns if column and column.place == place), place)


def _places_of(column: _Column) -> tuple[str, ...]:
    """Return the places that a column fills. An authorization level fills two rights as well."""
    if column.place == "authorization_level":
        return (column.place, *(f"rights.{level}" for level in LEVELS))
    return (column.place,)


def _refuse_damage(cell: str, damage: Iterable[tuple[re.Pattern[str], str]]) -> None:
    """Raise _Cell for a value that a spreadsheet or a database wrote instead of a text."""
    for pattern, message in damage:
        if pattern.fullmatch(cell):
            raise _Cell(f"{cell!r} {message}")


def _parse_bool(cell: str, *, states: bool) -> bool:
    word = fold(cell)
    if word in YES or word in NO:
        return word in YES
    if states and word in STATES:
        return STATES[word]
    raise _Cell(f"{cell!r} is neither yes nor no{', nor one of ' + ', '.join(STATES) if states else ''}")


def _parse_time(cell: str) -> str:
    """Return a time in ISO 8601. The vault's REST API has seconds since 1970, where 0 is never."""
    if re.fullmatch("[0-9]+", cell):
        moment = Moment().read(int(cell)) if int(cell) else ""
        if moment is not None:
            return moment
    else:
        try:
            seconds(cell)
            return cell
        except (ValueError, OverflowError):
            pass
    raise _Cell(f"{cell!r} is neither an ISO 8601 time, such as 2027-01-31T18:00:00Z, nor seconds since 1970")


def _level_rights(cell: str | None) -> dict[str, bool]:
    """Return the two rights that older interfaces give as one number: 0 is neither, 1 the first, 2 the second."""
    if cell is None:
        return {}
    if cell not in ("0", "1", "2"):
        raise _Cell(f"the authorization level {cell!r} is none of 0, 1, 2")
    return {right: cell == str(level) for level, right in enumerate(LEVELS, 1)}


def _granted_rights(rights: Any) -> set[str | None]:
    """Return the rights that an option grants. A value of another type has none; the module refuses it later."""
    if not isinstance(rights, Mapping):
        return set()
    return {RIGHT_NAMES.get(letters(str(right))) for way in ("add", "set") for right in rights.get(way) or ()}


def _rights_option(rights: Mapping[str, bool]) -> dict[str, list[str]]:
    """Return all rights as a set if the row has every right, else the rights to add and to remove."""
    granted = [right for right in RIGHTS if rights.get(right)]
    if len(rights) == len(RIGHTS):
        return {"set": granted}
    denied = [right for right in RIGHTS if rights.get(right) is False]
    return {way: names for way, names in (("add", granted), ("remove", denied)) if names}


def _name_member(resource: Resource, entry: Object) -> None:
    """Replace member and member_type by the option for this type of member."""
    member, kind = entry.pop("member", None), entry.pop("member_type", None)
    if member is None:
        if not {*resource.either, "id"} & set(entry):
            raise _Cell("the row has no member")
        return
    option = MEMBER_TYPES.get(fold(kind))
    if option is None:
        known = ", ".join(MEMBER_TYPES)
        raise _Cell(
            f"the type {kind!r} of the member {member} is none of {known}"
            if kind
            else f"the type of the member {member} is missing: add a column or a default for member_type"
        )
    entry[option] = member


def _fill_default(default: Any, cells: Mapping[str, str], damage: Iterable[tuple[re.Pattern[str], str]]) -> Any:
    """Return the default with each ``{column}`` replaced by its cell. Raise _Cell for an empty or damaged cell."""
    if not isinstance(default, str):
        return default

    def cell(match: re.Match[str]) -> str:
        if not (value := cells.get(letters(match[1]))):
            raise _Cell(f"column {match[1]}, which a default uses, is empty or missing")
        try:
            _refuse_damage(value, damage)
        except _Cell as wrong:
            raise _Cell(f"column {match[1]}: {wrong}") from None
        return value

    return FILLED.sub(cell, default)
