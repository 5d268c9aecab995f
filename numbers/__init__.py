"""Geographic numbers under VMS management.

Python's standard library also has a module named ``numbers``, and ``decimal``
needs it. Whichever of the two is imported first keeps the name, so this
package carries the standard names along; ``vms_portal`` covers the other order
(docs/adr/0001-the-package-is-called-numbers.md).
"""

import sysconfig
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

_stdlib = ModuleType("numbers")
SourceFileLoader(
    "numbers", str(Path(sysconfig.get_path("stdlib"), "numbers.py"))
).exec_module(_stdlib)

Number = _stdlib.Number
Complex = _stdlib.Complex
Real = _stdlib.Real
Rational = _stdlib.Rational
Integral = _stdlib.Integral
