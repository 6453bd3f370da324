# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that name a secret, and texts in which an encoding must not hide one."""

from __future__ import annotations

import base64
import re
import time

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import LONGEST_TEXT
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import letters
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import (
    ENDINGS,
    FEW,
    HIDDEN,
    WHOLE,
    WITHHELD,
    WORDS,
    Secrets,
    is_secret,
    means_secret,
    spellings,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tests.unit.leaks.finder import HARD, Canary, echoes, find
from hypothesis import given
from hypothesis import strategies as st

SECRET = f"Gg7Secret{HARD}7"
SAID = "userName: the value 'ada@example.com' of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is taken (uniqueness), 100% sure"


def secrets(*texts: str) -> Secrets:
    return Secrets({spelling for text in texts for spelling in spellings(text)})


# --- names


@pytest.mark.parametrize(
    "key",
    [
        *("password", "Password", "PASSWORD", "pwd", "passwd", "pass", "pw", "secret", "passphrase", "token"),
        *("privateKey", "private_key", "PRIVATE-KEY", "Private Key", "apiKey", "api.key", "credentials"),
        *("newPassword", "rootPwd", "user_pass", "dbPass", "userpassword", "initial_password", "password2"),
        *("clientSecret", "client-secret", "accessToken", "PasswordValue", "secret_text", "AWSSecretKey"),
        *("EnablePassword", "Enable Secret", "enable_pass", "UseSudoPassword", "RequirePassword", "DBPass"),
        *("pin", "PIN", "userPin", "card_pin", "cardPIN", "pins", "Passwort", "Kennwort", "contraseña", "mot de passe"),
        *("connectionString", "DB Connection String", "snmpCommunity", "SNMP_COMMUNITY", "communityString"),
        *("bearer", "authBearer", "securityAnswer", "secret answer 2", "seed", "mfaSeed", "MFASEED", "otpSeed", "totp"),
        *("psk", "wifiPsk", "WPA-PSK", "recoveryCode", "recovery_codes", "backupCodes", "cookie", "sessionCookies"),
        *("key", "Key", "masterKey", "recoveryKey"),
    ],
)
def test_a_name_of_a_secret_is_known_in_any_case_and_with_any_separators(key: str) -> None:
    assert means_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        *("passwordNeverExpires", "PasswordChangeDate", "PASSWORDNEVEREXPIRES", "password_last_set", "pwdLastSet"),
        *("secretManagement", "PasswordPolicy", "tokenization", "tokenLifetime", "secretary", "passport", "bypass"),
        *("isPasswordRequired", "passwordRequired", "AWSAccessKeyID", "PublicSSHKey", "publicKey", "publicKeyPin"),
        *("keyId", "keyName", "keyboard", "monkey", "licenseKey", "sshKeyFingerprint", "pinned", "spin", "spinLock"),
        *("shipping", "pinCode", "seedlings", "birdseed", "cookieConsent", "community", "communityManager", "psk31x"),
        *("recoveryEmail", "securityQuestion", "answer", "connectionType", "forebearers", "totpEnabled", "tokenType"),
        *("username", "address", "platformId", "costCenter", "compass", ""),
    ],
)
def test_a_name_that_only_sounds_like_a_secret_is_none(key: str) -> None:
    assert not means_secret(key)


@pytest.mark.parametrize("key", ["token", "mustChangePassword", "isSecret", "require_password", "noPassword"])
@pytest.mark.parametrize("answer", [True, False, "True", "no", "0", "", None, 3, "90", "Enabled", " yes "])
def test_an_answer_to_a_question_is_no_secret(key: str, answer: object) -> None:
    assert not is_secret(key, answer)


@pytest.mark.parametrize("key", ["EnablePassword", "Enable Secret", "enable_pass", "UseSudoPassword", "pin"])
@pytest.mark.parametrize("value", ["cisco", "1234", 4711, "Yes-1"])
def test_what_says_more_than_an_answer_is_a_secret(key: str, value: object) -> None:
    assert is_secret(key, value)


def test_the_guide_lists_each_word_that_means_a_secret() -> None:
    guide = (ROOT / "docs/security.md").read_text().partition("means a secret is treated as one:**")[2]
    listed = {letters(word) for word in re.findall("`([^`]+)`", guide.partition("- **Nothing is created twice")[0])}
    assert {*ENDINGS, *WORDS, *WHOLE} <= listed


# --- texts


@pytest.mark.parametrize("way", echoes(""))
def test_a_secret_is_found_however_a_server_encodes_it(way: str) -> None:
    echo = echoes(SECRET)[way]
    mask = secrets(SECRET, "Another1Secret")
    masked = mask.masked(f"refused: {echo}")
    assert masked == WITHHELD or HIDDEN in masked
    assert not find([Canary("Gg7Secret")], {"masked": masked})
    assert mask.masked(f"{SAID} {SAID}") == f"{SAID} {SAID}"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_login_is_masked_in_place_in_both_encodings_that_are_in_use(encoding: str) -> None:
    """If it is encoded once, the rest of the text stays."""
    raw = SECRET.encode(encoding)
    for echo in (raw.hex(), base64.b64encode(raw + b"a").decode(), base64.b64encode(b"scim-client:" + raw).decode()):
        masked = secrets(SECRET).masked(f"the header was {echo}, which is wrong")
        assert HIDDEN in masked
        assert masked.startswith("the header was ") and masked.endswith(", which is wrong")


def test_a_secret_in_the_middle_of_a_line_break_is_found() -> None:
    assert secrets(SECRET).masked(f"refused: {SECRET[:6]}\n{SECRET[6:]}") == WITHHELD


def test_a_word_that_is_encoded_is_not_taken_for_a_secret() -> None:
    said = f"{SAID} %26amp%3B &#x41;&#66; \\u0041 4142434445464748 {base64.b64encode(SAID.encode()).decode()}"
    assert secrets(SECRET).masked(said) == said


@pytest.mark.parametrize(
    "text",
    [
        (SAID * 200)[:LONGEST_TEXT],
        "%25" * 6_000 + "41",
        "&amp;" * 4_000,
        "\\\\" * 10_000,
        base64.b64encode(base64.b64encode(bytes(range(256)) * 40)).decode(),
        "0123456789abcdefABCDEF+/%&#;\\u" * 700,
        "x" * 1_000_000,
    ],
    ids=["words", "URL", "page", "escapes", "base64", "everything", "endless"],
)
def test_looking_takes_no_longer_than_a_bound(text: str) -> None:
    mask = secrets(*(f"{SECRET}{number}" for number in range(200)))
    mask.masked("")
    began = time.process_time()
    mask.masked(text)
    assert time.process_time() - began < 5


def test_many_secrets_cost_no_more_than_a_few() -> None:
    mask = secrets(*(f"{number:06}{SECRET}" for number in range(5_000)))
    mask.masked(SAID)
    began = time.process_time()
    for _again in range(100):
        assert mask.masked(SAID) == SAID
    assert time.process_time() - began < 3


@given(
    held=st.lists(st.text("ab", min_size=1, max_size=12), max_size=6),
    others=st.integers(0, 2),
    text=st.text("ab", max_size=60),
)
def test_few_and_many_secrets_are_found_alike(held: list[str], others: int, text: str) -> None:
    many = {f"{number:08}-other" for number in range(others * FEW)}
    whole = "-".join([text, *held[:3]])
    assert Secrets({*held, *many}).found_in(whole) == {secret for secret in held if secret in whole}
