"""Mistranslations: what the run's documents tell each other, what is decided on it, and what is left alone."""

import time
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import people, rulebook
from pipeline.ledger import splice
from pipeline.lift import RuleError
from pipeline.literals import heads
from pipeline.people.spellings import folded
from pipeline.stages import mistranslation, typography
from pipeline.stages.mistranslation import Known
from pipeline.stages.mistranslation_phrases import turns_of
from pipeline.tables import BLOCKS, ENTITIES, EVENTS, PEOPLE, TOLD, Block, Entity, Event, Told, rows_of, table_of

RULES = rulebook.load()
LEXICON = RULES.mistranslation.lexicon
EXAMPLES = tomllib.loads((rulebook.BUILT_IN / "typography.toml").read_text("utf-8"))["example"]


def page(doc, *lines, role="body"):
    return [Block(doc, i, "line", "", i + 1, 0, "\n", role, True, None, None, line) for i, line in enumerate(lines)]


def run_of(*pages):
    """What a run over pages that all report one event would tell each of them, and the decisions on it."""
    seen = pa.Table.from_batches([table_of(people.look(p, LEXICON), PEOPLE) for p in pages])
    events = pa.Table.from_batches([table_of([Event("e", p[0].doc, 1.0) for p in pages], EVENTS)])
    told = rows_of(people.tell(seen, events, LEXICON), Told)
    known = {p[0].doc: Known(None, None, [row for row in told if row.doc == p[0].doc]) for p in pages}
    texts = pa.array([block.text for p in pages for block in p])
    return mistranslation.decide(texts, pages, RULES.mistranslation, known)


def decided(*pages):
    return [(f["doc"], f["text"], f["suggestion"], f["action"], f["rule"]) for f in run_of(*pages).flags.to_pylist()]


def carried_out(blocks, edits):
    texts = [block.text for block in blocks]
    for at in {at for at, _ in edits}:
        mine = sorted((e.start, e.end, e.after or "") for i, e in edits if i == at)
        texts[at] = splice(texts[at], mine)
    return [block._replace(text=text) for block, text in zip(blocks, texts, strict=True)]


ANTONY = [page(f"{i}", "Secretary Antony Blinken came to the town and spoke of peace.") for i in range(3)]


def test_a_spelling_that_the_event_outvotes_is_put_right():
    odd = page("odd", "Secretary Anthony Blinken came to the town and left.")
    assert decided(*ANTONY, odd) == [("odd", "Anthony", "Antony", "repaired", "name-variant")]


def test_two_documents_are_no_majority():
    odd = page("odd", "Secretary Anthony Blinken came to the town and left.")
    assert decided(*ANTONY[:2], odd) == []


def test_lawful_spellings_stand_side_by_side():
    sergei = [page(f"{i}", "The envoy Sergei Lavrov came to the town.") for i in range(3)]
    sergey = page("odd", "The envoy Sergey Lavrov came to the town.")
    assert decided(*sergei, sergey) == []
    seen = pa.Table.from_batches([table_of(people.look(p, LEXICON), PEOPLE) for p in [*sergei, sergey]])
    entities = rows_of(people.usual_spellings(seen), Entity)
    assert {(e.given, e.usual, e.documents) for e in entities} == {("Sergei", "Sergei", 3), ("Sergey", "Sergei", 1)}


def test_a_house_keeps_its_name():
    plain = page("plain", "They met at the Hotel President Wilson on Monday.")
    turned = page("turned", "They met at President Wilson’s Hotel on Monday.")
    repaired = [("turned", "President Wilson’s Hotel", "Hotel President Wilson", "repaired", "name-order")]
    assert decided(plain, turned) == repaired
    assert decided(turned) == []


REVERSED = (
    "The envoy Boris Orlov spoke on Monday. He was tired, and Orlov said so.",
    "The Alliance accused Orlov of working against his country.",
    "He criticized that nobody listened.",
)


def test_who_accused_whom_is_settled_by_the_page_and_its_sisters():
    sister = page("sister", "The envoy Boris Orlov spoke. Orlov criticized that the Alliance had moved.")
    turned = ("The Alliance accused Orlov", "Orlov accused The Alliance", "repaired", "agent-reversal")
    assert ("page", *turned) in decided(page("page", *REVERSED), sister)
    (alone,) = [d for d in decided(page("page", *REVERSED)) if d[4] == "agent-reversal"]
    assert alone[3] == "flagged"
    against = page("other", "The Alliance accused Orlov on Monday.")
    (doubted,) = [d for d in decided(page("page", *REVERSED), sister, against) if d[4] == "agent-reversal"]
    assert doubted[3] == "flagged"


