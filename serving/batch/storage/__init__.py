"""Where a run's files lie: on a disk, or in an object store. Both write a file whole or not at all."""
