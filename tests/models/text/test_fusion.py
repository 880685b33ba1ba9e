from models.profile import Evidence, Field, Finding, Label
from models.text.fusion import fuse


def finding(label: Label, score: float, detector: str, spans=None) -> Finding:
    return Finding(label, Field.BIO, score, detector, Evidence(spans=spans))


def test_the_strongest_finding_per_label_wins():
    weak = finding(Label.CONTACT_DIVERSION, 0.2, "classifier", ((0, 4),))
    strong = finding(Label.CONTACT_DIVERSION, 0.9, "contacts", ((2, 4),))
    other = finding(Label.EXAGGERATION, 0.1, "classifier")
    assert sorted(fuse([weak, strong, other]), key=lambda found: found.score) == [other, strong]


def test_a_finding_without_spans_borrows_the_next_best_evidence():
    sure = finding(Label.CONTACT_DIVERSION, 0.9, "classifier", ())
    shown = finding(Label.CONTACT_DIVERSION, 0.8, "contacts", ((2, 4),))
    fused = fuse([shown, sure])
    assert [(found.score, found.detector, found.evidence.spans) for found in fused] == [(0.9, "classifier", ((2, 4),))]


def test_names_of_several_owners_are_a_finding_each():
    names = [
        Finding(Label.MEDIA_IMPERSONATION, Field.BIO, score, "names", Evidence(owner, owner, owner, spans=((0, 3),)))
        for owner, score in (("media.a", 0.9), ("media.b", 0.8), ("media.b", 0.7))
    ]
    fused = fuse([finding(Label.MEDIA_IMPERSONATION, 0.95, "classifier", ((0, 9),)), *names])
    assert [(found.score, found.evidence.owner_id) for found in fused] == [(0.95, "media.a"), (0.8, "media.b")]


def test_evidence_that_names_a_body_comes_first_at_any_score():
    sure = finding(Label.MEDIA_IMPERSONATION, 0.99, "classifier", ((0, 9),))
    named = Evidence("media.xinhua", "新华社", "media.xinhua", spans=((0, 3),), text="新华社")
    (fused,) = fuse([sure, Finding(Label.MEDIA_IMPERSONATION, Field.BIO, 0.9, "names", named)])
    assert (fused.score, fused.detector, fused.evidence) == (0.99, "classifier", named)
