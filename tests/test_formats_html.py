"""HTML: what a reader sees is in the blocks, once and in order; what the page says of itself is in its row."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats import FormatError, format_of, html

WORDS = st.text(st.sampled_from("abcXYZäß日 \n&"), min_size=1, max_size=12)
INLINE = ["b", "i", "span", "a href=x", "em", "font color=red", "my-tag"]
BLOCK = ["p", "div", "li", "h2", "td", "section class='a b'", "blockquote", "pre", "button", "ul", "article id=x"]
MARKUP = st.sampled_from([*"<>/=!-\"' \n&;#x0aéb\0", "<p>", "</p>", "<b", "<!--", "<a href=", "<script>", "<textarea>"])
HIDDEN = ["script", "style", "div hidden", "span style='display: none'", "noscript", "template", "svg"]


def escaped(text):
    return text.replace("&", "&amp;")


def wrapped(tag, inner):
    return f"<{tag}>{inner}</{tag.split()[0]}>"


def pages(tags):
    """Trees of elements: (markup, the text that shows)."""
    leaf = WORDS.map(lambda text: (escaped(text), text))
    hidden = st.tuples(st.sampled_from(HIDDEN), WORDS).map(lambda t: (wrapped(t[0], t[1].replace("&", "")), ""))
    void = st.sampled_from([("<br>", ""), ("<hr>", ""), ("<!-- x -->", ""), ("<img alt=x>", ""), ("\n", "")])

    def grown(inner):
        joined = st.lists(inner, max_size=4).map(
            lambda nodes: ("".join(a for a, _ in nodes), "".join(b for _, b in nodes))
        )
        return st.tuples(st.sampled_from(tags), joined).map(lambda t: (wrapped(t[0], t[1][0]), t[1][1]))

    return st.lists(st.recursive(leaf | hidden | void, grown, max_leaves=20), min_size=1, max_size=5)


def page_of(source):
    return html.read(source.encode() if isinstance(source, str) else source, "news/a.html", None)


def read_or_none(source):
    try:
        return page_of(source)
    except FormatError:
        return None


def texts_of(source):
    return [block.text for block in page_of(source).blocks]


def without_space(text):
    return "".join(text.split())


@settings(deadline=None)
@given(pages(BLOCK + INLINE))
def test_what_shows_is_in_the_blocks(nodes):
    source = "<html><body>" + "".join(a for a, _ in nodes)
    shown = without_space("".join(b for _, b in nodes))
    reading = read_or_none(source)
    if reading is None:
        assert shown == ""
        return
    assert without_space("".join(b.text for b in reading.blocks)) == reading.visible == shown


@settings(deadline=None)
@given(st.lists(MARKUP, max_size=60).map("".join))
def test_any_markup_is_read_or_refused(source):
    reading = read_or_none("<p>" + source)
    if reading is None:
        return
    assert all(b.text.strip() and 0 <= b.link_chars <= len(b.text) for b in reading.blocks)
    assert html.restore(reading.blocks, "utf-8").decode().split("\n") == "\n".join(
        b.text for b in reading.blocks
    ).split("\n")


def test_blocks_of_a_page():
    reading = page_of("""<html><body id=top><nav class="main wide"><a href=/>Home</a> <a href=/s>Sport</a></nav>
        <article class=story><h1>Bridge  opens</h1><p>The <b>ma</b>yor,\n <a href=x>A. Muster</a>, came.
        <p>All&nbsp;went.
        <div>Before<p>inside</p>after</div></article></body></html>""")
    assert [(b.kind, b.path, b.link_chars, b.text) for b in reading.blocks] == [
        ("nav", "html/body#top/nav.main.wide", 9, "Home Sport"),
        ("h1", "html/body#top/article.story/h1", 0, "Bridge opens"),
        ("p", "html/body#top/article.story/p", 9, "The mayor, A. Muster, came."),
        ("p", "html/body#top/article.story/p", 0, "All\xa0went."),
        ("div", "html/body#top/article.story/div", 0, "Before"),
        ("p", "html/body#top/article.story/div/p", 0, "inside"),
        ("div", "html/body#top/article.story/div", 0, "after"),
    ]
    assert [b.block for b in reading.blocks] == list(range(7))
    assert {(b.separator, b.line) for b in reading.blocks} == {("", 0)}
    assert html.restore(reading.blocks, "utf-8") == "\n".join(b.text for b in reading.blocks).encode()


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("one<br>two", ["one two"]),
        ("one<br><br>two", ["one", "two"]),
        ("one<br/>\n<br/>two<br><br><br>three", ["one", "two", "three"]),
        ("<pre>one\n  two<br>three</pre>", ["one\n  two\nthree"]),
        ("<textarea>one\n two</textarea>three", ["one\n two", "three"]),
        ("wo<wbr>rd, <span>T</span>he", ["word, The"]),
        ("<a href=a>News</a><a href=b>Sport</a>", ["News Sport"]),
        ("<a href=a><h3>Head</h3><p>Teaser</p></a>", ["Head", "Teaser"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("<table><tr><td>one<td>two</table>", ["one", "two"]),
        ("<select><option>one<option>two</select>", ["one", "two"]),
        ("<button>Share</button><button>Print</button>", ["Share", "Print"]),
        ("<p>one<div>two</div>three</p>four", ["one", "two", "three", "four"]),
        ("one</br>two", ["one two"]),
        ("<p>&nbsp;</p><p>one</p>", ["one"]),
        ("one</body></html>two<p>three", ["one", "two", "three"]),
        ("<p aria-hidden=true>one", ["one"]),
        ("<body style='display:none'>one", ["one"]),
        ("<div hidden id='S:0'>streamed</div>", ["streamed"]),
        ("one<?php echo 1 ?>two<![CDATA[x]]>three", ["onetwothree"]),
        ("a&lt;b&gt; &amp;amp; &#8222;c&#8220;", ["a<b> &amp; „c“"]),
    ],
)
def test_boundaries(source, texts):
    assert texts_of(source) == texts


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>", "<style>x</style>", "<template><p>x</template>", "<noscript>x</noscript>",
        "<p hidden>x<b>y</b></p>", "<p style='color: red; DISPLAY : none'>x", "<div style='visibility:hidden'>x</div>",
        "<svg><text>x</text></svg>", "<iframe>x</iframe>", "<video>x</video>", "<!-- x -->", "<title>x</title>",
    ],
)  # fmt: skip
def test_what_a_reader_does_not_see_is_no_block(hidden):
    assert texts_of(f"<div>one</div><div>{hidden}</div><div>two</div>") == ["one", "two"]


@pytest.mark.parametrize("source", ["<html></html>", "<p> &nbsp; </p>", "<script>x</script>", "<!-- x", ""])
def test_a_page_that_shows_nothing(source):
    with pytest.raises(FormatError) as caught:
        page_of(source)
    assert caught.value.reason == "empty"


def test_text_that_the_cut_would_lose_is_an_error(monkeypatch):
    monkeypatch.setattr(html.Cutter, "visible", lambda _self: "more than the blocks hold")
    with pytest.raises(FormatError) as caught:
        page_of("<p>text")
    assert caught.value.reason == "text-lost"


def test_a_parser_that_gives_up_is_an_error(monkeypatch):
    real = html.etree.HTMLParser
    monkeypatch.setattr(html.etree, "HTMLParser", lambda **options: real(**options | {"huge_tree": False}))
    with pytest.raises(FormatError) as caught:
        page_of("<p>" + "long " * 3_000_000)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("end", ["</div>" * 100_000, ""])
def test_deep_nesting_keeps_its_text(end):
    assert texts_of("<div class=deep>" * 100_000 + "core" + end + "<p>tail") == ["core", "tail"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<a " * 20_000, ""),
        ("<a href=x>y" * 20_000, "y" * 20_000),
        ("<b><p>x" * 50_000, "x" * 50_000),
        ("<" * 500_000, "<" * 500_000),
        ("x" + "<!--" * 200_000, "x"),
        ("<a " + " ".join(f"a{i}=1" for i in range(50_000)) + ">y", "y"),
        ("<meta charset" * 2_000 + ">y\xe9", None),
        ("<p>" + "word " * 1_000_000, "word" * 1_000_000),
        ("<br>x" * 100_000, "x" * 100_000),
        ("</p>x" * 50_000, "x" * 50_000),
        (f"<p class='{'c ' * 100_000}'>y", "y"),
    ],
    ids=[
        "tags",
        "links",
        "bold",
        "less than",
        "comments",
        "attributes",
        "charsets",
        "one line",
        "breaks",
        "ends",
        "classes",
    ],
)
def test_hostile_markup_takes_bounded_time(source, shown):
    reading = read_or_none(source.encode("latin-1"))
    if reading is None:
        assert not shown
        return
    assert shown is None or reading.visible == shown
    assert all(len(b.path) <= 400 for b in reading.blocks)


def test_zeros_and_surrogates_do_not_cut_the_text():
    assert texts_of(b"<p>before\0after</p><p>x&#xd800;y&#0;z</p><p>tail</p>") == [
        "before\ufffdafter",
        "x\ufffdy\ufffdz",
        "tail",
    ]


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        ("<meta charset=windows-1251><p>Мост открыт".encode("cp1251"), "cp1251"),
        ("<meta http-equiv=content-type content='text/html; charset=gb2312'><p>大桥开放".encode("gb18030"), "gb18030"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><html><p>„Brücke“'.encode("cp1252"), "cp1252"),
        ("<meta charset=iso-8859-1><p>„Brücke“".encode(), "utf-8"),
        ("<p>Brücke".encode("utf-16"), "utf-16"),
    ],
)
def test_declared_charsets(source, encoding):
    reading = page_of(source)
    assert reading.encoding == encoding
    assert re.fullmatch("Мост открыт|大桥开放|„Brücke“|Brücke", reading.blocks[0].text)


LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Not this"},
        {
            "@type": ["NewsArticle"],
            "datePublished": "2022-01-21T14:14:00Z",
            "author": [
                {"@type": "Person", "name": "A. Muster &amp; Co"},
                {"name": "https://x.example/b"},
                "B. Beispiel",
            ],
            "publisher": {"name": "The Example"},
        },
    ],
}


def test_what_a_page_declares():
    page = page_of(f"""<html lang="en-GB"><head><title>Bridge | Example</title><meta property=og:title content="Bridge
        opens"><link rel="alternate canonical" href=" https://WWW.Example.org:443/bridge?x=1 ">
        <script type="application/ld+json">{json.dumps(LD)}</script></head><body><p>Text""").page
    assert page.url == "https://WWW.Example.org:443/bridge?x=1"
    assert (page.host, page.title, page.site_name) == ("www.example.org", "Bridge opens", "The Example")
    assert (page.published, page.language) == ("2022-01-21T14:14:00Z", "en-GB")
    assert page.authors == ("A. Muster & Co", "B. Beispiel")


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("<meta property=article:published_time content='2022-01-21'>", "2022-01-21"),
        ("<meta itemprop=datePublished content=2022>", "2022"),
        ("<time datetime=2022-01-21 pubdate>", "2022-01-21"),
        ("<time datetime=2022-01-21 class='entry-date published'>", "2022-01-21"),
        ("<time datetime=2022-01-21>", None),
        ("<time datetime=2022-01-21 class=published itemprop=dateModified>", None),
        ("<meta name=published-date content=2022-01-21>", "2022-01-21"),
        ("<meta property=article:modified_time content=2023>", None),
        ("<script type=application/ld+json>{'broken'</script>", None),
        ("<script type=application/ld+json>" + "[" * 100_000 + "</script>", None),
        ('<script type=application/ld+json>{"@type": "NewsArticle", "datePublished": 2022}</script>', "2022"),
        ('<script type=application/ld+json>[null, {"@type": {}, "datePublished": "2022"}, 7]</script>', None),
    ],
)
def test_when_a_page_says_it_was_published(head, published):
    assert page_of(f"<html>{head}<p>Text").page.published == published


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ("<time datetime=2022-01-21>", ["2022-01-21"]),
        ("<time datetime=2022-01-21T14:14><time datetime=2022-01-21>", ["2022-01-21T14:14"]),
        ("<time datetime=2022-01-21><time datetime=2022-01-22>", []),
        ("<div class=post-modified-date><time datetime=2022-01-21></div>", []),
    ],
)
def test_the_only_day_that_a_page_marks_up(times, told):
    page = page_of(f"{times}<p>Text").page
    assert [one.value for one in page.declarations if one.rule == "only-time"] == told
    assert page.published is None


PERSONS = {
    "@graph": [
        {"@type": "Person", "@id": "#jane", "name": "Jane Doe"},
        {
            "@type": "http://schema.org/NewsArticle",
            "headline": "Mayor&#8217;s <em>bridge</em>",
            "author": [
                {"@id": "#jane"},
                [{"@type": "Person", "givenName": "John", "familyName": "Roe"}],
                {"@type": "Organization", "name": "The Gull"},
                {"@type": "Person", "name": "undefined"},
                {"@id": "#nobody"},
            ],
        },
    ],
}


def test_what_json_ld_says_of_persons():
    page = page_of(f"<script type=application/ld+json>{json.dumps(PERSONS)}</script><p>Text").page
    assert page.declarations == (
        ("title", "json-ld", "Mayor’s bridge"),
        ("authors", "json-ld", "Jane Doe"),
        ("authors", "json-ld", "John Roe"),
        ("authors", "json-ld-organisation", "The Gull"),
    )


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ("<meta name=dcsext.author content='Jane Doe'>", ("Jane Doe",)),
        ("<meta name=article:byline content='Jane Doe'><meta name=its_author content=1482>", ("Jane Doe",)),
        ("<meta name=twitter:creator content='@jane'>", ()),
        ("<meta name=author content='JÃ¼rgen DoÃ©'>", ("Jürgen Doé",)),
        ("<meta name=article:author content='https://social.example/jane'>", ()),
    ],
)
def test_authors_in_meta(head, authors):
    assert page_of(f"{head}<p>Text").page.authors == authors


@pytest.mark.parametrize("url", ["/bridge", "javascript:x", "https://", "https://[x", "http://localhost/x", ""])
def test_addresses_that_lead_nowhere(url):
    page = html.read(f"<link rel=canonical href='{url}'><p>x".encode(), "a.html", "example.org").page
    assert (page.url, page.host) == (None, "example.org")


def test_a_page_that_declares_nothing():
    page = page_of("<p>Text").page
    assert page[2:] == (None, None, None, None, None, (), None, (), None)
    assert page.doc == page.file == "news/a.html"


@pytest.mark.parametrize(
    "head",
    [
        b"<!doctype HTML>",
        b"\xef\xbb\xbf\n <html lang=de>",
        b"<p>x",
        b"<?xml version='1.0'?>\n<html>",
        b"<!-- x --><html>",
    ],
)
def test_pages_are_recognised(head):
    assert format_of(head, "a.txt").name == "html"
