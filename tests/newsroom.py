"""Invented news to test with: paragraphs that nobody wrote, and copies of them with known edits."""

import random

import pyarrow as pa

from pipeline import rulebook
from pipeline.duplicates import sentence_rows
from pipeline.duplicates.claims import Claims
from pipeline.duplicates.clusters import link, link_all, of_sentences
from pipeline.duplicates.covers import cover
from pipeline.duplicates.signatures import sign
from pipeline.store_numbers import Shelf
from pipeline.tables import BLOCKS, SENTENCES, SIGNATURES, Block, Copy, rows_of, table_of

RULES = rulebook.load()

PEOPLE = (
    *("Mara Oduya", "Henrik Sollund", "Ilse Brandt", "Tomas Kerr", "Yuki Arata"),
    *("Paolo Vanti", "Nadia Farouk", "Owen Maddox", "Lena Petrova", "Rui Salgado"),
)
PLACES = (
    *("Holmstedt", "Velm", "Castelvico", "Hesmark", "Oruwa", "Lundmark"),
    *("Tavares", "Dunmurry", "Arve", "Karsavia", "Brida", "Ashcombe"),
)
BODIES = (
    *("the harbour board", "the regional council", "the ministry of transport"),
    *("the rescue service", "the teachers' union", "the dam authority"),
)
SAID = ("said", "explained", "told reporters", "insisted", "admitted", "repeated", "argued")
WHEN = ("on Monday", "on Thursday", "late on Saturday", "early on Wednesday", "last week", "before the vote")
CLAUSES = (
    "the old bridge would be closed to lorries until the cracks in its second pier are mended",
    "nobody had expected the water to rise so quickly after such a dry spring",
    "the new timetable leaves three villages without a bus after dark",
    "the ferry ran aground on a sandbank that no chart shows",
    "the price of bread has doubled since the mill stopped working",
    "the painting was found behind a cupboard in the cellar of the town hall",
    "pupils will have to share rooms while the roof is being repaired",
    "the orchard lost most of its blossom in two nights of frost",
    "work on the tunnel will go on, whatever the court decides",
    "the choir has rehearsed in a bakery ever since the church burned down",
    "divers could not find the anchor, and will try again when the current is weaker",
    "every second household has already sent its answer to the questionnaire",
    "the engine had been serviced shortly before the train left the depot",
    "bees from the roof of the library swarmed over the market square",
)
LINKS = ("Meanwhile", "According to a first report", "In a letter to residents", "At a crowded meeting", "As so often")
WORDS = (
    *("quietly", "gravel", "lantern", "hopeful", "margin", "cellar", "ripple", "sturdy"),
    *("orchard", "whistle", "amber", "thicket", "velvet", "harness", "pebble"),
)
FIXED = {"nobody", "no", "not", "without", "three", "second"}


def dice(seed):
    return random.Random(seed)  # noqa: S311 (tests need no secrets)


def sentence(rng):
    clause, other = rng.sample(CLAUSES, 2)
    pick = {
        "person": rng.choice(PEOPLE),
        "place": rng.choice(PLACES),
        "body": rng.choice(BODIES),
        "said": rng.choice(SAID),
        "when": rng.choice(WHEN),
        "link": rng.choice(LINKS),
        "number": rng.randrange(13, 900),
        "clause": clause,
        "other": other,
    }
    shapes = (
        "{link}, {person} of {body} {said} {when} that {clause}.",
        "In {place}, {clause}, and {number} people signed a letter to {body}.",
        "“It is hard to believe that {clause},” {person} {said} {when} in {place}.",
        "{person} {said} that {clause}, although {other}.",
        "About {number} visitors came to {place} {when}, where {clause}.",
    )
    return rng.choice(shapes).format(**pick)


def paragraph(rng, sentences=3):
    return " ".join(sentence(rng) for _ in range(sentences))


