"""Antesala: a WhatsApp assistant for patients before surgery, run by the hospital on its own machine."""

__version__ = "0.1.0"
