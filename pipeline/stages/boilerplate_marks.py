"""What lines are by themselves, whatever stands around them: by their words, their shape and their element path.

Lines repeat, on a page and from page to page: each different line is looked at once in a batch, and most of them only
by screens on the whole column.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.firsts import first_of
from pipeline.lines import levels
from pipeline.metadata import credits, dates
from pipeline.naming import Bools, Ints, Naming
from pipeline.roles import CONTENT
from pipeline.screens import Pattern, passing
from pipeline.stages.boilerplate_rules import PathRule, Phrase, Rules

_NONE = np.zeros(0, np.int64)
_FOUR_DIGITS = r"\pN{4}"
_PAGE = r"^(html|body)([.#]|$)"


class Short(NamedTuple):
    """The different short lines of a batch, shortest first, and where each of them stands."""

    texts: pa.Array
    levels: pa.Array
    sizes: Ints  # characters
    rows: Ints  # rows of the batch with a short line
    lines: Ints  # and the number of the line in each

    def up_to(self, chars: int) -> pa.Array:
        """Give the lines of no more than so many characters."""
        return self.texts.slice(0, int(np.searchsorted(self.sizes, chars, "right")))

    def on_rows(self, naming: Naming, size: int) -> Naming:
        """Lay what is said of the lines out on the rows of the batch."""
        return naming.spread(self.lines, size, self.rows)

    def on_each_row(self, size: int) -> Ints:
        """Give the number of each row's line; -1 where it is none of these."""
        found = np.full(size, -1, np.int64)
        found[self.rows] = self.lines
        return found

    def picked(self, lines: Ints | Bools, size: int) -> Bools:
        """Say on which rows of the batch some of the lines stand."""
        chosen = np.zeros(len(self.texts), np.bool_)
        chosen[lines] = True
        found = np.zeros(size, np.bool_)
        found[self.rows] = chosen[self.lines]
        return found


def short_lines(texts: pa.Array, longest: int) -> Short:
    """Find the different lines among some texts, white space around them aside."""
    texts = pc.utf8_trim_whitespace(texts)
    rows = np.flatnonzero(pc.less_equal(pc.utf8_length(texts), longest).to_numpy(zero_copy_only=False))
    codes = texts.take(pa.array(rows)).dictionary_encode()
    sizes = pc.utf8_length(codes.dictionary).to_numpy()
    order = np.argsort(sizes, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    lines = rank[codes.indices.to_numpy()] if len(rows) else rows
    different = codes.dictionary.take(pa.array(order))
    return Short(different, levels(different), sizes[order].astype(np.int64), rows, lines)


def by_phrase(short: Short, phrases: Iterable[Phrase], score: float) -> Naming:
    """Name lines by the first phrase that they have; a phrase is tried on lines that begin as it can begin."""
    found, begin, texts = Naming(len(short.texts)), _by_first(short.texts), short.texts.to_pylist()
    for phrase in phrases:
        within = int(np.searchsorted(short.sizes, phrase.max_chars, "right"))
        if phrase.firsts is None:
            passed = passing(short.texts.slice(0, within), phrase.pattern.screen)
            lines = np.flatnonzero(passed.to_numpy(zero_copy_only=False))
        else:
            lines = np.concatenate([_NONE, *(begin[first] for first in sorted(phrase.firsts & begin.keys()))])
            lines = lines[lines < within]
        search = phrase.pattern.search
        hits = [line for line in lines[found.unnamed[lines]].tolist() if search(texts[line])]
        found.give(np.array(hits, np.int64), phrase.role, f"phrase/{phrase.id}", score)
    return found


def _by_first(texts: pa.Array) -> dict[str, Ints]:
    """Sort lines by what they begin with."""
    heads = pc.utf8_slice_codeunits(texts, 0, 1).dictionary_encode()
    codes = heads.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(heads.dictionary)))
    found: dict[str, list[Ints]] = {}
    for head, lines in zip(heads.dictionary.to_pylist(), np.split(order, ends)[:-1], strict=True):
        found.setdefault(first_of(head), []).append(lines)
    return {first: np.concatenate(lines) for first, lines in found.items()}


def by_shape(short: Short, rules: Rules) -> Naming:
    """Name dates, credits and sources, which are nothing but that."""
    found, scores = Naming(len(short.texts)), rules.scores
    dated = _hits(
        short.up_to(rules.dates.max_chars), _FOUR_DIGITS, lambda text: dates.only_date(text, rules.dates) is not None
    )
    found.give(dated, "timestamp", "shape/date", scores.shape)
    texts = short.up_to(rules.credits.max_credit_chars)
    for line in np.flatnonzero(_might_credit(texts, rules)).tolist():
        if shape := _credit(texts[line].as_py(), rules):
            found.give(np.array([line]), *shape, scores.shape)
    return found


