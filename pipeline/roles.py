"""The closed set of roles that a block can have on a news page.

Content roles carry schema.org's NewsArticle words where it has one (headline, alternativeHeadline, articleBody ...);
furniture is everything that the page's maker put around the article.
"""

CONTENT = {
    "title": "schema.org headline; IPTC NewsML-G2 headline",
    "kicker": "words above the headline: schema.org alternativeHeadline",
    "lead": "opening summary: schema.org abstract; NewsML-G2 description role summary",
    "body": "running text: schema.org articleBody",
    "heading": "headline of a section inside the article",
    "caption": "words that belong to a picture: schema.org caption",
    "list": "an item of a list inside the article",
    "quote": "a quotation set apart",
    "table": "a cell of a table inside the article",
}

FURNITURE = {
    "site_name": "the site's name: schema.org publisher",
    "navigation": "menus, breadcrumbs, links to other parts of the site",
    "ui_label": "words on a button or beside an icon",
    "timestamp": "time of publication or change: schema.org datePublished, dateModified",
    "byline": "who wrote it: schema.org author; NewsML-G2 by",
    "agency_credit": "agencies and initials: NewsML-G2 creditline",
    "image_credit": "who took the picture: schema.org creditText",
    "source_attribution": "where the article was taken from: schema.org isBasedOn",
    "related_links": "teasers and links to other articles: schema.org relatedLink",
    "subscribe": "newsletters, subscriptions, paywalls",
    "share": "social networks, printing, sending on",
    "comments": "readers' comments and the way to them: schema.org comment",
    "legal": "copyright, terms, disclaimers: schema.org copyrightNotice",
    "cookie": "consent to cookies",
    "advert": "advertisements",
    "repeated_title": "the headline once more",
    "template": "a line that the site repeats from page to page",
    "other": "what is no part of the article and has no better name",
}

ROLES = frozenset(CONTENT) | frozenset(FURNITURE)
