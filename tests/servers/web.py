"""nginx, Apache and Caddy with the rules that we write, over http and https with a throwaway certificate."""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pluttra_publish.hosts import drop_rules, server_rules
from pluttra_publish.hosts.server_rules import Dropping
from tests.servers import free_port, listens, needed, wait_until

NAME = "localhost"
NO_DROP = Dropping()


@dataclass(frozen=True)
class Web:
    """A server that runs: its two ports, and who vouches for it."""

    http: int
    https: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.https}"

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def make_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """Make a certificate, its key, and who vouches for it."""
    folder.mkdir(parents=True, exist_ok=True)
    ca, ca_key, key, asked, made = (folder / name for name in ("ca.crt", "ca.key", "key", "asked", "crt"))
    extension = folder / "extension"
    extension.write_text("basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="ascii")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    signed = ["-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial", "-extfile", str(extension), "-days", "90"]
    for arguments in (
        ["req", "-x509", *new, "-subj", "/CN=test-ca", "-days", "90", "-keyout", str(ca_key), "-out", str(ca)],
        ["req", *new, "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(asked)],
        ["x509", "-req", "-in", str(asked), *signed, "-out", str(made)],
    ):
        subprocess.run([needed("openssl", "openssl"), *arguments], check=True, capture_output=True, timeout=60)
    return made, key, ca


@contextlib.contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    try:
        wait_until(lambda: server.poll() is not None or listens(port), command[0])
        assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
        yield
    finally:
        server.terminate()
        server.wait(20)


@contextlib.contextmanager
def nginx(
    site: Path, folder: Path, edit: Callable[[str], str] = str, *, drop: Dropping = NO_DROP, own: str = ""
) -> Iterator[Web]:
    """Serve `site` by nginx with our rules, as somebody may have edited them; its own files lie in `folder`.

    Or, for a drop endpoint at the path `own` of an address of its own, serve that and nothing else.
    """
    certificate, key, ca = make_certificate(folder)
    http, https = free_port(), free_port()
    made = (
        partial(drop_rules.nginx, f"https://{NAME}{own}", upstream=drop.upstream)
        if own
        else partial(server_rules.nginx, NAME, str(site), drop=drop)
    )
    rules = made(
        certificate=str(certificate),
        key=str(key),
        http=f"127.0.0.1:{http}",
        https=f"127.0.0.1:{https}",
    )
    (folder / "rules").write_text(edit(rules), encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''}\ndaemon off;\nworker_processes 1;\npid {folder}/pid;\n"
        f"error_log {folder}/errors;\nevents {{}}\nhttp {{\n{temporary}include {folder}/rules;\n}}\n",
        encoding="utf-8",
    )
    command = [
        needed("nginx", "nginx-light"),
        "-c",
        str(folder / "conf"),
        "-p",
        str(folder),
        "-e",
        str(folder / "errors"),
    ]
    with _running(command, folder, https):
        yield Web(http, https, ca)


@contextlib.contextmanager
def apache(site: Path, folder: Path, *, drop: Dropping = NO_DROP, own: str = "") -> Iterator[Web]:
    """Serve `site` by Apache with our .htaccess in it, as a web hotel does; its own files lie in `folder`."""
    certificate, key, ca = make_certificate(folder)
    http, https = free_port(), free_port()
    rules = (
        drop_rules.apache(f"https://{NAME}:{https}{own}", drop.script)
        if own
        else server_rules.apache(f"{NAME}:{https}", drop=drop)
    )
    (site / ".htaccess").write_text(rules, encoding="utf-8")
    modules = ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers", "deflate", "filter", "ssl", "setenvif",
               "env", "autoindex", "negotiation", "cgid")  # fmt: skip
    loaded = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in modules
        if Path(f"/usr/lib/apache2/modules/mod_{name}.so").exists()
    )
    account = "User www-data\nGroup www-data\n" if os.getuid() == 0 else ""
    (folder / "conf").write_text(
        f"ServerRoot {folder}\nServerName {NAME}\nPidFile {folder}/pid\nErrorLog {folder}/errors\n{loaded}{account}"
        f"Mutex file:{folder}\nScriptSock {folder}/cgi\nTypesConfig /etc/mime.types\nListen 127.0.0.1:{http}\nListen 127.0.0.1:{https}\n"
        f"DocumentRoot {site}\n<Directory {site}>\nAllowOverride All\nOptions +Indexes\nRequire all granted\n</Directory>\n"
        f"<VirtualHost *:{https}>\nSSLEngine on\nSSLCertificateFile {certificate}\nSSLCertificateKeyFile {key}\n"
        f"DocumentRoot {site}\n</VirtualHost>\n",
        encoding="utf-8",
    )
    command = [needed("apache2", "apache2"), "-D", "FOREGROUND", "-f", str(folder / "conf")]
    with _running(command, folder, https):
        yield Web(http, https, ca)


@contextlib.contextmanager
def caddy(site: Path, folder: Path, *, drop: Dropping = NO_DROP, own: str = "") -> Iterator[Web]:
    """Serve `site` by Caddy with our Caddyfile; its own files lie in `folder`."""
    certificate, key, ca = make_certificate(folder)
    http, https = free_port(), free_port()
    rules = (
        drop_rules.caddy(f"https://{NAME}:{https}{own}", drop.upstream)
        if own
        else server_rules.caddy(f"{NAME}:{https}", str(site), drop=drop)
    ).replace(f"{NAME}:{https} {{\n", f"https://{NAME}:{https} {{\n\tbind 127.0.0.1\n\ttls {certificate} {key}\n", 1)
    everywhere = f"{{\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n\tdefault_bind 127.0.0.1\n}}\n"
    (folder / "Caddyfile").write_text(everywhere + rules, encoding="utf-8")
    command = [needed("caddy", "caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, folder, https):
        yield Web(http, https, ca)
