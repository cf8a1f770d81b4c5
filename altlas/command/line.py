"""The command line of ``altlas``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import TextIO

from altlas.command.contracts import Report, check, diff, operations
from altlas.command.reading import Unreadable

#: exit codes: nothing breaks, something does, a file or the command line cannot be used
HARMLESS, BREAKING, UNUSABLE = 0, 1, 2


def run(words: Sequence[str], out: TextIO, err: TextIO) -> int:
    """Do what the words say, and give the exit code."""
    try:
        with redirect_stdout(out), redirect_stderr(err):
            arguments = _parser().parse_args(words)
        report: Report = arguments.verb(arguments)
    except Unreadable as error:
        err.write(f"{error}\n")
        return UNUSABLE
    except SystemExit as end:
        return int(end.code or 0)
    out.write(report.text)
    return BREAKING if report.breaking else HARMLESS


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="altlas", description="Tools beside the gateway.")
    subjects = parser.add_subparsers(metavar="SUBJECT", required=True)
    about = "OpenAPI documents: check them, compare them, list what they promise"
    verbs = subjects.add_parser("contract", help=about, description=about).add_subparsers(
        metavar="VERB", required=True
    )
    one = verbs.add_parser("check", help="whether the gateway can use these documents")
    one.add_argument("files", nargs="+", metavar="FILE", help="a document; - is standard input")
    one.set_defaults(verb=_check)
    two = verbs.add_parser(
        "diff", help="what a new document changes for clients; exits with 1 if anything breaks"
    )
    two.add_argument("old", metavar="OLD", help="the document that clients know")
    two.add_argument("new", metavar="NEW", help="the one that is to take its place")
    two.add_argument("--json", action="store_true", help="print JSON")
    two.set_defaults(verb=_diff)
    three = verbs.add_parser("operations", help="every operation, with its id")
    three.add_argument("file", metavar="FILE", help="a document; - is standard input")
    three.add_argument("--json", action="store_true", help="print JSON")
    three.set_defaults(verb=_operations)
    return parser


def _check(arguments: Namespace) -> Report:
    return check(arguments.files)


def _diff(arguments: Namespace) -> Report:
    return diff(arguments.old, arguments.new, arguments.json)


def _operations(arguments: Namespace) -> Report:
    return operations(arguments.file, arguments.json)
