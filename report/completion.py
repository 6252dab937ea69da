# SPDX-License-Identifier: GPL-2.0-only
"""`gupcheck completion`: completion for a shell, made from the parser that reads the command line."""

import argparse
import re

from report import api as table

# values that argparse does not know of, by what the help calls them
VALUES = {"RULE": lambda: [row["id"] for row in table.load_rules()],
          "WHAT": lambda: [new + what for new in ("", "new-") for what in ("error", "warning", "any", "open")],
          "HOW": lambda: ["callers", "entry"],
          "MODE": lambda: ["report", "context", "org", "patch"]}

BASH = """\
# SPDX-License-Identifier: GPL-2.0-only
# bash completion for gupcheck, made by 'gupcheck completion bash'
_gupcheck()
{{
	local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} words=
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words='{commands}'
	else
		case ${{COMP_WORDS[1]}}:$before in
{values}
		esac
		if [[ $current == -* ]]; then
			case ${{COMP_WORDS[1]}} in
{options}
			esac
		fi
	fi
	# without words, bash goes on with the names of files
	[[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o bashdefault -o default -F _gupcheck gupcheck
"""

ZSH = """\
#compdef gupcheck
# SPDX-License-Identifier: GPL-2.0-only
# zsh completion for gupcheck, made by 'gupcheck completion zsh'
_gupcheck()
{{
	local context state state_descr line
	typeset -A opt_args
	local -a commands=(
{commands}
	)
	_arguments -C '(- *)--version[print the version]' '(- *)--help[print help]' \\
		'1:command:->command' '*::argument:->argument' && return
	case $state in
	command) _describe -t commands command commands ;;
	argument)
		case $words[1] in
{options}
		esac
		;;
	esac
}}
if [ "$funcstack[1]" = _gupcheck ]; then
	_gupcheck "$@"
else
	compdef _gupcheck gupcheck
fi
"""


def commands_of(parser):
    """{name: (parser, text)} of the subcommands."""
    action = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    texts = {choice.dest: choice.help for choice in action._choices_actions}
    return {name: (sub, texts[name]) for name, sub in action.choices.items()}


def _values(action):
    """The words that @action takes, [] when they are names of files or anything."""
    known = VALUES.get(action.metavar)
    return list(action.choices or (known() if known else ()))


def _bash(commands):
    values, options = [], []
    for name, (parser, _) in commands.items():
        for action in parser._actions:
            words = " ".join(_values(action))
            # a positional stands behind its command, an option's value behind the option
            marks = [f"{name}:{option}" for option in action.option_strings] or [f"{name}:*"]
            if words:
                values.append(f"\t\t{' | '.join(marks)}) words='{words}' ;;")
        listed = " ".join(option for action in parser._actions for option in action.option_strings)
        options.append(f"\t\t\t{name}) words='{listed}' ;;")
    return BASH.format(commands=" ".join(commands), values="\n".join(values), options="\n".join(options))


def _quoted(text):
    """Inside '...' of zsh, and inside the brackets of _arguments."""
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def _zsh_argument(action):
    words = _values(action)
    kind = f"({' '.join(words)})" if words else "_files"
    what = f":{_quoted(action.metavar or action.dest)}:{kind}"
    if not action.option_strings:
        return ("'*" if action.nargs in ("*", "+") else "'") + what + "'"
    takes = what if action.nargs != 0 else ""
    return " ".join(f"'{option}[{_quoted(action.help or '')}]{takes}'" for option in action.option_strings)


def _zsh(commands):
    listed = "\n".join(f"\t\t'{name}:{_quoted(text)}'" for name, (_, text) in commands.items())
    options = "\n".join(
        f"\t\t{name}) _arguments {' '.join(_zsh_argument(a) for a in parser._actions)} ;;"
        for name, (parser, _) in commands.items())
    return ZSH.format(commands=listed, options=options)


def render(parser, shell):
    """The text that @shell, bash or zsh, reads to complete what @parser takes."""
    return {"bash": _bash, "zsh": _zsh}[shell](commands_of(parser))
