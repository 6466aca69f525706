"""Languages: every writing's examples, abstention, and the same answer everywhere."""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import langdetect
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid import langid

from pipeline import language
from pipeline.language import ABSTAINED, detect, detection, fast, trials
from pipeline.language.writings import find_writing
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
TABLE = FILES["language.toml"]
RULES = language.parse(FILES)
BACKENDS = {name: language.parse({**FILES, "language.toml": {**TABLE, "backend": name}}) for name in language.BACKENDS}
SHARED = Path(__file__).parent.parent.parent / "shared"

TEXTS = {
    "en": "The bridge over the river was closed on Friday morning, and nobody knows when it will open again.",
    "de": "Die Brücke über den Fluss wurde am Freitagmorgen gesperrt, und niemand weiß, wann sie wieder öffnet.",
    "fr": "Le pont sur la rivière a été fermé vendredi matin et personne ne sait quand il rouvrira.",
    "es": "El puente sobre el río se cerró el viernes por la mañana y nadie sabe cuándo volverá a abrir.",
    "it": "Il ponte sul fiume è stato chiuso venerdì mattina e nessuno sa quando riaprirà.",
    "pt": "A ponte sobre o rio foi fechada na manhã de sexta-feira e ninguém sabe quando voltará a abrir.",
    "nl": "De brug over de rivier werd vrijdagochtend gesloten en niemand weet wanneer hij weer opengaat.",
    "pl": "Most na rzece został zamknięty w piątek rano i nikt nie wie, kiedy znów zostanie otwarty.",
    "tr": "Nehrin üzerindeki köprü cuma sabahı kapatıldı ve ne zaman yeniden açılacağını kimse bilmiyor.",
    "sv": "Bron över floden stängdes på fredagsmorgonen och ingen vet när den öppnar igen.",
    "fi": "Joen ylittävä silta suljettiin perjantaiaamuna, eikä kukaan tiedä, milloin se avataan uudelleen.",
    "ru": "Мост через реку закрыли в пятницу утром, и никто не знает, когда он снова откроется.",
    "uk": "Міст через річку закрили в п'ятницю вранці, і ніхто не знає, коли він знову відкриється.",
    "ar": "أُغلق الجسر فوق النهر صباح يوم الجمعة ولا أحد يعرف متى سيفتح من جديد.",
    "he": "הגשר מעל הנהר נסגר ביום שישי בבוקר ואיש אינו יודע מתי ייפתח שוב.",
    "hi": "नदी पर बना पुल शुक्रवार सुबह बंद कर दिया गया और कोई नहीं जानता कि वह फिर कब खुलेगा।",
    "ja": "川に架かる橋は金曜日の朝に閉鎖され、いつ再開するのか誰にもわかりません。",
    "ko": "강을 건너는 다리는 금요일 아침에 폐쇄되었으며 언제 다시 열릴지는 아무도 모른다.",
    "zh-Hans": "河上的桥梁星期五早上关闭了，没有人知道什么时候会重新开放，市长这样说。",
    "zh-Hant": "河上的橋樑星期五早上關閉了，沒有人知道什麼時候會重新開放，市長這樣說。",
    "el": "Η γέφυρα πάνω από το ποτάμι έκλεισε το πρωί της Παρασκευής και κανείς δεν ξέρει πότε θα ανοίξει.",
}


def writing_of(text):
    found, _ = find_writing(Counter(letter for letter in text if letter.isalpha()), RULES)
    return found.id if found else None


@pytest.fixture(scope="module", autouse=True)
def models():
    """Load both before any test whose time is watched."""
    for each in BACKENDS.values():
        detect(TEXTS["en"], each)


@pytest.fixture(params=BACKENDS)
def rules(request):
    return BACKENDS[request.param]


def test_the_fast_back_end_is_the_default():
    assert RULES.backend == "fast"


@pytest.mark.parametrize("row", TABLE["writing"], ids=lambda row: row["id"])
def test_a_writing_fires_and_stays_silent(row):
    assert {text: writing_of(text) for text in row["fires"]} == dict.fromkeys(row["fires"], row["id"])
    assert [text for text in row["silent"] if writing_of(text) == row["id"]] == []
    expected = row["languages"]
    found = {detect(text, RULES).tag for text in row["fires"]}
    assert found == set(expected) if len(expected) == 1 else found & set(expected)
    if row["id"].endswith("-of-others"):
        assert {detect(text, BACKENDS["langdetect"]).tag for text in row["fires"]} == {None}


@pytest.mark.parametrize("tag", TEXTS)
def test_languages_are_named(tag, rules):
    found = detect(TEXTS[tag], rules)
    assert found.tag == tag
    assert rules.min_score <= found.score <= 1


