"""French: what Django writes by itself is in figures, because it knows no ordinal.

The first of a month is ``1er octobre``; ``formatting.day_words`` writes it.
"""

DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "d/m/Y H:i"
MONTH_DAY_FORMAT = "d/m"
