"""Bytes in, model values out: every reader is pure, and says where in the file a thing is wrong."""