RARE = {
    "ku": "هەموو مرۆڤەکان بە ئازادی و یەکسان لە کەرامەت و ماف لەدایک دەبن.",
    "mn": "Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй байдаг.",
    "mt": "Il-bnedmin kollha jitwieldu ħielsa u ugwali fid-dinjità u d-drittijiet. Għandhom raġuni u kuxjenza.",
    "eu": "Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak dituztelarik.",
    "ga": "Saolaítear gach duine den chine daonna saor agus comhionann i ndínit agus i gcearta.",
    "gl": "Tódolos seres humanos nacen libres e iguais en dignidade e dereitos e, dotados como están de razón.",
    "zu": "Bonke abantu bazalwa bekhululekile belingana ngesithunzi nangamalungelo.",
}


@pytest.mark.parametrize("tag", RARE)
def test_languages_that_langdetect_does_not_know_are_named(tag):
    assert detect(RARE[tag], RULES).tag == tag


def test_a_rare_language_needs_more_evidence_than_its_kin():
    lighter = language.parse({**FILES, "language.toml": {**TABLE, "fast": {**TABLE["fast"], "rare_weight": 1e-30}}})
    assert detect(RARE["gl"], lighter).tag in ("es", "pt", None)


def test_chinese_is_told_by_characters_that_only_one_way_of_writing_has():
    assert detect("人山人海人山人海，大小多少上下左右日月水火。", RULES).tag == "zh"
    assert detect("河上的桥和河上的橋，大小多少上下左右。", RULES).tag == "zh"
    assert fast._marks()["zh-Hans"].isdisjoint(fast._marks()["zh-Hant"])
    assert "桥" in fast._marks()["zh-Hans"] and "橋" in fast._marks()["zh-Hant"]


def test_names_in_latin_letters_do_not_hide_a_language_of_ideographs():
    assert detect("據 Alexandra Gull 說，橋樑星期五早上關閉了，沒有人知道。", RULES).tag == "zh-Hant"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2022-01-21",
        "!?…",
        "OK",
        "https://www.example.org/a/b",
        "😀😀😀",
        "\x00" * 50,
        "\ud800",
        "a" * 10,
        "x" * 5000,
    ],
)
def test_it_abstains_where_the_text_does_not_say(text, rules):
    assert detect(text, rules) == ABSTAINED


def test_it_abstains_on_mixed_scripts(rules):
    assert detect(TEXTS["en"] + TEXTS["ru"], rules) == ABSTAINED


def test_a_few_foreign_words_do_not_disturb(rules):
    assert detect(f"{TEXTS['ru']} «The Gull Times»", rules).tag == "ru"
    assert detect(f"{TEXTS['ja']} Gull Times", rules).tag == "ja"


def test_capitals_are_read_too(rules):
    assert detect(TEXTS["de"].replace("ß", "ss").upper(), rules).tag == "de"


@given(st.sampled_from(sorted(BACKENDS)), st.text() | st.text(st.characters(max_codepoint=0x250), min_size=20))
def test_it_never_raises(name, text):
    found = detect(text, BACKENDS[name])
    assert (found.tag is None) == (found.score is None)
    assert found.score is None or 0 <= found.score <= 1


def test_long_texts_cost_no_more_than_their_sample(monkeypatch):
    seen = []
    seeing = {RULES.backend: lambda text, *_: (seen.append(len(text)), ("en", 1.0))[1]}
    monkeypatch.setattr(detection, "_MOST_LIKELY", seeing)
    assert detect(TEXTS["en"] * 100_000, RULES).tag == "en"
    assert seen[0] <= RULES.sample_chars + 2


def test_the_sample_takes_the_middle_and_the_end():
    text = "a" * 1000 + "b" * 1000 + "c" * 1000
    assert set(detection._sample(text, 30)) == set("abc ")


def test_every_thread_gives_the_same_answer(rules):
    texts = list(TEXTS.values()) * 4
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: detect(text, rules), texts)) == [detect(text, rules) for text in texts]


@pytest.fixture(scope="module")
def library():
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_all_walks_at_once_find_what_one_walk_finds(library, data):
    one = langid.visit_counts(library.tk_nextmove, library._rowbase, library.tk_output, data)
    assert Counter(fast._features(data).tolist()) == (one or Counter())


def test_no_walk_leaves_the_first_state_by_the_byte_that_stands_outside():
    model = fast._model()
    assert not model.following.reshape(-1, 256)[:, 0xFF].any()


def test_whole_numbers_lose_nothing_of_the_model(library):
    model = fast._model()
    assert np.array_equal(model.likelihoods, library.nb_ptc.astype(np.float64) * fast._MODEL_UNIT)
    longest = 4 * RULES.sample_chars
    assert longest * np.log1p(longest) * fast._COUNT_UNIT * np.abs(model.likelihoods).max() < 2**53


