"""Forms: every field is read before complaining, and a refused form is shown as it was typed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from flask import current_app, g, request
from flask.typing import ResponseReturnValue

from server.core.errors import InvalidForm, InvalidValue, KineError
from webui.i18n import Catalogue
from webui.sentences import fault_sentence, sentence

View = Callable[..., ResponseReturnValue]
_V = TypeVar("_V", bound=View)


class UnreadableFields(InvalidForm):
    """Some fields could not even be read; fact `problems`, an error per field name."""

    def __init__(self, problems: Mapping[str, KineError]) -> None:
        super().__init__(problems=problems)
        self.problems = problems


class Problems:
    """Collects what is wrong with the fields of a form, so that all of it is said at once.

    Parse each field inside `with problems.of("name"):` and call `settle()` before using any.
    """

    def __init__(self) -> None:
        self._found: dict[str, KineError] = {}

    @contextmanager
    def of(self, field: str) -> Iterator[None]:
        """Keep the error this field gives, if any, and go on with the next field."""
        try:
            yield
        except KineError as error:
            self._found[field] = error

    def settle(self) -> None:
        """Raise UnreadableFields when a field had a problem."""
        if self._found:
            raise UnreadableFields(self._found)


def typed(field: str, default: str = "") -> str:
    """Give what was just typed in a field, or the value the page proposes."""
    return request.form.get(field, default)


def required(field: str) -> str:
    """Read a field that may not be empty; spaces around it do not count."""
    text = request.form.get(field, "").strip()
    if not text:
        raise InvalidValue(field=field, reason="empty")
    return text


def shown_again_by(form: View) -> Callable[[_V], _V]:
    """Mark a POST whose refusal is told on its own form: `form` is the GET view that draws it."""

    def mark(view: _V) -> _V:
        view.__dict__["form"] = form
        return view

    return mark


def form_of(endpoint: str | None) -> View | None:
    """Return the view that draws the form a request comes from, when it was marked."""
    view = current_app.view_functions.get(endpoint or "")
    form: View | None = getattr(view, "form", None)
    return form


def faults_of(error: InvalidForm) -> Sequence[tuple[str, str]]:
    """Give the (field, reason) pairs of a form that a service refused."""
    faults: Sequence[tuple[str, str]] = error.facts.get("faults", ())  # type: ignore[assignment]  # facts are objects
    return faults


def field_problems(catalogue: Catalogue) -> dict[str, str]:
    """Sentences about the form being shown again, by field name; "" when no field is at fault."""
    error: KineError | None = g.get("problem")
    if error is None:
        return {}
    if isinstance(error, UnreadableFields):
        return {field: sentence(each, catalogue) for field, each in error.problems.items()}
    if isinstance(error, InvalidForm):
        return {field: fault_sentence(field, why, catalogue) for field, why in faults_of(error)}
    return {str(error.facts.get("field", "")): sentence(error, catalogue)}
