"""Shared infrastructure of models and stores: files, locks, caches, versions, ONNX sessions, timing."""
