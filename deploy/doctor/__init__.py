"""`ioe doctor`: what is wrong with an installation and how to mend it.

Each module looks at one side of it and gives findings; none changes anything. A finding that is not ok names the mend,
as a command where there is one.
"""
