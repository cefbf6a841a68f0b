"""One module a subject: what is trained for it, and a table of checks."""
