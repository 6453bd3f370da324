# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions of the platform: the login of a service user, the user of a token, and new tokens for old ones."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

APP = "__idaptive_cybr_user_oidc"
AUTHORIZE, REFRESH, INFO = f"OAuth2/Authorize/{APP}", "OAuth2/RefreshPlatformToken", f"OAuth2/UserInfo/{APP}"
ASKED = {
    "client_id": APP,
    "response_type": "id_token",
    "scope": "openid profile api",
    "redirect_uri": "https://cyberark.cloud/redirect",
}


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def service_token(client, **form):
    """Return the answer to a request for the token with which a service user signs in."""
    credentials = (client.info["client_id"].encode(), client.info["client_secret"].encode())
    return client.token(f"/Oauth2/Token/{APP}", auth=credentials, **{"scope": "api", **form})


def authorize(client, token, path=AUTHORIZE, **change):
    return client.session.get(
        f"{client.base}/{path}",
        headers={"Authorization": f"Bearer {token}"},
        params={**ASKED, **change},
        allow_redirects=False,
    )


def signed_in(client):
    """Sign in as a person, and return the result."""
    client.user(password=PASSWORD)
    headers = {"Authorization": ""}
    started = client.ask("Security/StartAuthentication", {"User": "ada@example.com"}, headers=headers)
    (mechanism,) = started["Challenges"][0]["Mechanisms"]
    body = {"SessionId": started["SessionId"], "MechanismId": mechanism["MechanismId"], "Action": "Answer"}
    return client.ask("Security/AdvanceAuthentication", {**body, "Answer": PASSWORD}, headers=headers)


def test_a_service_user_signs_in(client):
    token = service_token(client).json()["access_token"]
    answer = authorize(client, token)
    assert answer.status_code == 302
    address, _hash, fragment = answer.headers["Location"].partition("#")
    (identity,) = parse_qs(fragment)["id_token"]
    assert address == ASKED["redirect_uri"]
    assert urlsplit(address).netloc == "cyberark.cloud"
    assert client.ask("Security/Whoami", {}, by=identity)["User"] == client.info["client_id"]
    assert claims(identity)["tenant_id"] == "ABC1234"
    assert claims(identity)["exp"] - claims(identity)["iat"] == 18000


def test_the_token_for_the_login_is_good_for_nothing_else(client):
    token = service_token(client).json()["access_token"]
    answer = client.verb("Security/Whoami", {}, by=token)
    assert (answer.status_code, answer.json()["MessageID"]) == (403, "_I18N_ServiceUnauthorizedAccess")
    assert client.call("GET", "Users", headers={"Authorization": f"Bearer {token}"}).status_code == 403
    assert "tenant_id" not in claims(token)


@pytest.mark.parametrize("form", [{"scope": "scim"}, {"scope": None}, {"grant_type": "password"}])
def test_tokens_for_the_login_that_are_refused(client, form):
    assert service_token(client, **form).status_code == 400


def test_a_person_gets_no_token_for_the_login(client):
    client.user(password=PASSWORD)
    answer = client.token(f"/oauth2/token/{APP}", auth=("ada@example.com", PASSWORD), scope="api")
    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "x"},
        {"response_type": "code"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"path": "OAuth2/Authorize/x"},
    ],
    ids=str,
)
def test_logins_that_are_refused(client, change):
    answer = authorize(client, service_token(client).json()["access_token"], **change)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_login_needs_its_token(client):
    platform = client.administrator()
    for token in ("x", "", platform):
        assert authorize(client, token).status_code == 401
    assert client.session.post(f"{client.base}/{AUTHORIZE}").status_code == 405


def test_a_session_is_renewed_once(client):
    first = signed_in(client)
    tenant_id = claims(first["Token"])["tenant_id"]
    cookies = {f"refreshToken-{tenant_id}": first["RefreshToken"], f"idToken-{tenant_id}": first["Token"]}
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    answer = client.session.post(f"{client.base}/{REFRESH}", headers=header)
    assert answer.status_code == 200
    sent = answer.headers["Set-Cookie"]
    renewed = {name: sent.split(f"{name}=")[1].split(";")[0] for name in cookies}
    assert set(renewed.values()).isdisjoint(cookies.values())
    assert client.ask("Security/Whoami", {}, by=renewed[f"idToken-{tenant_id}"])["User"] == "ada@example.com"
    assert client.session.post(f"{client.base}/{REFRESH}", headers=header).status_code == 401


@pytest.mark.parametrize("cookie", ["", "refreshToken-ABC1234=x", "refreshToken-OTHER=x", "=;;"])
def test_a_session_is_not_renewed_without_its_token(client, cookie):
    assert client.session.post(f"{client.base}/{REFRESH}", headers={"Cookie": cookie}).status_code == 401


def test_the_user_of_a_token(client):
    client.user(name={"givenName": "Ada", "familyName": "L"}, phoneNumbers=[{"type": "home", "value": "1"}])
    user = client.find("Users", 'userName eq "ada@example.com"')[0]["id"]
    client.new_role("ops", user, rights=("dsman",))
    client.put_user(user, userName="ada@example.com", password=PASSWORD, name={"givenName": "Ada"})
    client.ask("CDirectoryService/ChangeUser", {"ID": user, "OauthClient": True, "HomeNumber": "1"})
    token = client.token_of("ada@example.com")
    answer = client.verb(INFO, {"Scopes": ["userInfo"]}, by=token)
    assert answer.json() == {
        "FirstName": "Ada",
        "LastName": "",
        "HomeNumber": "1",
        "Manager": "",
        "Username": "ada@example.com",
        "Groups": [],
        "Rights": ["User Management"],
        "Roles": ["Everybody", "ops"],
    }
    assert client.verb(f"api/idadmin/{INFO}", {}, by=token).json() == answer.json()
    assert client.verb(INFO, {}, by="x").status_code == 401
    assert client.verb("OAuth2/UserInfo/x", {}, by=token).status_code == 404
