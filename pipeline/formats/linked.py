"""Read the JSON-LD of a page: the article that it describes, its publisher, and the names of persons."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_ARTICLES = frozenset({
    "AnalysisNewsArticle", "Article", "AskPublicNewsArticle", "BackgroundNewsArticle", "BlogPosting", "LiveBlogPosting",
    "NewsArticle", "OpinionNewsArticle", "Report", "ReportageNewsArticle", "ReviewNewsArticle", "ScholarlyArticle",
    "SocialMediaPosting", "TechArticle",
})  # fmt: skip
_BODIES = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "WebSite", "LocalBusiness"})

_CHARS = 1_000_000
_NODES = 10_000

Node = Mapping[str, Any]


class Linked(NamedTuple):
    """The first article that JSON-LD describes (empty where there is none), and every node that has an `@id`."""

    article: Node
    by_id: Mapping[str, Node]

    def text(self, key: str) -> Iterator[str]:
        """Give the article's texts of a property; a date may be a number."""
        value = self.article.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)):
                yield str(one)

    def names(self, key: str) -> Iterator[tuple[str, bool]]:
        """Give the names of the article's persons and bodies of a property; whether it is a body."""
        yield from self._names(self.article.get(key), 0)

    def _names(self, node: Any, depth: int) -> Iterator[tuple[str, bool]]:
        """Read a person, an organization, a bare name, a reference to one of these, or a list of them."""
        if depth > 3:  # noqa: PLR2004  # lists in lists are a template's mistake; deeper ones are none of ours
            return
        if isinstance(node, list):
            for one in node:
                yield from self._names(one, depth + 1)
        elif isinstance(node, str):
            yield node, False
        elif isinstance(node, dict):
            known = self.by_id.get(str(node.get("@id")), {}) if "@id" in node else {}
            name = _name(node) or _name(known)
            body = not _BODIES.isdisjoint([*_types(node), *_types(known)])
            for text in name if isinstance(name, list) else [name]:
                if isinstance(text, str):
                    yield text, body


def linked(sources: Iterable[str]) -> Linked:
    """Read the scripts of a page, in their order; broken ones are left out."""
    nodes = [node for source in sources for node in _nodes(source)]
    article = next((node for node in nodes if not _ARTICLES.isdisjoint(_types(node))), {})
    by_id: dict[str, Node] = {}
    for node in nodes:
        if isinstance(name := node.get("@id"), str) and _name(node):
            by_id.setdefault(name, node)
    return Linked(article, by_id)


def _name(node: Node) -> Any:
    whole = node.get("name")
    if whole:
        return whole
    parts = [node.get(key) for key in ("givenName", "familyName")]
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _types(node: Node) -> list[str]:
    kinds = node.get("@type")
    names = (kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str))
    return [name.rpartition("/")[2] for name in names]


def _nodes(source: str) -> Iterator[dict[str, Any]]:
    """Give every object in a script, outermost first; broken JSON has none."""
    if len(source) > _CHARS:
        return
    try:
        todo = [json.loads(source, strict=False)]
    except (ValueError, RecursionError):
        return
    for seen, node in enumerate(todo):
        if seen > _NODES:
            return
        if isinstance(node, dict):
            yield node
            todo.extend(v for v in node.values() if isinstance(v, dict | list))
        elif isinstance(node, list):
            todo.extend(node)
