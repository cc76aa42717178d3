"""The stranger's reader, made from the specification alone, opens what the product seals (docs/format.md)."""

import ast
import json
import random
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from reader import MIB, Opened, Refused, is_medium, kdf, lengths, open_site

READER = Path(__file__).with_name("reader.py")
PEOPLE = range(5)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("stranger") / "demo"
    command = [sys.executable, "-m", "pluttra_publish", "demo", str(folder), "--no-serve", "--json"]
    made: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return made


@pytest.fixture(scope="session", params=PEOPLE, ids=lambda n: f"link {n + 1}")
def opened(demo: dict[str, Any], request: pytest.FixtureRequest) -> Opened:
    return open_site(demo["links"][request.param]["url"], demo["public"])


@pytest.fixture
def copy(demo: dict[str, Any], tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(demo["public"], tmp_path / "public"))
    shutil.rmtree(tmp_path / "public")


def link(demo: dict[str, Any]) -> str:
    url: str = demo["links"][0]["url"]
    return url


def media(opened: Opened) -> list[tuple[str, int, Any]]:
    return [(post, n, ref) for post, card in opened.cards.items() for n, ref in enumerate(card["media"])]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def plant(opened: Opened, folder: Path, film: bytes) -> tuple[str, Path]:
    """Seals a film (with a salt of our own), and lets it stand as the first medium of a post."""
    secret, salt, padded = b"s" * 32, b"t" * 24, film.ljust(lengths("media", len(film))[0], b"\0")
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + b"pluttra/1"
    out = HKDFExpand(SHA512(), 76, info).derive(kdf(secret, "seal", b"media"))
    nonces = [(int.from_bytes(out[32:44], "big") ^ k).to_bytes(12, "big") for k in range(len(padded) // 16384 + 1)]
    chunks = [AESGCM(out[:32]).encrypt(nonce, padded[k * 16384 :][:16384], None) for k, nonce in enumerate(nonces)]
    sealed = salt + out[44:] + b"".join(chunks)
    cuts = [0, *range(56 + 1_049_600, len(sealed), 1_049_600), len(sealed)]
    hashes = b"".join(sha256(sealed[a:b]).digest() for a, b in pairwise(cuts)) if len(padded) > MIB else b""
    digest = sha256(hashes or sealed).digest()
    texts = [urlsafe_b64encode(data).decode().rstrip("=") for data in (secret, digest, hashes)]
    post, path = next(iter(opened.cards)), folder / "o" / "00" / ("0" * 32)
    opened.cards[post]["media"] = [["0" * 32, *texts[:2], len(film), "video/mp4", *filter(None, texts[2:])]]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(sealed)
    return post, path


def refusal(link: str, host: Path, **options: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        open_site(link, host, **options)
    return refused.value.word, refused.value.layer


def test_the_reader_is_little_more_than_three_hundred_lines() -> None:
    assert len(READER.read_text(encoding="utf-8").splitlines()) < 330


def test_the_reader_imports_only_the_standard_library_and_cryptography() -> None:
    nodes = list(ast.walk(ast.parse(READER.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "cryptography"}


def test_a_link_is_made_for_every_person_of_the_demo(demo: dict[str, Any]) -> None:
    assert len(demo["links"]) == len(PEOPLE)


def test_a_link_shows_posts_and_nothing_is_overdue_or_exposed(opened: Opened) -> None:
    assert opened.cards
    assert not opened.overdue
    assert not opened.exposed


def test_every_page_of_a_post_opens(opened: Opened) -> None:
    assert all(page.lstrip().startswith(b"<") for page in map(opened.page, opened.cards))


def test_every_standing_page_opens_and_is_no_post(opened: Opened) -> None:
    assert all(opened.page(page).lstrip().startswith(b"<") for page in opened.pages)
    assert not opened.pages.keys() & opened.cards.keys()


def test_every_medium_of_a_standing_page_opens_at_its_true_length(opened: Opened) -> None:
    media = [(page, n, reference) for page, card in opened.pages.items() for n, reference in enumerate(card["media"])]
    assert all(len(opened.medium(page, n)) == reference[3] for page, n, reference in media)


def test_every_page_of_a_month_opens(opened: Opened) -> None:
    pages = [opened.month_page(audience["id"], month) for audience in opened.audiences for month in audience["months"]]
    assert any(pages)


def test_every_medium_opens_at_its_true_length(opened: Opened) -> None:
    assert all(len(opened.medium(post, n)) == reference[3] for post, n, reference in media(opened))


def test_a_range_of_a_medium_is_that_part_of_the_whole(opened: Opened) -> None:
    chance = random.Random(1)
    long = [(post, n) for post, n, reference in media(opened) if len(reference) == 6]
    for post, n in long + [(post, n) for post, n, _ in media(opened)[:3]]:
        whole = opened.medium(post, n)
        for _ in range(20):
            start = chance.randrange(len(whole))
            stop = chance.randrange(start, len(whole) + 2)
            assert opened.range(post, n, start, stop) == whole[start:stop]


@pytest.mark.parametrize("size", [MIB, MIB + 1, 2 * MIB, 3 * MIB - 70_000])
def test_a_range_of_a_long_film_opens_from_its_segments_alone(demo: dict[str, Any], copy: Path, size: int) -> None:
    opened = open_site(link(demo), copy)
    film = random.Random(size).randbytes(size)
    post, path = plant(opened, copy, film)
    for start, stop in [(0, 1), (0, size), (size - 1, size + 9), (MIB - 1, MIB + 1), (size, size + 1), (5, 5)]:
        assert opened.range(post, 0, start, stop) == film[start:stop]
    assert opened.medium(post, 0) == film
    flip(path, path.stat().st_size - 20)
    if size > MIB:
        assert opened.range(post, 0, 7, 4000) == film[7:4000]
    for opening in (lambda: opened.range(post, 0, size - 1, size), lambda: opened.medium(post, 0)):
        with pytest.raises(Refused) as refused:
            opening()
        assert refused.value.layer == "digest"


@pytest.mark.parametrize("size", [MIB + 1, 3 * MIB - 70_000])
def test_a_long_film_is_verified_whole_by_its_segments(demo: dict[str, Any], copy: Path, size: int) -> None:
    opened = open_site(link(demo), copy)
    post, path = plant(opened, copy, random.Random(size).randbytes(size))
    sealed, reference = path.read_bytes(), opened.cards[post]["media"][0]
    first, second = 56 + 1_049_600, 56 + 2 * 1_049_600
    swapped = sealed[first:second] + sealed[:first] + sealed[second:]
    for wrong in (sealed[:first], sealed + b"\0", sealed + sealed[first:], swapped, b""):
        path.write_bytes(wrong)
        with pytest.raises(Refused) as refused:
            opened.medium(post, 0)
        assert refused.value.layer == "digest"
    assert is_medium(reference)
    reference[2] = urlsafe_b64encode(sha256(sealed).digest()).decode().rstrip("=")
    assert not is_medium(reference)


def test_a_static_server_gives_what_the_folder_gives(demo: dict[str, Any]) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=demo["public"])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        far = open_site(link(demo), f"http://127.0.0.1:{server.server_port}")
        near = open_site(link(demo), demo["public"])
        post, n, reference = max(media(near), key=lambda medium: medium[2][3])
        middle = reference[3] // 2
        assert far.cards == near.cards
        assert far.page(post) == near.page(post)
        assert far.range(post, n, middle, middle + 9) == near.medium(post, n)[middle : middle + 9]
    finally:
        server.shutdown()
        server.server_close()


def test_a_link_without_a_secret_is_the_wrong_link(demo: dict[str, Any]) -> None:
    assert refusal(link(demo)[:-1], Path(demo["public"])) == ("wrong-link", "link")


def test_a_link_that_a_program_has_escaped_opens_and_says_so(demo: dict[str, Any]) -> None:
    assert open_site(link(demo).replace("#", "%23"), demo["public"]).exposed


def test_an_invitation_is_refused_from_the_second_it_ends(demo: dict[str, Any]) -> None:
    ends = open_site(link(demo), demo["public"]).invitation["ends"]
    assert open_site(link(demo), demo["public"], now=ends - 1).cards
    assert refusal(link(demo), Path(demo["public"]), now=ends) == ("expired-link", "ends")


def test_a_flipped_bit_of_the_root_is_tampered(demo: dict[str, Any], copy: Path) -> None:
    flip(copy / "root", 100)
    assert refusal(link(demo), copy) == ("tampered", "object")


def test_a_missing_root_is_unreachable(demo: dict[str, Any], copy: Path) -> None:
    (copy / "root").unlink()
    assert refusal(link(demo), copy) == ("unreachable", "host")


def test_a_root_older_than_the_one_remembered_is_rolled_back(demo: dict[str, Any]) -> None:
    memory: dict[str, Any] = {}
    open_site(link(demo), demo["public"], memory=memory)
    assert open_site(link(demo), demo["public"], memory=memory).cards
    next(iter(memory.values())).update(sequence=1 << 52, hash="")
    assert refusal(link(demo), Path(demo["public"]), memory=memory) == ("rolled-back", "sequence")


def test_a_keyring_older_than_the_one_remembered_is_rolled_back(demo: dict[str, Any]) -> None:
    memory: dict[str, Any] = {}
    open_site(link(demo), demo["public"], memory=memory)
    next(iter(memory.values()))["generation"] += 1
    assert refusal(link(demo), Path(demo["public"]), memory=memory) == ("rolled-back", "generation")


def test_a_keyring_of_another_publisher_than_the_one_remembered_is_tampered(demo: dict[str, Any]) -> None:
    memory: dict[str, Any] = {}
    open_site(link(demo), demo["public"], memory=memory)
    next(iter(memory.values()))["publisher"] = "another"
    assert refusal(link(demo), Path(demo["public"]), memory=memory) == ("tampered", "signature")


@pytest.mark.parametrize("harm", ["flipped", "cut", "longer", "swapped"])
def test_a_changed_medium_is_tampered(demo: dict[str, Any], copy: Path, harm: str) -> None:
    opened = open_site(link(demo), copy)
    post, n, reference = media(opened)[0]
    path, other = (copy / "o" / name[:2] / name for name in (reference[0], media(opened)[1][2][0]))
    data = path.read_bytes()
    new = {"cut": data[:-1], "longer": data + b"\0", "swapped": other.read_bytes()}
    path.write_bytes(new.get(harm, bytes([data[0] ^ 1]) + data[1:]))
    with pytest.raises(Refused) as refused:
        opened.medium(post, n)
    assert (refused.value.word, refused.value.layer) == ("tampered", "digest")


def test_a_page_still_missing_after_a_renewed_root_is_unreachable(demo: dict[str, Any], copy: Path) -> None:
    opened = open_site(link(demo), copy)
    post = next(iter(opened.cards))
    name = opened.cards[post]["page"][0]
    (copy / "o" / name[:2] / name).unlink()
    with pytest.raises(Refused) as refused:
        opened.page(post)
    assert refused.value.word == "unreachable"
