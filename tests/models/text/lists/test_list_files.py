"""Word lists on disk: read from files of people, changed by several processes, followed by workers."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.profile import Label
from models.text.lists import files
from models.text.lists.files import ListFiles, WordLists
from models.text.lists.tables import read_words, write_words
from models.text.lists.words import ListsError, WordList, parse_word

BLOCKED = {"word": "跑分", "list": "blocked", "label": "prohibited_content", "severity": "reject"}
ALLOWED = {"word": "海边", "list": "allowed"}


def write(path, *lines):
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def faults_of(path):
    words, faults = read_words(path)
    return [str(fault) for fault in faults], len(words)


def test_json_lines_are_read_in_order_and_once(tmp_path):
    words, faults = read_words(write(tmp_path / "w.jsonl", "\ufeff" + json.dumps(BLOCKED), "", ALLOWED, BLOCKED))
    assert ([word.word for word in words], faults) == (["跑分", "海边"], [])


def test_table_is_read_by_its_columns(tmp_path):
    file = write(
        tmp_path / "w.csv",
        "word,list,label,severity,fields,note",
        '跑分,blocked,prohibited_content,reject,name; bio,"a\nnote"',
        "海边,allowed,,,,",
    )
    words, faults = read_words(file)
    assert faults == []
    assert words == [parse_word({**BLOCKED, "fields": ["name", "bio"], "note": "a\nnote"}), parse_word(ALLOWED)]


def test_every_faulty_line_is_named(tmp_path):
    file = write(
        tmp_path / "w.jsonl",
        ALLOWED,
        "{",
        BLOCKED | {"severity": "warn"},
        "5",
        ALLOWED | {"note": "other"},
        {"word": "x", "list": "allowed", "labels": []},
    )
    faults, read = faults_of(file)
    assert read == 1
    assert faults[0].startswith("w.jsonl, line 2: not JSON: ")
    assert faults[1:4] == [
        "w.jsonl, line 3: severity: must be one of review, reject",
        "w.jsonl, line 4: expected a JSON object",
        "w.jsonl, line 5: word: line 1 lists it too, with other values",
    ]
    assert faults[4].startswith("w.jsonl, line 6: there is no field 'labels'; the fields are word, list")


def test_every_faulty_row_is_named(tmp_path):
    file = write(tmp_path / "w.csv", "word,list,note", ",allowed,", "海边,allowed,a,b", '海边,allowed,"a"b')
    faults, _ = faults_of(file)
    assert faults[0] == "w.csv, line 2: word: missing"
    assert faults[1] == "w.csv, line 3: more cells than columns"
    assert faults[2].startswith("w.csv, line 4: not CSV: ")


def test_row_with_too_few_cells_lacks_their_fields(tmp_path):
    assert faults_of(write(tmp_path / "w.csv", "word,list,label", "跑分,blocked"))[0] == [
        "w.csv, line 2: label: missing"
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("w.csv", b"word,label\n", "w.csv, line 1: there is no column list"),
        ("w.csv", b"", "w.csv, line 1: there is no column word"),
        ("w.jsonl", b"\n\n", "w.jsonl lists no words"),
        ("w.jsonl", b"\xff\xfe", "w.jsonl cannot be read: it is not UTF-8"),
    ],
)
def test_file_of_another_kind_is_refused(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ListsError, match=reason):
        read_words(tmp_path / name)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ListsError, match="No such file"):
        read_words(tmp_path / "w.jsonl")


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
            st.sampled_from(WordList),
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
        ),
        min_size=1,
        max_size=5,
    ),
    suffix=st.sampled_from([".csv", ".jsonl"]),
)
def test_written_words_are_read_back(tmp_path_factory, words, suffix):
    known = {}
    for word, chosen, note in words:
        values = (BLOCKED if chosen is WordList.BLOCKED else ALLOWED) | {"word": f"跑{word}", "note": note.strip()}
        listed = parse_word(values)
        known.setdefault(listed.key, listed)
    file = tmp_path_factory.mktemp("words") / f"w{suffix}"
    write_words(file, list(known.values()))
    assert read_words(file) == (list(known.values()), [])


def test_word_gets_its_new_entry_in_its_old_place(tmp_path):
    lists = ListFiles(tmp_path / "home")
    first = lists.add([parse_word(BLOCKED), parse_word(ALLOWED)])
    assert (first.added, first.replaced, first.version[:2]) == (2, 0, "2-")
    again = lists.add([parse_word(BLOCKED | {"word": "跑\u200b分", "label": "deceptive_claim"})])
    assert (again.added, again.replaced) == (0, 1)
    assert [(word.word, word.label) for word in lists.read().words] == [
        ("跑\u200b分", Label.DECEPTIVE_CLAIM),
        ("海边", None),
    ]
    assert lists.read().version == again.version != first.version


def test_same_entry_changes_nothing(tmp_path):
    lists = ListFiles(tmp_path)
    lists.add([parse_word(BLOCKED)])
    stamp = lists.stamp()
    assert (lists.add([parse_word(BLOCKED)]).replaced, lists.stamp()) == (0, stamp)


def test_word_is_removed_in_any_spelling(tmp_path):
    lists = ListFiles(tmp_path)
    lists.add([parse_word(ALLOWED | {"word": "ＶＸ"})])
    removed, change = lists.remove("vx")
    assert (removed.word, change.removed, lists.read().words) == ("ＶＸ", 1, ())
    with pytest.raises(ListsError) as unknown:
        lists.remove("vx")
    assert (unknown.value.code, unknown.value.field) == ("word_unknown", "word")


def test_new_words_may_take_the_place_of_all_others(tmp_path):
    lists = ListFiles(tmp_path)
    lists.add([parse_word(BLOCKED), parse_word(ALLOWED)])
    change = lists.add([parse_word(ALLOWED), parse_word(ALLOWED | {"word": "山上"})], instead=True)
    assert (change.added, change.replaced, change.removed) == (1, 0, 1)
    assert [word.word for word in lists.read().words] == ["海边", "山上"]


def test_too_many_words_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_WORDS", 1)
    lists = ListFiles(tmp_path)
    lists.add([parse_word(BLOCKED)])
    with pytest.raises(ListsError) as full:
        lists.add([parse_word(ALLOWED)])
    assert (full.value.code, len(lists.read().words)) == ("lists_full", 1)


def test_no_change_is_lost_between_writers(tmp_path):
    words = [parse_word(ALLOWED | {"word": f"海边{number}"}) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda word: ListFiles(tmp_path).add([word]), words))
    assert {word.word for word in ListFiles(tmp_path).read().words} == {word.word for word in words}


def test_broken_lists_are_refused_and_the_old_ones_judge(tmp_path):
    ListFiles(tmp_path).add([parse_word(BLOCKED)])
    lists = WordLists(tmp_path)
    file = tmp_path / files.LISTS_FOLDER / files.WORDS_FILE
    good = file.read_text("utf-8")
    file.write_text(good + '{"word": "海边"}\n', "utf-8")
    assert not lists.refresh()
    assert "words.jsonl, line 2: list: missing" in lists.refusal.reason
    assert len(lists.current.lists.words) == 1
    file.write_text("", "utf-8")
    assert lists.refresh()
    assert (lists.refusal, len(lists.current.lists.words)) == (None, 0)
