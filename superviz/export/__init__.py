"""Stills and films: the same scenes, painted into files."""
