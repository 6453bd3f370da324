# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login of a person, with the steps of the vendor's SDKs."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

START, ADVANCE = "Security/StartAuthentication", "Security/AdvanceAuthentication"
NO_TOKEN = {"X-IDAP-NATIVE-CLIENT": "true", "Authorization": ""}
ADA = "ada@example.com"


@pytest.fixture
def people(client):
    client.user(ADA, password=PASSWORD, displayName="Ada")
    return client


def start(client, user=ADA):
    body = {"User": user, "Version": "1.0", "PlatformTokenResponse": True, "MfaRequestor": "DeviceAgent"}
    return client.ask(START, body, headers=NO_TOKEN)


def answer_to(started, answer=PASSWORD, **more):
    (challenge,) = started["Challenges"]
    (mechanism,) = challenge["Mechanisms"]
    assert (mechanism["Name"], mechanism["AnswerType"]) == ("UP", "Text")
    session, identifier = started["SessionId"], mechanism["MechanismId"]
    return {"SessionId": session, "MechanismId": identifier, "Action": "Answer", "Answer": answer, **more}


def test_a_person_signs_in(people):
    result = people.ask(ADVANCE, answer_to(start(people)), headers=NO_TOKEN)
    assert (result["Summary"], result["User"], result["DisplayName"]) == ("LoginSuccess", ADA, "Ada")
    assert result["PodFqdn"] == people.base.partition("//")[2]
    assert result["TokenLifetime"] == 18000
    for token in (result["Token"], result["Auth"]):
        assert people.ask("Security/Whoami", {}, by=token)["UserUuid"] == result["UserId"]


def test_a_user_of_the_tenant_is_not_sent_to_another_host(people):
    for user in (ADA, "nobody@example.com"):
        started = start(people, user)
        assert "PodFqdn" not in started
        assert len(started["Challenges"]) == 1


def test_a_suffix_alone_leads_to_the_host(people):
    assert start(people, "@example.com") == {"PodFqdn": people.base.partition("//")[2]}
    assert people.refusal(START, {"User": "ada@elsewhere.example"}, headers=NO_TOKEN)
    assert people.refusal(START, {"User": "@elsewhere.example"}, headers=NO_TOKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"Answer": "Wrong-pass-1"},
        {"Answer": ""},
        {"MechanismId": "x"},
        {"SessionId": "x"},
        {"Action": "StartOOB"},
        {"Action": "Poll"},
    ],
    ids=str,
)
def test_answers_that_are_refused(people, change):
    body = answer_to(start(people))
    refused = people.refusal(ADVANCE, {**body, **change}, headers=NO_TOKEN)
    assert "failed" in refused[1]
    if "SessionId" not in change:
        # A session takes one answer.
        assert people.refusal(ADVANCE, body, headers=NO_TOKEN) == refused


@pytest.mark.parametrize(
    "facts", [{"serviceUser": True}, {"state": "Locked"}, {"state": "Disabled"}, {"forcePasswordChangeNext": True}]
)
def test_users_who_cannot_sign_in(client, facts):
    client.seed(users=[{"userName": ADA, "password": PASSWORD, **facts}])
    assert client.refusal(ADVANCE, answer_to(start(client)), headers=NO_TOKEN)


def test_wrong_passwords_lock_a_user(people):
    people.switch(lock_after=2)
    for _time in range(2):
        assert people.refusal(ADVANCE, answer_to(start(people), "Wrong-pass-1"), headers=NO_TOKEN)
    assert people.refusal(ADVANCE, answer_to(start(people)), headers=NO_TOKEN)


def test_a_reset_ends_a_login(people):
    body = answer_to(start(people))
    people.control("POST", "reset")
    people.seed(users=[{"userName": ADA, "password": PASSWORD}])
    assert people.refusal(ADVANCE, body, headers=NO_TOKEN)
