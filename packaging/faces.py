#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package shows of the commands besides the programs: manual pages, and
completion for bash, zsh and fish. All of it is read off the programs' own --help,
so that a word stands in one place; tests/package/test_faces.py keeps the two true.

usage: faces.py BIN SETTINGS.yaml OUT
"""
import os
import re
import subprocess
import sys

USUAL = [("--config", "FILE", "the settings, in place of /etc/camwarden/camwarden.yaml"),
         ("--state-dir", "DIR", "where the database is, over the settings"),
         ("--json", "", "for machines"), ("--help", "", "a short text")]
# Operands that have few values.
VALUES = {"STATE": "up degraded down unknown", "ROLE": "viewer operator supervisor auditor admin"}
OPTION = re.compile(r"(--[a-z][a-z-]+|-[a-z]\b)(?: ([A-Z][A-Za-z:.]*|[a-z]+(?:\|[a-z]+)+))?")
WORDS = re.compile(r"[a-z][a-z-]*(\|[a-z][a-z-]*)*")
FILE, FOLDER = "@file", "@folder"


class Page:
    """One --help. name: ("feeds", "reference"); for the agent ()."""

    def __init__(self, program, name, what, text):
        self.program, self.name, self.what = program, name, what
        self.title = "-".join((program, *name))
        blocks = [b.split("\n") for b in re.split(r"\n\n+", text.strip("\n"))]
        n = next((i for i, line in enumerate(blocks[0]) if i and not line.startswith(" ")), len(blocks[0]))
        self.usage = re.sub(r"^usage: ", "", "\n".join(blocks[0][:n]), flags=re.I)
        self.prose, self.options, self.examples, self.exit = [], [], [], []
        for block in [blocks[0][n:], *blocks[1:]]:
            if block:
                self.take(block)

    def take(self, block):
        head = block[0].lower()
        if head.startswith("example"):
            self.examples += [re.sub(r"^examples?:\s*", "", line, flags=re.I) for line in block]
        elif head.startswith("exit"):
            self.exit += [" ".join(re.sub(r"^exit(?: status)?:\s*", "", line, flags=re.I).strip() for line in block)]
        elif re.match(r"\s+-", block[0]):
            for line in block:
                self.take_option(line)
        else:
            self.prose.append(block)

    def take_option(self, line):
        m = re.match(r"\s+(-.*?)(?:\s{2,}(.*))?$", line)
        if m is None or (len(line) - len(line.lstrip())) > 8:
            self.options[-1][1].append(line.strip())
        elif "--help" in m[1]:
            written = f"{m[1]} {m[2] or ''}"
            self.options += [(f"{o} {arg}".strip(), [text]) for o, arg, text in USUAL if o in written]
            self.options += [(o, []) for o in re.findall(r"--[a-z-]+", written) if o not in [u[0] for u in USUAL]]
        else:
            self.options.append((m[1], [m[2]] if m[2] else []))

    def sentences(self):
        """The usage, a list of tokens each."""
        out = []
        for line in self.usage.split("\n"):
            tokens = line.split()
            if tokens[0] == self.program:
                out.append(tokens)
            else:
                out[-1] += tokens
        return out

    def takes(self):
        """Each option with the name of its value ("" when it has none)."""
        out = {}
        spoken = " ".join(" ".join(s) for s in self.sentences())
        spoken = re.sub(r"(--[a-z-]+)((?:\|--[a-z-]+)+) ([A-Z]+)",
                        lambda m: " ".join(f"{o} {m[3]}" for o in (m[1] + m[2]).split("|")), spoken)
        spoken = re.sub(r"(--[a-z-]+) (?='|\d)", r"\1 TEXT ", spoken)
        for text in [spoken, *(spec for spec, _ in self.options)]:
            for option, value in OPTION.findall(text):
                out[option] = out.get(option) or value
        return out

    def says(self, option):
        return next((" ".join(text) for spec, text in self.options if option in re.split(r"[\s,]+", spec)), "")

    def paths(self):
        """What the usage says may follow: (words, what their operands are)."""
        for sentence in self.sentences():
            at, options, value = [()], False, False
            for token in sentence[1:]:
                bare = token.strip("[]").removesuffix("...")
                if bare == "OPTION":
                    continue
                if token == "|":
                    at, options = [p[:-1] for p in at], False
                elif bare.startswith("-"):
                    options, value = True, "]" not in token
                elif value:
                    value = False
                elif WORDS.fullmatch(bare) and not options:
                    at = [(*p, w) for p in at for w in bare.split("|")]
                    yield from ((p, "") for p in at)
                elif not WORDS.fullmatch(bare):
                    kind = FILE if "FILE" in bare else FOLDER if re.match(r"DIR|FOLDER", bare) else ""
                    yield from ((p, kind) for p in at)
                    break


def said(bin_dir, program, *words):
    return subprocess.run([os.path.join(bin_dir, program), *words, "--help"], text=True, capture_output=True, check=True,
                          timeout=60).stdout


def pages(bin_dir):
    """Of camwarden: of each command, and of each verb that has a text of its own."""
    out = []
    for name, what in re.findall(r"^  ([a-z-]+) +(\S.*(?:\n(?! {13}camwarden) {13}.*)*)", said(bin_dir, "camwarden"), re.M):
        text = said(bin_dir, "camwarden", name)
        out.append(Page("camwarden", (name,), re.sub(r"\s+", " ", what), text))
        verbs = {p[1] for p, _ in out[-1].paths() if p[0] == name and len(p) > 1}
        for verb in sorted(verbs):
            own = said(bin_dir, "camwarden", name, verb)
            if own != text:
                out.append(Page("camwarden", (name, verb), f"{name}: {verb}", own))
    return out


# --- completion

class Words:
    """The tree: what may follow which words, which options there are, what their
    values are. A node is a text: "", "feeds", "feeds import"."""

    def __init__(self, all_pages):
        self.next, self.operand, self.options = {"": {}}, {}, {}
        for page in all_pages:
            self.next[""].setdefault(page.name[0], page.what)
            takes = {**page.takes(), "--help": ""}
            self.options[" ".join(page.name)] = {o: (self.kind(v), page.says(o)) for o, v in takes.items()}
            for path, kind in page.paths():
                if path[:len(page.name)] != page.name:
                    continue
                node = " ".join(path)
                self.operand[node] = self.operand.get(node) or kind
                for i in range(1, len(path)):
                    self.next.setdefault(" ".join(path[:i]), {}).setdefault(path[i], "")

    @staticmethod
    def kind(value):
        """None: the option has no value; "": it may be anything."""
        if value == "":
            return None
        if value.startswith("FILE"):
            return FILE
        return FOLDER if value == "DIR" else VALUES.get(value) or (value.replace("|", " ") if "|" in value else "")

    def tables(self):
        values = {f"{page} {o}": kind for page, all_of in self.options.items() for o, (kind, _) in all_of.items()
                  if kind is not None}
        return [("next", {node: " ".join(words) for node, words in self.next.items()}),
                ("options", {page: " ".join(all_of) for page, all_of in self.options.items()}),
                ("values", values), ("operand", {n: k for n, k in self.operand.items() if k})]


BASH = """
_camwarden() {
	local cur=${COMP_WORDS[COMP_CWORD]} node= page word what=
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ " ${_camwarden_next[$node.]-} " == *" $word "* ]] && node="${node:+$node }$word"
	done
	page=$node
	until [[ -n ${_camwarden_options[$page.]-} || $page != *" "* ]]; do page=${page% *}; done
	word="$page ${COMP_WORDS[COMP_CWORD - 1]}"
	if [[ -n ${_camwarden_values[$word.]+x} ]]; then
		what=${_camwarden_values[$word.]}
	elif [[ $cur == -* ]]; then
		what=${_camwarden_options[$page.]-}
	else
		what=${_camwarden_next[$node.]:-${_camwarden_operand[$node.]-}}
	fi
	case $what in
	@file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	@folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$what" -- "$cur") ;;
	esac
}
complete -F _camwarden camwarden
"""

ZSH = """
_camwarden() {
	local node= page word what=
	for word in "${(@)words[2,CURRENT-1]}"; do
		[[ " ${_camwarden_next[$node.]-} " == *" $word "* ]] && node="${node:+$node }$word"
	done
	page=$node
	until [[ -n ${_camwarden_options[$page.]-} || $page != *" "* ]]; do page=${page% *}; done
	word="$page $words[CURRENT-1]"
	if (( ${+_camwarden_values[$word.]} )); then
		what=$_camwarden_values[$word.]
	elif [[ $words[CURRENT] == -* ]]; then
		what=$_camwarden_options[$page.]
	else
		what=${_camwarden_next[$node.]:-${_camwarden_operand[$node.]-}}
	fi
	case $what in
	@file) _files ;;
	@folder) _files -/ ;;
	*) compadd -- ${=what} ;;
	esac
}
_camwarden "$@"
"""

FISH = """
function __camwarden_node
    set -l node
    for word in (commandline -opc)[2..-1]
        set -l further (string trim "$node $word")
        contains -- $further $__camwarden_nodes; and set node $further
    end
    echo $node
