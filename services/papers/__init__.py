"""Papers: what people print or open in a spreadsheet. Every text on them came from somebody, and stays a text.

texts           what a workbook, a page and a CSV line can hold of a text
sheet           rows as XLSX and CSV
pages           pieces of a PDF page: headings, facts, tables, photos
order_paper     a work order on paper
label_sheet     labels for machines, with a code that leads to their report form
timeline_paper  the timeline of a machine, on paper and as a sheet
"""
