"""What to tell a web server or a bucket that serves a published site: files to lie there. Knows their languages, and nothing of this site's content.

All of them answer for what a publish puts and for nothing else, list nothing, say 404 for what they lack as for what they won't show,
cache as docs/format.md §2 says, give ranges, and log no addresses: of families, and of a link that a mail program bent, whose key is in the path.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pluttra_publish.hosts import drop_rules
from pluttra_publish.hosts.headers import HSTS, POLICIES, SECURITY, SERVED, policies
from pluttra_publish.hosts.paths import CACHE_CONTROL, TYPES
from pluttra_publish.hosts.server_parts import apache_https, listen, only_https

_FOREVER = ("r/[0-9a-z]+/", "o/[0-9a-f]+/")
_SHORT = ("sida/",)
_COMPRESSED = ("text/css", "text/html", "text/javascript", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True)
class Dropping:
    """The drop endpoint as the site's server meets it: its `path` on the site's own address, empty if it has none there, what answers for it, and the
    `targets`, addresses beside its own, that messages go to.
    """

    path: str = ""
    upstream: str = drop_rules.UPSTREAM
    script: str = "drop.cgi"
    targets: tuple[str, ...] = ()


_NOTHING = Dropping()


def nginx(
    name: str,
    root: str,
    *,
    drop: Dropping = _NOTHING,
    certificate: str = "",
    key: str = "",
    http: str = "80",
    https: str = "443",
) -> str:
    """Return a file for nginx's sites-enabled (its http block) that serves the folder `root` as the host `name`."""
    certificate = certificate or f"/etc/letsencrypt/live/{name}/fullchain.pem"
    key = key or f"/etc/letsencrypt/live/{name}/privkey.pem"
    tag = "pluttra_" + "".join(sign if sign.isalnum() else "_" for sign in name)
    said = {**SECURITY, "Strict-Transport-Security": HSTS}
    headers = "\n".join(f'    add_header {header} "{value}" always;' for header, value in said.items())
    types = "\n".join(f"        {media_type} {' '.join(endings)};" for media_type, endings in _endings())
    zone = drop_rules.nginx_zone(tag) if drop.path else ""
    place = drop_rules.nginx_place(tag, drop.path, drop.upstream, inside=True) if drop.path else ""
    return f"""\
# nginx: lägg filen i /etc/nginx/sites-enabled/, ändra certifikatets sökvägar, och kör nginx -t.
{zone}map $uri ${tag}_kept {{
    default "{CACHE_CONTROL["revalidate"]}";
{_lines(f'    "~^/{start}" "{CACHE_CONTROL["forever"]}";' for start in _FOREVER)}
{_lines(f'    "~^/{start}" "{CACHE_CONTROL["short"]}";' for start in _SHORT)}
}}
map $status ${tag}_cache {{
    default "no-store";
    ~^(200|206|304|416)$ ${tag}_kept;
}}
map $uri ${tag}_policy {{
    default "{POLICIES["other"]}";
    ~(^/|\\.html)$ "{POLICIES["document"]}";
    ~\\.js$ "{policies(drop.targets)["script"]}";
}}

{only_https(name, http, root)}

server {{
{listen(https, " ssl http2")}
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    root {root};
    access_log off;
    log_not_found off;
    server_tokens off;
    autoindex off;
    etag on;
    error_page 403 =404 /finns-inte;
    gzip on;
    gzip_vary on;
    gzip_types {" ".join(media_type for media_type in _COMPRESSED if media_type != "text/html")};
    charset utf-8;
    charset_types text/css text/javascript text/plain text/vtt;
    default_type application/octet-stream;
    types {{
{types}
    }}

{headers}
    add_header Content-Security-Policy "${tag}_policy" always;
    add_header Cache-Control "${tag}_cache" always;

{place}    location = / {{
        try_files /index.html =404;
    }}
    location ~ "^/(?:{"|".join(SERVED)})$" {{
        try_files $uri =404;
    }}
    location / {{
        return 404;
    }}
}}
"""


def apache(name: str, *, drop: Dropping = _NOTHING) -> str:
    """Return a .htaccess to lie at the top of the published folder; Apache 2.4 with mod_rewrite and mod_headers."""
    types = "\n".join(f"AddType {media_type} {' '.join(f'.{ending}' for ending in e)}" for media_type, e in _endings())
    headers = "\n".join(f'    Header always set {header} "{value}"' for header, value in SECURITY.items())
    runs = drop_rules.apache_options(drop.script) if drop.path else ""
    goes = drop_rules.apache_rewrite(drop.path, drop.script) if drop.path else ""
    return f"""\
# Apache: lägg filen som .htaccess överst i mappen som publiceras. Värden måste tillåta den (AllowOverride All).
Options -Indexes -MultiViews -ExecCGI
{runs}DirectoryIndex index.html
DirectorySlash Off
FileETag MTime Size
AddDefaultCharset utf-8
AddCharset utf-8 .css .js .txt .vtt .html
{types}

<IfModule !mod_rewrite.c>
    Require all denied
</IfModule>
<IfModule mod_rewrite.c>
{apache_https(name)}
{goes}    RewriteCond %{{REQUEST_METHOD}} !^(GET|HEAD)$
    RewriteRule ^ - [R=405,L]
    RewriteCond %{{REQUEST_URI}} !^/\\.well-known/
    RewriteRule !^(?:|{"|".join(SERVED)})$ - [R=404,L]
</IfModule>
<FilesMatch "^(root|[0-9a-f]{{32}})$">
    ForceType application/octet-stream
    SetEnv no-gzip 1
</FilesMatch>
<IfModule mod_headers.c>
{headers}
    Header always set Strict-Transport-Security "{HSTS}" "expr=%{{HTTPS}} == 'on'"
    Header always set Content-Security-Policy "{POLICIES["other"]}"
    <FilesMatch "\\.html$">
        Header always set Content-Security-Policy "{POLICIES["document"]}"
    </FilesMatch>
    <FilesMatch "\\.js$">
        Header always set Content-Security-Policy "{policies(drop.targets)["script"]}"
    </FilesMatch>
    Header always set Cache-Control "no-store" "expr=%{{REQUEST_STATUS}} >= 400"
    Header set Cache-Control "{CACHE_CONTROL["revalidate"]}"
    Header set Cache-Control "{CACHE_CONTROL["forever"]}" "expr=%{{REQUEST_URI}} =~ m#^/({"|".join(_FOREVER)})#"
    Header set Cache-Control "{CACHE_CONTROL["short"]}" "expr=%{{REQUEST_URI}} =~ m#^/({"|".join(_SHORT)})#"
</IfModule>
<IfModule mod_deflate.c>
    AddOutputFilterByType DEFLATE {" ".join(_COMPRESSED)}
</IfModule>
"""


