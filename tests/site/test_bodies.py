from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from pluttra_publish.site.bodies import Cleaner, summarise
from pluttra_publish.site.quick_markdown import make_markdown
from tests.site.house import House

FOLDER = "Solrosen/2026-03-12 Vi byggde koja"
MD = f"{FOLDER}/text.md"

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=koja.jpg onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVa\tScript:alert(1))",
    '<a href="java&#10;script:alert(1)">x</a>',
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src='https://ond.example'></iframe>",
    "<p style='background:url(https://ond.example)'>x</p>",
    "<style>@import 'https://ond.example'</style>",
    "<form action=https://ond.example><input name=a><button>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='https://ond.example' target=_blank onclick=alert(1)>x</a>",
    "<video src=https://ond.example onerror=alert(1)></video>",
    "<div id=main class=sheet data-do=forget>x</div>",
    "<base href=https://ond.example><meta http-equiv=refresh content=0>",
    "<template><img src=koja.jpg></template>",
    '<a title="> <img src=x onerror=alert(1)>" href="https://a.example">x</a>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_harmless(house: House, text: str) -> None:
    house.write(f"{FOLDER}/koja.jpg")
    house.write(MD, f"Hej.\n\n{text}\n\nHej då.")
    house.press()
    (post,) = house.posts
    low = post.body.lower().replace("&gt; &lt;img src=x onerror=alert(1)&gt;", "")
    for bad in (
        "<script",
        "<svg",
        "<iframe",
        "<style",
        "style=",
        "<form",
        "<input",
        "javascript:",
        "data:",
        "vbscript:",
    ):
        assert bad not in low
    for bad in (
        ' onerror="',
        "onclick",
        "onload",
        "target=",
        "<video",
        "<base",
        "<meta",
        "<template",
        " id=",
        " class=",
    ):
        assert bad not in low
    assert post.body.startswith("<p>Hej.</p>")


@given(st.text(alphabet=st.sampled_from("<>/\"'=& aiphrefsrcimgb:;.#")))
def test_whatever_is_cleaned_stays_clean(html: str) -> None:
    cleaner = Cleaner()

    def unknown(_: str) -> tuple[str, str]:
        return "okänd", ""

    once = cleaner.clean(html, {"a": "a"}, unknown)
    assert "<img" not in once.html.replace('<img src="a"', "")
    assert cleaner.clean(once.html, {"a": "a"}, unknown).html == once.html


def test_the_web_stays_a_link_and_tells_it_nothing(house: House) -> None:
    house.write(MD, "[a](https://a.example/x?y=1#z) <mailto:b@c.se> [c](tel:+46123) [d](#om)")
    body = house.read().body
    assert '<a href="https://a.example/x?y=1#z" rel="noopener noreferrer">a</a>' in body
    assert 'href="mailto:b@c.se"' in body
    assert 'href="tel:+46123"' in body
    assert body.endswith(" d</p>")


def test_one_press_of_enter_is_a_new_line(house: House) -> None:
    house.write(MD, "Först.\nSen.\n    Och så.\n\n#skogen\n\n# Rubrik\n\n## Mindre")
    assert house.read().body == (
        "<p>Först.<br>\nSen.<br>\n    Och så.</p>\n<p>#skogen</p>\n<h2>Rubrik</h2>\n<h3>Mindre</h3>"
    )


def test_tables_are_kept(house: House) -> None:
    house.write(MD, "| Dag | Mat |\n| --- | ---: |\n| mån | soppa |")
    assert '<td align="right">soppa</td>' in house.read().body


def test_plain_text_means_nothing_but_paragraphs_and_lines(house: House) -> None:
    house.write("Solrosen/2026-03-12 A.txt", "# *Hej* & <b>hå</b>\nrad\n\n![x](y.jpg)")
    assert house.read().body == "<p># *Hej* &amp; &lt;b&gt;hå&lt;/b&gt;<br>rad</p>\n<p>![x](y.jpg)</p>"


def test_photos_stand_where_the_text_puts_them_and_the_others_after(house: House) -> None:
    for name in ("a.jpg", "b b.jpg", "c.mp4"):
        house.write(f"{FOLDER}/{name}")
    house.write(MD, "Före ![En koja](A.jpg) efter.\n\n![Ljudet av regn](./c.mp4)\n\n- ![Lista](b%20b.jpg)")
    assert house.page().split("|", 2)[2] == (
        "<p>Före </p>\n<figure>photo: En koja</figure>\n<p> efter.</p>\n<figure>film: Ljudet av regn</figure>\n"
        "<ul>\n<li><figure>photo: Lista</figure></li>\n</ul>|\n"
    )
    assert all(file.alt_written for file in house.posts[0].media)


