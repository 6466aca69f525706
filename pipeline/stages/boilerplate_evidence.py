"""What speaks for and against a block: what was learnt, what it says, and what its site repeats; all in log-odds."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import linemodel
from pipeline.linemodel.surroundings import Pages
from pipeline.lines import is_name_like
from pipeline.naming import Bools, Ints, Naming
from pipeline.stages.boilerplate_marks import Short
from pipeline.stages.boilerplate_rules import Rules

Floats = NDArray[np.float32]

_MOST_TENTHS = 150


class Site(NamedTuple):
    """What the run knows of a document's site: its names (levelled, without spaces), and the lines that it repeats."""

    names: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()


class Own(NamedTuple):
    """What blocks are by their words: by phrases and the site's names, and by shapes (dates, credits)."""

    phrases: Naming
    shapes: Naming


class Evidence(NamedTuple):
    """Log-odds of each block's being the article's, by what they rest on."""

    model: Floats
    words: Floats
    site: Floats
    comments: Floats  # of standing below a line that opens comments

    @property
    def total(self) -> Floats:
        """All evidence together."""
        return self.model + self.words + self.site + self.comments


def weigh(texts: pa.Array, weighed: linemodel.Weighed, own: Own, repeated: Bools, rules: Rules) -> Evidence:
    """Gather what speaks for and against each block.

    Menus, links and elements speak through the model alone, which has looked at them already.
    """
    size, scores = len(texts), rules.scores
    words = np.zeros(size, np.float32)
    for naming in own:
        words = np.minimum(words, -_log_odds(np.where(naming.furniture, naming.score, 0.5))).astype(np.float32)
    site = np.where(repeated, -_log_odds(np.full(size, scores.site)), 0).astype(np.float32)
    columns = weighed.measures
    shared = repeated & (columns["words"] >= rules.layout.prose_min_words) & columns["ends"].astype(np.bool_)
    for row in np.flatnonzero(repeated & ~shared).tolist():
        shared[row] = is_name_like(texts[row].as_py().strip())
    site[shared] = -_log_odds(np.array([scores.site_prose]))[0]
    return Evidence(weighed.logits, words, site, np.zeros(size, np.float32))


def below_comments(article: Bools, own: Own, words: Ints, pages: Pages, rules: Rules) -> Floats:
    """Speak against what stands below a line that opens comments, where enough of the article stands above that line.

    What is said under an article may read like an article, and be longer.
    """
    read = pages.above(np.where(article, words, 0))
    opens = own.phrases.has("comments") & ~article & (read >= rules.layout.comments_after_words)
    below = pages.above(opens.astype(np.int64)) > 0
    return np.where(below, -_log_odds(np.full(len(words), rules.scores.comments)), 0).astype(np.float32)


def site_names(documents: pa.Array, short: Short, sites: Mapping[str, Site]) -> Bools:
    """Find the lines that are nothing but a name of their page's site."""
    known = {name for site in sites.values() for name in site.names}
    plain = pc.replace_substring(short.levels, " ", "")
    lines = np.flatnonzero(pc.is_in(plain, value_set=pa.array(sorted(known), pa.string())))
    found = short.picked(lines, len(documents))
    names = {line: plain[line].as_py() for line in lines.tolist()}
    line_of = short.on_each_row(len(documents))
    for row in np.flatnonzero(found).tolist():
        found[row] = names[int(line_of[row])] in sites[documents[row].as_py()].names
    return found


def repeated_lines(documents: pa.Array, short: Short, pages: Pages, sites: Mapping[str, Site]) -> Bools:
    """Find the lines that their page's site repeats from page to page."""
    line_of, found = short.on_each_row(len(documents)), np.zeros(len(documents), np.bool_)
    of_site: dict[frozenset[str], list[int]] = {}
    for page, start in enumerate(pages.starts.tolist()):
        of_site.setdefault(sites[documents[start].as_py()].lines, []).append(page)
    for lines, on in of_site.items():
        if lines:
            known = pc.is_in(short.levels, value_set=pa.array(sorted(lines))).to_numpy(zero_copy_only=False)
            found |= np.append(known, np.False_)[line_of] & np.isin(pages.of, on)
    return found


def _log_odds(share: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.log(share / (1 - share))


def written(evidence: Evidence) -> pa.Array:
    """Write the log-odds down: "model -2.3, words -3.9"; what says nothing is left out."""
    parts = []
    for name, column in evidence._asdict().items():
        tenths = np.clip(np.rint(10 * column), -_MOST_TENTHS, _MOST_TENTHS).astype(np.int64)
        texts = [f"{name} {number / 10:+.1f}" for number in range(-_MOST_TENTHS, _MOST_TENTHS + 1)]
        silent = np.zeros(len(column), np.bool_) if name == "model" else column == 0
        parts.append(pa.array(texts).take(pa.array(tenths + _MOST_TENTHS, mask=silent)))
    return pc.binary_join_element_wise(*parts, ", ", null_handling="skip")
