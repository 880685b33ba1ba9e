"""The networks in torch, their export to ONNX, and released weights read back."""
