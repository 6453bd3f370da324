# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs to sign in with a password and without a second factor.

The steps and keys are those of the vendor's SDKs, whose models define the required keys.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..oauth.credentials import user_with
from ..oauth.sessions import platform_session
from .call import Call, Verb, Verbs
from .envelope import Refusal

PASSWORD, ANSWER = "UP", "Answer"
FAILED = "Authentication (login or challenge) has failed. Please try again or contact your system administrator."


def start_authentication(call: Call) -> dict[str, Any]:
    """Return the challenge of a user, or the host of the tenant if only a login suffix is given.

    A client that is sent to the host that it already uses repeats the call forever, so a user gets a challenge here.
    The answer does not show whether the user exists.
    """
    login, _at, suffix = call.required("User").rpartition("@")
    if suffix.casefold() not in call.tenant.suffixes:
        raise Refusal(f"The suffix {suffix} belongs to no tenant.")
    if not login:
        return {"PodFqdn": urlsplit(call.tenant.base_url).netloc}
    session = call.tenant.tokens.start_login(call.text("User"))
    mechanism = {
        "MechanismId": session.mechanism,
        "Name": PASSWORD,
        "AnswerType": "Text",
        "PromptMechChosen": "Enter Password",
        "PromptSelectMech": "Password",
    }
    return {
        "SessionId": session.id,
        "TenantId": call.tenant.tenant_id,
        "Challenges": [{"Mechanisms": [mechanism]}],
    }


def advance_authentication(call: Call) -> dict[str, Any]:
    """Return a token for the right answer to the challenge.

    One answer ends the session, and all failures have the same text.
    Service users do not sign in to the portal (documented), and an expired password cannot be changed here.
    """
    session = call.tenant.tokens.end_login(call.required("SessionId"))
    if session is None or call.text("MechanismId") != session.mechanism or call.text("Action") != ANSWER:
        raise Refusal(FAILED)
    user = user_with(call.tenant, session.user, call.text("Answer"), lambda facts: not facts.service_user)
    if user is None:
        raise Refusal(FAILED)
    return {
        "Summary": "LoginSuccess",
        "DisplayName": user.display_name,
        "User": user.user_name,
        "UserId": user.id,
        "CustomerID": call.tenant.tenant_id,
        "PodFqdn": urlsplit(call.tenant.base_url).netloc,
        **platform_session(call.tenant, user),
    }


VERBS: Verbs = {
    "security/startauthentication": Verb(start_authentication, open=True),
    "security/advanceauthentication": Verb(advance_authentication, open=True),
}
