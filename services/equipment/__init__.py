"""Each machine's record: its nameplate, its files, its timeline, and its figures.

record.py    what it is: nameplate, criticality, warranty; every change kept with before and after
files.py     documents and photos; what is removed is hidden, never erased
notes.py     what people want the next one to know
timeline.py  one list of everything that happened to it
figures.py   how reliable it is, what it used and what it cost
states.py    in what state it was when, as a chart draws it
"""
