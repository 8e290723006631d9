"""The `besace` command (`cli.md`): one function per subcommand, heavy imports inside."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.core.errors import KineError, Missing

if TYPE_CHECKING:
    from server.app.sentences import Speech

_PRACTICE = Path.home() / "Besace"
_UNUSABLE, _LACKING = 2, 3

_json = click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
_no_window = click.option(
    "--no-window", is_flag=True, help="Servir et afficher l'adresse à usage unique."
)
_practice = click.option(
    "--practice", type=click.Path(file_okay=False, path_type=Path), default=_PRACTICE,
    help="Dossier du cabinet.",
)  # fmt: skip
_middleware = click.option(
    "--middleware", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
    help="Bibliothèque PKCS#11 du logiciel des cartes (eID ou CPS) ; sinon, cherchée.",
)  # fmt: skip
_user = click.option(
    "--user", default="", help="Qui tape sa phrase de passe ; demandé s'ils sont plusieurs."
)


@click.group(invoke_without_command=True)
@click.version_option(package_name="besace")
@click.pass_context
def besace(context: click.Context) -> None:
    """Besace: patients, séances et facturation du kiné, avec ou sans réseau."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@besace.command()
@click.option("--practice", type=click.Path(file_okay=False, path_type=Path), default=_PRACTICE,
              help="Dossier du cabinet ; vide, un nouveau cabinet y est créé.")  # fmt: skip
@_no_window
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port local fixe.")
@click.option("--endpoint", default="", help="Adresse du canal eFact de MyCareNet.")
@_middleware
@_json
def run(
    practice: Path, no_window: bool, port: int, endpoint: str, middleware: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Ouvrir le cabinet dans sa fenêtre."""
    with _loading():
        from server.app.opening import open_practice
        from server.settings import Settings

    settings = Settings(
        practice, window=not no_window, port=port, endpoint=endpoint, middleware=middleware
    )
    _carry_out(lambda speech: open_practice(settings, speech), as_json=as_json)


@besace.command()
@click.option("--country", type=click.Choice(["be", "fr"]), default="be", help="Pays du cabinet.")
@_no_window
@click.option("--hours", type=click.FloatRange(0.0001, 240), default=12.0,
              help="Durée après laquelle la démonstration s'arrête.")  # fmt: skip
@_json
def demo(country: str, no_window: bool, hours: float, as_json: bool) -> None:
    """Ouvrir un cabinet fictif, avec ses simulateurs, à la date du jour."""
    from server.app.demo import open_demo

    window = not no_window
    _carry_out(
        lambda speech: open_demo(speech, window=window, hours=hours, country=country),
        as_json=as_json,
    )


@besace.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "as_format", default=None, help="Format attendu, par exemple efact.920900.")
@_json
def inspect(files: tuple[Path, ...], as_format: str | None, as_json: bool) -> None:
    """Reconnaître, décoder et vérifier un message, ou les codes d'une image ou d'un PDF."""
    from server.app.inspect import inspect as look
    from server.app.privacy import protect_process
    from server.app.sentences import locale_of

    protect_process()
    language = "nl" if locale_of(os.environ) == "nl" else "fr"
    sys.exit(look(files, as_format, as_json, sys.stdout, language))


@besace.command()
@click.argument(
    "names", nargs=-1, required=True,
    type=click.Choice(["mycarenet", "sesam", "card", "scanner"]),
)  # fmt: skip
@click.option("--card", "kinds", multiple=True,
              help="Carte du lecteur virtuel : eid, vitale, cps, eid-1.7, kids, forged, mute… ;"
                   " deux fois pour deux fentes.")  # fmt: skip
@click.option("--unsigned", is_flag=True, help="Accepter un transport non signé.")
@click.option("--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Pannes à simuler : un fichier JSON.")  # fmt: skip
@click.option("--seed", type=int, default=0,
              help="Graine des pannes ; sesam : autre que 0, elle en tire.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port local fixe.")
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="Fichier d'état du simulateur.")  # fmt: skip
@click.option("--delays", type=float, nargs=4, default=None, metavar="S S S S",
              help="Secondes jusqu'à l'accusé, au reçu, à la décision et au décompte.")  # fmt: skip
@click.option("--duplicates", type=click.Choice(["same-tack", "refuse", "process"]),
              default="same-tack", help="Ce que devient une référence déjà reçue.")  # fmt: skip
@click.option("--mail-ports", type=click.IntRange(0, 65535), nargs=2, default=(0, 0),
              metavar="SMTP POP3", help="sesam : ports locaux fixes du frontal.")  # fmt: skip
@click.option(
    "--table",
    "tables",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="sesam : table de conventions que le frontal remet à qui lui envoie.",
)
@click.option("--while-fed", is_flag=True, hidden=True)
@_json
def simulate(
    names: tuple[str, ...], kinds: tuple[str, ...], unsigned: bool, faults: Path | None,
    seed: int, port: int, db: Path | None,
    delays: tuple[float, float, float, float] | None, duplicates: str,
    mail_ports: tuple[int, int], tables: tuple[Path, ...], while_fed: bool, as_json: bool,
) -> None:  # fmt: skip
    """Démarrer des simulateurs sur cette machine et afficher leurs adresses."""
    from server.app.simulate import Simulation
    from server.app.simulate import simulate as start

    asked = Simulation(
        names,
        unsigned,
        faults,
        seed,
        port,
        db,
        while_fed,
        delays,
        duplicates,
        kinds or ("eid",),
        mail_ports,
        tables,
    )
    _carry_out(lambda speech: start(asked, speech), as_json=as_json)


@besace.group()
def reference() -> None:
    """Tables datées : tarifs, organismes, codes."""


@reference.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_practice
@_user
@_json
def import_(file: Path, practice: Path, user: str, as_json: bool) -> None:
    """Ajouter à un cabinet fermé un tarif, une table datée ou, en France, des conventions."""
    from server.app.reference_commands import import_table

    _carry_out(lambda speech: import_table(practice, file, user, speech), as_json=as_json)


@reference.command("list")
@_practice
@_json
def list_(practice: Path, as_json: bool) -> None:
    """Montrer les tables d'un cabinet, leurs périodes et leurs sources."""
    from server.app.reference_commands import list_tables

    _carry_out(lambda speech: list_tables(practice, speech), as_json=as_json)


@besace.command()
@_practice
@click.option("--endpoint", default="", help="L'adresse que vous donnez à `besace run`.")
@click.option("--sesam", type=click.Path(path_type=Path), default=None,
              help="France : le programme du composant SESAM-Vitale agréé.")  # fmt: skip
@_middleware
@_json
def doctor(
    practice: Path, endpoint: str, sesam: Path | None, middleware: Path | None, as_json: bool
) -> None:
    """Dire ce qui va et ce qui ne va pas : lecteurs, fenêtre, dossier, tables, horloge."""
    from server.app.doctor import examine

    _carry_out(
        lambda speech: examine(practice, endpoint, speech, sesam, middleware), as_json=as_json
    )


@besace.command()
@_practice
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), default=None,
              help="Dossier de la copie ; sinon, à côté du cabinet.")  # fmt: skip
