"""`python -m netblog`."""

from netblog.cli import main

main()
