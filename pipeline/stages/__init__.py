"""The stages, one a module; `rulebook` gives each its rules and `cleaning` runs them in this order.

encoding, spacing, boilerplate, mistranslation, typography, duplicate: first the characters, for every later rule reads
true text; then what is no article, for it need not be corrected; then the words and the marks, so that two renderings
of one sentence become one; duplicates last. Behind mistranslation stands `model`, whose edits the ledger enters as
mistranslation's, with rule model/NAME; where no model is asked, it does nothing.
"""

STAGES = ("encoding", "spacing", "boilerplate", "mistranslation", "model", "typography", "duplicate")
