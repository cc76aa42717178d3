"""The three engines, as Debian packages them: how each is started and told to be still. Knows programs and profiles, no page."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ARGUMENTS
from tests.engines.wire import ByHTTP, ByMarionette, Wire

_FIREFOX = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutConfig.showWarning": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "captivedetect.canonicalURL": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.w3c_touch_events.enabled": 1,
    "extensions.update.enabled": False,
    "intl.accept_languages": "sv-SE, sv",
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
_WAIT = 30  # seconds until a browser or a driver listens


@dataclass(frozen=True)
class Engine:
    """One engine. `lacks` says in words what its Debian build has not got, by the name of what a test wants."""

    name: str
    programs: tuple[str, ...]
    package: str
    begin: Callable[[Path, contextlib.ExitStack], Wire]
    lacks: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> bool:
        return not all(map(shutil.which, self.programs))

    @contextmanager
    def started(self) -> Iterator[Wire]:
        """A browser with a profile of its own, while the context lasts."""
        with contextlib.ExitStack() as stack:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="pluttra-engine-", ignore_cleanup_errors=True))
            )
            wire = self.begin(folder, stack)
            stack.callback(wire.close)
            yield wire


def _chromium(folder: Path, stack: contextlib.ExitStack) -> Wire:
    port = free_port()
    _run(stack, folder, ["chromedriver", f"--port={port}"])
    _listens(port)
    options = {
        "binary": shutil.which("chromium"),
        "args": [*ARGUMENTS, "--headless", f"--user-data-dir={folder / 'profile'}"],
        "prefs": {"intl.accept_languages": "sv-SE,sv"},
    }
    return ByHTTP(port, {"goog:chromeOptions": options})


def _firefox(folder: Path, stack: contextlib.ExitStack) -> Wire:
    port, profile = free_port(), folder / "profile"
    profile.mkdir()
    told = {**_FIREFOX, "marionette.port": port}
    lines = [
        f'user_pref("{name}", {str(value).lower() if isinstance(value, bool) else repr(value)});\n'
        for name, value in told.items()
    ]
    (profile / "user.js").write_text("".join(lines).replace("'", '"'), encoding="utf-8", newline="\n")
    _run(stack, folder, ["firefox-esr", "--headless", "--no-remote", "--marionette", "--profile", str(profile)])
    _listens(port)
    return ByMarionette(port, {})


def _webkit(folder: Path, stack: contextlib.ExitStack) -> Wire:
    port, display = free_port(), _screen(stack, folder)
    private = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    _speak_swedish(folder)
    root = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"} if os.getuid() == 0 else {}
    _run(
        stack,
        folder,
        ["WebKitWebDriver", f"--port={port}"],
        DISPLAY=display,
        LANG="sv_SE.UTF-8",
        LOCPATH=str(folder),
        **private,
        **root,
    )
    _listens(port)
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    return ByHTTP(port, {"webkitgtk:browserOptions": {"binary": str(browser), "args": ["--automation"]}})


def _speak_swedish(folder: Path) -> None:
    """Make the locale that WebKitGTK takes its language from: a server seldom has the Swedish one."""
    made = ["localedef", "--no-archive", "-i", "sv_SE", "-f", "UTF-8", str(folder / "sv_SE.UTF-8")]
    subprocess.run(made, check=False, capture_output=True)


ENGINES = (
    Engine("chromium", ("chromium", "chromedriver"), "chromium chromium-driver", _chromium),
    Engine("firefox", ("firefox-esr",), "firefox-esr", _firefox),
    Engine(
        "webkit",
        ("WebKitWebDriver", "Xvfb"),
        "webkit2gtk-driver xvfb locales gstreamer1.0-libav gstreamer1.0-plugins-bad",
        _webkit,
    ),
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _run(stack: contextlib.ExitStack, folder: Path, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    with (folder / "said.txt").open("ab") as said:
        running = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **environment})
    stack.callback(_end, running)
    return running


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(10)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def _listens(port: int) -> None:
    until = time.monotonic() + _WAIT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _screen(stack: contextlib.ExitStack, folder: Path) -> str:
    """Start a screen that nobody sees, since WebKitGTK has no headless one; return its name."""
    reads, writes = os.pipe()
    with (folder / "said.txt").open("ab") as said:
        command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "800x1000x24", "-nolisten", "tcp"]
        running = subprocess.Popen(command, stdout=said, stderr=said, pass_fds=[writes])
    stack.callback(_end, running)
    os.close(writes)
    with os.fdopen(reads, "rb") as answer:
        number = answer.readline().decode().strip()
    return f":{number}"
