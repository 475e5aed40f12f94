"""Attachments: photos and documents that people add to orders and machines.

accepted   what a file is by its content, and what is refused
scans      how often a JPEG draws itself over, counted before it is decoded
photo      a photo drawn anew: upright, of a size for screens, without whatever else was in its file
naming     the name it is kept under
keeping    drawn outside a transaction, then kept; read again, also as a small picture
"""
