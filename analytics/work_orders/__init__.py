"""The life of a work order: a literal table, and the times by which somebody has to have acted."""
