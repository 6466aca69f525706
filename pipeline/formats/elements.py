"""What HTML's elements are to a reader: blocks, links, line breaks, things hidden."""

from typing import Final

# Elements that browsers lay out as blocks (https://html.spec.whatwg.org/multipage/rendering.html), with buttons,
# options and captions of form fields, which stand apart from their neighbours on the screen.
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "col", "colgroup", "dd",
    "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu",
    "nav", "ol", "optgroup", "option", "p", "plaintext", "pre", "search", "section", "select", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul", "xmp",
}  # fmt: skip
# Elements whose content is not shown: machinery, and what stands in for content that could not be shown.
_HIDDEN = {
    "audio", "canvas", "datalist", "iframe", "noembed", "noframes", "noscript", "rp", "script", "style", "svg",
    "template", "title", "video",
}  # fmt: skip
# Elements without text that tell about the page.
_NOTED = {"link", "meta", "time"}

BLOCK, HIDDEN, NOTE, LINK, LINE_BREAK = range(1, 6)
ROLES: Final = {
    **dict.fromkeys(_BLOCKS, BLOCK),
    **dict.fromkeys(_HIDDEN, HIDDEN),
    **dict.fromkeys(_NOTED, NOTE),
    "a": LINK,
    "br": LINE_BREAK,
}
# Blocks in which every space and line break is shown.
PREFORMATTED = frozenset({"listing", "plaintext", "pre", "textarea", "xmp"})
