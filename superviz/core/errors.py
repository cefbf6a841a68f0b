"""What can go wrong for a user: every error carries one line that names the thing and what would be right."""


class SupervizError(Exception):
    """A fault the user can mend. `str(error)` is one line, fit for a notification or for stderr."""


class RecipeError(SupervizError):
    """An experiment that contradicts itself. The line names the field and what would be right.

    Deliberately no ValueError: pydantic would wrap that into its own error."""


class SessionError(SupervizError):
    """A file that is no session, is locked, damaged, or can't be written."""


class ExportError(SupervizError):
    """A film or still that can't be written as asked."""


class TrainingError(SupervizError):
    """Training can't go on: it diverged, or an edit does not fit the experiment."""


class WeightsError(SupervizError):
    """Weights of another program that can't be read, or that don't say enough to be read for certain."""
