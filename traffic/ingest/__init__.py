"""Call records in: exactly once, in any order, however often (docs/traffic.md).

``load`` takes a file in: ``files`` reads CSV, ``record`` one record of it, ``delivery``
sorts a batch into added, known and quarantined, ``storage`` writes it.
"""
