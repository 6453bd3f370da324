# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of the token endpoints and of tokens, on both sides."""

from __future__ import annotations

import base64
import json

import pytest


def test_switch_token_type(client):
    _header, claims, _signature = client.token().json()["access_token"].split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert said["unique_name"] == client.info["client_id"]
    client.switch(token_type="opaque")
    assert "." not in client.token().json()["access_token"]


def test_switch_token_lifetime(client):
    assert client.token().json()["expires_in"] == 18000
    client.switch(token_lifetime=0)
    client.login()
    assert client.get("Users").status_code == 401
    client.switch(token_lifetime=60)
    assert client.token().json()["expires_in"] == 60


@pytest.mark.parametrize("status", [400, 401])
def test_switch_token_error_status(client, status):
    client.switch(token_error_status=status)
    for errors, error in (("described", "access_denied"), ("rfc", "invalid_client")):
        client.switch(token_errors=errors)
        answer = client.token(auth=("a", "b"))
        assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_switch_lock_after(client):
    good = (client.info["client_id"], client.info["client_secret"])
    bad = (good[0], "wrong")
    for _time in range(3):
        assert client.token(auth=bad).status_code == 400
    assert client.token(auth=good).status_code == 200
    client.switch(lock_after=2)
    for attempt in (bad, good, bad, bad):
        assert client.token(auth=attempt).status_code == (200 if attempt is good else 400)
    assert client.token(auth=good).status_code == 400


@pytest.mark.parametrize("status", [404, 400])
def test_switch_unknown_app_status(client, status):
    client.switch(unknown_app_status=status)
    for errors in ("described", "rfc"):
        client.switch(token_errors=errors)
        answer = client.token("/oauth2/token/nope")
        assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request")


def test_switch_client_creds_enabled(client):
    client.switch(client_creds_enabled=False)
    answer = client.token()
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert client.token("/oauth2/platformtoken").status_code == 200
    client.switch(client_creds_enabled=True)
    assert client.token().status_code == 200


def test_switch_platform_token_accepted(client):
    client.login(path="/oauth2/platformtoken")
    assert client.get("Users").status_code == 200
    client.switch(platform_token_accepted=False)
    assert client.get("Users").status_code == 401
    client.login()
    assert client.get("Users").status_code == 200
