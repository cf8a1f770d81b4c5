"""Raw requests and responses with the reading that is expected of them, and what reads them.

`requests` and `responses` hold the tables, one theme a file; a case is one line or a few, with
bytes as they stand on the wire. `passage` has a whole gateway in memory, `strict` and `sloppy`
are readers of the tests' own, which know nothing of the gateway's.

A new case goes into the table of its theme; nothing else is to be done.
"""
