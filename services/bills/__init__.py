"""Bills: gathered from the database, kept with their inputs, closed, restated, written as files, held against invoices.

contracts   who supplies what under which terms and tariffs; the stretches of a month
energies    what was drawn in them, by whom, and the highest demand
gather      both together: the inputs of a bill
stored      bills as they are kept, and worked out again from what is kept
months      drafts, closing a month, restating it
workbook, paper   a bill as XLSX and as PDF
invoices    what the supplier asks for, beside ours
"""
