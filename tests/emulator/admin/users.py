# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of users. A user is the same object as in SCIM, with the same rules."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ..facts import DISABLED, NORMAL, PLAIN_USER, STATES, USER_FACTS, UserFacts, user_facts
from ..failures import Failure
from ..models import Model
from ..scim.user_attributes import attributes_of, changed_user, new_user
from ..scim.users import UserRules, check_password
from .call import READ_USERS, USERS, Call, Verb, Verbs
from .envelope import SAME_PASSWORD, UNKNOWN_USER, WEAK_PASSWORD, Refusal, required
from .roles import add_to_system_administrators

RULES = UserRules()
# Arguments that set facts of a user.
FLAGS = {
    "OauthClient": "oauth_client",
    "ServiceUser": "service_user",
    "InEverybodyRole": "in_everybody",
    "ForcePasswordChangeNext": "force_change",
    "PasswordNeverExpire": "never_expires",
}


def get_user_attributes(call: Call) -> dict[str, Any]:
    """Return the attributes of a user. Each caller may read its own."""
    user_id = call.required("ID")
    if user_id != call.caller_id:
        call.check(READ_USERS)
    user = found_user(call, user_id)
    return attributes_of(user, user_facts(call.storage, user_id), call.switches)


def create_user(call: Call) -> str:
    """Create a user, and return its id as a bare string (seen in clients).

    Without a password, the tenant creates one that nobody knows (documented).
    """
    call.required("Name")
    password = call.text("Password") or f"Aa1{secrets.token_urlsafe(24)}"
    check_mail(call)
    in_system_administrator = bool(call.flag("InSysAdminRole"))
    facts = changed_facts(call, PLAIN_USER, creating=True)
    check_policy(password)
    user = new_user(call, facts_state(call) != DISABLED)
    user.password = password
    prepared = RULES.prepare(call.tenant, user, None)
    if in_system_administrator:
        call.check(frozenset())
    user_id = call.storage.add("User", prepared)
    call.storage.remember(USER_FACTS, user_id, facts)
    if in_system_administrator:
        add_to_system_administrators(call.tenant, user_id)
    return user_id


def check_mail(call: Call) -> None:
    """Refuse a new user without a mail address if an invitation is sent to it, which is the default (documented)."""
    mandatory = call.switches["mail_mandatory"]
    if mandatory == "invited":
        mandatory = call.flag("SendEmailInvite") is not False or call.flag("VerifyEmail")
    if mandatory and not call.text("Mail"):
        raise required("Mail")


def change_user(call: Call) -> None:
    """Change the given attributes. The password cannot be changed here."""
    user = found_user(call, call.required("ID"))
    facts = changed_facts(call, user_facts(call.storage, str(user.id)), creating=False)
    active = facts_state(call) != DISABLED if call.get("State") is not None else bool(user.active)
    prepared = RULES.prepare(call.tenant, changed_user(call, user, active), user)
    call.storage.replace("User", prepared)
    call.storage.remember(USER_FACTS, str(user.id), facts)


def set_user_state(call: Call) -> None:
    """Set the state of a user. Disabled means inactive in SCIM."""
    user = found_user(call, call.required("ID"))
    state = known_state(call.required("state"))
    RULES.check_writable(call.tenant, user)
    facts = replace(user_facts(call.storage, str(user.id)), lock=NORMAL if state == DISABLED else state)
    call.storage.replace("User", user.model_copy(update={"active": state != DISABLED}))
    call.storage.remember(USER_FACTS, str(user.id), facts)


def reset_user_password(call: Call) -> None:
    """Set a password. Other effects of a reset are not on record."""
    user = found_user(call, call.required("ID"))
    password = call.required("newPassword")
    check_policy(password)
    if password == user.password and call.switches["same_password_refused"]:
        raise Refusal("The new password is the same as the old one.", SAME_PASSWORD)
    RULES.check_writable(call.tenant, user)
    call.storage.replace("User", user.model_copy(update={"password": password}))
    if call.switches["reset_forces_change"]:
        facts = replace(user_facts(call.storage, str(user.id)), force_change=True)
        call.storage.remember(USER_FACTS, str(user.id), facts)


def found_user(call: Call, user_id: str) -> Model:
    """Return the user with an id."""
    user = call.storage.peek("User", user_id)
    if user is None:
        raise Refusal(f"User {user_id} not found.", UNKNOWN_USER)
    return user


def changed_facts(call: Call, facts: UserFacts, *, creating: bool) -> UserFacts:
    """Return the facts of a user after a call."""
    given: dict[str, Any] = {field: value for name, field in FLAGS.items() if (value := call.flag(name)) is not None}
    if given.get("force_change") and given.get("never_expires"):
        raise Refusal("ForcePasswordChangeNext and PasswordNeverExpire exclude each other.")
    if given.get("service_user"):
        # It overrides the argument InEverybodyRole (documented).
        given["in_everybody"] = False
    if given.get("never_expires"):
        given["force_change"] = False
    elif creating:
        given.setdefault("force_change", call.switches["force_change_default"])
    if given.get("force_change"):
        given["never_expires"] = False
    if call.get("Description") is not None:
        facts = replace(facts, description=call.text("Description"))
    if call.get("State") is not None:
        state = facts_state(call)
        facts = replace(facts, lock=NORMAL if state == DISABLED else state)
    return replace(facts, **given)


def facts_state(call: Call) -> str:
    """Return the state that a call asks for."""
    return known_state(call.text("State") or NORMAL)


def known_state(state: str) -> str:
    """Return a state in its official spelling."""
    found = next((item for item in STATES if item.casefold() == state.casefold()), None)
    if found is None:
        raise Refusal(f"Requested value '{state}' was not found.")
    return found


def check_policy(password: str) -> None:
    """Refuse a password outside the policy of the directory."""
    try:
        check_password(password)
    except Failure as failure:
        raise Refusal(failure.detail, WEAK_PASSWORD) from None


VERBS: Verbs = {
    "usermgmt/getuserattributes": Verb(get_user_attributes),
    "cdirectoryservice/createuser": Verb(create_user, USERS, writes=True),
    "cdirectoryservice/changeuser": Verb(change_user, USERS, writes=True),
    "cdirectoryservice/setuserstate": Verb(set_user_state, USERS, writes=True),
    "usermgmt/resetuserpassword": Verb(reset_user_password, USERS, writes=True),
}
