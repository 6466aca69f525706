"""The places in a sentence that only a person fills, each with how sure that is."""

import re
from collections.abc import Callable

from pipeline.people.spellings import folded
from pipeline.stages.mistranslation_look import DOUBT, MEDIUM, STRONG, WEAK, Look, Slot
from pipeline.stages.mistranslation_places import Place

_SAID = re.compile(r"(?:[,!?.]?[”\"»’]|,),? ([^\W\d_]+) (?:the )?$")
_REPORTED = re.compile(r"\s+\w+\s*(?:that\b|:|,|[“\"„«])")
_REPORTED_LOOSELY = re.compile(r"\s+\w+\s*(?:that\b|:|,|[“\"„«]|(?:on|in|at|after|it|he|she|they)\b)")
_ENDS = re.compile(r"\s*[.,;:!?)’”]|\s*$")
_SPOKEN_HEADLINE = re.compile(r":\s\S+\s\S")
_STRAY_GENITIVE = re.compile(r" ?’(?=\w)(?!s\b)(?![^.!?\n]*’(?!\w))")


def own_name(look: Look) -> Slot | None:
    """`Sebastian Short` where the person is Sebastian Kurz; `Anthony Blink` puts the given name right, too."""
    place = look.place
    given = place.previous
    if not given or not given[0].isupper() or place.before[-1:] not in " \xa0":
        return None
    if not place.capital and (place.kind not in ("v", "a") or _ENDS.match(place.after) is None):
        return None
    # Names that both languages share say less: a Daniel Cook beside a Daniel Koch.
    grade = MEDIUM if look.english or _cognate(place) else STRONG
    if given in place.anchor.given:
        return look.slot("own-name", grade)
    alike = sorted(own for own in place.anchor.given if own[0] == given[0] and folded(own) == folded(given))
    if alike and look.lexicon.is_given(given) and not look.english:
        start = place.start - len(given) - 1
        return Slot("own-name", grade, start, place.end, f"{alike[0]} {place.anchor.surname}")
    return None


def stranger_name(look: Look) -> Slot | None:
    """`Gerard Hammered` where the page speaks of Piqué and gives no other name: no surname is a participle."""
    place = look.place
    if (
        not (place.capital and place.participle)
        or place.anchor.given
        or place.line.title_case
        or place.following[:1].isupper()
    ):
        return None
    named = look.lexicon.is_given(place.previous) and place.before[-1:] == " " and not look.english
    return look.slot("stranger-name", STRONG) if named and not _cognate(place) else None


def headline_speaker(look: Look) -> Slot | None:
    """`Blink: invasion would ...` in a headline."""
    place = look.place
    spoken = _SPOKEN_HEADLINE.match(place.after) is not None and place.opens and not place.determined
    if not spoken or place.line.role not in look.words.headline_roles:
        return None
    common = look.words.labels | look.words.roles
    return look.slot("headline-speaker", MEDIUM if place.word.casefold() in common else STRONG)


def in_headline_speaker(look: Look) -> Slot | None:
    """`in Short: we are done` at the head of a line: no English idiom has the capital."""
    place = look.place
    before = place.line.text[: place.start].casefold()
    if before != "in " or not place.capital or _SPOKEN_HEADLINE.match(place.after) is None or place.line.title_case:
        return None
    return look.slot("headline-speaker", WEAK, 0)


def quotation_speaker(look: Look) -> Slot | None:
    """`“...,” said Short`, `..., said the salvation of the paper`."""
    place = look.place
    said = _SAID.search(place.before)
    if said is None or said[1] not in look.lexicon.speech_verbs or place.following[:1].isupper():
        return None
    if place.determined:
        spoken = look.mute and place.kind == "n" and _follows(look, look.words.prepositions)
        return look.slot("quotation-speaker", STRONG, place.from_article) if spoken and not place.capital else None
    # Who speaks was introduced before: a Mr Short whom nobody introduced is an adjective.
    grade = MEDIUM if look.english and place.kind == "n" else STRONG
    return look.slot("quotation-speaker", grade) if place.capital else None


def sentence_speaker(look: Look) -> Slot | None:
    """`Short explained that`, `Healing reiterated: “...”`."""
    place = look.place
    verb = place.following
    if not place.opens or verb not in look.lexicon.speech_verbs or not look.mute or place.kind == "r":
        return None
    if place.determined:
        return look.slot("sentence-speaker", WEAK, place.from_article) if place.kind == "n" else None
    if not place.capital and not place.opens_line:
        return None
    pattern = _REPORTED_LOOSELY if verb in ("said", "says", "told") else _REPORTED
    if pattern.match(place.after) is None:
        return None
    # A firm or a team speaks so, too, where a noun stands for it: Apple says that.
    grade = WEAK if place.kind == "n" else MEDIUM if look.english else STRONG
    return look.slot("sentence-speaker", grade)


