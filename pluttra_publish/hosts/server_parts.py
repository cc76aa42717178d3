"""What web servers are told in more than one place: where nginx listens, and that everybody shall come over https. Does not know what is served."""

from __future__ import annotations


def listen(where: str, how: str = "") -> str:
    """Return nginx's lines for a port, on both kinds of network, or for an address with one."""
    each = (where, f"[::]:{where}") if where.isdigit() else (where,)
    return "\n".join(f"    listen {one}{how};" for one in each)


def only_https(name: str, http: str, root: str) -> str:
    """Return the server of nginx's that sends everybody on to https, but whoever renews the certificate, whose files lie in `root`."""
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


def apache_https(name: str) -> str:
    """Return the rules of a .htaccess that come first: everybody goes on to https, but whoever renews the certificate."""
    return f"""\
    RewriteEngine On
    RewriteCond %{{HTTPS}} !=on
    RewriteCond %{{HTTP:X-Forwarded-Proto}} !=https
    RewriteCond %{{REQUEST_URI}} !^/\\.well-known/
    RewriteRule ^ https://{name}%{{REQUEST_URI}} [R=301,L]"""
