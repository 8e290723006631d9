"""A keyring of the session made of a dict: locked or not, there or not."""


class Wallet:
    def __init__(self) -> None:
        self.available = True
        self.locked = False
        self.held: dict[str, str] = {}

    def get(self, user: str) -> str:
        return self.held.get(user, "") if self._open else ""

    def put(self, user: str, secret: str) -> bool:
        if self._open:
            self.held[user] = secret
        return self._open

    def drop(self, user: str) -> None:
        self.held.pop(user, None)

    @property
    def _open(self) -> bool:
        return self.available and not self.locked
