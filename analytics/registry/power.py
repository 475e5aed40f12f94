"""Which power meters add up to the live power of a space.

  A meter measures the space it stands for, exactly. A space is
    the sum of its own meters; where it has none,
    the sum of the spaces directly below it.
  The site itself is the path "": its own meters are the incomers, and where it has none, its buildings.

Only meters of kind `power_meter` take part; meters of transformers, feeders, lines and machines measure parts of the
same power, have kinds of their own, and are not given to this function. So nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: The path of the site itself, above all its spaces.
SITE = ""


def parent_of(path: str) -> str:
    """The path one level up; SITE above a path of one code."""
    return path.rpartition("/")[0]


def power_points(spaces: Iterable[str], meters: Iterable[tuple[str, int]]) -> Mapping[str, Sequence[int]]:
    """For the site and each space, the points that add up; none where nothing measures it.

    `spaces` are all the paths of a site, `meters` pairs of (path of the space it measures or SITE, point).
    """
    paths = {SITE, *spaces}
    own: dict[str, list[int]] = {path: [] for path in paths}
    for path, point in meters:
        own[path].append(point)
    total: dict[str, list[int]] = {path: list(points) for path, points in own.items()}
    # The deepest first, so that a space's sum is complete before it is added to the one above.
    for path in sorted(paths - {SITE}, key=lambda path: path.count("/"), reverse=True):
        above = parent_of(path)
        if not own[above]:
            total[above].extend(total[path])
    return {path: tuple(sorted(total[path])) for path in sorted(paths)}
