"""Settings to a host. Knows which kinds there are. Does not know what is put there.

A library that talks to a host is loaded when a site lies on such a host, and not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pluttra_publish.hosts.flow import Flow
from pluttra_publish.hosts.folder import FolderHost
from pluttra_publish.hosts.host import Host
from pluttra_publish.hosts.patient import PatientHost
from pluttra_publish.settings.host import HostSettings

_BYTES_IN_MBIT = 125_000


@contextmanager
def open_host(settings: HostSettings, state: Path) -> Iterator[Host]:
    """Give the host that the settings say, and hang up at the end. `state` may hold the key to a bucket.

    Raises:
        HostError: no key to the bucket is anywhere.
    """
    host = _host(settings, state)
    try:
        yield host
    finally:
        host.close()


def _host(settings: HostSettings, state: Path) -> Host:
    flow = Flow(settings.limit * _BYTES_IN_MBIT)
    if settings.sftp is not None:
        from pluttra_publish.hosts.sftp import SftpHost  # noqa: PLC0415

        return PatientHost(SftpHost(settings.sftp, flow))
    if settings.s3 is not None:
        from pluttra_publish.hosts.s3 import S3Host  # noqa: PLC0415

        return PatientHost(S3Host(settings.s3, state, flow))
    return FolderHost(settings.folder)
