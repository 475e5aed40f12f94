"""Energy analysis: how much, of what quality, in which band and at what cost, by meter, space and unit.

question --registry, shares by day--> who counts with which weight      belonging.py
    |                                        |
    +--period in parts--> months, days, hours, quarter hours            periods.py, sums.py
                                             |
                 by key, bucket and band --prices--> figures            prices.py, analysis.py
"""