end
function __camwarden_at
    test (__camwarden_node) = "$argv"
end
function __camwarden_under
    string match -q -- "$argv *" (__camwarden_node)" "
end
complete -c camwarden -f
"""


def tables(w, declare):
    """As associative arrays; a key ends with a dot, for none may be empty."""
    out = ""
    for name, rows in w.tables():
        out += f"{declare} _camwarden_{name}\n_camwarden_{name}=(\n"
        out += "".join(f"\t\"{key}.\" \"{value}\"\n" if "typeset" in declare else f"\t[\"{key}.\"]=\"{value}\"\n"
                       for key, value in rows.items())
        out += ")\n"
    return out


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(w):
    nodes = {f"{node} {word}".strip() for node, words in w.next.items() for word in words}
    out = "set -g __camwarden_nodes " + " ".join(quoted(n) for n in sorted(nodes)) + FISH
    for node, words in w.next.items():
        for word, what in words.items():
            out += f"complete -c camwarden -n {quoted(f'__camwarden_at {quoted(node)}')} -a {word} -d {quoted(what)}\n"
    for node, kind in w.operand.items():
        if kind:
            out += f"complete -c camwarden -n {quoted(f'__camwarden_at {quoted(node)}')} -F\n"
    for page, options in w.options.items():
        for option, (kind, text) in options.items():
            name = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            value = "" if kind is None else " -r -F" if kind in (FILE, FOLDER) else f" -x -a {quoted(kind)}"
            out += f"complete -c camwarden -n '__camwarden_under {page}' {name}{value} -d {quoted(text)}\n"
    return out


# --- manual pages

def roff(text):
    out = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\n".join("\\&" + line if line[:1] == "." else line for line in out.split("\n"))


def verbatim(lines):
    return ".PP\n.nf\n" + roff("\n".join(lines)) + "\n.fi\n"


def head(title, section, what):
    return f".TH {roff(title.upper())} {section} \"\" camwarden camwarden\n.SH NAME\n{roff(title)} \\- {roff(what)}\n"


def manual(page, also):
    out = head(page.title, 1, page.what) + ".SH SYNOPSIS\n"
    out += ".nf\n" + roff(re.sub(r"^ {7}", "", page.usage, flags=re.M)) + "\n.fi\n"
    if page.prose:
        out += ".SH DESCRIPTION\n"
        for block in page.prose:
            plain = not any(re.match(r"\s|\S+  ", line) for line in block)
            out += ".PP\n" + roff("\n".join(block)) + "\n" if plain else verbatim(block)
    if page.options:
        out += ".SH OPTIONS\n"
        for spec, text in page.options:
            out += f".TP\n.B {roff(spec)}\n{roff(' '.join(text)) or chr(92) + '&'}\n"
    if page.exit:
        out += ".SH EXIT STATUS\n" + roff(" ".join(page.exit)) + "\n"
    if page.examples:
        out += ".SH EXAMPLES\n" + verbatim(page.examples)
    return out + ".SH SEE ALSO\n" + ",\n".join(f".BR {roff(name)} ({section})" for name, section in also) + "\n"


def manual_of_all(all_pages, text):
    out = head("camwarden", 1, "watches camera feeds, and whether they are watched")
    out += ".SH SYNOPSIS\n.B camwarden\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
    out += roff(re.split(r"\n\n", text)[1]) + "\n.SH COMMANDS\n"
    for page in all_pages:
        out += f".TP\n.BR {roff(page.title)} (1)\n{roff(page.what)}\n"
    out += ".SH EXIT STATUS\n" + roff(re.sub(r"\s+", " ", text[text.index("exit: ") + 6:]).strip()) + "\n"
    out += (".SH FILES\n.TP\n.I /etc/camwarden/camwarden.yaml\nthe settings:\n.BR camwarden.yaml (5)\n"
            ".TP\n.I /var/lib/camwarden\nthe database and its keys\n"
            ".TP\n.I /usr/share/doc/camwarden/operations.md\nfrom the first start to the day a backup is needed\n")
    return out


def main(bin_dir, settings, out):
    def write(path, text):
        path = os.path.join(out, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    every = pages(bin_dir)
    words = Words(every)
    write("bash/camwarden", tables(words, "declare -gA") + BASH)
    write("zsh/_camwarden", "#compdef camwarden\n" + tables(words, "typeset -gA") + ZSH)
    write("fish/camwarden.fish", fish(words))
    write("man/camwarden.1", manual_of_all(every, said(bin_dir, "camwarden")))
    for page in every:
        write(f"man/{page.title}.1", manual(page, [("camwarden", 1), ("camwarden.yaml", 5)]))
    with open(settings, encoding="utf-8") as f:
        write("man/camwarden.yaml.5", head("camwarden.yaml", 5, "the settings of camwarden") +
              ".SH DESCRIPTION\n" + verbatim(f.read().split("\n")) + ".SH SEE ALSO\n.BR camwarden (1),\n.BR camwarden\\-check (1)\n")
    agent = Page("camwarden-console", (), "tells camwarden whether somebody is at this console",
                 said(bin_dir, "camwarden-console"))
    write("console/camwarden-console.1", manual(agent, [("camwarden-consoles", 1)]))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