@_user
@_json
def backup(practice: Path, to: Path | None, user: str, as_json: bool) -> None:
    """Copier un cabinet fermé et vérifier la copie en la restaurant à l'essai."""
    from server.app.backup_commands import back_up

    _carry_out(lambda speech: back_up(practice, to, user, speech), as_json=as_json)


@besace.command()
@click.argument("copy", metavar="SAUVEGARDE", type=click.Path(exists=True, path_type=Path))
@_practice
@_json
def restore(copy: Path, practice: Path, as_json: bool) -> None:
    """Rendre un cabinet à partir d'une sauvegarde, dans un dossier vide."""
    from server.app.backup_commands import restore as bring_back

    _carry_out(lambda speech: bring_back(copy, practice, speech), as_json=as_json)


@besace.command()
@click.argument("copy", metavar="[SAUVEGARDE]", required=False, default=None,
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@_practice
@_user
@_json
def verify(copy: Path | None, practice: Path, user: str, as_json: bool) -> None:
    """Prouver qu'un cabinet, ou une sauvegarde, est entier et intact."""
    from server.app.verify import verify as prove

    _carry_out(lambda speech: prove(copy, practice, user, speech), as_json=as_json)


@besace.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DOSSIER")
@_practice
@_user
@_json
def export(folder: Path, practice: Path, user: str, as_json: bool) -> None:
    """Sortir en clair le journal d'un cabinet fermé, avec de quoi le vérifier sans Besace."""
    from server.app.export import export as take_away

    _carry_out(lambda speech: take_away(practice, folder, user, speech), as_json=as_json)


@besace.command()
@click.argument("names", nargs=-1)
@_json
def bench(names: tuple[str, ...], as_json: bool) -> None:
    """Mesurer, chaque chiffre à côté de son étalon."""
    from server.app.bench import run_benches

    sys.exit(run_benches(names, as_json=as_json))


@contextmanager
def _loading() -> Iterator[None]:
    """Load modules without looking for waste: they make much and drop little, and all of it stays.

    It takes a twentieth off the time to the first page.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _carry_out(work: "Callable[[Speech], int]", *, as_json: bool) -> None:
    """Do the work of a command and exit; an error of ours is a sentence, never a trace."""
    from server.app.privacy import protect_process
    from server.app.sentences import speech

    protect_process()
    speaking = speech(as_json=as_json)
    try:
        status = work(speaking)
    except KeyboardInterrupt:  # Ctrl-C or a signal: everything was put away
        status = 0
    except Exception as error:
        told = _explained(error)
        if told is None:
            raise
        speaking.refuse(told)
        status = _LACKING if isinstance(told, Missing) else _UNUSABLE
    sys.exit(status)


def _explained(error: Exception) -> KineError | None:
    """Say in our own words what went wrong, a full disk or a damaged file included."""
    if isinstance(error, KineError):
        return error
    from server.services.troubles import explained

    return explained(error)
