"""What is kept of a run: the recording, the moment shown at a position, and the file."""