@pytest.mark.parametrize("tag", [tag for tag in TEXTS if not tag.startswith("zh")])
def test_probabilities_are_those_of_the_library(tag, library, monkeypatch):
    known = tuple(dict.fromkeys(library.nb_classes))
    writing = RULES.writings[-1].__class__(
        id="all", scripts=frozenset(), languages=known, rare=(), marks=(), min_marks=0, min_letters=0, min_share=0,
        fallback=None,
    )  # fmt: skip
    rules = language.parse({**FILES, "language.toml": {**TABLE, "fast": {**TABLE["fast"], "tags": {}}}})
    label, probability = library.classify(TEXTS[tag])
    assert fast.most_likely(TEXTS[tag], writing, rules) == (label, pytest.approx(probability, abs=1e-4))


def test_the_order_of_the_profiles_on_disk_does_not_matter(monkeypatch):
    listdir = os.listdir
    scores = []
    for reverse in (False, True):
        monkeypatch.setattr(os, "listdir", lambda path, r=reverse: sorted(listdir(path), reverse=r))
        factory = trials._factory.__wrapped__(RULES.seed)
        detector = factory.create()
        detector.append("Post a comment om broen")
        scores.append([(found.lang, found.prob) for found in detector.get_probabilities()])
    assert scores[0] == scores[1]


def test_another_process_gives_the_same_answer(rules):
    program = (
        "import sys, json\nfrom pipeline import language\ntable, texts = json.load(sys.stdin)\n"
        "rules = language.parse({'language.toml': table, 'linemodel/stopwords.toml': {}})\n"
        "print(json.dumps([language.detect(text, rules) for text in texts]))"
    )
    texts = list(TEXTS.values())
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([{**TABLE, "backend": rules.backend}, texts]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [language.Language(*found) for found in json.loads(done.stdout)] == [detect(text, rules) for text in texts]


def test_other_users_of_langdetect_keep_their_seed():
    detect(TEXTS["en"], BACKENDS["langdetect"])
    assert langdetect.DetectorFactory.seed is None


def test_every_language_that_is_left_open_is_known_to_the_back_end(rules):
    if rules.backend == "langdetect":
        labels, own = trials._factory(rules.seed).get_lang_list(), False
    else:
        labels, own = [*fast._model().labels, *fast._HAN], True
    known = {dict(rules.tags).get(label, label) for label in labels}
    asked = {
        tag
        for writing in rules.writings
        if len(writing.languages) > 1 and (own or not writing.id.endswith("-of-others"))
        for tag in (*writing.languages, *(writing.rare if own else ()))
    }
    assert asked <= known
    assert {label for label, _ in rules.tags} <= {*labels}
    assert own or known.isdisjoint(tag for writing in rules.writings for tag in writing.rare)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"sed": 1}, "sed"),
        ({"backend": "slow"}, "slow"),
        ({"fast": {**TABLE["fast"], "seed": 1}}, "seed"),
        ({"writing": [{"id": "a", "script": "LATIN"}]}, "script"),
        ({"writing": [{**TABLE["writing"][0], "silent": []}]}, "needs a text"),
    ],
)
def test_rules_that_are_not_understood_are_refused(keys, told):
    with pytest.raises(RuleError, match=told):
        language.parse({**FILES, "language.toml": {**TABLE, **keys}})


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not there (../shared)")
def test_documents_of_many_languages(rules):
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(SHARED / "bench" / "language" / "leipzig_dev.parquet").to_pylist()
    writings = [writing for writing in RULES.writings if not writing.id.endswith("-of-others")]
    known = {name.partition("-")[0] for writing in writings for name in writing.languages} | {"nb", "nn"}
    documents = [row for row in rows if row["kind"] == "doc" and row["lang"] in known][::2]
    right = [row for row in documents if _level(detect(row["text"], rules).tag) == _level(row["lang"])]
    assert len(right) >= 0.98 * len(documents)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not there (../shared)")
@pytest.mark.parametrize(("kind", "least"), [("sentence", 0.98), ("para", 0.995), ("doc", 0.999)])
def test_news_of_seventeen_languages(kind, least):
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(SHARED / "bench" / "language" / "news_and_ui_dev.parquet").to_pylist()
    texts = [row for row in rows if (row["source"], row["kind"]) == ("pud", kind)]
    right = [row for row in texts if _level(detect(row["text"], RULES).tag) == _level(row["lang"])]
    assert len(right) >= least * len(texts)


def _level(tag):
    return {"nb": "no", "nn": "no"}.get(tag, (tag or "").partition("-")[0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the five seed pages are not there (../shared)")
def test_the_seeds_are_english():
    gold = [json.loads(line) for line in (SHARED / "seeds" / "gold.jsonl").read_text("utf-8").splitlines()]
    for page in gold:
        lines = (SHARED / "seeds" / page["doc"]).read_bytes().decode().split("\n")
        body = "\n".join(lines[row["line"] - 1] for row in page["lines"] if row.get("role") in RULES.roles)
        assert detect(body, RULES).tag == page["metadata"]["language"]
