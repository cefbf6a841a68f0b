"""The window: what the person sees and presses, and the wiring between the rooms."""
