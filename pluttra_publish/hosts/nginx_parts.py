"""What nginx is told in more than one place: where it listens, and that everybody shall come over https. Knows nginx's words. Does not know what is served."""

from __future__ import annotations


def listen(where: str, how: str = "") -> str:
    """Return the lines for a port, on both kinds of network, or for an address with one."""
    each = (where, f"[::]:{where}") if where.isdigit() else (where,)
    return "\n".join(f"    listen {one}{how};" for one in each)


def only_https(name: str, http: str, root: str) -> str:
    """Return the server that sends everybody on to https, but whoever renews the certificate, whose files lie in `root`."""
    return f"""\
server {{
{listen(http)}
    server_name {name};
    access_log off;
    location ^~ /.well-known/acme-challenge/ {{
        root {root};
        default_type text/plain;
    }}
    location / {{
        return 301 https://{name}$request_uri;
    }}
}}"""
