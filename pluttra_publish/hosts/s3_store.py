"""A bucket and the key to it as obstore wants them, and what a bucket's refusals mean. Knows S3. Does not know what is put or fetched.

Nothing is relied on that Swift's s3api or an old Ceph lacks: no check sum in a trailer, no DeleteObjects. Asking again after what may pass is the
library's: at most seven times in a minute and a half, twice as long a while between, and by chance shorter.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.s3_key import BucketKey
from pluttra_publish.settings.host import S3Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

RETRIES: RetryConfig = {
    "max_retries": 6,
    "retry_timeout": timedelta(seconds=90),
    "backoff": {"init_backoff": timedelta(seconds=0.5), "max_backoff": timedelta(seconds=15), "base": 2},
}


def store_of(settings: S3Settings, key: BucketKey) -> S3Store:
    """Return the bucket, opened with `key`.

    Raises:
        HostError: the file that AWS_CA_BUNDLE names can't be read.
    """
    config: S3Config = {
        "bucket": settings.bucket,
        "endpoint": settings.endpoint if settings.path_style else settings.url.rstrip("/"),
        "region": settings.region,
        "virtual_hosted_style_request": not settings.path_style,
        "access_key_id": key.identity,
        "secret_access_key": key.secret,
        "unsigned_payload": False,
        "disable_bulk_delete": True,
    }
    if key.token:
        config["session_token"] = key.token
    return S3Store(config=config, client_options=_client(settings.endpoint), retry_config=RETRIES)


def _client(endpoint: str) -> ClientConfig:
    options: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=20),
        "timeout": timedelta(minutes=10),
    }
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        try:
            options["root_certificate"] = Path(bundle).read_bytes()
        except OSError as wrong:
            raise HostError(f"AWS_CA_BUNDLE ({bundle}) kan inte läsas.", hint="Rätta eller ta bort den.") from wrong
    return options


@contextlib.contextmanager
def telling(path: str, what: str, where: str, changed: list[LeakError] | None = None) -> Iterator[None]:
    """Say what the bucket `where` refused as a HostError, or as what is in `changed` if bytes changed on their way there.

    Raises:
        HostError: always when something went wrong that is the bucket's or the line's.
        LeakError: bytes changed after they were admitted.
    """
    try:
        yield
    except (HostError, LeakError):
        raise
    except (PermissionDeniedError, UnauthenticatedError) as refused:
        hint = f"Se efter att nyckeln hör till {where} och får läsa, skriva, lista och ta bort där."
        raise HostError(f"{path} kunde inte {what}: värden tar inte emot nyckeln.", hint=hint) from refused
    except FileNotFoundError as missing:
        hint = f"Se efter att {where} finns, och att endpoint och bucket i inställningarna stämmer."
        raise HostError(f"{path} kunde inte {what}: värden säger att det inte finns.", hint=hint) from missing
    except (BaseError, OSError, ValueError, RuntimeError) as wrong:
        if changed:
            raise changed[0] from wrong
        hint = "Se efter att nätet är på, att endpoint stämmer och att platsen inte är slut, och kör sedan igen."
        raise HostError(f"{path} kunde inte {what}: {where} svarade inte som väntat.", hint=hint) from wrong
