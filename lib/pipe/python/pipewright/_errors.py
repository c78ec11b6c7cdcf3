"""How a stage ends other than by returning."""


class BadInput(Exception):
    """Raise it when an input file or a parameter is not what it can be: the message alone is shown, nothing is retried."""


class Cancelled(BaseException):
    """Raised in a stage when the run is stopped: `finally` and `with` have a second to clean up."""
