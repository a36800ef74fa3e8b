"""The demo MSP: made-up customers and their usage, the same on every machine."""

from tallybook.commands.demo.msp import DemoAccess, ensure_demo

__all__ = ["DemoAccess", "ensure_demo"]
