# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the REST API of AWX 24.6.1. It covers the requests that the modules of awx.awx send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from . import checks
from .checks import Refused, need

Fields = dict[str, Any]
Check = Callable[["Awx", Fields, "Row | None"], None]

TOKEN = "token-of-awx"
ENCRYPTED = "$encrypted$"
NOT_FOUND = Refused(404, {"detail": "Not found."})


@dataclass(frozen=True)
class Kind:
    """Fields with their defaults. AWX ignores any other field. A set is a relation to several objects."""

    type: str
    fields: Fields
    unique: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    check: Check | None = None


NAMED: Fields = {"name": "", "description": ""}
OWNED: Fields = {**NAMED, "organization": None}
IN_ORGANIZATION = ("name", "organization")
SURVEYED = {"allow_simultaneous": False, "survey_enabled": False}
NOTIFIES = tuple(f"notification_templates_{event}" for event in ("started", "success", "error"))

KINDS = {
    "organizations": Kind("organization", NAMED, ("name",)),
    "notification_templates": Kind("notification_template", OWNED, IN_ORGANIZATION),
    "credential_types": Kind(
        "credential_type",
        {**NAMED, "kind": "", "managed": False, "inputs": {}, "injectors": {}},
        ("name",),
        check=checks.credential_type,
    ),
    "credentials": Kind(
        "credential",
        {**OWNED, "credential_type": None, "inputs": {}},
        (*IN_ORGANIZATION, "credential_type"),
        check=checks.credential,
    ),
    "execution_environments": Kind("execution_environment", {**OWNED, "image": "", "pull": ""}, ("name",)),
    "inventories": Kind("inventory", {**OWNED, "kind": "", "host_filter": ""}, IN_ORGANIZATION),
    "projects": Kind(
        "project",
        {**OWNED, **dict.fromkeys(("scm_type", "scm_url", "scm_revision"), ""), "credential": None}
        | {"scm_update_on_launch": False},
        IN_ORGANIZATION,
    ),
    "project_updates": Kind("project_update", {"project": None, "status": "running"}),
    "job_templates": Kind(
        "job_template",
        {**OWNED, **SURVEYED, **dict.fromkeys(("project", "inventory", "execution_environment"))}
        | {"job_type": "run", "playbook": "", "ask_job_type_on_launch": False, "diff_mode": False, "extra_vars": ""},
        IN_ORGANIZATION,
        ("credentials", *NOTIFIES),
        checks.job_template,
    ),
    "workflow_job_templates": Kind(
        "workflow_job_template",
        {**OWNED, **SURVEYED},
        IN_ORGANIZATION,
        (*NOTIFIES, "notification_templates_approvals"),
    ),
    "workflow_job_template_nodes": Kind(
        "workflow_job_template_node",
        {"identifier": "", "workflow_job_template": None, "unified_job_template": None, "extra_data": {}},
        ("identifier", "workflow_job_template"),
        ("success_nodes", "failure_nodes", "always_nodes"),
        checks.answers,
    ),
    "workflow_approval_templates": Kind("workflow_approval_template", {**NAMED, "timeout": 0}),
    "schedules": Kind(
        "schedule",
        {**NAMED, "rrule": "", "unified_job_template": None, "extra_data": {}},
        ("name", "unified_job_template"),
        check=checks.schedule,
    ),
}
WITH_SURVEY = ("job_templates", "workflow_job_templates")
UNIFIED = ("projects", *WITH_SURVEY)


@dataclass
class Row:
    id: int
    endpoint: str
    fields: Fields
    sets: dict[str, set[int]]
    survey: Fields = field(default_factory=dict)
    playbooks: list[str] = field(default_factory=list)
    update: Row | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.endpoint]

    @property
    def url(self) -> str:
        return f"/api/v2/{self.endpoint}/{self.id}/"


