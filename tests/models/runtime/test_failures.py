from models.runtime.failures import MAX_FRAMES, safe_traceback


def deep(levels):
    if levels:
        deep(levels - 1)
    raise ValueError("holds the secret text")


def test_traceback_has_the_innermost_frames_and_never_the_message():
    try:
        deep(10)
    except ValueError as error:
        output = safe_traceback(error)
    assert output.startswith(f"ValueError at {__file__}:")
    assert output.count(" deep") == MAX_FRAMES
    assert "secret" not in output