def reworded(rng, text, share):
    """Change a share of the words; names, figures and denials stay as they are."""
    words = text.split()
    free = [i for i, w in enumerate(words) if w.isalpha() and w.islower() and w not in FIXED]
    for i in rng.sample(free, min(len(free), max(1, round(share * len(words))))):
        words[i] = rng.choice(WORDS)
    return " ".join(words)


def dressed(rng, text):
    """The same words in another dress."""
    return rng.choice(
        [
            text.upper(),
            text.replace("“", '"').replace("”", '"'),
            text.replace(" ", "  ", 3),
            text.replace(" ", "\u00a0", 2),
            text.rstrip(".") + " …",
            "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text),
        ]
    )


def newsroom(seed, documents=30, blocks=8):
    """Documents as lists of paragraphs, with copies, near copies and look-alikes strewn in."""
    rng = dice(seed)
    written, corpus = [], {}
    for number in range(documents):
        page = []
        for _ in range(blocks):
            chance = rng.random()
            if not written or chance < 0.6:
                text = paragraph(rng, rng.randrange(1, 4))
                written.append(text)
            elif chance < 0.7:
                text = rng.choice(written)
            elif chance < 0.8:
                text = dressed(rng, rng.choice(written))
            elif chance < 0.9:
                text = reworded(rng, rng.choice(written), rng.choice([0.05, 0.1, 0.2, 0.3]))
            else:
                text = rng.choice(
                    ["Background", "What happens next", "Why not?", f"{rng.choice(written)} {sentence(rng)}"]
                )
            page.append(text)
        corpus[f"site-{number % 5}.example/{number:03d}.txt"] = page
    return corpus


def background(seed=0):
    """Other news, so that words are as rare and names as capital as they are in a corpus."""
    rng = dice(seed)
    small = "then he, she, it and they went there with her and him, as we did after them, before this or that was said"
    return {"~": [small]} | {f"~{i}": [paragraph(rng, 2) for _ in range(3)] for i in range(40)}


def blocks_of(corpus):
    rows = ((doc, i, text) for doc, page in corpus.items() for i, text in enumerate(page))
    return [Block(doc, i, "p", "", 0, 0, "", None, True, None, None, text) for doc, i, text in rows]


def signed(corpus, days=None):
    """Sign documents given as lists of paragraphs; `days` are those of their publication."""
    blocks = table_of(blocks_of(corpus), BLOCKS)
    claims = {doc: Claims((days or {}).get(doc)) for doc in corpus}
    return pa.Table.from_batches([sign(blocks, {}, claims, RULES.signatures)], SIGNATURES)


def copies_of(corpus, days=None):
    return rows_of(link(signed(corpus, days), RULES.duplicate), Copy)


def signed_sentences(corpus):
    """Sign the sentences of documents given as lists of paragraphs."""
    cut = sentence_rows.cut(table_of(blocks_of(corpus), BLOCKS), RULES.sentences)
    batch = sign(cut, {}, dict.fromkeys(corpus, Claims()), RULES.signatures, SENTENCES)
    return pa.Table.from_batches([batch], SENTENCES)


def covered_of(corpus, *, told=False):
    """What each block is with its sentences looked at, by document and block: kind, and the block that stays."""
    both = [(signed(corpus), RULES.duplicate, True), (signed_sentences(corpus), of_sentences(RULES.duplicate), told)]
    blocks, cut = (
        link_all(lambda columns, table=table: table.select(columns).to_batches(), Shelf(), rules, told=also)
        for table, rules, also in both
    )
    cover(blocks, cut)
    rows = (row for batch in blocks.copies() for row in rows_of(batch, Copy))
    return {(c.doc, c.block): (c.kind, c.ref_doc, c.ref_block) for c in rows}


def told(corpus, days=None):
    """What each copy is, by document and block: kind, and the block that stays."""
    return {(c.doc, c.block): (c.kind, c.ref_doc, c.ref_block) for c in copies_of(corpus, days)}
