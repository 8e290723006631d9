"""The `besace` command (`cli.md`): one function per subcommand, heavy imports inside."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from server.core.errors import KineError

_PRACTICE = Path.home() / "Besace"


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
@click.option("--no-window", is_flag=True, help="Servir et afficher l'adresse à usage unique.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port local fixe.")
@click.option("--endpoint", default="", help="Adresse du canal eFact de MyCareNet.")
def run(practice: Path, no_window: bool, port: int, endpoint: str) -> None:
    """Ouvrir le cabinet dans sa fenêtre."""
    from server.app.opening import open_practice
    from server.settings import Settings

    settings = Settings(practice, window=not no_window, port=port, endpoint=endpoint)
    sys.exit(_told(lambda: open_practice(settings)))


@besace.command()
@click.option("--country", type=click.Choice(["be"]), default="be", help="Pays du cabinet.")
@click.option("--no-window", is_flag=True, help="Servir et afficher l'adresse à usage unique.")
@click.option("--hours", type=click.FloatRange(0.001, 240), default=12.0,
              help="Durée après laquelle la démonstration s'arrête.")  # fmt: skip
def demo(country: str, no_window: bool, hours: float) -> None:
    """Ouvrir un cabinet fictif, avec ses simulateurs, à la date du jour."""
    from server.app.demo import open_demo

    sys.exit(_told(lambda: open_demo(window=not no_window, hours=hours)))


@besace.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "as_format", default=None, help="Format attendu, par exemple efact.920900.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
def inspect(files: tuple[Path, ...], as_format: str | None, as_json: bool) -> None:
    """Reconnaître, décoder et vérifier un message."""
    from server.app.inspect import inspect as look

    sys.exit(look(files, as_format, as_json, sys.stdout))


@besace.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(["mycarenet", "card"]))
@click.option("--unsigned", is_flag=True, help="Accepter un transport non signé.")
@click.option("--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seed", type=int, default=0, help="Graine des pannes.")
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="Fichier d'état du simulateur.")  # fmt: skip
def simulate(
    names: tuple[str, ...], unsigned: bool, faults: Path | None, seed: int, port: int,
    db: Path | None,
) -> None:  # fmt: skip
    """Démarrer des simulateurs sur cette machine et afficher leurs adresses."""
    from server.app.simulate import simulate as start

    sys.exit(start(names, unsigned=unsigned, faults=faults, seed=seed, port=port, db=db))


@besace.group()
def reference() -> None:
    """Tables datées : tarifs, organismes, codes."""


@reference.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--practice", type=click.Path(file_okay=False, path_type=Path), default=_PRACTICE)
def import_(file: Path, practice: Path) -> None:
    """Ajouter un tarif à un cabinet fermé, avec sa phrase de passe."""
    from server.app.reference_commands import import_table

    secret = click.prompt("Phrase de passe", hide_input=True)
    sys.exit(_told(lambda: import_table(practice, file, secret)))


@reference.command("list")
@click.option("--practice", type=click.Path(file_okay=False, path_type=Path), default=_PRACTICE)
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
def list_(practice: Path, as_json: bool) -> None:
    """Montrer les tables d'un cabinet, leurs périodes et leurs sources."""
    from server.app.reference_commands import list_tables

    sys.exit(_told(lambda: list_tables(practice, as_json=as_json)))


@besace.command()
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
def doctor(as_json: bool) -> None:
    """Dire ce qui va et ce qui ne va pas : lecteurs, fenêtre, tables, horloge."""
    from server.app.doctor import examine

    sys.exit(examine(as_json=as_json))


@besace.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
def bench(names: tuple[str, ...], as_json: bool) -> None:
    """Mesurer, chaque chiffre à côté de son étalon."""
    from server.app.bench import run_benches

    sys.exit(run_benches(names, as_json=as_json))


def _told(work: Callable[[], int]) -> int:
    """Turn an error of ours into a sentence on standard error, never a trace."""
    try:
        return work()
    except KineError as error:
        from server.app.sentences import sentence_of

        click.echo(sentence_of(error), err=True)
        return 2
