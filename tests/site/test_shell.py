from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from pluttra_publish.errors import PluttraError
from pluttra_publish.site import shell_files

MODULES = {
    "app.js": "import { open } from './vault.js';\nimport { words } from './words.js';\n\nopen(words);\nimport('./late.js');\n",
    "late.js": "export const late = 1;\n",
    "vault.js": "import { bytes } from './bytes.js';\nexport async function open(x) {\n  return bytes(x);\n}\n",
    "bytes.js": "/** @typedef {import('./words.js').Word} Word */\nexport const bytes = (x) => x;\nexport class Box {}\n",
    "words.js": "export const words = 'hej';\n",
    "worker.js": "import { open } from './vault.js';\nself.onfetch = () => open(1);\n",
}


def theme(folder: Path, modules: dict[str, str], **static: str) -> Path:
    (folder / "static" / "reader").mkdir(parents=True)
    for name, text in modules.items():
        (folder / "static" / "reader" / name).write_text(text, encoding="utf-8", newline="\n")
    for name, text in {"style.css": "body {}\n", "icon.svg": "<svg/>", **static}.items():
        (folder / "static" / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def test_the_service_worker_is_its_modules_joined_in_order_as_a_classic_script(tmp_path: Path) -> None:
    worker = shell_files((theme(tmp_path, MODULES),)).files["sw.js"].decode()
    assert worker == (
        "'use strict';\n\n"
        "// bytes.js\n/** @typedef {import('./words.js').Word} Word */\nconst bytes = (x) => x;\nclass Box {}\n\n"
        "// vault.js\nasync function open(x) {\n  return bytes(x);\n}\n\n"
        "// worker.js\nself.onfetch = () => open(1);\n"
    )


def test_the_page_starts_with_what_app_js_imports_at_once(tmp_path: Path) -> None:
    shell = shell_files((theme(tmp_path, MODULES),))
    names = [path.rpartition("/")[2] for path, _ in shell.modules]
    assert names == ["app.js", "words.js", "vault.js", "bytes.js"]
    for path, integrity in (*shell.modules, shell.style):
        digest = hashlib.sha384(shell.files[path.lstrip("/")]).digest()
        assert integrity == "sha384-" + base64.b64encode(digest).decode()


def test_the_version_names_the_code_and_nothing_else(tmp_path: Path) -> None:
    first = shell_files((theme(tmp_path / "a", MODULES),))
    same = shell_files((theme(tmp_path / "b", MODULES, **{"icon.svg": "<svg></svg>"}),))
    other = shell_files((theme(tmp_path / "c", {**MODULES, "late.js": "export const late = 2;\n"}),))
    assert first.version == same.version != other.version
    assert set(first.files) == {f"r/{first.version}/{name}" for name in [*MODULES, "style.css"]} | {
        "icon.svg",
        "robots.txt",
        "sw.js",
    }


def test_a_preschool_s_own_styles_win(tmp_path: Path) -> None:
    house = theme(tmp_path / "house", MODULES)
    own = tmp_path / "own"
    (own / "static").mkdir(parents=True)
    (own / "static" / "style.css").write_text("own", encoding="utf-8")
    shell = shell_files((own, house))
    assert shell.files[shell.style[0].lstrip("/")] == b"own"


@pytest.mark.parametrize(
    ("module", "text", "words"),
    [
        ("worker.js", "import { nothing } from './nothing.js';\n", "nothing.js"),
        ("worker.js", "import { open as o } from './vault.js';\n", "döper om"),
        ("worker.js", "import open from './vault.js';\n", "annat sätt"),
        ("worker.js", "import './vault.js';\n", "annat sätt"),
        ("worker.js", "import {\n  open,\n} from 'vault';\n", "annat sätt"),
        ("worker.js", "export default 1;\n", "annat sätt"),
        ("worker.js", "export { a };\n", "annat sätt"),
        ("vault.js", "import { bytes } from './bytes.js';\nconst bytes = 1;\nexport const open = 1;\n", "bytes"),
    ],
)
def test_a_module_that_cannot_be_joined_is_refused(tmp_path: Path, module: str, text: str, words: str) -> None:
    with pytest.raises(PluttraError, match=words):
        shell_files((theme(tmp_path, {**MODULES, module: text}),))


@pytest.mark.parametrize("missing", ["app.js", "worker.js"])
def test_a_theme_without_the_reader_is_refused(tmp_path: Path, missing: str) -> None:
    modules = {name: text for name, text in MODULES.items() if name != missing}
    with pytest.raises(PluttraError, match=missing):
        shell_files((theme(tmp_path, modules),))
