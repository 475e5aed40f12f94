"""Plans that fall due: looked at each minute, opened as orders, read as a due list and a calendar.

maintenance_plan x machines --looking--> plan_machine (how it stands) --in time--> work_order
                                                 '--reads--> due list, calendar, what is overdue
"""
