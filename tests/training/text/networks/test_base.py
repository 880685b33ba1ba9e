import struct

import numpy as np
import pytest

from training.text.networks.base import UNKNOWN, chinese_vocabulary, read_e5

SCALE = 0.5
NIBBLES = np.arange(16, dtype=np.uint8)


def e5_file(path):
    """A file of one piece, one norm entry, a float tensor and a q4_0 tensor, as `e5_parse` reads it."""
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 1, 64, 1, 8, 1, 1e-12, 32)
    tokenizer = struct.pack("<5iQ", 1, 0, 2, 1, 3, 1) + struct.pack("<2If", 0, 1, -1.0) + b"a"
    norm = struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
    floats = np.array([1.5, -2.0], "<f4").tobytes()
    block = np.float16(SCALE).tobytes() + (NIBBLES | (NIBBLES[::-1] << 4)).astype(np.uint8).tobytes()
    entries = [("emb.pos", 0, 2, floats), ("emb.word", 1, 32, block)]
    size = sum(2 + len(name) + 21 for name, *_ in entries)
    offset = len(head + tokenizer + norm) + 4 + size
    directory = struct.pack("<i", len(entries))
    for name, dtype, values, data in entries:
        directory += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", dtype, values, offset, len(data))
        )
        offset += len(data)
    path.write_bytes(head + tokenizer + norm + directory + floats + block)
    return path


def test_tensors_of_an_e5_file_are_dequantised(tmp_path):
    tensors = read_e5(e5_file(tmp_path / "small.bin"))
    assert tensors["emb.pos"].tolist() == [1.5, -2.0]
    low, high = (NIBBLES.astype(float) - 8) * SCALE, (NIBBLES[::-1].astype(float) - 8) * SCALE
    assert tensors["emb.word"].tolist() == [*low, *high]


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match=r"other\.bin is no E5S1 file"):
        read_e5(path)


@pytest.fixture
def pruned():
    kept = ["<s>", "<pad>", "</s>", "<unk>", "▁", "微信", "机", "▁vip", "123", "。", "😀", "の"]
    left_out = ["機", "▁Москва", "internationalization", "WWW", "ⅶ微", "한국", "<mask>"]
    vocabulary = [[piece, -float(rank)] for rank, piece in enumerate(kept + left_out)]
    vocabulary[12:12] = [[f"x{number}", -20.0] for number in range(40_000)]  # ranks below are spelt from pieces
    specials = [{"id": i, "content": piece, "special": True} for i, piece in enumerate(kept[:4])]
    common = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    original = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [token | common for token in specials],
        "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": vocabulary},
    }
    return kept, left_out, *chinese_vocabulary(original)


def test_the_vocabulary_keeps_what_chinese_profiles_use_in_its_order(pruned):
    kept, left_out, rows, tokenizer = pruned
    assert rows[: len(kept)] == list(range(len(kept)))
    assert [tokenizer.id_to_token(row) for row in range(len(kept))] == kept
    assert not any(tokenizer.token_to_id(piece) for piece in left_out)


def test_common_characters_and_emoji_that_were_missing_are_added(pruned):
    *_, rows, tokenizer = pruned
    for character in "的镊稗🎰🩺":
        assert rows[tokenizer.token_to_id(character)] == UNKNOWN
    assert tokenizer.get_vocab_size() == len(rows)
    assert tokenizer.encode("微信机", add_special_tokens=False).tokens == ["▁", "微信", "机"]
