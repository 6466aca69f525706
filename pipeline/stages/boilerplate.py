"""Give every block of a page its role, and take away the blocks that are not the article.

Four kinds of evidence speak on each block: what was learnt of such lines and places (the line model), what it says
(phrases, dates, credits), what its site repeats from page to page, and whether it stands under comments. Each speaks in
log-odds, their sum decides, and all of them go into the ledger. A block that stays gets the name of its place; one that
goes, of what it is.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import linemodel
from pipeline.layout import Sheet, find_core, last_sentences, likeliest
from pipeline.linemodel.measures import Columns
from pipeline.linemodel.surroundings import Pages, pages_of
from pipeline.naming import Bools, Naming
from pipeline.places import name_blocks
from pipeline.stages.boilerplate_evidence import (
    Evidence,
    Own,
    Site,
    below_comments,
    repeated_lines,
    site_names,
    weigh,
    written,
)
from pipeline.stages.boilerplate_marks import Short, by_menu, by_path, by_phrase, by_shape, short_lines
from pipeline.stages.boilerplate_rules import Rules, parse
from pipeline.tables import BLOCKS, EDITS, VERDICTS, table_of

__all__ = ["Rules", "Site", "judge", "parse", "propose", "with_roles"]

Floats = NDArray[np.float32]


def judge(blocks: pa.RecordBatch, rules: Rules, sites: Mapping[str, Site]) -> pa.RecordBatch:
    """Judge a batch of whole documents: a verdict for each block, in their order (schema VERDICTS).

    `sites` says for each document what is known of its site.
    """
    if not len(blocks):
        return table_of([], VERDICTS)
    weighed, pages = linemodel.weigh(blocks, rules.model), pages_of(blocks["doc"])
    short = short_lines(blocks["text"], rules.longest)
    own = _by_own_words(blocks["doc"], short, weighed.measures, sites, rules)
    said = _said(blocks, own, short, weighed.measures, rules)
    tails = short.on_rows(by_phrase(short, rules.tail_phrases, rules.scores.phrase), len(blocks))
    repeated = repeated_lines(blocks["doc"], short, pages, sites)
    evidence = weigh(blocks["text"], weighed, own, repeated, rules)
    article = linemodel.decode(evidence.total, blocks["doc"], rules.model.decoding)
    words = weighed.measures["words"].astype(np.int64)
    evidence = evidence._replace(comments=below_comments(article, own, words, pages, rules))
    article = linemodel.decode(evidence.total, blocks["doc"], rules.model.decoding)
    sheet = _sheet(blocks, short, weighed.measures, pages, repeated, evidence.total, article)
    sheet = sheet._replace(article=article | likeliest(sheet, said, rules.layout))
    sheet = sheet._replace(article=sheet.article | last_sentences(sheet, said, rules.layout))
    named = name_blocks(sheet, said, tails, rules.kinds, rules.layout)
    whole = _kept_whole(sheet, named, rules)
    return _verdicts(blocks, named, whole, evidence, rules)


def with_roles(blocks: pa.RecordBatch, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """Fill the columns role, keep, rule and score of the blocks that the verdicts were given on, in their order."""
    for name in ("role", "keep", "rule", "score"):
        blocks = blocks.set_column(blocks.schema.get_field_index(name), BLOCKS.field(name), verdicts[name])
    return blocks


def propose(blocks: pa.RecordBatch, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """Propose the removal of each block that was judged not to stay; `verdicts` are those on these blocks, in order."""
    rows = pc.indices_nonzero(pc.invert(verdicts["keep"])).cast(pa.int32())
    gone, n = verdicts.take(rows), len(rows)
    rule = pc.binary_join_element_wise(gone["role"], gone["rule"], "/")
    starts, none, numbers = pa.array([0] * n, pa.int32()), pa.nulls(n, pa.string()), pa.nulls(n, pa.int32())
    ends = pc.utf8_length(blocks["text"].take(rows))
    columns = [rows, starts, ends, none, rule, gone["score"], none, numbers, gone["evidence"]]
    return pa.record_batch(columns, schema=EDITS)


def _by_own_words(documents: pa.Array, short: Short, measures: Columns, sites: Mapping[str, Site], rules: Rules) -> Own:
    """Say what blocks are by their words alone, whatever elements hold them."""
    size = len(documents)
    phrases = Naming(size)
    phrases.give(measures["words"] == 0, "other", "shape/no-words", 0.9)
    phrases.give(site_names(documents, short, sites), "site_name", "site/name", 0.95)
    phrases.take(
        short.on_rows(by_phrase(short, rules.head_phrases, rules.scores.phrase), size),
        phrases.unnamed,
    )
    return Own(phrases, short.on_rows(by_shape(short, rules), size))


def _said(blocks: pa.RecordBatch, own: Own, short: Short, measures: Columns, rules: Rules) -> Naming:
    """Say what blocks are by themselves: by phrases, elements, shapes, links and menus, the surest first."""
    size, ends = len(blocks), measures["ends"].astype(np.bool_)
    heading = pc.is_in(blocks["kind"], value_set=pa.array(["h1", "title"])).to_numpy(zero_copy_only=False)
    linked = (_link_density(blocks) > rules.link_max_density) & ~ends & ~heading
    furniture, content = by_path(blocks["path"], rules.paths, rules.scores.path)
    said, everywhere = Naming(size), np.ones(size, np.bool_)
    menus = furniture.ruled("path/landmark-nav")
    said.take(own.phrases, ~(menus & own.phrases.ruled("phrase/")))  # "Subscribe" in a menu is one of its entries
    said.take(furniture, ~(linked & furniture.has("legal")))  # a link at the foot of the page leads to other parts
    said.take(own.shapes, everywhere)
    said.take(content, everywhere)
    said.give(linked, "navigation", "shape/links", rules.scores.menu)
    said.take(short.on_rows(by_menu(short, rules), size), ~ends)
    said.give(heading & (measures["words"] >= rules.layout.title_min_words), "title", "element/h1", 0.9)
    return said


def _link_density(blocks: pa.RecordBatch) -> Floats:
    size = np.maximum(pc.utf8_length(blocks["text"]).to_numpy(), 1)
    return np.asarray(blocks["link_chars"].to_numpy() / size, np.float32)


def _sheet(
    blocks: pa.RecordBatch, short: Short, measures: Columns, pages: Pages, repeated: Bools, evidence: Floats,
    article: Bools,
) -> Sheet:  # fmt: skip
    line_of = short.on_each_row(len(blocks))
    levels = np.append(short.levels.dictionary_encode().indices.to_numpy(), -1)
    return Sheet(
        texts=blocks["text"],
        kinds=blocks["kind"],
        lines=levels[line_of].astype(np.int64),
        pages=pages,
        words=measures["words"].astype(np.int64),
        ends=measures["ends"].astype(np.bool_),
        links=_link_density(blocks),
        taken_up=np.rint(measures["topic"] * measures["rare_words"]).astype(np.int64),
        repeated=repeated,
        logits=evidence,
        article=article,
    )


def _kept_whole(sheet: Sheet, named: Naming, rules: Rules) -> Bools:
    """Find the pages to keep whole: those without a core, and those of whose running text the model takes the most.

    What a phrase, a site or an opened list of comments speaks against may go in any amount.
    """
    pages, prose = sheet.pages, sheet.prose(rules.layout)
    coreless = find_core(sheet, rules.layout).missing[pages.of]
    words = np.where(prose, sheet.words, 0)
    guessed = np.where(named.furniture & named.ruled("model/"), words, 0)
    return coreless | (pages.total(guessed) > rules.max_guessed_share * pages.total(words))


def _verdicts(blocks: pa.RecordBatch, named: Naming, whole: Bools, evidence: Evidence, rules: Rules) -> pa.RecordBatch:
    roles = named.role_texts()
    keep = pc.is_in(roles, value_set=pa.array(sorted(rules.keep))).to_numpy(zero_copy_only=False) | whole
    content = 1 / (1 + np.exp(-evidence.total))
    told = np.isnan(named.score)
    score = np.where(told, np.where(keep, content, 1 - content), named.score).astype(np.float32)
    columns = [blocks["doc"], blocks["block"], roles, keep, named.rule_texts(), score, written(evidence)]
    return pa.record_batch([pa.array(column) for column in columns], schema=VERDICTS)
