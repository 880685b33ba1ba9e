"""A platform's own words: blocked and allowed, matched in names, bios and signatures."""
