"""What hostile posts, the start and the memory cost, beside what we aim for."""

from listener.ops.limits.cost import Cost, costs
from listener.ops.limits.figures import Figure
from listener.ops.limits.process import help_takes, run_takes

__all__ = ["Cost", "Figure", "costs", "help_takes", "run_takes"]
