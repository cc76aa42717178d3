from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from pluttra_publish.errors import PluttraError
from pluttra_publish.resources import theme_folder
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


NOTICE = "// Pluttra Publish, AGPL-3.0-or-later\n"


def code(folder: Path, modules: dict[str, str]) -> dict[str, str]:
    files = shell_files((theme(folder, modules),)).files
    return {path.rpartition("/")[2]: content.decode() for path, content in files.items()}


def test_the_service_worker_is_its_modules_joined_in_order_as_a_classic_script_without_comments(tmp_path: Path) -> None:
    assert code(tmp_path, MODULES)["sw.js"] == (
        NOTICE + "'use strict';\n"
        "const bytes = (x) => x;\nclass Box {}\n"
        "async function open(x) {\nreturn bytes(x);\n}\n"
        "self.onfetch = () => open(1);\n"
    )


def test_no_file_of_the_reader_is_sent_with_its_comments(tmp_path: Path) -> None:
    told = {
        "late.js": "export const late = 1; // milliseconds\nexport const where = 'https://a // b';\n",
        "old.js": "// @ts-nocheck\n/** Tells old browsers. */\n(function () {\n  var a = 1; // ES5\n}());\n",
    }
    files = code(tmp_path, {**MODULES, **told})
    assert files["late.js"] == NOTICE + "export const late = 1;\nexport const where = 'https://a // b';\n"
    assert files["old.js"] == NOTICE + "(function () {\nvar a = 1;\n}());\n"


def test_what_the_first_page_needs_is_one_module_and_what_is_loaded_later_is_another(tmp_path: Path) -> None:
    files = code(tmp_path, MODULES)
    assert files["app.js"] == (
        NOTICE + "export const bytes = (x) => x;\nexport class Box {}\n"
        "export async function open(x) {\nreturn bytes(x);\n}\n"
        "export const words = 'hej';\n"
        "open(words);\nimport('./late.js');\n"
    )
    assert files["late.js"] == NOTICE + "export const late = 1;\n"


def test_a_later_part_takes_along_what_only_it_needs_and_imports_the_rest(tmp_path: Path) -> None:
    later = {
        "app.js": "import { open } from './vault.js';\nimport('./one.js'); import('./two.js');\n",
        "one.js": "import { bytes } from './bytes.js';\nimport { mine } from './mine.js';\nimport { ours } from './ours.js';\nexport const one = 1;\n",
        "two.js": "import { ours } from './ours.js';\nexport const two = 2;\n",
        "mine.js": "import { open } from './vault.js';\nexport const mine = 1;\n",
        "ours.js": "export const ours = 1;\n",
    }
    files = code(tmp_path, {**MODULES, **later})
    assert files["one.js"] == (
        NOTICE + "import { open, bytes } from './app.js';\nimport { ours } from './ours.js';\n"
        "export const mine = 1;\nexport const one = 1;\n"
    )
    assert files["two.js"] == NOTICE + "import { ours } from './ours.js';\nexport const two = 2;\n"
    assert "mine.js" not in files


def test_what_a_post_needs_comes_in_one_file_wherever_it_is_asked_for(tmp_path: Path) -> None:
    post = {
        "app.js": "import('./routes.js'); import('./blobs.js'); import('./late.js');\n",
        "routes.js": "import { page } from './pages.js';\nexport const routes = page;\n",
        "pages.js": "import { clean } from './clean.js';\nexport const page = clean;\n",
        "blobs.js": "export const blob = () => import('./pages.js');\n",
        "clean.js": "export const clean = 1;\n",
        "late.js": "import { clean } from './clean.js';\nexport const late = clean;\n",
    }
    files = code(tmp_path, {**MODULES, **post})
    assert files["app.js"] == NOTICE + "import('./routes.js'); import('./routes.js'); import('./late.js');\n"
    assert files["routes.js"] == (
        NOTICE + "export const clean = 1;\nexport const page = clean;\nexport const routes = page;\n"
        "export const blob = () => import('./routes.js');\n"
    )
    assert files["late.js"] == NOTICE + "import { clean } from './routes.js';\nexport const late = clean;\n"
    assert not {"pages.js", "clean.js", "blobs.js"} & set(files)


def test_every_file_that_the_reader_imports_is_there_and_exports_what_is_asked_of_it() -> None:
    files = {
        path.rpartition("/")[2]: content.decode()
        for path, content in shell_files((theme_folder(),)).files.items()
        if path.endswith(".js")
    }
    static = re.compile(r"^import \{ (.*) \} from '\./(.*)';$", re.MULTILINE)
    for text in files.values():
        assert set(re.findall(r"import\('\./(.*?)'\)", text)) <= set(files)
        for names, home in static.findall(text):
            exported = re.findall(
                r"^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)", files[home], re.MULTILINE
            )
            assert set(names.split(", ")) <= set(exported)


def test_the_page_starts_with_one_module_whose_integrity_it_names(tmp_path: Path) -> None:
    shell = shell_files((theme(tmp_path, MODULES),))
    assert [path.rpartition("/")[2] for path, _ in shell.modules] == ["app.js"]
    for path, integrity in (*shell.modules, shell.style):
        digest = hashlib.sha384(shell.files[path.lstrip("/")]).digest()
        assert integrity == "sha384-" + base64.b64encode(digest).decode()


def test_the_version_names_the_code_and_nothing_else(tmp_path: Path) -> None:
    first = shell_files((theme(tmp_path / "a", MODULES),))
    same = shell_files((theme(tmp_path / "b", MODULES, **{"icon.svg": "<svg></svg>"}),))
    other = shell_files((theme(tmp_path / "c", {**MODULES, "late.js": "export const late = 2;\n"}),))
    assert first.version == same.version != other.version
    assert set(first.files) == {f"r/{first.version}/{name}" for name in ["app.js", "late.js", "style.css"]} | {
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


def test_pages_for_this_computer_only_are_never_published() -> None:
    local = sorted((theme_folder() / "static" / "local").iterdir())
    files = shell_files((theme_folder(),)).files
    assert {"mask.html", "mask.js", "local.css"} <= {path.name for path in local}
    for page in local:
        assert not any(path.rpartition("/")[2] == page.name for path in files)
        assert page.read_bytes() not in files.values()
    assert not any(marker in content for content in files.values() for marker in (b"pluttra mask", b"pluttra-session"))
