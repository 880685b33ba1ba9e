"""What every model and store needs of the machine: files, locks, caches, versions, ONNX sessions, timing."""
