"""Drafts without doubles and leaks, split by group."""

from small_corpus import HELD_OUT, TRAINED

from training.feedback.parts import part
from training.feedback.reviews import Draft


def draft(number, text, *labels, account=None):
    case = {"id": str(number), "field": "bio", "text": text, "labels": list(labels)}
    return Draft(case, account or f"{number:08x}")


def picture(number, content, *labels, account=None, **more):
    case = {"id": str(number), "field": "avatar", "labels": list(labels), **more}
    return Draft(case, account or f"{number:08x}", content)


def ids(drafts):
    return {one.case["id"] for one in drafts}


def test_texts_of_the_corpus_and_near_to_held_out_ones_are_left_out():
    near = f"❤{HELD_OUT['text']}❤"
    parted = part([draft(1, TRAINED["text"], "deceptive_claim"), draft(2, near), draft(3, "读书、跑步、养猫")], 0)
    assert ids(parted.train) == {"3"}
    assert parted.left_out == {
        "is in the corpus with the same labels": 1,
        "repeats a held-out text of the corpus": 1,
    } | {reason: 0 for reason in parted.left_out if not parted.left_out[reason]}


def test_correction_of_a_label_of_the_corpus_is_kept():
    assert ids(part([draft(1, TRAINED["text"])], 0).train) == {"1"}


def test_equal_cases_are_kept_once_and_contradictions_not_at_all():
    parted = part(
        [
            draft(1, "读书、跑步、养猫"),
            draft(2, "读 书、跑 步、养 猫"),
            draft(3, "全网最低价，加薇了解", "contact_diversion"),
            draft(4, "全网最低价，加薇了解"),
        ],
        0,
    )
    assert ids(parted.train) == {"2"}
    assert parted.left_out["is there twice"] == 1
    assert parted.left_out["contradicts another review of the same content"] == 2


def test_no_group_is_in_both_parts():
    hobbies = [f"第{number}号摊主，{'卖花' * (number % 7 + 1)}，{number * 7919}" for number in range(60)]
    drafts = [draft(number, text, account=f"{number * 71_000_003 % 2**32:08x}") for number, text in enumerate(hobbies)]
    shared = [
        draft(100 + number, f"另一句话{number * 7919}不同", account=one.account) for number, one in enumerate(drafts)
    ]
    parted = part([*drafts, *shared], 0.3)
    train, test = ({one.case["group"] for one in side} for side in (parted.train, parted.test))
    assert train and test and not train & test
    assert not {one.account for one in parted.train} & {one.account for one in parted.test}


def test_accounts_with_one_picture_or_emblem_are_one_group():
    parted = part(
        [
            picture(1, b"one", "media_logo", reference_id="shop.unknown-a"),
            picture(2, b"two", "media_logo", reference_id="shop.unknown-a"),
            picture(3, b"two", "qr_code"),
            picture(4, b"four"),
        ],
        0,
    )
    groups = {one.case["id"]: one.case["group"] for one in parted.train}
    assert groups["1"] == groups["2"] == groups["3"] != groups["4"]


def test_account_stays_on_its_side_in_a_later_export():
    drafts = [draft(n, f"{n * 7919}号的日常{n}", account=f"{n * 71_000_003 % 2**32:08x}") for n in range(40)]
    earlier, later = part(drafts[:20], 0.4), part(drafts, 0.4)
    assert ids(earlier.test) <= ids(later.test)
    assert ids(earlier.train) <= ids(later.train)
