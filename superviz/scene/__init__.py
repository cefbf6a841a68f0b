"""Moment, display settings and selection in; plain drawables out. No Qt, no torch."""
