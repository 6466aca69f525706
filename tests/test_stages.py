"""The stages: what each proposes and what it leaves alone; screens and fixed points as laws."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rulebook
from pipeline.ledger import apply, splice
from pipeline.lift import each_text
from pipeline.lines import level
from pipeline.roles import CONTENT
from pipeline.stages import encoding, mistranslation, spacing
from pipeline.stages.boilerplate import Site, judge
from pipeline.tables import BLOCKS, Block, Verdict, rows_of, table_of

RULES = rulebook.load()
CASES = Path(__file__).parent / "cases"


def cases(name):
    for case in tomllib.loads((CASES / name).read_text("utf-8"))["case"]:
        marks = [pytest.mark.xfail(strict=True, reason=case["comment"])] if case["origin"] == "known_failure" else []
        yield pytest.param(case, id=case["comment"], marks=marks)


def block(text, number=0, kind="line", role=None, path=""):
    return Block("d", number, kind, path, number + 1, 0, "\n", role, role is not None, None, None, text)


def page(text):
    """A plain-text page, a block a line; the role may stand before the text: `title| ...`."""
    blocks = []
    for number, line in enumerate(text.strip("\n").splitlines()):
        role, bar, rest = line.partition("| ")
        blocks.append(block(rest if bar else line, number, role=role if bar else None))
    return blocks


def carried_out(text, edits):
    return splice(text, [(e.start, e.end, e.after) for e in sorted(edits, key=lambda e: (e.start, e.end))])


# Text that is likely to hold what the stages look for.
DAMAGED = st.lists(
    st.sampled_from(
        ["Ã¶", "â€™", "â€œ", "&amp;", "&quot;", "Â ", " ", "\xa0", "  ", "\t", "word", "ö", "\x85", "a\u0301"]
    )
    | st.sampled_from(["-\n", "?", "\uf7e9"])
    | st.text(max_size=6)
).map("".join)


@given(DAMAGED)
def test_encoding_reaches_a_fixed_point(text):
    once = carried_out(text, encoding.repair(text, RULES.encoding))
    twice = carried_out(once, encoding.repair(once, RULES.encoding))
    assert carried_out(twice, encoding.repair(twice, RULES.encoding)) == twice


@given(DAMAGED)
def test_spacing_reaches_a_fixed_point_and_loses_no_word(text):
    once = carried_out(text, spacing.level(text, RULES.spacing))
    assert not list(spacing.level(once, RULES.spacing))
    assert "".join(once.split()) == "".join(text.split())


@given(st.lists(DAMAGED, min_size=1, max_size=5))
def test_screens_let_nothing_through_that_matters(texts):
    blocks = table_of([block(text, i) for i, text in enumerate(texts)], BLOCKS)
    assert encoding.by_text(blocks, RULES.encoding).equals(each_text(encoding.repair)(blocks, RULES.encoding))
    assert spacing.propose(blocks, RULES.spacing).equals(each_text(spacing.level)(blocks, RULES.spacing))


@given(st.lists(DAMAGED, min_size=1, max_size=4))
def test_what_encoding_and_spacing_propose_can_be_carried_out(texts):
    blocks = table_of([block(text, i) for i, text in enumerate(texts)], BLOCKS)
    blocks = apply(blocks, encoding.propose(blocks, RULES.encoding))
    apply(blocks, spacing.propose(blocks, RULES.spacing))


@pytest.mark.parametrize("case", list(cases("encoding.toml")))
def test_encoding_cases(case):
    assert carried_out(case["given"], encoding.repair(case["given"], RULES.encoding)) == case["expect"]


@pytest.mark.parametrize("text", ["&" + "amp;" * 20_000, "a" + "\u0301" * 200_000, " " * 300_000 + "x"])
def test_hostile_text_is_passed_over_in_good_time(text):
    list(encoding.repair(text, RULES.encoding))
    list(spacing.level(text, RULES.spacing))


def test_preformatted_text_keeps_its_spaces():
    blocks = table_of([block("a  b", kind="pre")], BLOCKS)
    assert spacing.propose(blocks, RULES.spacing).num_rows == 0


@pytest.mark.parametrize("case", list(cases("mistranslation.toml")))
def test_mistranslation_cases(case):
    blocks = page(case["given"])
    proposed = list(mistranslation.correct(blocks, RULES.mistranslation))
    texts = [carried_out(b.text, [edit for i, edit in proposed if i == at]) for at, b in enumerate(blocks)]
    expected = [b.text for b in page(case["expect"])]
    assert texts == expected


def judged(blocks, repeated=frozenset()):
    sites = {block.doc: Site(lines=frozenset(repeated)) for block in blocks}
    return rows_of(judge(table_of(blocks, BLOCKS), RULES.boilerplate, sites), Verdict)


def roles(text, repeated=frozenset()):
    return [verdict.role for verdict in judged(page(text), repeated)]


def kept(text, repeated=frozenset()):
    blocks = page(text)
    verdicts = judged(blocks, repeated)
    return [b.text for b, verdict in zip(blocks, verdicts, strict=True) if verdict.keep]


ARTICLE = """
Council votes to reopen the old harbour tunnel
The council voted on Monday to reopen the tunnel under the old harbour, closed since the flood.
Work is to begin in May and should take two years, said the mayor, who called the vote a relief.
What happens next
Engineers will first pump out the lower chamber, where the water still stands a metre high.
Nobody has walked through the tunnel since the night of the flood, the council's engineer said.
"""


def test_a_clean_article_stays_whole():
    assert kept(ARTICLE) == [b.text for b in page(ARTICLE)]
    assert roles(ARTICLE) == ["title", "body", "body", "heading", "body", "body"]


def test_furniture_around_an_article_goes():
    tail = "Source: gullpost\nPost a Comment\n0 Comments\nYou may like\nOld tunnel found\n"
    text = f"Home\nThe Gull Post\n{ARTICLE.strip()}\n{tail}"
    assert kept(text) == [b.text for b in page(ARTICLE)]


def test_a_page_without_running_text_is_kept_whole():
    text = "Harbour notice\nNo ferry today\nThe board"
    assert kept(text) == text.splitlines()


def test_lines_that_the_site_repeats_go():
    text = ARTICLE.strip() + "\nGull facts: all that flies and cries\n"
    assert "Gull facts: all that flies and cries" not in kept(text, {"gull facts all that flies and cries"})


def test_a_quotation_that_a_site_repeats_in_its_articles_stays():
    quotation = "“We have waited long enough for this tunnel,” the mayor said on the pier."
    text = ARTICLE.strip().replace("What happens next", quotation)
    assert quotation in kept(text, {level(quotation)})


def test_comments_under_an_article_go_even_when_they_are_running_text():
    talk = "I walked through that tunnel as a child, and I would not do it again for any money."
    assert kept(f"{ARTICLE.strip()}\n3 Comments\n{talk}\nReply\n{talk[2:]}\n") == [b.text for b in page(ARTICLE)]


def test_an_empty_batch_has_no_verdicts():
    assert judged([]) == []


@pytest.mark.parametrize("text", ["", " ", "x" * 10_000, "\n".join("ab")])
def test_a_page_of_next_to_nothing_is_judged(text):
    assert len(judged([block(text)])) == 1


def test_every_block_gets_one_known_role():
    blocks = page(ARTICLE)
    verdicts = judged(blocks)
    assert [v.block for v in verdicts] == [b.block for b in blocks]
    assert all(v.role in CONTENT for v in verdicts if v.keep)


def test_another_bearer_of_the_word_silences_the_repair():
    text = "title| Bird: bridge will open in May\nbody| Minister Helga Vogel met Mayor Larry Bird on Monday."
    assert list(mistranslation.correct(page(text), RULES.mistranslation)) == []
