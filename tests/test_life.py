"""Posts for the staff, goals and talks, in a whole small site: what each reader opens of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import CheckFailed
from pluttra_publish.open import Opened, folder, open_site
from pluttra_publish.settings import Settings, read_settings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTER = {
    "avdelningar": "id;namn\nsol;Solrosen\nbla;Blåklockan\n",
    "barn": "id;förnamn;efternamn;skyddad\nalva;Alva;Lind;nej\nnoah;Noah;Ek;nej\nsara;Sara;Dold;ja\n",
    "vardnadshavare": "id;förnamn;efternamn;epost;språk;skyddad\nmaria;Maria;Lind;m@example.se;sv;nej\nerik;Erik;Ek;e@example.se;sv;nej\n",
    "relationer": "barn;vårdnadshavare;från;till\nalva;maria;2022-01-01;\nnoah;erik;2022-01-01;\n",
    "placeringar": "barn;avdelning;från;till\nalva;sol;2026-08-01;2026-09-20\nalva;bla;2026-10-01;\nnoah;bla;2026-08-01;\n",
    "personal": (
        "id;förnamn;efternamn;epost;roll;från;till\npetra;Petra;P;p@example.se;pedagog;2020-01-01;\n"
        "asa;Åsa;N;a@example.se;pedagog;2020-01-01;\ningrid;Ingrid;H;i@example.se;rektor;2020-01-01;\n"
    ),
    "samtycken": (
        "barn;ändamål;svar;grund;datum;svarat av;gäller till;återkallat\n"
        "alva;namn;;Allmänt intresse;2019-01-01;;;\nnoah;namn;;Allmänt intresse;2019-01-01;;;\n"
    ),
    "personal-avdelningar": "personal;avdelning;från;till\npetra;sol;2020-01-01;\nasa;bla;2020-01-01;\n",
}
POSTS = {
    "inlagg/Solrosen/2026-09-10 Koja.md": "Mål: 2.2-x\n\nEn koja.\n\n::: personal\nHemligt för Solrosen.\n:::",
    "inlagg/Solrosen/2026-09-11 Planering.md": "Målgrupp: personal\n\nBara Solrosens personal.",
    "inlagg/forskolan/2026-09-12 Schema.md": "Målgrupp: personal\n\nAll personal.",
    "inlagg/barn/Noah Ek/2026-11-02 Noahs båt.md": "Mål: 2.2-x\n\nEn båt.",
    "inlagg/Blåklockan/2026-11-03 Bullar.md": "Bullar.",
    "samtal/Noah Ek/2026-12-04/inbjudan.md": "Tid: 14.30\n\nVälkomna.",
    "samtal/Alva Lind/2026-09-15/anteckningar.md": "I september.",
    "samtal/Alva Lind/2026-11-18/anteckningar.md": "I november.",
}
ALL = ("maria", "erik", "petra", "asa", "ingrid")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    root = tmp_path_factory.mktemp("life")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
        return opened(site(root, POSTS), root)


def site(root: Path, posts: dict[str, str], more: str = "") -> Settings:
    (root / "pluttra.toml").write_text(f'name = "Äpplet"\nurl = "http://localhost"\n{more}', encoding="utf-8")
    files = {f"register/{name}.csv": text for name, text in REGISTER.items()} | posts
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return read_settings(root)


def opened(settings: Settings, root: Path) -> dict[str, Opened]:
    identity = root / "identity.txt"
    pipeline.make_keystore(settings, identity=identity)
    pipeline.publish(settings, identity=identity)
    links = {who: pipeline.invite(settings, who, valid_for=timedelta(days=1), identity=identity).url for who in ALL}
    return {who: open_site(link, folder(settings.host.path), now=int(NOW.timestamp())) for who, link in links.items()}


def pages(one: Opened) -> dict[str, str]:
    """Return what a reader sees, by title: each post once."""
    return {post.card.title: one.content(post.card.page).decode() for post in one.posts}


def standing(one: Opened, kind: str) -> list[str]:
    return [seen.page.date[:10] or seen.page.title for seen in one.pages if seen.page.kind == kind]


def test_families_read_a_post_without_what_is_for_the_staff(readers: dict[str, Opened]) -> None:
    assert "En koja" in pages(readers["maria"])["Koja"]
    assert "Hemligt" not in pages(readers["maria"])["Koja"]


def test_the_staff_read_the_whole_of_it_once(readers: dict[str, Opened]) -> None:
    for who in ("petra", "ingrid"):
        titles = [post.card.title for post in readers[who].posts]
        assert titles.count("Koja") == 1
        assert "Hemligt" in pages(readers[who])["Koja"]


def test_a_post_narrowed_to_the_staff_is_read_by_those_of_the_staff_who_could_read_it_before(
    readers: dict[str, Opened],
) -> None:
    who_reads = {title: {who for who in ALL if title in pages(readers[who])} for title in ("Planering", "Schema")}
    assert who_reads == {"Planering": {"petra", "ingrid"}, "Schema": {"petra", "asa", "ingrid"}}
    assert "Koja" not in pages(readers["asa"])


def test_nobody_else_can_open_anything_of_the_staff_s_by_the_keys_they_hold(readers: dict[str, Opened]) -> None:
    for who in ("maria", "erik"):
        assert "staff" not in {audience.kind for audience in readers[who].keyring.audiences}
        assert not standing(readers[who], "goal")


def test_a_talk_is_read_by_the_child_s_guardians_and_staff_of_its_month(readers: dict[str, Opened]) -> None:
    talks = {who: standing(readers[who], "talk") for who in ALL}
    assert talks == {
        "maria": ["2026-09-15", "2026-11-18"],
        "erik": ["2026-12-04"],
        "petra": ["2026-09-15"],
        "asa": ["2026-11-18", "2026-12-04"],
        "ingrid": ["2026-09-15", "2026-11-18", "2026-12-04"],
    }


def test_a_coming_talk_has_a_file_for_the_calendar_and_a_past_one_none(readers: dict[str, Opened]) -> None:
    media = {seen.page.date[:10]: seen.page.media for seen in readers["ingrid"].pages if seen.page.kind == "talk"}
    assert [reference.media_type for reference in media["2026-12-04"]] == ["text/calendar"]
    assert b"DTSTART:20261204T133000Z" in readers["ingrid"].content(media["2026-12-04"][0])
    assert not media["2026-11-18"]


def test_a_goal_s_page_names_no_post_and_no_child(readers: dict[str, Opened]) -> None:
    for who in ("petra", "asa", "ingrid"):
        (goal,) = [seen for seen in readers[who].pages if seen.page.kind == "goal"]
        html = readers[who].content(goal.page.page).decode()
        assert goal.page.title == "2.2-x Bygga, skapa, konstruera"
        assert not any(words in html for words in ("Koja", "båt", "Noah"))
        assert "Solrosen" in html
        assert "1 inlägg på barns egna sidor" in html


def test_a_post_shows_its_goals(readers: dict[str, Opened]) -> None:
    assert "Bygga, skapa, konstruera" in pages(readers["maria"])["Koja"]
    assert "Ur läroplanen" not in pages(readers["asa"])["Bullar"]


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("samtal/Finns Inte/2026-11-18/inbjudan.md", "Hej.", "finns inte"),
        ("samtal/Sara Dold/2026-11-18/inbjudan.md", "Hej.", "Barnet ”Sara Dold” finns inte"),
        ("inlagg/Solrosen/2026-09-10 Koja.md", "Mål: 2.2-å\n\nHej.", "Målet"),
        ("inlagg/Solrosen/2026-09-10 Koja.md", "Status: utkast\nMål: 9.9-a\n\nHej.", "Målet"),
        ("inlagg/offentligt/Om oss.md", "Hej.\n\n::: personal\nTyst.\n:::", "offentlig"),
        ("inlagg/offentligt/Om oss.md", "Målgrupp: personal\n\nHej.", "offentlig"),
    ],
)
def test_what_cannot_be_published_is_said(tmp_path: Path, path: str, text: str, place: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        pipeline.check(site(tmp_path, {"inlagg/Solrosen/2026-09-01 Hej.md": "Hej.", path: text}))
    assert any(place in str(finding) for finding in failed.value.findings.errors)


def test_only_what_the_principal_has_approved_is_planned(tmp_path: Path) -> None:
    settings = site(
        tmp_path, {"inlagg/Solrosen/2026-09-01 Hej.md": "Status: inskickad\n\nHej."}, 'approval = "principal"\n'
    )
    checked = pipeline.check(settings)
    assert (checked.posts, checked.waiting) == (0, 1)
    assert "godkännande" in str(checked.findings.warnings[0])


FOR_STAFF = "Målgrupp: personal\n\nBara personal."
LINKS = {
    "a post to one for the staff": (
        "inlagg/Solrosen/2026-09-13 Länk.md", "Se [planen](2026-09-11%20Planering.md).", {}, 3,
    ),
    "what families read to one for the staff": (
        "inlagg/Solrosen/2026-09-13 Länk.md",
        "Se [planen](2026-09-11%20Planering.md).\n\n::: personal\nSe [planen](2026-09-11%20Planering.md).\n:::", {}, 3,
    ),
    "what the staff read to one for the staff": (
        "inlagg/Solrosen/2026-09-13 Länk.md", "Ut.\n\n::: personal\nSe [planen](2026-09-11%20Planering.md).\n:::", {}, 0,
    ),
    "one for the staff to a post": (
        "inlagg/Solrosen/2026-09-13 Länk.md", "Målgrupp: personal\n\nSe [kojan](2026-09-10%20Koja.md).", {}, 0,
    ),
    "all the staff to a post for everybody": (
        "inlagg/forskolan/2026-09-13 Länk.md", "Målgrupp: personal\n\nSe [allt](2026-09-14%20Alla.md).",
        {"inlagg/forskolan/2026-09-14 Alla.md": "Alla."}, 0,
    ),
    "a post about a child to one that is not": (
        "inlagg/Solrosen/2026-09-13 Länk.md", "Barn: Alva\n\nSe [kojan](2026-09-10%20Koja.md).", {}, 0,
    ),
    "two families to one of one family": (
        "inlagg/barn/Noah Ek/2026-11-04 Länk.md", "Barn: Alva Lind\nDelas: ja\n\nSe [båten](2026-11-02%20Noahs%20båt.md).", {}, 3,
    ),
    "one family to one of two families": (
        "inlagg/barn/Noah Ek/2026-11-04 Länk.md", "Se [leken](2026-11-05%20Lek.md).",
        {"inlagg/barn/Noah Ek/2026-11-05 Lek.md": "Barn: Alva Lind\nDelas: ja\n\nLek."}, 0,
    ),
    "a child's page to one for its staff": (
        "inlagg/barn/Noah Ek/2026-11-04 Länk.md", "Se [leken](2026-11-05%20Lek.md).",
        {"inlagg/barn/Noah Ek/2026-11-05 Lek.md": FOR_STAFF}, 3,
    ),
    "a draft to one for the staff": (
        "inlagg/Solrosen/2026-09-13 Länk.md", "Status: utkast\n\nSe [planen](2026-09-11%20Planering.md).", {}, 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LINKS)
def test_a_link_to_a_post_that_not_all_its_readers_may_read_is_an_error(tmp_path: Path, what: str) -> None:
    path, text, more, code = LINKS[what]
    settings = site(tmp_path, POSTS | more | {path: text})
    if not code:
        pipeline.check(settings)
        return
    with pytest.raises(CheckFailed) as failed:
        pipeline.check(settings)
    (error,) = failed.value.findings.errors
    line = 1 + text.split("[", maxsplit=1)[0].count("\n")
    assert (error.file, error.place) == (path, f"rad {line}")
    assert "andra läsare" in error.message


def test_a_link_to_a_post_that_waits_is_words_and_a_warning(tmp_path: Path) -> None:
    posts = {
        "inlagg/Solrosen/2026-09-13 Länk.md": "Se [boken](2026-09-14%20Bok.md) och [kojan](2026-09-10%20Koja.md).",
        "inlagg/Solrosen/2026-09-14 Bok.md": "Status: utkast\n\nBok. Se [länken](2026-09-15%20Annat.md).",
        "inlagg/Solrosen/2026-09-15 Annat.md": "Status: utkast\n\nAnnat.",
        "inlagg/offentligt/Om.md": "Se [hit](Hit.md).",
        "inlagg/offentligt/Hit.md": "Status: utkast\n\nHit.",
    }
    settings = site(tmp_path, POSTS | posts)
    warnings = [warning for warning in pipeline.check(settings).findings.warnings if "Länken" in warning.message]
    assert [(warning.file, warning.place) for warning in warnings] == [
        ("inlagg/Solrosen/2026-09-13 Länk.md", "rad 1"),
        ("inlagg/offentligt/Om.md", "rad 1"),
    ]
