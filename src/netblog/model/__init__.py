"""The blog as frozen data and pure functions: nothing here reads a file or knows of a build."""
