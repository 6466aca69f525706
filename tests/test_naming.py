"""Roles under way: what is named stays named, whoever names it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.naming import Naming
from pipeline.roles import CONTENT, ROLES

STEPS = st.lists(
    st.tuples(st.lists(st.booleans(), min_size=5, max_size=5), st.sampled_from(sorted(ROLES)), st.sampled_from("rst")),
    max_size=6,
)


def named(steps):
    naming = Naming(5)
    for rows, role, rule in steps:
        naming.give(np.array(rows), role, rule, 0.5)
    return naming


@given(STEPS)
def test_the_first_name_stays(steps):
    naming, wanted = named(steps), [None] * 5
    for rows, role, rule in steps:
        wanted = [old or ((role, rule) if row else None) for old, row in zip(wanted, rows, strict=True)]
    assert naming.role_texts().to_pylist() == [pair and pair[0] for pair in wanted]
    assert naming.rule_texts().to_pylist() == [pair and pair[1] for pair in wanted]
    assert naming.unnamed.tolist() == [pair is None for pair in wanted]
    assert naming.furniture.tolist() == [pair is not None and pair[0] not in CONTENT for pair in wanted]


@given(STEPS, STEPS)
def test_taking_over_is_giving_what_the_other_gave(first, second):
    taken = named(first)
    taken.take(named(second), np.ones(5, np.bool_))
    given_ = named([*first, *second])
    assert taken.role_texts().equals(given_.role_texts())
    assert taken.rule_texts().equals(given_.rule_texts())


def test_roles_are_laid_out_again():
    naming = named([([True, False, False, False, True], "body", "core/prose")])
    spread = naming.spread(np.array([4, 1]), 3, np.array([2, 0]))
    assert spread.role_texts().to_pylist() == [None, None, "body"]
    assert spread.ruled("core/").tolist() == [False, False, True]
