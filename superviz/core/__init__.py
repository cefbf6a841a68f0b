"""The papers as functions: experiments, snapshots and the geometry of features (numpy and pydantic only)."""
