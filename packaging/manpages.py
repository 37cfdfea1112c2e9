#!/usr/bin/env python3
"""Writes a program's manual page from what the program says of itself.

    PROGRAM --experimental-dump-help | manpages.py --date YYYY-MM-DD --version VERSION [--more FILE] > PROGRAM.1

FILE holds further sections in roff, such as files and exit statuses.
"""

import argparse
import json
import sys
from pathlib import Path

# What the dump can hold of kinds of arguments. Another is a newer dump than this program knows.
KINDS = {"positional", "option", "flag"}


def escape(text):
    """Text as roff shows it: backslashes and hyphens as they are typed, and no line that begins a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def words(text):
    """Running text: one line, and what stands between back-quotes in bold."""
    parts = escape(" ".join(text.split())).split("`")
    return "".join(f"\\fB{part}\\fR" if index % 2 else part for index, part in enumerate(parts))


def name_text(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def usage_text(argument):
    """`--host HOST`, as it stands in a synopsis."""
    value = escape(argument.get("valueName", "value"))
    if argument["kind"] == "positional":
        text = f"\\fI{value}\\fR"
    else:
        text = f"\\fB{escape(name_text(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            text += f" \\fI{value}\\fR"
    if argument["isRepeating"]:
        text += " ..."
    return f"[{text}]" if argument["isOptional"] or "defaultValue" in argument else text


def shown(items):
    return [item for item in items or [] if item.get("shouldDisplay", True)]


def own_arguments(command):
    """The arguments that this command alone has: help and version stand once, at the page's end."""
    common = ({"version"}, {"help"})
    return [
        argument for argument in shown(command.get("arguments"))
        if {name["name"] for name in argument.get("names", []) if name["kind"] == "long"} not in common
    ]


def argument_lines(argument):
    if argument["kind"] not in KINDS:
        raise ValueError(f"the dump has an argument of the kind {argument['kind']}, which is not known here")
    value = escape(argument.get("valueName", "value"))
    if argument["kind"] == "positional":
        tag = f"\\fI{value}\\fR"
    else:
        names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
        tag = ", ".join(f"\\fB{escape(name_text(name))}\\fR" for name in names)
        if argument["kind"] == "option":
            tag += f" \\fI{value}\\fR"
    text = words(argument.get("abstract", ""))
    if "defaultValue" in argument and argument["kind"] != "flag":
        text += f" (default: {escape(argument['defaultValue'])})"
    return [".TP", tag, text.strip() or "\\&"]


def leaves(command, path=()):
    """All commands that do something, with the words that call them."""
    subcommands = [one for one in shown(command.get("subcommands")) if one["commandName"] != "help"]
    path = (*path, command["commandName"])
    if not subcommands:
        return [(path, command)]
    return [leaf for one in subcommands for leaf in leaves(one, path)]


def command_lines(path, command, heading):
    lines = []
    if heading:
        lines += [f'.SS "{escape(" ".join(path[1:]))}"']
    arguments = own_arguments(command)
    lines += [" ".join([f"\\fB{escape(' '.join(path))}\\fR", *map(usage_text, arguments)])]
    if heading:
        lines += [".PP", words(command.get("abstract", ""))]
        if command.get("discussion"):
            lines += discussion_lines(command["discussion"])
    for argument in arguments:
        lines += argument_lines(argument)
    return lines


def discussion_lines(text):
    lines = []
    for paragraph in text.strip().split("\n\n"):
        lines += [".PP", words(paragraph)]
    return lines


def page(dump, date, version, more=""):
    """The whole page, in section 1."""
    if dump.get("serializationVersion") != 0:
        raise ValueError("the dump has another version than this program reads")
    root = dump["command"]
    name = root["commandName"]
    abstract = root["abstract"]
    short = abstract.split(":")[0].split(".")[0]
    short = short[0].lower() + short[1:] if short.startswith(("A ", "The ", "Links ")) else short
    lines = [
        f".\\\" Made from {name} --experimental-dump-help",
        f'.TH {escape(name.upper())} 1 "{escape(date)}" "Sidos {escape(version)}" "Sidos"',
        ".SH NAME",
        f"{escape(name)} \\- {escape(short)}",
        ".SH SYNOPSIS",
    ]
    commands = leaves(root)
    is_single = commands[0][1] is root
    if is_single:
        lines += command_lines(*commands[0], heading=False)[:1]
    else:
        lines += [f"\\fB{escape(name)}\\fR \\fIcommand\\fR [\\fIoptions\\fR]"]
    lines += [".SH DESCRIPTION", words(abstract)]
    if root.get("discussion"):
        lines += discussion_lines(root["discussion"])
    if is_single:
        lines += [".SH OPTIONS", *command_lines(*commands[0], heading=False)[1:]]
    else:
        lines += [".SH COMMANDS"]
        for path, command in commands:
            lines += command_lines(path, command, heading=True)
        lines += [".SH OPTIONS OF ALL COMMANDS"]
    lines += [".TP", "\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Show help."]
    lines += [".TP", "\\fB\\-\\-version\\fR", "Show the version."]
    return "\n".join(lines) + "\n" + more


def main():
    parser = argparse.ArgumentParser(description="A manual page from --experimental-dump-help on standard input.")
    parser.add_argument("--date", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--more", type=Path)
    options = parser.parse_args()
    more = options.more.read_text(encoding="utf-8") if options.more else ""
    sys.stdout.write(page(json.load(sys.stdin), options.date, options.version, more))


if __name__ == "__main__":
    main()
