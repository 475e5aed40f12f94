"""Accounting: logged readings of registers become stored energy.

batch_log --routes--> Accountant --analytics.metering.account--> energy_interval, ledger_entry, demand_day
                           |  late, corrected, other rules                 ^
                           +--> recompute_task --checkpoint, fold on ------+

rules.py       what each register is judged by, and which point it reads from when
routes.py      which reads of a batch belong to which register
reads.py       effective readings from the database
folding.py     a judgement in steps, with a checkpoint about every six hours of event time
writing.py     judged rows, heads, checkpoints: absolute rows, so that writing again changes nothing
accountant.py  reads in order, as they come
recompute.py   everything else, in bounded steps between batches
"""