def _might_credit(texts: pa.Array, rules: Rules) -> Bools:
    """Screen lines: a credit names an agency, or has a label."""
    passed = np.zeros(len(texts), np.bool_)
    for screen in rules.credit_screens:
        passed |= passing(texts, screen).to_numpy(zero_copy_only=False)
    return passed


def _credit(text: str, rules: Rules) -> tuple[str, str] | None:
    """Say what a line credits, in the order of how sure the patterns are."""
    if credits.image_credit(text, rules.credits) is not None:
        return "image_credit", "shape/image-credit"
    credit = credits.agency_credit(text, rules.credits)
    if credit is not None and not credit.agencies and any(" " in author for author in credit.authors):
        return "byline", "shape/reporters"
    if credit is not None:
        return "agency_credit", "shape/signature" if credit.authors else "shape/agencies"
    if credits.source_line(text, rules.credits) is not None:
        return "source_attribution", "shape/source"
    return ("byline", "shape/byline") if credits.byline(text, rules.credits) is not None else None


def by_menu(short: Short, rules: Rules) -> Naming:
    """Name rows of short parts with bars or arrows between them, and lines of nothing but names of sections."""
    found, score = Naming(len(short.texts)), rules.scores.menu
    bars = _hits(short.up_to(rules.menu_chars), rules.menu_joint.screen, lambda text: _is_menu_bar(text, rules))
    found.give(bars, "navigation", "shape/menu-bar", score)
    named = _share(short.levels.slice(0, len(short.up_to(rules.menu_chars))), rules.nav_words) >= rules.nav_min_share
    found.give(np.flatnonzero(named), "navigation", "shape/menu", score)
    return found


def _is_menu_bar(text: str, rules: Rules) -> bool:
    parts = rules.menu_joint.split(text)
    return len(parts) >= rules.menu_min_parts and max(map(len, parts)) <= rules.menu_part_chars


def _share(levelled: pa.Array, known: pa.Array) -> np.ndarray:
    """Give the share of each text's words that are known; 0 where it has none."""
    words = pc.split_pattern(levelled, " ")
    rows = pc.list_parent_indices(words).to_numpy()
    hits = pc.is_in(words.flatten(), value_set=known).to_numpy(zero_copy_only=False)
    return np.bincount(rows, hits, len(levelled)) / np.maximum(np.bincount(rows, minlength=len(levelled)), 1)


def _hits(texts: pa.Array, screen: str | None, test: Callable[[str], object]) -> Ints:
    """Number the texts that pass a screen and then a test."""
    passed = np.flatnonzero(passing(texts, screen).to_numpy(zero_copy_only=False))
    return np.array([at for at in passed.tolist() if test(texts[at].as_py())], np.int64)


def by_path(paths: pa.Array, rules: Sequence[PathRule], score: float) -> tuple[Naming, Naming]:
    """Name blocks by the elements that hold them: (as furniture, as content).

    Few elements make many paths; what stands for the whole page, html and body, says nothing of a block.
    """
    codes = paths.dictionary_encode()
    lists = pc.split_pattern(codes.dictionary, "/")
    elements = lists.flatten().dictionary_encode()
    parents = pc.list_parent_indices(lists).to_numpy()
    rows, size = codes.indices.to_numpy().astype(np.int64), len(codes.dictionary)
    furniture, content = Naming(size), Naming(size)
    for rule in rules:
        inside = _paths_with(rule.pattern, elements, parents, size)
        if rule.outside is not None:
            inside &= ~_paths_with(rule.outside, elements, parents, size)
        (content if rule.role in CONTENT else furniture).give(inside, rule.role, f"path/{rule.id}", score)
    onto = np.arange(len(paths))
    return furniture.spread(rows, len(paths), onto), content.spread(rows, len(paths), onto)


def _paths_with(pattern: Pattern, elements: pa.DictionaryArray, parents: Ints, size: int) -> Bools:
    """Say which paths have an element with a pattern."""
    names = elements.dictionary
    passed = np.zeros(len(names), np.bool_)
    passed[_hits(names, pattern.screen, pattern.search)] = True
    passed &= ~pc.match_substring_regex(names, _PAGE).to_numpy(zero_copy_only=False)
    hits = passed[elements.indices.to_numpy()] if len(parents) else passed
    return np.bincount(parents, hits, size) > 0
