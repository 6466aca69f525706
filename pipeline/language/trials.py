"""The back end `langdetect`: the library of that name, seeded, with its profiles in a fixed order."""

from functools import cache
from typing import Any

from langdetect import LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from pipeline.language.rules import Rules, Writing


def most_likely(text: str, writing: Writing, rules: Rules) -> tuple[str | None, float]:
    """Name the likeliest of the writing's languages that langdetect knows, and its mean probability over the trials."""
    factory = _factory(rules.seed)
    names = _names(writing, rules.tags, tuple(factory.get_lang_list()))
    if not names:
        return None, 0.0
    detector = factory.create()
    detector.set_prior_map(dict.fromkeys(names, 1.0))
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:  # no character sequence that any profile knows
        return None, 0.0
    return (names[found[0].lang], float(found[0].prob)) if found else (None, 0.0)


@cache
def _names(writing: Writing, tags: tuple[tuple[str, str], ...], known: tuple[str, ...]) -> dict[str, str]:
    """Give the tags of the writing's languages by langdetect's names for them."""
    renamed, asked = dict(tags), {*writing.languages, *writing.rare}
    return {name: renamed.get(name, name) for name in known if renamed.get(name, name) in asked}


class _SortedFactory(DetectorFactory):  # type: ignore[misc]  # langdetect is not typed
    """langdetect's factory with its profiles in the order of their names.

    langdetect takes them in the order in which the file system lists them, and its sums of floats hang on that order.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        # On the instance, not on the class as langdetect's manual has it: other users of the library keep their own.
        self.seed = seed
        self.profiles: dict[str, Any] = {}

    def add_profile(self, profile: Any, index: int, langsize: int) -> None:  # noqa: ARG002
        """Keep a profile until all are there."""
        self.profiles[profile.name] = profile

    def take_profiles(self) -> None:
        """Add the profiles that were kept, by name."""
        for index, name in enumerate(sorted(self.profiles)):
            super().add_profile(self.profiles[name], index, len(self.profiles))
        self.profiles.clear()


@cache
def _factory(seed: int) -> DetectorFactory:
    """Load langdetect's profiles once a process (half a second); detectors made from it share nothing that changes."""
    factory = _SortedFactory(seed)
    factory.load_profile(PROFILES_DIRECTORY)
    factory.take_profiles()
    return factory
