"""Languages of paragraphs: long and clear ones say their own, the others inherit; a mixed document says so."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import language, rulebook

RULES = rulebook.load().language
ENGLISH = "The ferry left the harbour before dawn, and nobody on the quay knew when it would be back again."
GERMAN = "Die Fähre verließ den Hafen noch vor der Dämmerung, und niemand am Kai wusste, wann sie zurückkommt."
RUSSIAN = "Паром покинул гавань до рассвета, и никто на причале не знал, когда он вернётся обратно."
NAMES = "Andrea Bianchi, Piazza Garibaldi, Castelvico"


def told(*texts, votes=None):
    return language.tongues(texts, votes or [True] * len(texts), RULES)


def test_a_paragraph_in_another_language_says_so_and_short_ones_inherit():
    found = told(ENGLISH, GERMAN, ENGLISH, "Ja, sicher.", ENGLISH, NAMES)
    assert found.document.tag == "en"
    assert found.paragraphs == ("en", "de", "en", "en", "en", "en")
    assert [tag for tag, _ in found.shares] == ["en", "de"]
    assert language.is_mixed(found.shares, RULES)


def test_a_document_in_one_language_is_not_mixed():
    found = told(*[ENGLISH] * 6)
    assert found.shares == (("en", 1.0),)
    assert not language.is_mixed(found.shares, RULES)


def test_what_has_no_vote_changes_no_share():
    found = told(ENGLISH, GERMAN, votes=[True, False])
    assert found.document.tag == "en"
    assert found.paragraphs == ("en", "de")
    assert found.shares == (("en", 1.0),)


def test_a_document_of_two_scripts_has_the_language_of_most_of_its_letters():
    found = told(ENGLISH, RUSSIAN, ENGLISH, RUSSIAN, ENGLISH)
    assert found.paragraphs == ("en", "ru", "en", "ru", "en")
    assert found.document.tag == "en"
    assert told(ENGLISH, RUSSIAN).paragraphs == ("en", "ru")


def test_nothing_is_said_of_nothing():
    assert told() == (language.ABSTAINED, (), ())
    assert told("12:30", "—").shares == ()


@given(st.lists(st.tuples(st.sampled_from([ENGLISH, GERMAN, RUSSIAN, NAMES, "Ja.", ""]), st.booleans()), max_size=6))
@settings(max_examples=60, deadline=None)
def test_shares_add_up_and_every_paragraph_has_an_answer(paragraphs):
    texts = [text for text, _ in paragraphs]
    found = told(*texts, votes=[votes for _, votes in paragraphs])
    assert len(found.paragraphs) == len(texts)
    assert not found.shares or abs(sum(share for _, share in found.shares) - 1) < 0.001
    assert found == told(*texts, votes=[votes for _, votes in paragraphs])
