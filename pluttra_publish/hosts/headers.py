"""What a server of a published site should say beside the bytes, and which paths it should answer for. Knows paths and HTTP's headers.

Does not know servers. A site is as safe on a host that says none of this, by the policy in the shell itself; said, it also holds for what
a policy in <meta> can't say (frames, the worker), and for whoever opens an address of another kind of file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Kind = Literal["document", "script", "other"]

SECURITY = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains"
"""Two years of https only. Of the host name itself and those below it; the site has one of its own."""

# What a policy in <meta> cannot say, and what it should not be alone in saying; the shell's own policy is stricter.
POLICIES: dict[Kind, str] = {
    "document": "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; script-src 'self'",
    "script": "default-src 'none'; connect-src 'self'; script-src 'self'",  # binds the worker
    "other": "default-src 'none'; frame-ancestors 'none'; sandbox",
}

SERVED = (
    r"root",
    r"[ko]/[0-9a-f]{2}/[0-9a-f]{32}",
    r"index\.html",
    r"sw\.js",
    r"manifest\.webmanifest",
    r"robots\.txt",
    r"icon\.svg",
    r"icon-[0-9a-z-]{1,32}\.png",
    r"r/[0-9a-z]{1,64}/[0-9a-z_-]{1,64}\.(?:js|css|html)",
    r"sida/[0-9a-z][0-9a-z_-]{0,199}\.(?:html|webp|jpg|jpeg|png|mp4|webm|m4a|mp3|ogg|wav|vtt)",
)
"""What a server answers for, as expressions that nginx, Apache and Caddy all understand; `/` is index.html."""


def policies(targets: Sequence[str] = ()) -> dict[Kind, str]:
    """Return the policies of a site whose messages also go to `targets`, addresses beside its own."""
    reached = " ".join(("connect-src 'self'", *targets))
    return {**POLICIES, "script": POLICIES["script"].replace("connect-src 'self'", reached)}


def policy_of(media_type: str, targets: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy for an answer of that type."""
    match media_type.partition(";")[0]:
        case "text/html":
            return policies(targets)["document"]
        case "text/javascript":
            return policies(targets)["script"]
        case _:
            return policies(targets)["other"]
