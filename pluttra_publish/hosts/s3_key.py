"""The key to a bucket: where it is looked for. Knows the file format of AWS's tools. Never says what it found.

First the file `s3` in the site's private state folder, then the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then the
account's own file (~/.aws/credentials, or AWS_SHARED_CREDENTIALS_FILE) under AWS_PROFILE or `default`. The drop box's bucket may have keys of its own, in
either file: `drop` fetches from it, and `drop-form` signs what readers put there with, so that it need do nothing else.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.errors import HostError

FILE = "s3"
FETCHES, SIGNS = "drop", "drop-form"


@dataclass(frozen=True)
class BucketKey:
    """Who asks, and the secret that proves it."""

    identity: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def read_key(state: Path, environment: Mapping[str, str] = os.environ) -> BucketKey:
    """Return the key to the bucket.

    Raises:
        HostError: there is none, or a file that should hold it can't be read.
    """
    named = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if key := _in_file(state / FILE, "default"):
        return key
    if named[0] and named[1]:
        return BucketKey(named[0], named[1], environment.get("AWS_SESSION_TOKEN", ""))
    if key := _in_file(_home(environment), environment.get("AWS_PROFILE") or "default"):
        return key
    hint = f"Lägg den i {state / FILE}, så här: [default], aws_access_key_id = … och aws_secret_access_key = … på var sin rad."
    raise HostError("Nyckeln till värdens bucket finns inte.", hint=hint)


def read_drop_key(state: Path, use: str, environment: Mapping[str, str] = os.environ) -> BucketKey:
    """Return the key to the drop box's bucket that is for `use`, FETCHES or SIGNS: without one of its own the one that fetches, or the host's.

    Raises:
        HostError: there is none, or a file that should hold it can't be read.
    """
    for profile in (use, FETCHES):
        for file in (state / FILE, _home(environment)):
            if key := _in_file(file, profile):
                return key
    return read_key(state, environment)


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("AWS_SHARED_CREDENTIALS_FILE") or Path("~/.aws/credentials").expanduser())


def _in_file(path: Path, profile: str) -> BucketKey | None:
    read = configparser.RawConfigParser(default_section="")
    try:
        read.read_string(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, configparser.Error):  # whose own words may hold the secret
        raise HostError(f"{path} kan inte läsas.", hint="Den ska ha formatet av ~/.aws/credentials.") from None
    if not read.has_section(profile):
        return None
    identity, secret = (
        read.get(profile, f"aws_{name}", fallback="") for name in ("access_key_id", "secret_access_key")
    )
    token = read.get(profile, "aws_session_token", fallback="")
    return BucketKey(identity, secret, token) if identity and secret else None