def test_what_stands_in_quotation_marks_after_a_file_is_its_caption_in_that_place(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg")
    house.write(MD, '![En koja](a.jpg "Tak & <väggar>, sa \'Elsa\'"){barn="Elsa"} Hej.\n\n![](a.jpg)')
    assert house.page().split("|", 2)[2] == (
        "<figure>photo: En koja [Tak &amp; &lt;väggar&gt;, sa &#39;Elsa&#39;]</figure>\n<p> Hej.</p>\n"
        "<figure>photo: En koja</figure>|\n"
    )
    assert house.posts[0].media[0].children == ("Elsa",)
    assert "Tak" not in house.posts[0].summary


def test_a_photo_that_is_not_in_the_text_stands_after_it(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg")
    house.write(MD, "Hej.")
    assert house.page().endswith("<p>Hej.</p>|<figure>photo: Bild från Vi byggde koja</figure>\n")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("finns-inte.jpg", "finns inte"),
        ("../2026-03-11%20Annat/b.jpg", "finns inte"),
        ("/etc/passwd", "finns inte"),
        ("https://ond.example/spion.gif", "laddas inte utifrån"),
        ("//ond.example/spion.gif", "laddas inte utifrån"),
    ],
)
def test_an_image_that_is_not_in_the_folder_is_an_error_with_its_line(house: House, reference: str, words: str) -> None:
    house.write("Solrosen/2026-03-11 Annat/b.jpg")
    house.write(MD, f"Hej.\n\nHär: ![x]({reference})")
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{MD}", "rad 3")
    assert words in error.message


def test_an_image_pasted_into_the_text_is_an_error(house: House) -> None:
    house.write(MD, "![x](data:image/png;base64,AAAA)")
    assert "går inte att visa" in house.error().message


def test_a_photo_without_alt_text_is_a_warning_with_a_fallback(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg")
    house.write(MD, "Hej ![](a.jpg)")
    (file,) = house.read().media
    assert (file.alt, file.alt_written) == ("Bild från Vi byggde koja", False)
    (warning,) = house.findings.warnings
    assert warning.file == f"inlagg/{FOLDER}/a.jpg"
    assert "Bildtext: a.jpg:" in warning.mend


def test_a_photo_without_alt_text_is_an_error_where_it_is_required(house: House) -> None:
    house.alt_text = "required"
    house.write(f"{FOLDER}/a.jpg")
    assert house.error().file == f"inlagg/{FOLDER}/a.jpg"


def test_the_summary_is_the_first_sentences_in_words(house: House) -> None:
    house.write(MD, f"# Rubrik\n\nVi gick **ut**. Det regnade & [blåste](https://a.se)! {'Lång mening ' * 30}.")
    assert house.read().summary == "Vi gick ut. Det regnade & blåste!"


@given(st.text())
def test_a_summary_is_never_longer_than_it_may_be(text: str) -> None:
    assert len(summarise("<p>" + text.replace("<", "").replace("&", "") + "</p>")) <= 200


MARKDOWN = st.lists(
    st.sampled_from(
        [
            *"*_[]!`\\&<>|#",
            "**",
            "(a.jpg)",
            "<b>",
            "&amp;",
            "  \n",
            "\n",
            "\n\n",
            "ord ",
            "a@b.se",
            "<http://x.y>",
            "- ",
            "1. ",
            "    ",
            "---",
            "\n===",
            "\x0260\x03",
            "Åäö, sa hon.",
            "\n\nEn rad",
        ]
    ),
    max_size=30,
).map("".join)


@given(MARKDOWN)
def test_the_quick_converter_gives_what_markdown_gives(text: str) -> None:
    extensions = ["markdown.extensions.tables", "markdown.extensions.sane_lists", "markdown.extensions.nl2br"]
    theirs = Markdown(extensions=extensions, output_format="html")
    theirs.parser.blockprocessors.deregister("code")
    text = text.replace("#", "# ")
    ours = make_markdown({"extensions": [*extensions, "markdown.extensions.meta"], "output_format": "html"})
    assert ours.reset().convert(text) == theirs.convert(text)
    assert ours.reset().convert(text) == theirs.reset().convert(text)
