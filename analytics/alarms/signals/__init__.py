"""Signals: how the figure that a rule watches comes about. One module a family; `working.py` puts them together.

    value.py     an expression over points, a deviation from another, whether a point is in one of some states
    rate.py      how fast a figure changes within a window
    count.py     how often something happened within a window
    growing.py   seconds since something last happened: silence, a value that is stuck
    facts.py     figures that services work out and tell

A new kind is one class with `figures(local, at_us, view)`, and a timeline in the tests.
"""
