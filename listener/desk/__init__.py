"""What people do with the cards in Slack, and what comes of it: each click is stored before it is acknowledged."""

from listener.desk.desk import Desk
from listener.desk.line import Line

__all__ = ["Desk", "Line"]
