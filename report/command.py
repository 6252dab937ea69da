# SPDX-License-Identifier: GPL-2.0-only
"""The gupcheck command: one function a subcommand, in the table at the end."""

from report import early            # the first of all, see there
import argparse
import difflib
import signal
import subprocess
import sys

from report import api as table
from report import (audit, clang, coccicheck, compdb, completion, diff, fixes, fixes_verify, html, link,
                    mail, run, scan)
from report.errors import UserError


def _explain_arguments(parser):
    parser.add_argument("rule", metavar="RULE")


def explain(args):
    """Print the page of a rule."""
    pages = {row["id"]: row["page"] for row in table.load_rules()}
    if args.rule not in pages:
        near = difflib.get_close_matches(args.rule, pages, 3, 0.4) or sorted(pages)
        raise UserError(f"no rule {args.rule!r}; there is {', '.join(near)}")
    text = (table.ROOT / pages[args.rule]).read_text(encoding="utf-8")
    print(text.split("-->\n", 1)[-1].strip())
    return 0


def _dump_arguments(parser):
    parser.add_argument("-p", dest="database", metavar="DB",
                        help="compile_commands.json, or the directory that has it, for a C file")
    parser.add_argument("file", metavar="FILE", help="a C file, or facts that the plugin wrote")


def dump(args):
    """Print the model that the checker makes of a C file, or that facts have."""
    checker = clang.find()
    if not args.file.endswith(".c"):
        return subprocess.run([checker.plugin.with_name("gupcheck-facts"), "dump", args.file],
                              check=False).returncode
    if not args.database:
        raise UserError(f"{args.file}: give -p compile_commands.json, which says how it is compiled")
    units = scan.choose(compdb.read(args.database, checker.program), [args.file], ())
    done = clang.run(checker, units[0].words, units[0].directory,
                     clang.plugin_options(checker, dump=True, quiet=True))
    if done.returncode:
        raise UserError(f"{args.file}: {clang.failure(done)}")
    sys.stdout.write(done.stdout)
    return 0


def _completion_arguments(parser):
    parser.add_argument("shell", metavar="SHELL", choices=("bash", "zsh"), help="bash or zsh")


def complete(args):
    """Print what a shell reads to complete the command."""
    sys.stdout.write(completion.render(make_parser(), args.shell))
    return 0


COMMANDS = {
    "audit": (audit.command, audit.add_arguments, "audit a kernel tree, or a part of it"),
    "fixes": (fixes.command, fixes.add_arguments, "write a patch series that mends what an audit found"),
    "fixes-verify": (fixes_verify.command, fixes_verify.add_arguments,
                     "does the series apply, build, and do what it says"),
    "coccicheck": (coccicheck.coccicheck, coccicheck.add_arguments,
                   "run the kernel's own coccicheck with one of our semantic patches"),
    "scan": (scan.scan, scan.add_arguments, "check the files of a compilation database"),
    "link": (link.link, link.add_link_arguments, "take facts as one program: what crosses files, the assert"),
    "wrappers": (link.wrappers, link.add_wrappers_arguments, "print what facts teach for the next scan"),
    "dump": (dump, _dump_arguments, "print the model of a C file or of facts"),
    "diff": (diff.diff, diff.diff_arguments, "what two audits differ in"),
    "summary": (diff.summarise, diff.summary_arguments, "an audit in numbers"),
    "page": (html.page, html.page_arguments, "the page of an audit, from its log"),
    "mail": (mail.mail, mail.arguments, "new findings as a mail for git send-email"),
    "github": (diff.github, diff.github_arguments, "the findings for GitHub code scanning"),
    "completion": (complete, _completion_arguments, "print completion for a shell"),
    "explain": (explain, _explain_arguments, "print what a rule is about"),
}


def make_parser():
    parser = argparse.ArgumentParser(prog="gupcheck", description="Finds misuse of get_user_pages*() "
                                     "and pin_user_pages*() in kernel code.")
    parser.add_argument("--version", action="version", version=f"gupcheck {table.version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (_, add_arguments, text) in COMMANDS.items():
        add_arguments(commands.add_parser(name, help=text, description=text))
    commands.add_parser("help", help="print this")
    return parser


def main(argv=None):
    parser = make_parser()
    args = parser.parse_args(argv)
    if args.command in (None, "help"):
        parser.print_help()
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)

    def command():
        early.over()
        return COMMANDS[args.command][0](args)

    return run.guarded(command)


if __name__ == "__main__":
    sys.exit(main())
