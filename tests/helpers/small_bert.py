"""A BERT checkpoint of one narrow layer that knows the corpus' characters, so that training takes seconds."""

import torch
from transformers import BertConfig, BertForMaskedLM

from training.text.data.corpus import Split, read_split

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write(folder, **sizes):
    """A small random BERT with a masked-language head, as MacBERT and RoBERTa-wwm are published, with `vocab.txt`."""
    texts = [case.text.lower() for case in read_split(Split.VALIDATION)[:500]]
    vocabulary = [*SPECIALS, *sorted({character for text in texts for character in text if not character.isspace()})]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    small = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertForMaskedLM(BertConfig(**{"vocab_size": len(vocabulary)} | small | sizes)).save_pretrained(folder)
    return folder