def test_whose_it_was_is_settled_by_a_sister():
    here = page(
        "page",
        "His government is worried about the ships.",
        "The West will give its government an answer on the treaty next week.",
    )
    sister = page("sister", "The envoy said the West would give his government an answer on the treaty next week.")
    assert ("page", "its", "his", "repaired", "possessive") in decided(here, sister)
    assert ("page", "its", "his", "flagged", "possessive") in decided(here)


def test_a_name_is_known_from_another_document():
    known = page(
        "known", "The chair of the party, Pablo Casado, was in the chamber, and that was all there was to say."
    )
    bare = page("bare", "Casado was late. Those of Married they deny it, and that is the end of it for the day.")
    assert ("bare", "Married", "Casado", "repaired", "name-as-word") in decided(known, bare)
    assert decided(bare) == []


def test_what_is_refused_names_its_guard():
    text = "Minister Helga Vogel met Mayor Larry Bird. “The bridge opens,” said Bird, and that was the end of it."
    (flag,) = [f for f in run_of(page("d", text)).flags.to_pylist() if f["slot"] == "quotation-speaker"]
    assert (flag["action"], flag["guard"]) == ("refused", "another-bearer")


def test_a_page_in_another_language_is_left_alone():
    text = "Minister Sebastian Kurz sprach zuerst. Das Tracking, sagte Kurz, sei Short, und Short bleibe es eben auch."
    assert decided(page("d", text)) == []


@pytest.mark.parametrize("setting", ["off", "flag", "repair"])
def test_each_kind_has_its_switch(setting):
    files = {**rulebook.read_files([rulebook.BUILT_IN])}
    table = files["mistranslation.toml"]
    files["mistranslation.toml"] = {**table, "switches": {**table["switches"], "name-as-word": setting}}
    rules = mistranslation.parse(files)
    blocks = page("d", "“It is done,” said Short to the press. Chancellor Sebastian Kurz was tired of it.")
    told = mistranslation.decide(pa.array([blocks[0].text]), [blocks], rules, {})
    actions = [flag["action"] for flag in told.flags.to_pylist()]
    assert actions == {"off": [], "flag": ["flagged"], "repair": ["repaired"]}[setting]
    assert told.edits.num_rows == (setting == "repair")


def test_an_unknown_setting_is_refused():
    files = {**rulebook.read_files([rulebook.BUILT_IN])}
    files["mistranslation.toml"] = {**files["mistranslation.toml"], "switches": {"possessive": "maybe"}}
    with pytest.raises(RuleError, match="possessive"):
        mistranslation.parse(files)


SENTENCES = [
    "Chancellor Sebastian Kurz was in the chamber.", "“It is done,” said Short to the press.", "Short: no.",
    "The Short of it, said the clerk, was told to Shortly, and to the Short but not to him.", "Kurz left.",
    "Sebastian Short has won.", "In short, it rained.", "Peter Pilz spoke.", "Mushroom hopes for a vote.",
    "That was for Short, and the rest was for nobody.", "Tim Short is a guest of the house.",
]  # fmt: skip


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8))
def test_a_second_pass_proposes_nothing(lines):
    blocks = page("d", *lines)
    edits = list(mistranslation.correct(blocks, RULES.mistranslation))
    again = carried_out(blocks, edits)
    assert list(mistranslation.correct(again, RULES.mistranslation)) == []


@given(st.permutations(range(4)))
def test_what_is_told_does_not_hang_on_the_order_of_documents(order):
    pages = [*ANTONY, page("odd", "Anthony Blinken left. Minister Heil was told of it.")]
    seen = [row for i in order for row in people.look(pages[i], LEXICON)]
    events = pa.Table.from_batches([table_of([Event("e", p[0].doc, 1.0) for p in pages], EVENTS)])
    told = people.tell(pa.Table.from_batches([table_of(seen, PEOPLE)]), events, LEXICON)
    assert told.schema.equals(TOLD) and rows_of(told, Told) == sorted(rows_of(told, Told))
    assert [row.value for row in rows_of(told, Told) if row.slot == "spelling"] == ["Antony"]


def test_entities_are_sorted():
    seen = pa.Table.from_batches([table_of(people.look(p, LEXICON), PEOPLE) for p in reversed(ANTONY)])
    assert people.usual_spellings(seen).schema.equals(ENTITIES)
    assert [e.doc for e in rows_of(people.usual_spellings(seen), Entity)] == ["0", "1", "2"]


def test_spellings_that_sound_alike_fold_alike():
    assert folded("Catherine") == folded("Katherine")
    assert folded("Marco") != folded("Maria")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["given"][0][:30])
