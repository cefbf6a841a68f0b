"""Training: the compiled kernel, the trainer that steps it and the runner that paces it."""
