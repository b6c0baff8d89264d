"""Themes: bundles of template text in, pages of HTML out; nothing here reads a file or knows of a build."""