def with_article(look: Look) -> Slot | None:
    """`the Short does not want to`: an adjective with article and capital, and no noun."""
    place = look.place
    if not (place.determined and place.capital and place.kind == "a") or place.opens or not place.line.running:
        return None
    epithet = re.search(r"[^\W\d_a-z][^\W\d_]+ the $", place.before) is not None
    pair = re.match(r" (?:of|and|or) ", place.after) is not None
    return look.slot("article", MEDIUM, place.from_article) if _alone(look) and not epithet and not pair else None


def title(look: Look) -> Slot | None:
    """`Chancellor Short` where the page says Chancellor Kurz."""
    place = look.place
    office = place.previous.casefold()
    if not place.capital or office not in look.lexicon.titles or place.following[:1].isupper() or place.line.title_case:
        return None
    if office in place.anchor.titles and office not in look.words.addresses:
        return look.slot("title", MEDIUM if look.english else STRONG)
    return look.slot("title", DOUBT)


def before_finite(look: Look) -> Slot | None:
    """`those of Married they deny`: a participle with a capital behind a preposition, and a clause goes on."""
    place = look.place
    led = place.previous in look.words.leading or place.previous == "I"
    if not (place.capital and place.participle and led) or place.opens or place.line.title_case:
        return None
    return look.slot("before-finite", STRONG) if place.following in look.words.finite else None


def capital_inside(look: Look) -> Slot | None:
    """An adjective, adverb or verb with a capital inside a sentence; a noun behind a preposition, which is weaker."""
    place = look.place
    if not place.capital or place.opens or place.line.title_case or place.figured or place.following[:1].isupper():
        return None
    if not place.line.running or not _led_lawfully(look):
        return None
    if not place.before.endswith((" ", "\xa0", "(")) or place.before.endswith(("“", "‘")):
        return None
    if place.kind == "n":
        return look.slot("preposition", WEAK) if place.previous in look.words.leading else None
    return look.slot("capital", MEDIUM) if _alone(look) and place.following != "of" else None


def stray_genitive(look: Look) -> Slot | None:
    """`Briefly ’security guards`: an adverb bears no genitive, the surname did."""
    place = look.place
    marked = _STRAY_GENITIVE.match(place.line.text, place.end)
    if not place.capital or place.kind != "r" or marked is None or place.quoted:
        return None
    return Slot("genitive", STRONG, place.start, marked.end(), f"{place.anchor.surname}’s ")


def headline_subject(look: Look) -> Slot | None:
    """`Blinking indicates further talks` over a paragraph, `Mushroom hopes on support` in one."""
    place = look.place
    if not place.capital or not place.opens or place.determined or place.line.title_case:
        return None
    heads = place.line.role in look.words.headline_roles
    if place.participle and heads:
        # No English sentence begins "Blinking indicates", whatever the verb.
        acts = look.words.finite_verb.fullmatch(place.following) is not None
    else:
        acts = place.following in look.words.subject_verbs and (heads or place.rendering.form == place.rendering.word)
    return look.slot("subject", WEAK) if acts and (place.kind != "n" or look.mute or heads) else None


def trailing_speaker(look: Look) -> Slot | None:
    """`talks will be held, healing.` at the end of what somebody said."""
    place = look.place
    trails = place.word.endswith("ing") and place.kind == "v" and not place.capital
    if not trails or not place.before.endswith(", ") or re.match(r"\.(?:\s|$)", place.after) is None:
        return None
    return look.slot("trailing-speaker", WEAK)


SLOTS: tuple[Callable[[Look], Slot | None], ...] = (
    own_name, stranger_name, headline_speaker, in_headline_speaker, quotation_speaker, sentence_speaker, with_article,
    title, before_finite, stray_genitive, capital_inside, headline_subject, trailing_speaker,
)  # fmt: skip


def _led_lawfully(look: Look) -> bool:
    """Whether the word before has no capital, or one that says nothing: at the head of a sentence, or First."""
    place, lower = look.place, look.place.previous.casefold()
    if not place.previous[:1].isupper() or lower in look.words.ordinary:
        return True
    opens = re.search(r"(?:^|[.!?:][”\"»’]?[ \xa0])[“\"„«‘]?$", place.before[: -len(place.previous) - 1]) is not None
    return opens and lower in look.words.function


def _alone(look: Look) -> bool:
    """Whether what follows is no noun that the word could go with."""
    return look.place.following in look.words.function or _ENDS.match(look.place.after) is not None


def _follows(look: Look, words: frozenset[str]) -> bool:
    return look.place.following in words or _ENDS.match(look.place.after) is not None


def _cognate(place: Place) -> bool:
    """Whether the surname and the word begin alike, so that a slip of the pen explains it as well."""
    name, word = folded(place.anchor.surname), folded(place.word)
    common = next((i for i, (a, b) in enumerate(zip(name, word, strict=False)) if a != b), min(len(name), len(word)))
    return common >= min(len(name), len(word)) - 1 and place.rendering.kind == "n"
