# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token endpoints (RFC 6749 sections 4.4 and 5.2)."""

from __future__ import annotations

import time

import pytest


def oauth_error(answer):
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.status_code, body["error"]


def test_token_with_basic_credentials(client):
    answer = client.token()
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["access_token", "token_type", "expires_in", "scope"]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 18000, "scim")


def test_token_with_form_credentials(client):
    info = client.info
    answer = client.token(auth=None, client_id=info["client_id"], client_secret=info["client_secret"])
    assert answer.status_code == 200


def test_scope_is_optional(client):
    body = client.token(scope=None).json()
    assert "scope" not in body
    assert body["access_token"]


def test_admin_client_gets_a_token_too(client):
    client.login_as_administrator()
    assert client.get("Users").status_code == 200


@pytest.mark.parametrize("path", ["/OAuth2/Token/{app}", "/oauth2/TOKEN/{upper}", "/oauth2/token/{app}/"])
def test_token_path_ignores_case(client, path):
    app = client.info["app_id"]
    assert client.token(path.format(app=app, upper=app.upper())).status_code == 200


def test_platform_token_needs_neither_app_nor_scope(client):
    client.login(path="/oauth2/platformtoken", scope=None)
    assert client.get("Users").status_code == 200


@pytest.mark.parametrize("position", [0, 1])
def test_wrong_id_or_secret(client, position):
    credentials = [client.info["client_id"].encode(), client.info["client_secret"].encode()]
    credentials[position] += b"x"
    assert oauth_error(client.token(auth=tuple(credentials))) == (400, "access_denied")


def test_url_encoded_basic_credentials_are_not_understood(client):
    encoded = client.info["client_id"].replace("$", "%24").replace("@", "%40")
    assert oauth_error(client.token(auth=(encoded, client.info["client_secret"]))) == (400, "access_denied")


def test_broken_basic_header(client):
    client.session.headers["Authorization"] = "Basic ***"
    assert oauth_error(client.token(auth=None)) == (400, "access_denied")


def test_no_credentials(client):
    client.session.headers.pop("Authorization")
    assert oauth_error(client.token(auth=None)) == (400, "access_denied")


def test_unknown_scope_is_named(client):
    answer = client.token(scope="payroll")
    assert oauth_error(answer) == (400, "invalid_scope")
    assert "payroll" in answer.json()["error_description"]


def test_unknown_grant_type(client):
    assert oauth_error(client.token(grant_type="password")) == (400, "unsupported_grant_type")


def test_unknown_app(client):
    assert oauth_error(client.token("/oauth2/token/nope")) == (400, "invalid_request")


def test_unknown_token_endpoint_and_method(client):
    assert client.token("/oauth2/token").status_code == 404
    assert client.session.get(f"{client.base}/oauth2/platformtoken").status_code == 405


@pytest.mark.parametrize("value", [None, "Bearer nope", "Bearer ", "Basic abc", "nope"])
def test_scim_needs_a_known_token(client, value, error):
    client.session.headers.pop("Authorization")
    if value is not None:
        client.session.headers["Authorization"] = value
    for path in ("Users", "ServiceProviderConfig", "Containers", "nothing"):
        answer = client.get(path)
        assert error(answer)[0] == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_expired_token_is_refused_and_a_new_one_works(client):
    client.control("POST", "expire_tokens")
    assert client.get("Users").status_code == 401
    client.login()
    assert client.get("Users").status_code == 200


def test_token_expires_by_itself(client):
    def works_at_first(lifetime):
        client.switch(token_lifetime=lifetime)
        client.login()
        worked = client.get("Users").status_code == 200
        time.sleep(lifetime)
        assert client.get("Users").status_code == 401
        return worked

    # On a busy machine the first request of a short life may come too late.
    assert any(works_at_first(lifetime) for lifetime in (0.2, 2, 20))


def test_reset_revokes_tokens(client):
    client.control("POST", "reset")
    assert client.get("Users").status_code == 401
