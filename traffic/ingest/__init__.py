"""Call records in: exactly once, in any order, however often (docs/traffic.md).

``record`` reads one delivered record, ``delivery`` sorts a batch into added, known
and quarantined, ``storage`` writes it, ``files`` reads CSV.
"""