def test_typography(example):
    blocks = page("d", *example["given"])
    edits = list(typography.correct(blocks, RULES.typography))
    gone = {at for at, edit in edits if edit.after is None}
    left = [
        b.text for at, b in enumerate(carried_out(blocks, [e for e in edits if e[0] not in gone])) if at not in gone
    ]
    assert left == example["expect"]
    again = page("d", *left)
    assert list(typography.correct(again, RULES.typography)) == []


def test_marks_of_native_text_stay():
    texts = [block for example in EXAMPLES for block in page("d", *example["given"])]
    blocks = table_of([b._replace(block=i) for i, b in enumerate(texts)], BLOCKS)
    assert typography.decide(blocks, RULES.typography, {"d": 0.1}).edits.num_rows == 0
    assert typography.decide(blocks, RULES.typography, {"d": 0.9}).edits.num_rows > 0


def test_the_seeds_are_likely_translated_where_they_are(cleaned_seeds):

    rows = pq.read_table(Path(cleaned_seeds) / "clean" / "latest" / "documents").to_pylist()
    assert {row["doc"][:3]: row["mt_source"] for row in rows if row["mt_score"] >= 0.5} == {
        "000": "de",
        "002": "de",
        "004": "de",
    }


@pytest.mark.parametrize("kind", RULES.mistranslation.indexes)
def test_an_index_lets_each_rules_examples_through(kind):
    index = RULES.mistranslation.indexes[kind]
    every = getattr(RULES.mistranslation, "turns" if kind in ("rare", "frequent") else kind)
    rules = [every[name] for name in index.needed]
    found = {
        (rule.id, text): index.possible(text.lower(), heads(text.lower())) for rule in rules for text in rule.fires
    }
    assert [key for key, possible in found.items() if key[0] not in possible] == []
    assert [key for key in found if not index.fits(key[0], key[1].lower())] == []


def test_an_index_passes_over_what_a_text_cannot_have():
    index = RULES.mistranslation.indexes["rare"]
    text = "the ferry left the harbour at noon, and nobody waved."
    assert len(index.possible(text, heads(text))) <= 0.05 * len(RULES.mistranslation.turns)


@pytest.mark.parametrize("turn", RULES.mistranslation.turns.values(), ids=lambda turn: turn.id)
def test_a_turn_of_phrase_fires_and_stays_silent(turn):
    assert turn.fires
    assert turn.silent
    assert [text for text in turn.fires if not turn.pattern.search(text)] == []
    assert [text for text in turn.silent if turn.pattern.search(text)] == []
    assert ":" in turn.gloss
    started = time.process_time()
    for text in turn.fires:
        turn.pattern.search((text[:-1] + " ") * 400)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("{nobody} spoke", "no such shorthand: nobody"), ("(walk", "turn 'x'"), ("a|", "matches nothing")],
)
def test_a_turn_that_is_not_understood_is_refused_by_name(pattern, told):
    row = {"id": "x", "lang": "de", "pattern": pattern, "gloss": "x: y", "fires": "a", "silent": "b"}
    with pytest.raises(RuleError, match=told):
        turns_of({"mistranslation/turns/x.tsv": [row]})


ODD = "He complained himself about the noise."
ODDER = "Already in 2019 the pier was shut."


def test_two_spellings_on_a_page_under_suspicion_are_flagged_where_the_rarer_stands():
    names = ("The envoy Sergei Lavrov came.", "Then Sergei Lavrov left.", "Sergey Lavrov said no more.")
    found = decided(page("odd", *names, ODD, ODDER))
    assert [row for row in found if row[-1] == "name-variant"] == [
        ("odd", "Sergey", "Sergei", "flagged", "name-variant")
    ]
    assert decided(page("native", *names)) == []


def test_a_spelling_that_the_event_outvotes_is_decided_once():
    mixed = [f"Secretary {given} Blinken spoke of peace." for given in ("Anthony", "Antony", "Antony")]
    found = decided(*ANTONY, page("odd", *mixed, ODD, ODDER))
    assert [row for row in found if row[-1] == "name-variant"] == [
        ("odd", "Anthony", "Antony", "repaired", "name-variant")
    ]


def test_turns_of_frequent_words_alone_say_nothing():
    frequent = RULES.mistranslation.indexes["frequent"]
    lines = [turn.fires[0] for turn in RULES.mistranslation.turns.values() if turn.id in frequent.needed][:6]
    assert decided(page("native", *lines)) == []


def test_one_odd_turn_is_its_writers_own_and_two_are_a_translators():
    plain = "The ferry left at noon."
    assert decided(page("native", ODD, plain)) == []
    assert decided(page("native", ODD, ODD)) == []
    assert {rule for *_, rule in decided(page("translated", ODD, ODDER))} == {"self-verbs", "already-in-year"}
