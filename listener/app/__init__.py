"""The composition root: the only package that knows everyone."""

from listener.app.app import App
from listener.app.clocks import clock
from listener.app.forgetting import Receipt, forget
from listener.app.once import Pass, once
from listener.app.parts import Parts, assemble, terms_of
from listener.app.run import run

__all__ = ["App", "Parts", "Pass", "Receipt", "assemble", "clock", "forget", "once", "run", "terms_of"]
