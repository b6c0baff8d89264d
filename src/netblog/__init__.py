"""netblog: a static site generator for blogs whose conversation survives."""

__version__ = "0.1.0"
