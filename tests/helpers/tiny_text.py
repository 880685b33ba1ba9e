"""A real text tower of a few kilobytes beside `tiny_encoder`: the mean of random vectors of a phrase's tokens."""

import numpy as np
import onnx
import tiny_encoder
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

CONTEXT = 8
WORDS = ["[PAD]", "[UNK]", *"一枚警徽国旗", "police", "badge", "flag"]


def write(directory, seed=0):
    """Add `text.onnx` and `tokenizer.json` to an artefact folder; padding gets no weight."""
    directory.mkdir(parents=True, exist_ok=True)
    vectors = np.random.default_rng(seed).normal(size=(len(WORDS), tiny_encoder.DIMENSION)).astype(np.float32)
    vectors[0] = 0
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["pieces"]),
        helper.make_node("ReduceSum", ["pieces", "axis"], ["vectors"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny text",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["phrases", CONTEXT])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["phrases", tiny_encoder.DIMENSION])],
        [numpy_helper.from_array(vectors, "table"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, directory / "text.onnx")
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.enable_padding(length=CONTEXT)
    tokenizer.enable_truncation(CONTEXT)
    tokenizer.save(str(directory / "tokenizer.json"))
    return directory
