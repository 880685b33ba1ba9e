"""OCR: detects, locates and reads text in pictures, and judges it."""
