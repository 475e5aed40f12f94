"""A site folder: the whole registry of a site as files that people write, compare and keep in version control.

    site.toml            the site, its spaces and its organisational units
    templates/*.toml     kinds of devices, each with its points
    equipment.csv        machines
    devices.csv          what sends readings
    points.csv           points beyond the templates, and exceptions from them
    aliases.csv          names under which devices really send, where those are not ours
    meters.csv           what measures a carrier, below which other meter, for whom
    registers.csv        which point is the register of a meter, since when, with which multiplier
    allocations.csv      shares of a meter for spaces and units

    files -> records (each value with its line) -> entries -> references checked -> points worked out -> Registry

`read.py` reads a folder and names every mistake in it, `write.py` writes one. Neither knows the database.
"""