@dataclass
class Awx:
    """The objects of AWX. Each of its projects is fetched from the repository."""

    repository: Path
    table: dict[int, Row] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def get(self, number: int) -> Row:
        if number not in self.table:
            raise NOT_FOUND
        return self.table[number]

    def rows(self, endpoint: str) -> list[Row]:
        endpoints = UNIFIED if endpoint == "unified_job_templates" else (endpoint,)
        return [row for row in self.table.values() if row.endpoint in endpoints]

    def one(self, endpoint: str, name: str) -> Row:
        (row,) = (row for row in self.rows(endpoint) if name in (row.fields.get("name"), row.fields.get("identifier")))
        return row

    def add(self, endpoint: str, given: Fields) -> Row:
        fields = self._accepted(endpoint, given, None)
        row = Row(next(self.ids), endpoint, fields, {name: set() for name in KINDS[endpoint].sets})
        self.table[row.id] = row
        if endpoint == "projects":
            row.update = self.add("project_updates", {"project": row.id})
        return row

    def change(self, row: Row, given: Fields) -> None:
        row.fields = self._accepted(row.endpoint, given, row)

    def _accepted(self, endpoint: str, given: Fields, old: Row | None) -> Fields:
        kind = KINDS[endpoint]
        new = {
            **kind.fields,
            **(old.fields if old else {}),
            **{name: given[name] for name in kind.fields.keys() & given.keys()},
        }
        # CharNullField and ChoiceNullField of AWX do the same.
        new = {name: "" if value is None and kind.fields[name] == "" else value for name, value in new.items()}
        same = [row for row in self.rows(endpoint) if all(row.fields[name] == new[name] for name in kind.unique)]
        need(not kind.unique or same in ([], [old]), "__all__", f"{kind.type} with this {kind.unique} already exists.")
        if kind.check:
            kind.check(self, new, old)
        return new

    def fetch(self, update: Row) -> None:
        """Find the playbooks of a project by the rules of could_be_playbook in awx/main/utils/ansible.py."""
        project = self.get(update.fields["project"])
        files = sorted(self.repository.glob("*.yml"))
        playbook = re.compile(r"^\s*-?\s*(hosts|(ansible\.builtin\.)?import_playbook):", re.MULTILINE)
        project.playbooks = [path.name for path in files if playbook.search(path.read_text())]
        project.fields["scm_revision"] = "0123abc"
        update.fields["status"] = "successful"

    def shown(self, row: Row) -> Fields:
        fields, related, summary = {**row.fields}, {name: f"{row.url}{name}/" for name in row.sets}, {}
        if row.endpoint in WITH_SURVEY:
            related["survey_spec"] = f"{row.url}survey_spec/"
        if template := row.fields.get("unified_job_template"):
            related["unified_job_template"] = self.get(template).url
        if row.update and row.update.fields["status"] == "running":
            summary["current_update"] = {"id": row.update.id}
        if row.endpoint == "credentials":
            questions = self.get(row.fields["credential_type"]).fields["inputs"].get("fields", ())
            secret = [each["id"] for each in questions if each.get("secret")]
            fields["inputs"] = {k: ENCRYPTED if k in secret else v for k, v in row.fields["inputs"].items()}
        head = {"id": row.id, "type": row.kind.type, "url": row.url, "related": related, "summary_fields": summary}
        return {**head, **fields}

    # --- requests: each returns a status and a body

    def answer(self, method: str, endpoint: str, number: str, relation: str, query: Fields, body: Fields) -> Any:
        if not number:
            return (200, self._listed(endpoint, query)) if method == "GET" else self._made(endpoint, body)
        row = self.get(int(number))
        if row.endpoint != endpoint:
            raise NOT_FOUND
        if relation == "survey_spec" and endpoint in WITH_SURVEY:
            return self._survey(row, body)
        if relation == "create_approval_template":
            made = self._made("workflow_approval_templates", body)
            row.fields["unified_job_template"] = made[1]["id"]
            return made
        if relation:
            return self._related(row, relation, body)
        if method == "PATCH":
            self.change(row, body)
        shown = self.shown(row)
        if endpoint == "project_updates":
            # The first reading shows it as running.
            self.fetch(row)
        return 200, shown

    def _listed(self, endpoint: str, query: Fields) -> Fields:
        rows = [self.shown(row) for row in self.rows(endpoint)]
        if any(name not in row for row in rows for name in query):
            raise Refused(400, {"detail": f"{endpoint} has no such field: {query}"})
        return page([row for row in rows if all(str(row[name]) == value for name, value in query.items())])

    def _made(self, endpoint: str, body: Fields) -> tuple[int, Fields]:
        return 201, self.shown(self.add(endpoint, body))

    def _survey(self, row: Row, body: Fields) -> tuple[int, Fields]:
        if not body:
            return 200, row.survey
        checks.survey(body)
        row.survey = body
        return 200, {}

    def _related(self, row: Row, relation: str, body: Fields) -> tuple[int, Fields | None]:
        if relation not in row.sets:
            raise NOT_FOUND
        if not body:
            return 200, page([self.shown(self.get(each)) for each in sorted(row.sets[relation])])
        other = self.get(body["id"])
        if body.get("disassociate"):
            row.sets[relation].discard(other.id)
            return 204, None
        if relation == "credentials":
            taken = [self.get(each).fields["credential_type"] for each in row.sets[relation]]
            need(other.fields["credential_type"] not in taken, "error", "Cannot assign multiple credentials of a type.")
        row.sets[relation].add(other.id)
        return 204, None


def page(rows: list[Fields]) -> Fields:
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


class Handler(BaseHTTPRequestHandler):
    awx: ClassVar[Awx]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/(?:(\w+)/)?)?", url.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
        try:
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                raise Refused(401, {"detail": "Authentication credentials were not provided."})
            if not path or path[1] not in (*KINDS, "unified_job_templates"):
                raise NOT_FOUND
            query = dict(parse_qsl(url.query))
            self._send(*self.awx.answer(self.command, path[1], path[2] or "", path[3] or "", query, body))
        except Refused as refused:
            self._send(refused.status, refused.body)

    do_POST = do_PATCH = do_GET

    def _send(self, status: int, body: Any) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(awx: Awx) -> Iterator[str]:
    """Serve until the block ends, and yield the URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("AwxHandler", (Handler,), {"awx": awx})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