def caddy(name: str, root: str, *, drop: Dropping = _NOTHING) -> str:
    """Return a Caddyfile that serves the folder `root` as the host `name`, with a certificate that Caddy gets by itself."""
    said = {**SECURITY, "Strict-Transport-Security": HSTS}
    headers = "\n".join(f'\t\t{header} "{value}"' for header, value in said.items())
    types = "\n".join(
        f"\t\t\t@{endings[0]} path {' '.join(f'*.{ending}' for ending in endings)}\n"
        f'\t\t\theader @{endings[0]} Content-Type "{_with_charset(media_type)}"'
        for media_type, endings in _endings()
    )
    place = drop_rules.caddy_place(drop.path, drop.upstream) if drop.path else ""
    return f"""\
# Caddy: lägg filen som /etc/caddy/Caddyfile, och kör caddy validate.
{name} {{
	root * {root}
	encode gzip {{
		match {{
{_lines(f"			header Content-Type {media_type}*" for media_type in _COMPRESSED)}
		}}
	}}
	header {{
{headers}
		-Server
	}}
{place}	@served path_regexp ^/(?:|{"|".join(SERVED)})$
	handle @served {{
		route {{
			header Content-Security-Policy "{POLICIES["other"]}"
			header Cache-Control "{CACHE_CONTROL["revalidate"]}"
			@document path_regexp document (^/|\\.html)$
			header @document Content-Security-Policy "{POLICIES["document"]}"
			@script path *.js
			header @script Content-Security-Policy "{policies(drop.targets)["script"]}"
			@forever path_regexp forever ^/({"|".join(_FOREVER)})
			header @forever Cache-Control "{CACHE_CONTROL["forever"]}"
			@short path {" ".join(f"/{start}*" for start in _SHORT)}
			header @short Cache-Control "{CACHE_CONTROL["short"]}"
			@sealed path_regexp sealed ^/(root|[ko]/.*)$
			header @sealed Content-Type application/octet-stream
{types}
			@asked not method GET HEAD
			respond @asked 405
			file_server {{
				index index.html
				hide .*
			}}
		}}
	}}
	handle {{
		header Cache-Control no-store
		respond 404
	}}
	handle_errors {{
		header Cache-Control no-store
		respond 404
	}}
}}
"""


def s3_policy(bucket: str) -> str:
    """Return a bucket policy: anybody may get what a publish puts, and nobody may list."""
    starts = (
        "index.html",
        "sw.js",
        "manifest.webmanifest",
        "robots.txt",
        "icon*",
        "root",
        "k/*",
        "o/*",
        "r/*",
        "sida/*",
    )
    return _json(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AnybodyMayGet",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["*"]},
                    "Action": ["s3:GetObject"],
                    "Resource": [f"arn:aws:s3:::{bucket}/{start}" for start in starts],
                }
            ],
        }
    )


def s3_cors(url: str) -> str:
    """Return a CORS configuration: the pages of `url`, and of nobody else, may read the bucket from a browser."""
    rule = {
        "AllowedOrigins": [url],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range", "If-None-Match"],
        "ExposeHeaders": ["Content-Length", "Content-Range", "ETag"],
        "MaxAgeSeconds": 3600,
    }
    return _json({"CORSRules": [rule]})


def s3_website() -> str:
    """Return a website configuration: `/` is the shell, and errors have no page of their own."""
    return _json({"IndexDocument": {"Suffix": "index.html"}})


def s3_lifecycle() -> str:
    """Return a lifecycle configuration: parts of a put that was cut off go after a day."""
    rule = {
        "ID": "avbrutna-uppladdningar",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    return _json({"Rules": [rule]})


def _endings() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every type without its charset, with the endings of files that have it."""
    grouped: dict[str, list[str]] = {}
    for ending, media_type in TYPES.items():
        grouped.setdefault(media_type.partition(";")[0], []).append(ending)
    yield from ((media_type, tuple(endings)) for media_type, endings in grouped.items())


def _with_charset(media_type: str) -> str:
    return next(full for full in TYPES.values() if full.partition(";")[0] == media_type)


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
