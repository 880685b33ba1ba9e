"""Graphics have captions in Chinese and English."""

import pytest

from training.images.common.split import Fold
from training.images.sources import graphics

LIMIT = 6
"""As the fixture `subjects` is loaded with."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture(scope="module")
def named(subjects):
    return {subject.identity: subject for subject in subjects}


def test_flag_has_captions_in_both_languages_and_generic_ones(named):
    flag = next(subject for name, subject in named.items() if name.startswith("flag.a"))
    assert flag.chinese[0].endswith("旗") and flag.english[0].lower().startswith(("flag of", "national flag of"))
    assert {"国旗", "a flag"} <= set(flag.generic_captions)


def test_emoji_have_chinese_names_from_cldr(named):
    known = [subject for subject in named.values() if subject.kind == "emoji" and subject.chinese]
    assert len(known) > LIMIT
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in subject.chinese[0]) for subject in known)


def test_names_other_than_states_keep_the_catalogues_wording(named):
    own = [subject for subject in named.values() if subject.kind == "emblem"]
    assert "中国共产党党徽" in {subject.chinese[0] for subject in own}


def test_subject_is_in_the_fold_of_its_drawings_owners(subjects):
    rendered = graphics.load_graphics(LIMIT)
    folds = {rendered.drawing(row).tobytes(): item.fold for row, item in enumerate(rendered.items)}
    drawings = [(subject.fold, drawing.tobytes()) for subject in subjects for drawing in subject.drawings]
    found = {(fold, folds[drawing]) for fold, drawing in drawings if drawing in folds}
    assert found == {(fold, fold) for fold in Fold}
