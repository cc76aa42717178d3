"""What a browser sends when a page posts a form with a file: multipart/form-data over http.client."""

from __future__ import annotations

import contextlib
import http.client
import secrets
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit


def post_form(
    url: str,
    fields: Iterable[tuple[str, str]],
    content: bytes,
    *,
    trusting: ssl.SSLContext | None = None,
    origin: str = "https://dagar.example.se",
) -> tuple[int, dict[str, str], bytes]:
    """Post `fields` and a file last, and return status, headers and body of the answer."""
    line = secrets.token_hex(16)
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = b"".join(parts) + head.encode() + content + f"\r\n--{line}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={line}", "Origin": origin}
    return ask(url, "POST", body, headers, trusting=trusting)


def ask(
    url: str, method: str, body: bytes | None, headers: dict[str, str], *, trusting: ssl.SSLContext | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Ask with a connection of its own, and return status, headers and body of the answer."""
    parts = urlsplit(url)
    line: http.client.HTTPConnection = (
        http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=30, context=trusting)
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    )
    try:
        with contextlib.suppress(
            BrokenPipeError, ConnectionResetError
        ):  # it may have its answer before it has sent all
            line.request(method, parts.path or "/", body=body, headers=headers)
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()
