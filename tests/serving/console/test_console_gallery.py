"""The gallery's pages: browse, search, enrol after a preview, retire."""

import io
import re
from html import unescape

import pytest
from desks import fields, told
from references import emblem

from models.runtime.paths import REPOSITORY

FLAG = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
NEW = {"reference_id": "org.ocean", "label": "organization_logo", "name_zh": "<b>海洋</b>", "name_en": "Ocean 😀"}
NEW |= {"owner_id": "org.ocean", "source": "press kit", "licence": "used with permission", "rollout": "0.5"}

MANY = {"label": "media_logo", "prefix": "media", "source": "press kit", "licence": "used with permission"}


@pytest.fixture(scope="module")
def chief(desk):
    return desk.reviewer("chief")


def png(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def send(client, path, picture=None, **values):
    data = {**fields(client.get("/console/gallery")), **values}
    files = {"picture": ("a.png", picture or b"", "image/png")}
    return client.post(f"/console/gallery/{path}", data=data, files=files)


def names(page):
    return re.findall(r"<code class=\"small\">([^<]+)</code>", page.text)


def test_only_keys_that_manage_see_the_gallery(desk):
    client = desk.reviewer("wang")
    assert "/console/gallery" not in client.get("/console").text
    assert client.get("/console/gallery").status_code == 403


def test_references_are_found_by_label_name_and_page(chief):
    assert names(chief.get("/console/gallery?label=party_emblem"))[0].startswith("party.")
    assert names(chief.get("/console/gallery?q=新华社"))[:1] == ["media.xinhua"]
    first, second = names(chief.get("/console/gallery")), names(chief.get("/console/gallery?from=42"))
    assert len(first) == 42 and not set(first) & set(second)


def test_picture_and_phrase_find_what_they_show(chief):
    assert "flag.cn" in names(send(chief, "search", FLAG))[:3]
    assert "party.cpc.emblem" in names(send(chief, "search", phrase="中国共产党党徽"))


@pytest.mark.parametrize("picture", [b"no picture", png(emblem(1).resize((4, 4))), png(emblem(1).point(lambda _: 0))])
def test_unusable_picture_is_refused_with_its_reason(chief, picture):
    for path in ("search", "preview"):
        page = send(chief, path, picture, **NEW)
        assert page.status_code in (415, 422) and told(page)


def test_preview_shows_neighbours_and_changes_nothing(desk, chief):
    page = send(chief, "preview", FLAG, **NEW)
    assert page.status_code == 200 and "flag.cn" in names(page)[:3]
    assert "&lt;b&gt;海洋&lt;/b&gt;" in page.text and "<b>海洋" not in page.text
    assert "org.ocean" not in names(chief.get("/console/gallery?q=org.ocean"))


def test_emblem_is_enrolled_and_retired(desk, chief):
    preview = send(chief, "preview", png(emblem(7)), **NEW)
    enrolled = chief.post("/console/gallery/enrol", data=fields(preview), files={"none": ("", b"")})
    assert enrolled.status_code == 200 and "已更改" in enrolled.text
    desk.live.refresh()
    page = chief.get("/console/gallery?q=org.ocean")
    assert names(page) == ["org.ocean"] and "生效比例 50.0%" in page.text
    chosen = {**fields(page), "reference_id": "org.ocean"}
    assert chief.post("/console/gallery/rollout", data={**chosen, "rollout": "1.5"}).status_code == 422
    assert chief.post("/console/gallery/rollout", data={**chosen, "rollout": "0.25"}).status_code == 200
    desk.live.refresh()
    assert "生效比例 25.0%" in chief.get("/console/gallery?q=org.ocean").text
    renamed = {**fields(preview), "name_en": "Other", "rollout": "0.25"}
    again = chief.post("/console/gallery/enrol", data=renamed, files={"none": ("", b"")})
    assert again.status_code == 409 and "enrolled with another name_en" in told(again)
    assert "已停用" in chief.post("/console/gallery/retire", data={**fields(page), "reference_id": "org.ocean"}).text
    desk.live.refresh()
    assert names(chief.get("/console/gallery?q=org.ocean")) == []


def test_missing_description_and_missing_picture_are_refused(chief):
    assert "owner_id" in told(send(chief, "preview", FLAG, **{**NEW, "owner_id": " "}))
    assert "picture or a phrase" in told(send(chief, "preview", **NEW))
    assert "rollout" in told(send(chief, "preview", FLAG, **{**NEW, "rollout": "many"}))


def send_several(client, *pictures, **values):
    """Preview pictures, given as their names and contents."""
    data = {**fields(client.get("/console/gallery")), **MANY, **values}
    files = [("pictures", (name, content, "image/png")) for name, content in pictures]
    return client.post("/console/gallery/folder/preview", data=data, files=files)


def enrol_several(client, preview):
    """Send the form of a preview, with every picture that it carries."""
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', preview.text.split("folder/enrol")[1])
    carried = {name: [unescape(value) for other, value in hidden if other == name] for name, _ in hidden}
    return client.post("/console/gallery/folder/enrol", data=carried, files={"none": ("", b"")})


def test_good_pictures_of_several_are_enrolled_and_bad_ones_named(desk, chief):
    good, blank = png(emblem(21)), png(emblem(1).point(lambda _: 0))
    pictures = [
        ("港口报.png", good),
        ("blank.png", blank),
        ("notes.txt", b"words"),
        ("twin.png", good),
        ("@.png", good),
    ]
    preview = send_several(chief, *pictures)
    reasons = [unescape(reason) for reason in re.findall(r"<bdi>(.*?)</bdi>", preview.text)]
    assert [reason.split(": ")[0] for reason in reasons] == ["5. @.png", "4. twin.png", "2. blank.png", "3. notes.txt"]
    assert "the picture is blank" in reasons[2] and "is the same as 1. 港口报.png" in reasons[1]
    assert names(preview) == ["media.港口报"] and "无害图片（误报）" in preview.text and "3,370" in preview.text
    assert names(chief.get("/console/gallery?q=media.港口报")) == []
    assert "已更改" in enrol_several(chief, preview).text
    desk.live.refresh()
    assert names(chief.get("/console/gallery?q=media.港口报")) == ["media.港口报"]
    assert desk.store.trail.last("gallery")["details"]["references"] == ["media.港口报"]
    again = enrol_several(chief, preview)
    assert "已登记 0 张" in again.text and "is enrolled already as media.港口报" in again.text


def test_pictures_without_a_good_one_and_too_many_are_refused(chief):
    nothing = send_several(chief, ("notes.txt", b"words"))
    assert "没有可以登记的图片" in nothing.text and "notes.txt" in nothing.text
    assert "12" in told(send_several(chief, *[(f"{number}.png", b"x") for number in range(13)]))
    assert "choose the pictures" in told(send_several(chief, ("", b"")))
