"""Whether all that the program needs comes ready-made for Windows and macOS, so that nobody needs a compiler or an administrator.

Run by hand, with a network: `python -m tests.wheels`. Asks the package index, through pip, what it would install; installs nothing. The table it prints
stands in docs/drift.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Windows 11, x86-64": ("win_amd64",),
    "Windows 11, ARM": ("win_arm64",),
    "macOS 14, Apple": tuple(
        f"macosx_{version}_0_{kind}" for version in (14, 13, 12, 11) for kind in ("arm64", "universal2")
    ),
    "macOS 14, Intel": tuple(
        f"macosx_{version}_{kind}"
        for version in ("14_0", "13_0", "12_0", "11_0", "10_15", "10_14", "10_13", "10_12", "10_9")
        for kind in ("x86_64", "universal2", "intel")
    ),
    "Linux, x86-64": (*tuple(f"manylinux_2_{minor}_x86_64" for minor in range(36, 4, -1)), "manylinux2014_x86_64"),
}


def lacking(python: str, platforms: tuple[str, ...]) -> list[str]:
    """Return the dependencies that can't be had ready-made; none if all can, together."""
    if resolves(PROJECT["dependencies"], python, platforms):
        return []
    return [wanted for wanted in PROJECT["dependencies"] if not resolves([wanted], python, platforms)] or ["together"]


def resolves(wanted: list[str], python: str, platforms: tuple[str, ...]) -> bool:
    with tempfile.TemporaryDirectory() as target:
        places = [word for platform in platforms for word in ("--platform", platform)]
        done = subprocess.run(
            [
                sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--disable-pip-version-check", "--ignore-installed",
                "--target", target, "--only-binary=:all:", "--implementation", "cp", "--python-version", python, "--report", "-",
                *places, *wanted,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode == 0 and bool(json.loads(done.stdout)["install"])


def main() -> None:
    print(f"| | {' | '.join(f'Python {python}' for python in PYTHONS)} |")
    print(f"| --- |{' --- |' * len(PYTHONS)}")
    for system, platforms in SYSTEMS.items():
        cells = [", ".join(lacking(python, platforms)) or "ja" for python in PYTHONS]
        print(f"| {system} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
