"""Puts `run` on the `prefect` command line; loaded by Prefect through the entry point group `prefect.plugins`."""

import sys
from pathlib import PurePath

from prefect.plugins import HookContext, register_hook

PREFECT_PLUGIN_API_REQUIRES = ">=0.1,<1"
HELP = """Run a flow here and now: by name, from a file or from a module.

TARGET is NAME for flows/NAME.py, a file, a module, or the name of a deployment in prefect.yaml. Where several flows
stand in one place, add :FLOW.

The run uses the server that PREFECT_API_URL names, or the one that is being served here, or a temporary one.

Exit code: 0 when the run completed, 1 when it did not or could not start, 130 when it was interrupted.
"""


@register_hook
def setup_environment(*, ctx: HookContext) -> None:
    """Register the command when Prefect's own command line starts; leave every other program alone.

    Prefect calls this on each import while plug-ins are switched on, hence the little that stands here. The argument
    is keyword-only, as in Prefect's specification: pluggy refuses the plug-in otherwise.
    """
    if not _is_prefect(sys.argv[0], sys.orig_argv):
        return
    try:
        from prefect.cli._app import _app  # noqa: PLC0415 - the one private name in use
    except ImportError as error:  # moved by a new Prefect: its other commands must go on working
        ctx.logger_factory("prefect.plugins").warning("`prefect run` is off (%s); use `prefect-run`.", error)
        return
    if "run" not in list(_app):  # a Prefect that brings its own `run` keeps it
        _app.command("flows.run_command:app", name="run", help=HELP)


def _is_prefect(program: str, words: list[str]) -> bool:
    """Tell whether this is `prefect ...` or `python -m prefect ...`.

    >>> _is_prefect("/usr/bin/prefect", ["python", "/usr/bin/prefect", "run"])
    True
    >>> _is_prefect("-m", ["python", "-m", "prefect", "run"]), _is_prefect("-m", ["python", "-m", "prefect.engine"])
    (True, False)
    >>> _is_prefect("flows/clean.py", ["python", "flows/clean.py"])
    False
    """
    return PurePath(program).stem == "prefect" or (program == "-m" and "prefect" in words)
