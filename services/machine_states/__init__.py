"""In what state machines are and were: derived from what their devices send, summed up by day, read by everybody else.

batch_log --following--> windows of changes --replacing--> machine_state --days--> machine_day --reads--> records,
raw readings --catching_up (what was stored before, or is to be read otherwise)--^                        plans
"""
