"""In what state a machine is, from what it sends: meaning of raw values, change points, totals and starts.

raw values --meaning--> states --deriving (gaps, holds)--> change points --totals--> seconds by state, starts
"""
