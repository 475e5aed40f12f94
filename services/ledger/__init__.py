"""The meter ledger as people use it: what was not plain, what they decided about it, and whether it all adds up."""
