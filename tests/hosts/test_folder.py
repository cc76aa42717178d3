from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import FolderHost, mirror
from tests.hosts.sealed import sealed
from tests.hosts.suite import CODE, HostSuite, shell
from tests.hosts.toy_site import NEW, OLD, edition_of


class TestFolderHost(HostSuite):
    @pytest.fixture
    def host(self, tmp_path: Path) -> FolderHost:
        return FolderHost(tmp_path / "public")


def test_files_lie_under_their_own_paths(tmp_path: Path) -> None:
    FolderHost(tmp_path).put(shell(CODE, b"export const a = 1;\n"))
    assert (tmp_path / "r" / "0a1b2c" / "vault.js").read_bytes() == b"export const a = 1;\n"


def test_other_files_in_the_folder_are_neither_listed_nor_deleted(tmp_path: Path) -> None:
    for foreign in (".htaccess", "CNAME", "inlagg/dag.txt", "o/readme.txt"):
        (tmp_path / foreign).parent.mkdir(exist_ok=True)
        (tmp_path / foreign).write_bytes(b"x")
    assert list(FolderHost(tmp_path).list()) == []


def test_nothing_but_the_file_itself_remains_after_a_put(tmp_path: Path) -> None:
    host = FolderHost(tmp_path)
    host.put(shell("index.html", b"1"))
    host.put(shell("index.html", b"2"))
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


def test_folders_that_become_empty_go_too(tmp_path: Path) -> None:
    host = FolderHost(tmp_path)
    host.put(shell(CODE, b"1"))
    host.delete(CODE)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "public").write_bytes(b"a file where the folder should be")
    with pytest.raises(HostError) as caught:
        FolderHost(tmp_path / "public").put(shell("index.html", b"1"))
    assert "index.html" in str(caught.value)
    assert str(tmp_path / "public") in caught.value.hint


def test_a_full_disk_leaves_the_old_site_whole_and_nothing_beside_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(site)], check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        host = FolderHost(site)
        mirror(host, OLD)
        with pytest.raises(HostError) as caught:
            mirror(host, [sealed("media", "ab" * 16, bytes(200_000)), *NEW])
        assert "plats" in caught.value.hint
        assert edition_of(host) == "old"
        assert list(host.strangers()) == []
        mirror(host, NEW)
        assert edition_of(host) == "new"
    finally:
        subprocess.run(["umount", "-l", str(site)], check=True)
