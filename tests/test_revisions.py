"""Versions of one article: chains by time, whatever the order in which documents are given."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.duplicates.revisions import Shared, Version, revisions


def version(doc, published, url=None, host="gull.example"):
    return Version(doc, url, host, published)


def test_versions_of_one_address_are_a_chain_by_time():
    told = [version("c", "2023-01-02", "u"), version("a", "2023-01-03", "u"), version("b", "2023-01-01", "u")]
    assert revisions(told, [], 0.5) == {"c": "b", "a": "c"}


def test_one_site_and_much_of_the_text():
    told = [version("a", "2023-01-01"), version("b", "2023-01-02"), version("c", "2023-01-03", host="other.example")]
    assert revisions(told, [Shared("b", "a", 0.5), Shared("c", "a", 0.9)], 0.5) == {"b": "a"}
    assert revisions(told, [Shared("b", "a", 0.4)], 0.5) == {}


def test_what_has_no_date_or_the_same_is_no_version():
    told = [version("a", None, "u"), version("b", "2023-01-02", "u"), version("c", "2023-01-02", "u")]
    assert revisions(told, [], 0.5) == {}


DAYS = st.sampled_from([None, "2023-01-01", "2023-01-02", "2023-01-03"])


@given(st.data())
def test_chains_lead_back_in_time_and_no_order_matters(data):
    told = [version(doc, data.draw(DAYS), data.draw(st.sampled_from([None, "u", "v"]))) for doc in "abcdef"]
    pairs = st.builds(Shared, st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.just(1.0))
    shared = data.draw(st.lists(pairs, max_size=5))
    found = revisions(told, shared, 0.5)
    published = {each.doc: each.published for each in told}
    assert all(published[earlier] < published[doc] for doc, earlier in found.items())
    assert revisions(data.draw(st.permutations(told)), data.draw(st.permutations(shared)), 0.5) == found
