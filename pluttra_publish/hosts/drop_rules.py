"""What to tell a web server that the drop endpoint stands behind, and a bucket that messages wait in. Knows their languages. Knows no messages.

No address is logged, nothing is listed, and nothing longer than a message is let through. The endpoint itself answers for the rest.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from pluttra_publish.format.messages import FILE_LENGTHS
from pluttra_publish.hosts.headers import HSTS, SECURITY
from pluttra_publish.hosts.s3_form import PREFIX
from pluttra_publish.hosts.server_parts import apache_https, listen, only_https

UPSTREAM = "127.0.0.1:8080"
"""Where `pluttra drop serve` answers."""

_LONGEST = max(FILE_LENGTHS)
_KEPT_DAYS = 60
_NOTHING_ELSE = "Content-Security-Policy \"default-src 'none'; frame-ancestors 'none'; sandbox\""


def nginx_zone(tag: str) -> str:
    """Return what the http block of nginx needs: a memory of who asks how often, which is on no disk."""
    return f"limit_req_zone $binary_remote_addr zone={tag}_drop:1m rate=20r/s;\n"


def nginx_place(tag: str, path: str, upstream: str = UPSTREAM, *, inside: bool = False) -> str:
    """Return what a server block of nginx says of the endpoint's path; `inside` one that says headers of its own.

    What nginx itself refuses is not written down: it would be with the address.
    """
    said = "".join(f"        proxy_hide_header {name};\n" for name in ("Cache-Control", "X-Content-Type-Options"))
    return f"""\
    location = {path} {{
        limit_req zone={tag}_drop burst=200 nodelay;
        limit_req_status 429;
        error_log /dev/null crit;
        client_max_body_size {_LONGEST};
        client_body_timeout 30s;
        proxy_pass http://{upstream};
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_intercept_errors off;
{said if inside else ""}        gzip off;
    }}
"""


def nginx(
    url: str,
    *,
    upstream: str = UPSTREAM,
    certificate: str = "",
    key: str = "",
    http: str = "80",
    https: str = "443",
) -> str:
    """Return a file for nginx's sites-enabled that answers for an endpoint at `url`, an address of its own."""
    name, path = _parted(url)
    tag = "pluttra_" + "".join(sign if sign.isalnum() else "_" for sign in name)
    certificate = certificate or f"/etc/letsencrypt/live/{name}/fullchain.pem"
    key = key or f"/etc/letsencrypt/live/{name}/privkey.pem"

    return f"""\
# nginx: lägg filen i /etc/nginx/sites-enabled/, ändra certifikatets sökvägar, och kör nginx -t. Starta pluttra drop serve.
{nginx_zone(tag)}
{only_https(name, http, "/var/www/html")}

server {{
{listen(https, " ssl http2")}
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    access_log off;
    log_not_found off;
    server_tokens off;
    add_header Strict-Transport-Security "{HSTS}" always;
    add_header {_NOTHING_ELSE} always;
{nginx_place(tag, path, upstream)}
    location / {{
        return 404;
    }}
}}
"""


def caddy_place(path: str, upstream: str = UPSTREAM) -> str:
    """Return what a site block of Caddy says of the endpoint's path."""
    return f"""\
	handle {path} {{
		header {_NOTHING_ELSE}
		@long header_regexp Content-Length ^[0-9]{{8,}}$
		respond @long 413
		reverse_proxy {upstream}
	}}
"""


def caddy(url: str, upstream: str = UPSTREAM) -> str:
    """Return a Caddyfile that answers for an endpoint at `url`, an address of its own, with a certificate that Caddy gets by itself."""
    name, path = _parted(url)
    return f"""\
# Caddy: lägg filen som /etc/caddy/Caddyfile, och kör caddy validate. Starta pluttra drop serve.
{name} {{
	header {{
		Strict-Transport-Security "{HSTS}"
		{_NOTHING_ELSE}
		-Server
	}}
{caddy_place(path, upstream)}	handle {{
		respond 404
	}}
}}
"""


def apache_options(script: str) -> str:
    """Return what a .htaccess says so that a file of that name, and no other, is run."""
    return f"""\
Options +ExecCGI
<Files "{script}">
    SetHandler cgi-script
    LimitRequestBody 9999999
</Files>
"""


def apache_rewrite(path: str, script: str) -> str:
    """Return the rules, before all others, that let the script answer for the endpoint's path."""
    return f"    RewriteRule ^{_escaped(path.lstrip('/'))}$ {script} [END]\n"


def apache(url: str, script: str) -> str:
    """Return a .htaccess to lie beside the script, at the top of an address of its own that is used for nothing else."""
    name, path = _parted(url)
    said = "\n".join(
        f'    Header always set {header} "{value}"' for header, value in SECURITY.items() if "Cross" not in header
    )
    return f"""\
# Apache: lägg filen som .htaccess bredvid {script}, överst på adressen {name}. Värden måste tillåta den (AllowOverride All) och CGI.
Options -Indexes -MultiViews
{apache_options(script)}DirectorySlash Off
<IfModule !mod_rewrite.c>
    Require all denied
</IfModule>
<IfModule mod_rewrite.c>
{apache_https(name)}
{apache_rewrite(path, script)}    RewriteCond %{{REQUEST_URI}} !^/\\.well-known/
    RewriteRule ^ - [R=404,L]
</IfModule>
<IfModule mod_headers.c>
{said}
    Header always set Strict-Transport-Security "{HSTS}" "expr=%{{HTTPS}} == 'on'"
    Header always set {_NOTHING_ELSE}
</IfModule>
"""


def closed() -> str:
    """Return a .htaccess for the folder where messages lie, should it ever be shown on the web."""
    return "# Apache: ingenting i den här mappen visas på webben.\nRequire all denied\n"


def s3_policy(bucket: str, writer: str) -> str:
    """Return a bucket policy: the account `writer`, an ARN, may put messages and do nothing else. Whoever owns the bucket fetches them.

    What it may not do is said too: on Ceph an account may otherwise read what it has put.
    """
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    refused = ("GetObject*", "DeleteObject*", "ListBucket*", "GetBucket*", "PutBucket*", "DeleteBucket*")
    may = {
        "Sid": "TheFormMayPut",
        "Effect": "Allow",
        "Principal": {"AWS": [writer]},
        "Action": ["s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/{PREFIX}*"],
    }
    may_not = {
        "Sid": "TheFormMayNot",
        "Effect": "Deny",
        "Principal": {"AWS": [writer]},
        "Action": [f"s3:{action}" for action in refused],
        "Resource": everything,
    }
    return _json({"Version": "2012-10-17", "Statement": [may, may_not]})


def s3_cors(url: str) -> str:
    """Return a CORS configuration: the pages of `url`, and of nobody else, may put, and see whether it was taken."""
    rule = {
        "AllowedOrigins": [url],
        "AllowedMethods": ["POST"],
        "AllowedHeaders": ["Content-Type"],
        "MaxAgeSeconds": 3600,
    }
    return _json({"CORSRules": [rule]})


def s3_lifecycle() -> str:
    """Return a lifecycle configuration: what nobody has fetched goes after two months, parts of a put that was cut off after a day."""
    messages = {
        "ID": "ej-hamtade",
        "Status": "Enabled",
        "Filter": {"Prefix": PREFIX},
        "Expiration": {"Days": _KEPT_DAYS},
    }
    parts = {
        "ID": "avbrutna-uppladdningar",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    return _json({"Rules": [messages, parts]})


def _parted(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path


def _escaped(path: str) -> str:
    return path.replace(".", "\\.")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
