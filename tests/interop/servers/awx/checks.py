# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Input that AWX refuses, taken from its source code.

Types of credentials: awx/main/fields.py. Surveys: JobTemplateSurveySpec in awx/api/views. Everything else:
awx/api/serializers.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema
from dateutil.rrule import rrulestr
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from .server import Awx, Fields, Row


@dataclass
class Refused(Exception):
    status: int
    body: dict[str, Any]


def need(fine: object, name: str, why: str) -> None:
    """Refuse a field unless it is valid."""
    if not fine:
        raise Refused(400, {name: [why]})


TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
NAME = "[a-zA-Z_][a-zA-Z0-9_]*"
FIELD: dict[str, Any] = {
    "type": {"enum": ["string", "boolean"]},
    "format": {"enum": ["ssh_private_key", "url"]},
    "choices": {"type": "array", "minItems": 1, "items": TEXT, "uniqueItems": True},
    "id": {**TEXT, "pattern": f"^{NAME}$"},
    **dict.fromkeys(("label", "help_text"), TEXT),
    **dict.fromkeys(("multiline", "secret"), FLAG),
    "default": {},
}


def closed(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, **schema}


SCHEMAS = {
    "inputs": closed(
        properties={
            "required": {"type": "array", "items": TEXT},
            "fields": {"type": "array", "items": closed(properties=FIELD, required=["id", "label"])},
        }
    ),
    "injectors": closed(
        properties={
            "file": closed(patternProperties={rf"^template(\.{NAME})?$": TEXT}),
            "env": closed(patternProperties={f"^(?!ANSIBLE_){NAME}$": {**TEXT, "pattern": "^[\x00-\x7f]*$"}}),
            "extra_vars": closed(patternProperties={f"^{NAME}$": TEXT}),
        }
    ),
}


def credential_type(awx: Awx, new: Fields, old: Row | None) -> None:
    if new["managed"]:
        return
    need(new["kind"] in ("cloud", "net"), "kind", f"Must be 'cloud' or 'net', not {new['kind']}")
    for name, schema in SCHEMAS.items():
        try:
            jsonschema.validate(new[name], schema)
        except jsonschema.ValidationError as error:
            need(False, name, error.message)
    fields = new["inputs"]["fields"]
    names = [each["id"] for each in fields]
    need(len({*names, "tower"}) > len(names), "inputs", "field IDs must be unique")
    need(all(isinstance(each.get("default", ""), str) for each in fields), "inputs", "default is not a string")
    in_use = old and any(row.fields["credential_type"] == old.id for row in awx.rows("credentials"))
    if old and in_use and old.fields["inputs"] != new["inputs"]:
        raise Refused(403, {"detail": "Modifications to inputs are not allowed for credential types that are in use"})
    files = {label.removeprefix("template."): "EXAMPLE_FILENAME" for label in new["injectors"].get("file", ())}
    example = {**dict.fromkeys(names, "EXAMPLE"), "tower": {"filename": files}}
    for injector in new["injectors"].values():
        for name, template in injector.items():
            try:
                ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(example)
            except TemplateError as error:
                need(False, "injectors", f"{name} uses an undefined field ({error})")


def credential(awx: Awx, new: Fields, old: Row | None) -> None:
    known = {each["id"] for each in awx.get(new["credential_type"]).fields["inputs"].get("fields", ())}
    need(set(new["inputs"]) <= known, "inputs", "Additional properties are not allowed")


def job_template(awx: Awx, new: Fields, old: Row | None) -> None:
    need(new["playbook"] in awx.get(new["project"]).playbooks, "playbook", "Playbook not found for project.")


def schedule(awx: Awx, new: Fields, old: Row | None) -> None:
    rrule = new["rrule"]
    need(re.search(r"DTSTART(;[^:]+)?:[0-9]+T[0-9]+Z?", rrule), "rrule", "Valid DTSTART required in rrule.")
    rules = re.findall(r"RULE:\S*", rrule)
    need(rules, "rrule", "One or more rule required in rrule.")
    need(all("INTERVAL" in rule for rule in rules), "rrule", "INTERVAL required in rrule")
    rrulestr(rrule, forceset=True)
    answers(awx, new, old)


def answers(awx: Awx, new: Fields, old: Row | None) -> None:
    """Check the answers that a schedule, or a node of a workflow, gives to the survey of its template."""
    survey = awx.get(new["unified_job_template"]).survey if new["extra_data"] else {}
    questions = {each["variable"]: each for each in survey.get("spec", ())}
    for name, value in new["extra_data"].items():
        need(name in questions, "extra_data", f"Variables {name} are not allowed on launch.")
        need(value in questions[name].get("choices", [value]), "extra_data", f"Value {value} is not a choice.")


ANSWERS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("text", "textarea", "password", "multiplechoice", "multiselect"), str),
    "integer": int,
    "float": (float, int),
}
SURVEY: dict[str, type] = {"name": str, "description": str, "spec": list}
QUESTION: dict[str, type] = {"type": str, "question_name": str, "variable": str, "required": bool}


def survey(spec: dict[str, Any]) -> None:
    for name, kind in SURVEY.items():
        _ask(isinstance(spec.get(name), kind), f"Field '{name}' is missing from survey spec.")
    _ask(spec["spec"], "'spec' doesn't contain any items.")
    for question in spec["spec"]:
        for name, kind in QUESTION.items():
            _ask(isinstance(question.get(name), kind), f"'{name}' in survey question expected to be {kind}.")
        _ask(question["type"] in ANSWERS, f"{question['type']} is not one of allowed question types.")
        default = question.get("default", "")
        _ask(
            default == "" or isinstance(default, ANSWERS[question["type"]]),
            f"Default value {default} has a wrong type.",
        )
        _ask(all(isinstance(question.get(limit, 0), int) for limit in ("min", "max")), "limit expected to be integer.")
        if question["type"].startswith("multi"):
            _ask("choices" in question, "Survey question must specify choices.")
            _ask(set(default.splitlines()) <= set(question["choices"]), "Default must be answered from the choices.")
    variables = [question["variable"] for question in spec["spec"]]
    _ask(len(set(variables)) == len(variables), "'variable' duplicated in survey question.")


def _ask(fine: object, why: str) -> None:
    if not fine:
        raise Refused(400, {"error": why})
