"""The house of docs/architecture.md, read from the source: layers, owners of dependencies, words, what stands where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.commands import every_command

HOUSE = Path(__file__).parents[1]
PACKAGE = "pluttra_publish"

# Each may import those to its left, and itself; those on one floor never import each other, except at the top.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
    frozenset({"host_settings"}),
    frozenset({"platform", "cache_file", "settings", "format"}),
    frozenset({"sealing", "log"}),
    frozenset({"site", "media", "register", "hosts", "letters"}),
    frozenset({"(neighbours)"}),  # publish.py, open.py, serve.py …: one file each, below cli and above the folders
    frozenset({"cli"}),
)
EXCEPTIONS = {
    ("__main__", "cli"),  # python -m pluttra_publish
}
OWNERS: dict[str, str | set[str]] = {
    "PIL": "media",
    "asyncssh": "hosts",
    "av": "media",
    "babel": {"site", "letters"},
    "blinker": "site",  # Pelican's signals
    "click": "cli",
    "cryptography": "sealing",
    "fpdf": "letters",
    "jinja2": {"site", "letters"},
    "markdown": "site",
    "markupsafe": "site",  # Jinja2's
    "nh3": "site",
    "obstore": "hosts",
    "pelican": "site",
    "pillow_heif": "media",
    "platformdirs": "platform",
    "pyrage": "sealing",
    "pywebpush": "letters",
    "rich": "cli",
    "segno": "letters",
    "tomlkit": "site",
    "watchfiles": "(neighbours)",  # watching/, for the one who listens
}
POSIX_ONLY = {"fcntl", "grp", "posix", "pwd", "resource", "signal", "termios", "tty"}
FORBIDDEN_WORDS = {"user", "users", "group", "groups", "data", "util", "utils", "manager", "handler", "process"}
LONGEST_FILE = 400


@dataclass(frozen=True)
class Module:
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), self.path.name)

    @property
    def name(self) -> str:
        parts = self.path.relative_to(HOUSE).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def unit(self) -> str:
        return unit_of(self.name)

    @cached_property
    def imports(self) -> frozenset[str]:
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}: imports are absolute here"
                for alias in node.names:
                    inside = f"{node.module}.{alias.name}"
                    yield inside if inside in NAMES else str(node.module)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def unit_of(name: str) -> str:
    """Return the folder, or single file, of the house that a module of ours belongs to."""
    inside = name.split(".")[1:]
    floors = frozenset().union(*FLOORS)
    if not inside:
        return "(package)"
    return inside[0] if inside[0] in floors or inside[0] == "__main__" else "(neighbours)"


MODULES = [Module(path) for path in sorted((HOUSE / PACKAGE).rglob("*.py")) if "content" not in path.parts]
NAMES = {module.name for module in MODULES}
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def floor_of(unit: str) -> int:
    return next(number for number, floor in enumerate(FLOORS) if unit in floor)


@every_module
def test_imports_go_downward_only(module: Module) -> None:
    for imported in module.imports:
        unit = unit_of(imported)
        if not imported.startswith(PACKAGE) or unit in {module.unit, "(package)"} or (module.unit, unit) in EXCEPTIONS:
            continue
        assert module.unit != "(package)", f"the package itself imports {imported}"
        assert floor_of(unit) < floor_of(module.unit), f"{module.name} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    tuple(TopologicalSorter({module.name: module.imports & NAMES for module in MODULES}).static_order())


@every_module
def test_a_third_party_dependency_has_one_importing_folder(module: Module) -> None:
    for imported in module.imports:
        top = imported.split(".")[0]
        if top == PACKAGE or top in sys.stdlib_module_names:
            continue
        owner = OWNERS.get(top, "")
        assert module.unit in (owner if isinstance(owner, set) else {owner}), f"{module.name} imports {top}"


@every_module
def test_a_module_says_what_it_knows(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@every_module
def test_only_the_commands_print_and_exit(module: Module) -> None:
    if module.unit in {"cli", "__main__"}:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            assert called(node) not in {"print", "input", "exit", "quit", "sys.exit", "os._exit"}, where(module, node)
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in {"sys.stdout", "sys.stderr"}, where(module, node)
        if isinstance(node, ast.Raise) and node.exc:
            assert "SystemExit" not in ast.unparse(node.exc), where(module, node)


@every_module
def test_what_only_posix_has_stays_in_one_module(module: Module) -> None:
    if module.name == f"{PACKAGE}.platform":
        return
    assert not module.imports & POSIX_ONLY
    for call in module.calls():
        assert called(call).rpartition(".")[2] not in {"chmod", "chown", "fork", "mkfifo", "umask"}, where(module, call)


@every_module
def test_files_are_renamed_in_one_module_that_tries_again(module: Module) -> None:
    """On Windows a virus scanner holds what was just written."""
    if module.name in {f"{PACKAGE}.platform", f"{PACKAGE}.hosts.sftp"}:  # whose files are on another computer
        return
    for call in module.calls():
        name = called(call)
        assert name not in {"os.replace", "os.rename", "shutil.move"}, where(module, call)
        assert not (isinstance(call.func, ast.Attribute) and call.func.attr == "rename"), where(module, call)


@every_module
def test_text_files_say_their_encoding_and_their_line_ends(module: Module) -> None:
    for call in module.calls():
        said = {word.arg for word in call.keywords}
        method = called(call).rpartition(".")[2]
        if method == "read_text":
            assert said >= {"encoding"} or call.args, where(module, call)
        if method == "write_text":
            assert said >= {"encoding", "newline"}, where(module, call)
        mode = mode_of(call)
        if mode is not None and "b" not in mode:
            assert said >= ({"encoding"} if mode.startswith("r") else {"encoding", "newline"}), where(module, call)


@every_module
def test_names_are_the_words_of_the_house(module: Module) -> None:
    assert not words(module.path.stem) & FORBIDDEN_WORDS
    for node in public(module.tree):
        assert not words(node.name) & FORBIDDEN_WORDS, where(module, node)
        if isinstance(node, ast.FunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            assert not {argument.arg for argument in arguments} & FORBIDDEN_WORDS, where(module, node)


@every_module
def test_a_file_is_one_thing(module: Module) -> None:
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_the_readme_names_every_command_and_every_command_has_help() -> None:
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    for name, command in every_command():
        assert f"pluttra {name.split()[0]}" in readme, name
        assert command.help, name
        for option in command.params:
            assert option.param_type_name == "argument" or getattr(option, "help", None) or option.name == "port", name


def test_the_changelog_speaks_of_this_version_and_of_the_format() -> None:
    from pluttra_publish import __version__

    changelog = (HOUSE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog
    assert "### Format" in changelog


def test_no_path_of_the_machine_it_was_written_on_stands_in_the_docs() -> None:
    for page in (HOUSE / "README.md", HOUSE / "CHANGELOG.md", HOUSE / "Makefile", *(HOUSE / "docs").rglob("*.md")):
        assert not re.search(r"(?<![\w.])/(work|home|root|tmp|opt)/", page.read_text(encoding="utf-8")), page.name


def called(call: ast.Call) -> str:
    """Return what is called, dotted, as far as it is a name."""
    return ast.unparse(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def mode_of(call: ast.Call) -> str | None:
    """Return the mode that a call opens a file with, or None where it opens none."""
    place = {"open": 1, "fdopen": 1}.get(called(call).removeprefix("os."), 0)  # path.open(mode), open(path, mode)
    if called(call).rpartition(".")[2] not in {"open", "fdopen"} or called(call) == "os.open":
        return None
    given = [*call.args[place : place + 1], *(word.value for word in call.keywords if word.arg == "mode")]
    modes = [str(value.value) for value in given if isinstance(value, ast.Constant)]
    if place and not modes:
        return "r"
    return next((mode for mode in modes if re.fullmatch(r"[rwax]\+?[bt]?\+?", mode)), None)


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield public classes and functions, and the public methods of public classes."""
    bodies = [tree.body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    bodies.append(node.body)


def words(name: str) -> set[str]:
    """Return the words of an identifier, in snake_case or CamelCase."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def where(module: Module, node: ast.AST) -> str:
    return f"{module.name}:{getattr(node, 'lineno', '?')}: {ast.unparse(node)[:80]}"


@pytest.mark.parametrize("command", ["publishing", "watching", "reading"])
def test_what_takes_long_to_load_is_loaded_when_there_is_something_to_render_or_to_send(command: str) -> None:
    heavy = "{'pelican', 'markdown', 'jinja2', 'babel', 'PIL', 'av', 'asyncssh', 'obstore', 'fpdf', 'pywebpush'}"
    program = f"import sys, {PACKAGE}.cli.{command}; print({heavy} & {{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
