"""`huijian export`: somebody else's CLIP model as our image encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NEXT_STEPS = """{output} 已就绪 · is ready; {bits}-bit weights, cosine {cosine:.4f}. Try it, then put it in force:

  huijian gallery build REFERENCES.jsonl my-gallery --encoder {output}
  huijian evaluate images --encoder {output} --no-peers
  huijian promote {output} --references REFERENCES.jsonl
"""


def export(
    model: Annotated[str, typer.Option(help="An open_clip model's name, or chinese-clip.")],
    pretrained: Annotated[
        str | None,
        typer.Option(metavar="TAG|FILE|DIR", help="Its weights: open_clip's tag, a file or a folder."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(file_okay=False, help="New artefact folder; build/export/NAME if not given.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Calibrate with only so much of the data, for a trial.")
    ] = None,
) -> None:
    """将任意 CLIP 模型导出为图像编码器 · Make an image encoder of any open_clip or Chinese-CLIP checkpoint.

    The graph is compared with the model, then calibrated on imitations and harmless pictures, which takes some fifty
    thousand passes. Its gallery is built again: vectors of two encoders cannot be mixed.

    Example: `huijian export --model ViT-B-16-SigLIP2 --pretrained webli`

    A file: `huijian export --model ViT-B-32 --pretrained weights.safetensors`

    Chinese-CLIP: `huijian export --model chinese-clip --pretrained FOLDER`
    """
    from training.images.data.cohort import write_cohort
    from training.images.fit.calibrate import calibrate
    from training.images.networks.checkpoints import export_checkpoint

    name = Path(model).name
    folder = output or Path("build") / "export" / name
    if folder.is_dir() and any(folder.iterdir()):
        raise typer.BadParameter(f"{folder} is not empty; choose another --output")
    measured = export_checkpoint(model, pretrained, folder)
    write_cohort(folder, limit=limit)
    calibrate(folder, limit=limit)
    bits, cosine = measured["weight_bits"], measured["cosine_with_8_bit_weights"]
    typer.echo(NEXT_STEPS.format(output=folder, bits=bits, cosine=cosine))
