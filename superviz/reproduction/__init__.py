"""The published numbers, trained anew: what the papers measured or derived beside what this program measures."""
