import numpy as np
import pytest

from models.profile import Field, Label
from training.text.data.corpus import Case, Split, read_split
from training.text.data.disguises import (
    LOOK_ALIKES,
    Marked,
    disguise,
    full_width,
    look_alike,
    renew_contacts,
    separated,
    sound_alike,
    traditional,
)

CASE = Case(
    "1",
    Field.BIO,
    "接定制，加微信zhouzhou_88或打13700000000，三天包过",
    (Label.CONTACT_DIVERSION, Label.DECEPTIVE_CLAIM),
    {Label.CONTACT_DIVERSION: ("微信zhouzhou_88", "13700000000"), Label.DECEPTIVE_CLAIM: ("三天包过",)},
)


def parts(marked):
    return [marked.text[start:end] for _, start, end in marked.spans]


def test_evidence_is_found_wherever_it_occurs():
    assert parts(Marked.of(CASE)) == ["微信zhouzhou_88", "13700000000", "三天包过"]


@pytest.mark.parametrize("way", [separated, full_width, traditional, sound_alike, look_alike])
def test_evidence_stays_in_place_however_the_text_is_rewritten(way):
    rng = np.random.default_rng(1)
    marked = Marked.of(CASE)
    rewrite = way(rng)
    pieces = [rewrite(character, rng) for character in marked.text]
    rewritten = marked.rewritten(pieces)
    assert rewritten.text == "".join(pieces)
    for (_, start, end), part in zip(marked.spans, parts(rewritten), strict=True):
        assert part == "".join(pieces[start:end])


def test_disguises_of_real_cases_keep_labels_and_valid_spans():
    rng = np.random.default_rng(2)
    for case in read_split(Split.VALIDATION)[:300]:
        before = Marked.of(case)
        after = disguise(renew_contacts(before, rng), rng)
        assert after.labels == before.labels
        assert [label for label, *_ in after.spans] == [label for label, *_ in before.spans]
        assert all(0 <= start < end <= len(after.text) for _, start, end in after.spans)


def test_contacts_are_renewed_but_keep_their_shape_and_known_words():
    renewed = renew_contacts(Marked.of(CASE), np.random.default_rng(3))
    assert len(renewed.text) == len(CASE.text)
    wechat, mobile, claim = parts(renewed)
    assert wechat.startswith("微信") and wechat[10] == "_" and wechat != "微信zhouzhou_88"
    assert mobile.isdigit() and mobile != "13700000000"
    assert claim == "三天包过"
    known = Case(
        "2", Field.BIO, "telegram私聊", (Label.CONTACT_DIVERSION,), {Label.CONTACT_DIVERSION: ("telegram私聊",)}
    )
    assert renew_contacts(Marked.of(known), np.random.default_rng(3)).text == known.text


def test_joined_texts_carry_the_evidence_of_both():
    first, second = (
        Marked.of(CASE),
        Marked("包治百病", frozenset({Label.DECEPTIVE_CLAIM}), ((Label.DECEPTIVE_CLAIM, 0, 4),)),
    )
    joined = second.followed_by(first, "\n")
    assert parts(joined) == ["包治百病", "微信zhouzhou_88", "13700000000", "三天包过"]


def test_the_same_seed_disguises_the_same_way():
    once, again = (disguise(Marked.of(CASE), np.random.default_rng(4)) for _ in range(2))
    assert once == again


def test_look_alikes_never_substitute_themselves():
    assert all(character not in others for character, others in LOOK_ALIKES.items())
