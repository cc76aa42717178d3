"""The commands as a person or a script uses them: answers, files and exit codes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from pluttra_publish.format.access import secret_of
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.platform import IDENTITY_VARIABLE
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from tests.commands import every_command
from tests.whole.preschool import NOON, Preschool, files_of, photo, titles
from tests.whole.shell import Shell

WORDLESS = {"drop serve", "serve", "mask"}  # these go on until they are stopped


LEAVES = {name: command for name, command in every_command() if not isinstance(command, click.Group)}


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_help_with_an_example_and_takes_a_site(shell: Shell, name: str) -> None:
    told = shell.run(*name.split(), "--help")
    assert told.exit_code == 0
    assert "Exempel: pluttra" in told.stdout
    assert "--site" in told.stdout
    assert ("--json" in told.stdout) == (name not in WORDLESS)
    assert all(option.help for option in LEAVES[name].params if isinstance(option, click.Option) and not option.hidden)


def test_the_commands_are_these(shell: Shell) -> None:
    assert {"init", "new", "check", "build", "publish", "invite", "serve", "open", "demo"} <= set(LEAVES)
    assert "Utgångskoder: 0 klart" in shell.run("--help").stdout
    assert shell.run("--version").stdout.startswith("pluttra, version ")


def test_init_makes_a_preschool_in_a_folder_with_swedish_letters_and_spaces(shell: Shell, tmp_path: Path) -> None:
    site = tmp_path / "Årsta och Östra förskolan"
    answer = shell.answer("init", site, "--name", "Årsta förskola", "--url", "https://dagar.example.se")
    assert answer["site"] == str(site)
    assert "pluttra.toml" in answer["made"]
    assert 'name = "Årsta förskola"' in (site / "pluttra.toml").read_text(encoding="utf-8")
    assert shell.run("check", "--site", site).exit_code == 0
    assert shell.run("publish", "--site", site).exit_code == 0
    assert (site / "public" / "root").is_file()


def test_init_never_overwrites_and_shows_the_recovery_key_once(shell: Shell, tmp_path: Path) -> None:
    site = tmp_path / "förskola"
    first = shell.run("init", site)
    (key,) = set(re.findall(r"AGE-SECRET-KEY-1[0-9A-Z]+", first.stdout))
    (site / "pluttra.toml").write_text('name = "Min egen"\nurl = "https://a.example.se"\n', encoding="utf-8")
    (site / "register" / "barn.csv").write_text("id;förnamn;efternamn;skyddad\n", encoding="utf-8")
    before = files_of(tmp_path)
    again = shell.run("init", site, "--name", "Annan")
    assert again.exit_code == 0
    assert "AGE-SECRET-KEY" not in again.output
    assert shell.answer("init", site)["recovery_key"] is None
    assert files_of(tmp_path) == before
    assert not [path for path, content in before.items() if key.encode() in content]
    recovered = Keystore.recover(site / "privat" / "keystore.age", identity_path=tmp_path / "ny.txt", recovery_key=key)
    assert recovered.sequence == 0


def test_init_makes_what_is_missing_and_takes_the_folder_as_site_too(shell: Shell, tmp_path: Path) -> None:
    site = tmp_path / "förskola"
    shell.answer("init", "--site", site)
    (site / "register" / "personal.csv").unlink()
    assert shell.answer("init", site)["made"] == ["register/personal.csv"]


@pytest.mark.parametrize("where", ["fil", "fil/inuti"])
def test_init_in_a_file_is_refused(shell: Shell, tmp_path: Path, where: str) -> None:
    (tmp_path / "fil").write_text("min", encoding="utf-8")
    assert shell.run("init", tmp_path / where).exit_code == 2
    assert (tmp_path / "fil").read_text(encoding="utf-8") == "min"


@pytest.mark.parametrize(
    "options",
    [("--url", "https://a.se/dagar"), ("--url", "http://a.se"), ("--url", "skräp"), ("--url", ""), ("--name", ""), ("--name", " ")],
)  # fmt: skip
def test_init_makes_nothing_when_it_is_asked_for_what_cannot_be(
    shell: Shell, tmp_path: Path, options: tuple[str, str]
) -> None:
    refused = shell.run("init", tmp_path / "förskola", *options)
    assert refused.exit_code == 2
    assert "tips: " in refused.stderr
    assert not (tmp_path / "förskola").exists()


def test_init_makes_nothing_beside_settings_that_are_faulty(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "pluttra.toml").write_text("name = 3\n", encoding="utf-8")
    assert shell.run("init", tmp_path).exit_code == 5
    assert list(files_of(tmp_path)) == ["pluttra.toml"]


def test_init_says_what_was_there_and_that_the_options_no_longer_count(shell: Shell, tmp_path: Path) -> None:
    shell.run("init", tmp_path / "förskola")
    (tmp_path / "förskola" / "register" / "personal.csv").unlink()
    again = shell.run("init", tmp_path / "förskola", "--name", "Annan")
    assert "  + register/personal.csv\n" in again.stdout
    assert "Fanns redan, och är inte ändrat: pluttra.toml, " in again.stdout
    assert "--name och --url gäller bara en ny pluttra.toml" in again.stdout
    assert "--name" not in shell.run("init", tmp_path / "förskola").stdout


def test_a_place_that_cannot_be_written_is_told_and_is_no_bug(shell: Shell, at: Shell, published: Preschool) -> None:
    root = published.root
    (root / "fil").write_text("min", encoding="utf-8")
    (root / "halv").mkdir()
    (root / "halv" / "register").write_text("min", encoding="utf-8")
    assert shell.run("init", root / "halv").exit_code == 2
    assert at.run("open", "--link", published.invite("mei", days=90), "--host", published.public, "--into", root / "fil" / "ut").exit_code == 2  # fmt: skip
    assert at.run("consents", "--page", root / "fil" / "lista.html", "--site", root).exit_code == 2
    shell.environment[IDENTITY_VARIABLE] = str(root / "fil" / "identity.txt")
    told = shell.run("init", root / "ny")
    assert told.exit_code == 6
    assert "identity.txt" in told.stderr or "fil" in told.stderr
    assert (root / "fil").read_text(encoding="utf-8") == "min"


def test_new_begins_a_post_that_waits_as_a_draft(at: Shell, published: Preschool) -> None:
    options = ("--place", "Solrosen", "--date", "2026-11-20", "--site", published.root)
    answer = at.answer("new", "Vi byggde koja: var?", *options)
    text = Path(str(answer["text"]))
    assert text.parent == published.root / "inlagg" / "Solrosen" / "2026-11-20 Vi byggde koja var"
    assert answer["post"] == str(text.parent)
    assert at.answer("check", "--site", published.root)["waiting"] == 1
    text.write_text(text.read_text(encoding="utf-8").replace("Status: utkast\n", ""), encoding="utf-8")
    assert at.run("publish", "--site", published.root).exit_code == 0
    assert titles(published.open("maria"))[0] == "Vi byggde koja: var?"


@pytest.mark.parametrize(
    ("title", "place"),
    [("???", "Solrosen"), ("", "Solrosen"), ("Hej", ".."), ("Hej", "../register"), ("Hej", "/Solrosen"), ("Hej", ""),
     ("Hej", "Solrosen/.."), ("Hej", "a\0b"), ("Hej", "A" * 300), ("Hej", "C:\\hem")],
)  # fmt: skip
def test_new_refuses_what_cannot_be_a_folder_among_the_posts(
    at: Shell, published: Preschool, title: str, place: str
) -> None:
    before = files_of(published.root.parent)
    assert at.run("new", title, "--place", place, "--site", published.root).exit_code == 2
    assert files_of(published.root.parent) == before


def test_new_keeps_a_long_title_though_the_folders_name_is_short(at: Shell, published: Preschool) -> None:
    title = "Å" * 200
    text = Path(str(at.answer("new", title, "--place", "Solrosen", "--site", published.root)["text"]))
    assert len(text.parent.name.encode()) <= 255
    assert f"Titel: {title}\n" in text.read_text(encoding="utf-8")


def test_new_does_not_write_over_a_post(at: Shell, published: Preschool) -> None:
    options = ("--place", "Solrosen", "--date", "2026-11-19", "--site", published.root)
    before = files_of(published.root)
    assert at.run("new", "Första snön", *options).exit_code == 2
    assert files_of(published.root) == before


def test_build_seals_without_publishing(at: Shell, published: Preschool, tmp_path: Path) -> None:
    published.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    before = published.files()
    answer = at.answer("build", "--into", tmp_path / "byggt", "--site", published.root)
    assert answer["public"] == str(tmp_path / "byggt")
    assert answer["posts"] == 8
    assert published.files() == before
    built = files_of(tmp_path / "byggt")
    assert at.run("publish", "--site", published.root).exit_code == 0
    after = published.files()
    assert {path for path in built.keys() | after.keys() if built.get(path) != after.get(path)} == {"root"}
    assert at.answer("build", "--site", published.root)["public"] == str(published.state / "sealed")


@pytest.mark.parametrize(
    "into", [".", "..", "privat", "register", "register/ut", "inlagg", "inlagg/Solrosen/ut", "samtal/ut", "INLAGG/Ut"]
)
def test_build_refuses_a_folder_where_sealed_files_would_lie_with_what_is_secret(
    at: Shell, published: Preschool, into: str
) -> None:
    before = files_of(published.root.parent)
    refused = at.run("build", "--into", published.root / into, "--site", published.root)
    assert refused.exit_code == 2
    assert "--into" in refused.stderr
    assert files_of(published.root.parent) == before


@pytest.mark.parametrize("folder", [".", "ny", "inlagg/ny", "public", "public/ny"])
def test_demo_refuses_a_folder_of_a_preschool(at: Shell, published: Preschool, folder: str) -> None:
    before = files_of(published.root.parent)
    for site in ((), ("--site", published.root)):
        refused = at.run("demo", published.root / folder, *site, "--no-serve")
        assert refused.exit_code == 2
        assert "förskolas mapp" in refused.stderr
    assert files_of(published.root.parent) == before


def test_demo_refuses_to_publish_the_folder_that_the_preschool_lies_in(at: Shell, published: Preschool) -> None:
    around = published.root.parent
    published.root.rename(around / "public")
    before = files_of(around)
    assert at.run("demo", around, "--site", around / "public", "--no-serve").exit_code == 2
    made = {"privat/identity.txt", "privat/keystore.age", "privat/keystore.lock"}
    assert {path for path in files_of(around) if path not in before} <= made


def test_serve_refuses_the_preschools_own_folder(at: Shell, published: Preschool) -> None:
    (published.root / "index.html").write_text("", encoding="utf-8")
    refused = at.run("serve", published.root)
    assert refused.exit_code == 2
    assert "pluttra.toml" in refused.stderr


@pytest.mark.parametrize(
    ("url", "local"), [("http://localhost:8000", True), ("http://127.0.0.1", True), ("https://dagar.example.se", False)]
)
def test_publish_and_invite_say_when_the_links_lead_to_this_computer_alone(
    at: Shell, published: Preschool, url: str, local: bool
) -> None:
    published.settings_text = f'name = "Backens förskola"\nurl = "{url}"\n'
    published.write()
    for command in (("publish",), ("invite", "maria")):
        said = at.run(*command, "--site", published.root)
        assert said.exit_code == 0
        assert ("fungerar bara på den här datorn" in said.stderr) == local, command
        assert "den här datorn" not in said.stdout
    assert "den här datorn" not in at.run("build", "--site", published.root).stderr


def test_publish_says_what_it_did(at: Shell, published: Preschool) -> None:
    answer = at.answer("publish", "--site", published.root)
    numbers = (
        "posts",
        "waiting",
        "readers",
        "sequence",
        "broken",
        "read",
        "put",
        "kept",
        "deleted",
        "length",
        "derived",
        "found",
    )
    assert set(answer) == {"public", "errors", "warnings", *numbers}
    assert (answer["posts"], answer["readers"], answer["put"]) == (7, 5, 1)
    spoken = at.run("publish", "--site", published.root)
    assert "7 inlägg för 5 läsare" in spoken.stdout


def test_publish_leaves_a_strangers_files_alone_and_takes_away_its_own(at: Shell, published: Preschool) -> None:
    (published.public / "CNAME").write_text("dagar.example.se", encoding="utf-8")
    old = published.public / "o" / "ab" / ("ab" + "0" * 30)
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"from an earlier publish")
    assert at.answer("publish", "--whole", "--site", published.root)["deleted"] == 1
    assert (published.public / "CNAME").is_file()
    assert not old.exists()


def test_publish_mends_what_is_missing_or_cut_on_the_host(at: Shell, published: Preschool) -> None:
    before = published.files()
    sealed = sorted(path for path in before if path.startswith("o/"))
    (published.public / sealed[0]).unlink()
    (published.public / sealed[1]).write_bytes(before[sealed[1]][:-1])
    assert at.answer("publish", "--whole", "--site", published.root)["put"] == 3
    after = published.files()
    assert {path for path in before if before[path] != after.get(path)} == {"root"}


def test_a_lower_sequence_than_the_hosts_is_refused(at: Shell, published: Preschool) -> None:
    before = published.files()
    assert at.run("publish", "--site", published.root, "--sequence", "7").exit_code == 2
    assert at.run("publish", "--site", published.root, "--sequence", "0").exit_code == 2
    assert published.files() == before


@pytest.mark.parametrize("name", ["maria", "Maria Lindqvist", "  maria   LINDQVIST ", "maria@example.se"])
def test_invite_prints_a_link_for_a_name_an_id_or_an_address(at: Shell, published: Preschool, name: str) -> None:
    answer = at.answer("invite", name, "--site", published.root)
    assert (answer["name"], answer["role"]) == ("Maria Lindqvist", "guardian")
    assert re.fullmatch(r"https://dagar\.example\.se/#i=[A-Za-z0-9_-]{43}", str(answer["url"]))
    assert answer["ends"] == int(NOON.timestamp()) + 14 * 86400
    other = at.answer("invite", name, "--site", published.root)
    assert other["url"] != answer["url"]
    for link in (answer["url"], other["url"]):
        assert (published.public / keyring_path(chain.invitation_name(secret_of(str(link))))).is_file()


@pytest.mark.parametrize(("length", "seconds"), [("12h", 12 * 3600), ("7d", 7 * 86400), ("3", 3 * 86400), ("90d", 90 * 86400)])  # fmt: skip
def test_a_link_lasts_as_long_as_one_says(at: Shell, published: Preschool, length: str, seconds: int) -> None:
    answer = at.answer("invite", "maria", "--valid-for", length, "--site", published.root)
    assert answer["ends"] == int(NOON.timestamp()) + seconds
    spoken = at.run("invite", "maria", "--valid-for", length, "--site", published.root).stdout
    assert "https://dagar.example.se/#i=" in spoken


@pytest.mark.parametrize("length", ["0", "0h", "91d", "-1d", "två veckor", "1w", "2161h", ""])
def test_a_link_of_another_length_is_refused(at: Shell, published: Preschool, length: str) -> None:
    assert at.run("invite", "maria", "--valid-for", length, "--site", published.root).exit_code == 2


@pytest.mark.parametrize("name", ["Nobody", "", "Ragnhild Tornefalk", "Alva Lindqvist"])
def test_nobody_is_invited_who_may_not_read(at: Shell, published: Preschool, name: str) -> None:
    before = published.files()
    assert at.run("invite", name, "--site", published.root).exit_code == 2
    assert published.files() == before


def test_nobody_is_invited_before_there_is_something_to_read(school: Preschool) -> None:
    school.write_posts().make_keystore()
    refused = Shell(school.root).run("invite", "maria", "--site", school.root)
    assert refused.exit_code == 2
    assert "pluttra publish" in refused.stderr
    assert not school.public.exists()


def test_serve_is_refused_without_a_site(shell: Shell, school: Preschool, tmp_path: Path) -> None:
    (tmp_path / "tom").mkdir()
    for words in (("--site", school.root), (tmp_path / "tom",), (tmp_path / "saknas",)):
        refused = shell.run("serve", *words)
        assert refused.exit_code == 2
        assert "pluttra publish" in refused.stderr
    assert shell.run("serve", "--site", tmp_path).exit_code == 5


def test_names_that_macos_decomposes_are_the_same_as_composed_ones(at: Shell, published: Preschool) -> None:
    published.post("Blåklockan/2026-11-20 Ärtor på rad", "Barn: Noah\n\n![Ärtor](ärtor.jpg)\n", ärtor_jpg=photo())
    published.publish(sequence=1_900_000_000)
    before = published.files()
    inlagg = published.root / "inlagg"
    for path in sorted(inlagg.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    assert not (inlagg / "Blåklockan").exists()
    checked = at.answer("check", "--site", published.root)
    assert checked["posts"] == 8
    warned = [row["file"] for row in checked["warnings"]]  # type: ignore[attr-defined]
    assert warned == ["inlagg/Solrosen/2026-11-19 Första snön/snö.jpg"]
    published.publish(sequence=1_900_000_000)
    assert published.files() == before


def test_site_is_the_folder_one_stands_in(at: Shell, published: Preschool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(published.root)
    assert at.answer("check")["posts"] == 7


Trouble = Callable[[Preschool], None]


def _keystore_is_gone(school: Preschool) -> None:
    (school.state / "keystore.age").unlink()


def _keystore_is_damaged(school: Preschool) -> None:
    (school.state / "keystore.age").write_bytes(b"age-encryption.org/v1\nnothing more")


def _identity_is_another_machines(school: Preschool) -> None:
    other = Preschool(school.root.parent / "annan")
    other.make_keystore()
    school.identity.write_bytes(other.identity.read_bytes())


def _identity_is_gone(school: Preschool) -> None:
    school.identity.unlink()


def _host_has_another_site(school: Preschool) -> None:
    other = Preschool(school.root.parent / "annan").write().write_posts()
    other.publish()
    (school.public / "root").write_bytes(other.files()["root"])


def _host_is_a_file(school: Preschool) -> None:
    school.public.rename(school.root / "undan")
    school.public.write_bytes(b"")


def _template_stumbles(school: Preschool) -> None:
    (school.root / "theme" / "templates").mkdir(parents=True)
    (school.root / "theme" / "templates" / "post.html").write_text("{{ post.no_such_thing.at_all }}", encoding="utf-8")


CODES: dict[int, list[Trouble]] = {
    6: [
        _keystore_is_gone,
        _keystore_is_damaged,
        _identity_is_another_machines,
        _identity_is_gone,
        _host_has_another_site,
    ],
    8: [_host_is_a_file],
}


@pytest.mark.parametrize(
    ("code", "trouble"), [pytest.param(code, each, id=each.__name__) for code in CODES for each in CODES[code]]
)
def test_trouble_with_keys_or_host_has_its_exit_code_and_a_mend(
    at: Shell, published: Preschool, code: int, trouble: Trouble
) -> None:
    before = published.files()
    trouble(published)
    told = at.run("publish", "--site", published.root)
    assert told.exit_code == code
    assert told.stdout == ""
    assert "tips: " in told.stderr
    answer = json.loads(at.run("publish", "--site", published.root, "--json").stdout)
    assert answer["exit_code"] == code
    assert answer["hint"]
    kept = files_of(published.root / "undan") if trouble is _host_is_a_file else published.files()
    assert {path: content for path, content in kept.items() if path != "root"} == {
        path: content for path, content in before.items() if path != "root"
    }


def test_a_broken_template_of_the_preschools_own_stops_the_publish(at: Shell, published: Preschool) -> None:
    before = published.files()
    _template_stumbles(published)
    told = at.run("publish", "--site", published.root)
    assert told.exit_code in {1, 3}
    assert told.stderr.strip()
    answer = json.loads(at.run("publish", "--site", published.root, "--json").stdout)
    assert answer["exit_code"] == told.exit_code
    assert published.files() == before


ENGLISH = re.compile(
    r"Usage:|Options:|Positional|Commands:|Error|Missing|Invalid|Show th|Try '|default:|required|No such|Did you|Got unexp"
    r"|does not|requires an|is not|Choose from|is a |Aborted"
    r"|\b(OPTIONS|COMMAND|ARGS|FOLDER|TITLE|NAME|PHOTO|CHILD|PURPOSE|INTEGER|DIRECTORY|FILE|PATH|SOURCE)\b"
)
WRONG = [
    ("nonsense",), ("publish", "--nonsense"), ("publish", "--jsn"), ("new", "Hej"), ("new",), ("open",), ("invite",), ("demo",),
    ("check", "mer"), ("check", "mer", "än"), ("check", "--json=ja"), ("invite", "Maria", "--valid-for"), ("invite", "Maria", "--valid-for", "x"),
    ("serve", "--port", "70000"), ("serve", "--port", "åtta"), ("build", "--into", __file__), ("register", "nonsense"),
    ("register", "inspect", "."), ("what-sees", "Maria", "--sealed", "saknas"), ("new", "Hej", "--place", "Solrosen", "--date", "i går"),
]  # fmt: skip


@pytest.mark.parametrize("words", [(), *WRONG])
def test_a_command_written_wrong_exits_with_two_and_says_so_in_swedish(shell: Shell, words: tuple[str, ...]) -> None:
    told = shell.run(*words)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert ENGLISH.findall(told.stderr) == []


@pytest.mark.parametrize("words", WRONG)
def test_a_command_written_wrong_answers_with_one_json_object_where_json_is_asked_for(
    shell: Shell, words: tuple[str, ...]
) -> None:
    told = shell.run(*words, "--json") if words[-1] != "--valid-for" else shell.run("invite", "--json", *words[1:])
    assert told.exit_code == 2
    assert told.stderr == ""
    answer = json.loads(told.stdout)
    assert set(answer) == {"error", "hint", "exit_code"}
    assert answer["exit_code"] == 2
    assert answer["error"]


@pytest.mark.parametrize("name", ["", *(name for name, _ in every_command())])
def test_the_help_of_every_command_is_in_swedish(shell: Shell, name: str) -> None:
    assert ENGLISH.findall(shell.run(*name.split(), "--help").stdout) == []


@pytest.mark.parametrize("name", ["new", "check", "build", "publish", "invite", "serve"])
def test_a_folder_that_is_no_preschool_exits_with_five(shell: Shell, tmp_path: Path, name: str) -> None:
    words: dict[str, tuple[str, ...]] = {"new": ("Hej", "--place", "Solrosen"), "invite": ("Maria",)}
    refused = shell.run(name, *words.get(name, ()), "--site", tmp_path / "saknas")
    assert refused.exit_code == 5
    assert "pluttra init" in refused.stderr
    assert not (tmp_path / "saknas").exists()
