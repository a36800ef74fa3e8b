"""What `make bench` measures: the speed and the memory of an import, of reports, and of their download.

It works in a folder of its own with an embedded PostgreSQL, and leaves nothing behind. It prints; it does not judge.
"""
