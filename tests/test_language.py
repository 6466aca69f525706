"""Languages: every writing's examples, abstention, and the same answer everywhere."""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import langdetect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import language
from pipeline.language import ABSTAINED, detect
from pipeline.lift import RuleError
from pipeline.rulebook import BUILT_IN, read_files

FILES = read_files([BUILT_IN])
TABLE = FILES["language.toml"]
RULES = language.parse(FILES)
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
    found, _ = language._writing(Counter(letter for letter in text if letter.isalpha()), RULES)
    return found.id if found else None


@pytest.mark.parametrize("row", TABLE["writing"], ids=lambda row: row["id"])
def test_a_writing_fires_and_stays_silent(row):
    assert {text: writing_of(text) for text in row["fires"]} == dict.fromkeys(row["fires"], row["id"])
    assert [text for text in row["silent"] if writing_of(text) == row["id"]] == []
    expected = row["languages"]
    found = {detect(text, RULES).tag for text in row["fires"]}
    assert found == {None} if not expected else len(expected) > 1 or found == set(expected)


@pytest.mark.parametrize("tag", TEXTS)
def test_languages_are_named(tag):
    found = detect(TEXTS[tag], RULES)
    assert found.tag == tag
    assert RULES.min_score <= found.score <= 1


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
def test_it_abstains_where_the_text_does_not_say(text):
    assert detect(text, RULES) == ABSTAINED


def test_it_abstains_on_mixed_scripts():
    assert detect(TEXTS["en"] + TEXTS["ru"], RULES) == ABSTAINED


def test_a_few_foreign_words_do_not_disturb():
    assert detect(f"{TEXTS['ru']} «The Gull Times»", RULES).tag == "ru"
    assert detect(f"{TEXTS['ja']} Gull Times", RULES).tag == "ja"


def test_capitals_are_read_too():
    assert detect(TEXTS["de"].replace("ß", "ss").upper(), RULES).tag == "de"


@given(st.text())
def test_it_never_raises(text):
    found = detect(text, RULES)
    assert (found.tag is None) == (found.score is None)
    assert found.score is None or 0 <= found.score <= 1


def test_long_texts_cost_no_more_than_their_sample(monkeypatch):
    seen = []
    monkeypatch.setattr(language, "_most_likely", lambda text, *_: (seen.append(len(text)), ("en", 1.0))[1])
    assert detect(TEXTS["en"] * 100_000, RULES).tag == "en"
    assert seen[0] <= RULES.sample_chars + 2


def test_the_sample_takes_the_middle_and_the_end():
    text = "a" * 1000 + "b" * 1000 + "c" * 1000
    assert set(language._sample(text, 30)) == set("abc ")


def test_every_thread_gives_the_same_answer():
    texts = list(TEXTS.values()) * 4
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: detect(text, RULES), texts)) == [detect(text, RULES) for text in texts]


def test_the_order_of_the_profiles_on_disk_does_not_matter(monkeypatch):
    listdir = os.listdir
    scores = []
    for reverse in (False, True):
        monkeypatch.setattr(os, "listdir", lambda path, r=reverse: sorted(listdir(path), reverse=r))
        factory = language._factory.__wrapped__(RULES.seed)
        detector = factory.create()
        detector.append("Post a comment om broen")
        scores.append([(found.lang, found.prob) for found in detector.get_probabilities()])
    assert scores[0] == scores[1]


def test_another_process_gives_the_same_answer():
    program = (
        "import sys, json\nfrom pipeline import language\ntable, texts = json.load(sys.stdin)\n"
        "rules = language.parse({'language.toml': table})\n"
        "print(json.dumps([language.detect(text, rules) for text in texts]))"
    )
    texts = list(TEXTS.values())
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps([TABLE, texts]), capture_output=True, text=True, check=True
    )
    assert [language.Language(*found) for found in json.loads(done.stdout)] == [detect(text, RULES) for text in texts]


def test_other_users_of_langdetect_keep_their_seed():
    detect(TEXTS["en"], RULES)
    assert langdetect.DetectorFactory.seed is None


def test_langdetect_knows_all_languages_that_it_is_asked_to_choose_from():
    known = set(language._factory(RULES.seed).get_lang_list())
    asked = {name for writing in RULES.writings if len(writing.languages) > 1 for name in writing.languages}
    assert asked <= known
    assert set(RULES.tags) <= asked


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"sed": 1}, "sed"),
        ({"writing": [{"id": "a", "script": "LATIN"}]}, "script"),
        ({"writing": [{**TABLE["writing"][0], "silent": []}]}, "needs a text"),
    ],
)
def test_rules_that_are_not_understood_are_refused(keys, told):
    with pytest.raises(RuleError, match=told):
        language.parse({**FILES, "language.toml": {**TABLE, **keys}})


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not there (../shared)")
def test_documents_of_many_languages():
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(SHARED / "bench" / "language" / "leipzig_dev.parquet").to_pylist()
    known = {name.partition("-")[0] for writing in RULES.writings for name in writing.languages} | {"nb", "nn"}
    documents = [row for row in rows if row["kind"] == "doc" and row["lang"] in known][::2]
    right = [row for row in documents if _level(detect(row["text"], RULES).tag) == _level(row["lang"])]
    assert len(right) >= 0.98 * len(documents)


def _level(tag):
    return {"nb": "no", "nn": "no"}.get(tag, (tag or "").partition("-")[0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the five seed pages are not there (../shared)")
def test_the_seeds_are_english():
    gold = [json.loads(line) for line in (SHARED / "seeds" / "gold.jsonl").read_text("utf-8").splitlines()]
    for page in gold:
        lines = (SHARED / "seeds" / page["doc"]).read_bytes().decode().split("\n")
        body = "\n".join(lines[row["line"] - 1] for row in page["lines"] if row.get("role") in RULES.roles)
        assert detect(body, RULES).tag == page["metadata"]["language"]
