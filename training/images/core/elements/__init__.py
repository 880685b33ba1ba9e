"""Elements of the core detector's scenes: surfaces, cloth, wearers, silhouettes, holders, grounds and letters."""
