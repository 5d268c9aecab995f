"""Dutch as written in Belgium: slashes, not the dashes of the Netherlands."""

SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
