"""Parts: a plain list of what a site keeps, how many there are, and what orders took.

rows       parts and movements as they are read
stock      what changes the stock: received, counted, used, returned; each once
of_orders  what an order planned, took and brought back
listing    the parts themselves: listed, put, retired
files      the list and the movements as XLSX and CSV

The warehouse proper (several stores, batches, orders to suppliers) comes later: whatever keeps stock then answers `use`
and `give_back` of `of_orders`, which is all that orders ask of parts.
"""
