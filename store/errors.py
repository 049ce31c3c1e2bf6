"""Why what is stored cannot be used."""


class StoreUnusable(Exception):
    """Stored data is damaged or from a newer version; the message is one sentence that says what to do."""
