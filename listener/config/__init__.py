"""Configuration: a folder of TOML and the environment → frozen `Settings`, or every mistake at once."""

from listener.config.durations import duration
from listener.config.environment import Env, process_environment
from listener.config.folder import FILES, load
from listener.config.samples import check
from listener.config.settings import ChannelSettings, Ops, Retention, Sample, Settings, Slack, SourceSettings, Tag, Web
from listener.config.template import init

__all__ = [
    "FILES",
    "ChannelSettings",
    "Env",
    "Ops",
    "Retention",
    "Sample",
    "Settings",
    "Slack",
    "SourceSettings",
    "Tag",
    "Web",
    "check",
    "duration",
    "init",
    "load",
    "process_environment",
]
