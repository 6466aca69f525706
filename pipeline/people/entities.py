"""Write down the people of a run with all their spellings; nothing is edited for them."""

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.people.spellings import folded
from pipeline.tables import ENTITIES, PEOPLE, Entity, Seen, rows_of, table_of


def usual_spellings(seen: pa.Table) -> pa.RecordBatch:
    """Say for every person whom a document names in full how most documents of the run spell the given name.

    Args:
        seen: what all documents say (schema PEOPLE).

    Returns:
        rows of schema ENTITIES, sorted by document, surname and given name.
    """
    rows = rows_of(seen.filter(pc.equal(seen["slot"], "name")).cast(PEOPLE), Seen)
    documents: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        documents[row.name, row.value] += 1
    usual: dict[tuple[str, str], tuple[int, str]] = {}
    for (surname, given), count in documents.items():
        key = (surname, folded(given))
        usual[key] = min(usual.get(key, (0, "")), (-count, given))
    found: list[Entity] = []
    for row in rows:
        spelled = usual[row.name, folded(row.value)][1]
        count = documents[row.name, row.value]
        found.append(Entity(row.doc, row.block, row.name, row.value, spelled, row.times, count))
    found.sort(key=lambda entity: (entity.doc, entity.surname, entity.given))
    return table_of(found, ENTITIES)
