"""What comes of importing a file of numbers."""

from dataclasses import dataclass, field

from numbers.importing.problems import RowProblem

MOST_PROBLEMS = 100


@dataclass(slots=True)
class ImportResult:
    """What a file leads to. With problems, or in a dry run, nothing was stored.

    ``lines_added`` are main lines that the file names itself; ``new_lines`` counts
    lines that the customer never had, ``lines_again`` names other sites that ring
    theirs again, as the digits are chosen. ``is_windows``: the file was not UTF-8 and
    was read as Windows-1252.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    new_lines: int = 0
    sites_added: list[str] = field(default_factory=list)
    lines_added: list[str] = field(default_factory=list)
    lines_again: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    has_more_problems: bool = False
    is_windows: bool = False

    @property
    def has_changes(self) -> bool:
        numbers = self.added or self.changed
        return bool(numbers or self.sites_added or self.lines_added)

    @property
    def numbers(self) -> int:
        return self.added + self.changed + self.unchanged

    @property
    def has_enough_problems(self) -> bool:
        return len(self.problems) >= MOST_PROBLEMS

    def sort_problems(self) -> None:
        """Put the problems in the order of the rows, and keep what a person reads."""
        self.problems.sort(key=lambda problem: problem.row or 0)
        self.has_more_problems = self.has_enough_problems
        del self.problems[MOST_PROBLEMS:]
