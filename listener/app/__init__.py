"""The composition root: the only package that knows everyone."""

from listener.app.app import App
from listener.app.clocks import clock
from listener.app.once import Pass, once
from listener.app.parts import Parts, assemble
from listener.app.run import run

__all__ = ["App", "Parts", "Pass", "assemble", "clock", "once", "run"]
