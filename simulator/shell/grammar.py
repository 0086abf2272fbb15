"""What does the text of a script say? tree-sitter's bash grammar finds the commands; this module makes `syntax` values of its tree.

The grammar is an editor's: it accepts a little more than a shell, binds `!` and a redirection behind `&&` or `|` differently, and keeps the rest of a line
behind a here-document inside it. Those places are put right here.
"""

from __future__ import annotations

from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from simulator.shell.limits import MAX_NESTING, MAX_SCRIPT_BYTES
from simulator.shell.masking import masked
from simulator.shell.syntax import (
    AndOr,
    ArithmeticCommand,
    Background,
    Case,
    Command,
    For,
    ForArithmetic,
    Function,
    If,
    Mistake,
    Parameter,
    Pipeline,
    Redirected,
    Sequence,
    Subshell,
    SyntaxProblem,
    Unsupported,
    While,
    Word,
)
from simulator.shell.words import Heredoc, WordReader

_LANGUAGE = Language(tree_sitter_bash.language())
_SIMPLE = {"command", "declaration_command", "unset_command", "variable_assignment", "variable_assignments", "test_command"}
_ALL_ARGUMENTS = Word(parts=(Parameter(name="@", quoted=True),))


@lru_cache(maxsize=512)
def parse(text: str) -> Command:
    """The script as a value; where it goes wrong there is a Mistake in it. The same text gives the same value, so that its places keep their identity."""
    try:
        return _parse_bytes(text.encode(errors="replace").decode("latin-1"), 0)
    except SyntaxProblem as problem:
        return Mistake(message=str(problem))


def _parse_bytes(source: str, depth: int) -> Command:
    """`source` is UTF-8 read as Latin-1: one character a byte. Raises SyntaxProblem."""
    if len(source) > MAX_SCRIPT_BYTES:
        raise SyntaxProblem("Argument list too long")
    if depth > MAX_NESTING:
        raise SyntaxProblem("syntax error: nested too deeply")
    root = _tree(source)
    problem = SyntaxProblem(_first_error(root, source)) if root.has_error else None
    if problem is None:
        try:
            return _Reader(root, source).statements(root.children, depth)
        except SyntaxProblem as found:
            problem = found
    covered = _tree(masked(source))
    if not covered.has_error:
        return _Reader(covered, source).statements(covered.children, depth)
    if not root.has_error:
        raise problem
    before = _before_mistake(source, depth)
    return Sequence(commands=(before, Mistake(message=str(problem)))) if before else Mistake(message=str(problem))


def _before_mistake(source: str, depth: int) -> Command | None:
    """What a shell, which reads line by line, carries out of a text before it comes to the mistake: as many lines as are a script."""
    end, budget = len(source), MAX_SCRIPT_BYTES
    while (end := source.rfind("\n", 0, end)) > 0 and (budget := budget - end) > 0:
        root = _tree(source[:end])
        if not root.has_error:
            return _Reader(root, source[:end]).statements(root.children, depth)
    return None


def _tree(source: str) -> Node:
    return Parser(_LANGUAGE).parse(source.encode("latin-1")).root_node


def _first_error(root: Node, source: str) -> str:
    """What a shell would say of the first place that the grammar did not understand."""
    node = root
    while not (node.is_error or node.is_missing):
        node = next((child for child in node.children if child.has_error or child.is_missing), node.children[0])
    line = source.count("\n", 0, node.start_byte) + 1
    found = source[node.start_byte : node.end_byte].split()
    if node.is_missing:
        return f'line {line}: syntax error: unexpected end of file (expecting "{node.type}")'
    return f'line {line}: syntax error: unexpected "{found[0][:40]}"' if found else f"line {line}: syntax error"


class _Reader:
    """Makes values of one tree. Every method takes the depth, so that recursion ends before Python's does."""

    def __init__(self, root: Node, source: str) -> None:
        self._root = root
        self._words = WordReader(source, substitution=self._substitution, script=_parse_bytes, heredocs=_heredocs(root, source))

    def statements(self, nodes: list[Node], depth: int) -> Command:
        """A list of commands with `;`, `&` and line ends between them."""
        commands: list[Command] = []
        for node in nodes:
            if node.type == "&":
                if not commands:
                    raise SyntaxProblem('syntax error: unexpected "&"')
                commands[-1] = Background(command=commands[-1])
            elif node.type in (";;", ";&", ";;&"):
                raise SyntaxProblem(f'syntax error: unexpected "{node.type}"')
            elif node.is_named and node.type != "comment":
                commands.append(self._command(node, node.end_byte, depth + 1))
        return commands[0] if len(commands) == 1 else Sequence(commands=tuple(commands))

    def _command(self, node: Node, end: int, depth: int) -> Command:
        """One command; `end` is where its redirections end, which may be behind the node."""
        if depth > MAX_NESTING:
            raise SyntaxProblem("syntax error: nested too deeply")
        kind = node.type
        if kind in _SIMPLE:
            return self._words.command(node.start_byte, end, depth)
        if kind == "redirected_statement":
            return self._redirected(node, end, depth)
        if kind == "list":
            return self._list(node, end, depth)
        if kind == "pipeline":
            return self._pipeline(node, end, depth)
        if kind == "negated_command":
            return _negated(self._command(_only(node), end, depth + 1))
        body = self._compound(node, depth)
        redirects = self._words.redirections(node.end_byte, end, depth)
        return Redirected(body=body, redirects=redirects) if redirects else body

    def _compound(self, node: Node, depth: int) -> Command:
        match node.type:
            case "compound_statement":
                if node.children[0].type == "((":
                    return ArithmeticCommand(expression=self._words.quoted(node.start_byte + 2, node.end_byte - 2, depth))
                return self.statements(node.children[1:-1], depth)
            case "subshell":
                return Subshell(body=self.statements(node.children[1:-1], depth))
            case "if_statement":
                return self._if(node, depth)
            case "while_statement":
                condition = node.children_by_field_name("condition")
                body = self.statements(_field(node, "body").children[1:-1], depth)
                return While(condition=self.statements(condition, depth), body=body, until=node.children[0].type == "until")
            case "for_statement":
                return self._for(node, depth)
            case "c_style_for_statement":
                return self._for_arithmetic(node, depth)
            case "case_statement":
                return self._case(node, depth)
            case "function_definition":
                return self._function(node, depth)
        return Unsupported(what=node.type.replace("_", " "))

    def _list(self, node: Node, end: int, depth: int) -> Command:
        """`a && b || c` leans to the left in the tree, however long it is."""
        rest: list[tuple[str, Command]] = []
        while node.type == "list":
            left, operator, right = [child for child in node.children if child.type != "comment"]
            rest.append((operator.type, self._command(right, end, depth + 1)))
            node, end = left, left.end_byte
        return AndOr(first=self._command(node, end, depth + 1), rest=tuple(reversed(rest)))

    def _pipeline(self, node: Node, end: int, depth: int) -> Command:
        """A redirection behind it belongs to the last command, a `!` before the first to all of it."""
        parts = [child for child in node.children if child.is_named and child.type != "comment"]
        if any(child.type == "|&" for child in node.children):
            return Unsupported(what="|&")
        negated = parts[0].type == "negated_command"
        if negated:
            parts[0] = _only(parts[0])
        commands = [self._command(part, part.end_byte, depth + 1) for part in parts[:-1]]
        commands.append(self._command(parts[-1], end, depth + 1))
        return Pipeline(commands=tuple(commands), negated=negated)

    def _redirected(self, node: Node, end: int, depth: int) -> Command:
        body = node.child_by_field_name("body")
        heredocs = [child for child in node.children if child.type == "heredoc_redirect"]
        if heredocs:
            # The line goes on behind the delimiter; the text of the document follows below it.
            last = heredocs[-1]
            own = [child for child in last.children if child.type in ("heredoc_start", "file_redirect", "herestring_redirect", "word")]
            end = max(child.end_byte for child in own)
        command = self._words.command(node.start_byte, end, depth) if body is None else self._command(body, end, depth + 1)
        return self._behind_heredoc(heredocs[-1], command, depth) if heredocs else command

    def _behind_heredoc(self, node: Node, command: Command, depth: int) -> Command:
        """Joins what follows on the line of `<<EOF` (`| grep x`, `&& y`) to the command before it."""
        right = node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if right and operator:
            return _and_or(command, operator.type, self._command(right, right.end_byte, depth + 1))
        pipeline = next((child for child in node.children if child.type == "pipeline"), None)
        if pipeline is None:
            return command
        rest = self._command(pipeline.children[-1], pipeline.children[-1].end_byte, depth + 1)
        if isinstance(rest, AndOr):
            return AndOr(first=_piped(command, rest.first), rest=rest.rest)
        return _piped(command, rest)

    def _if(self, node: Node, depth: int) -> Command:
        branches: list[tuple[Command, Command]] = []
        otherwise: Command | None = None
        clause, rest = node, list(node.children)
        clauses = [child for child in rest if child.type in ("elif_clause", "else_clause")]
        branches.append(self._branch([child for child in clause.children if child not in clauses], depth))
        for clause in clauses:
            if clause.type == "else_clause":
                otherwise = self.statements(clause.children[1:], depth)
            else:
                branches.append(self._branch(clause.children, depth))
        return If(branches=tuple(branches), otherwise=otherwise)

    def _branch(self, nodes: list[Node], depth: int) -> tuple[Command, Command]:
        """`if condition then body`, `fi` or not."""
        split = next(index for index, child in enumerate(nodes) if child.type == "then")
        body = [child for child in nodes[split + 1 :] if child.type != "fi"]
        return self.statements(nodes[1:split], depth), self.statements(body, depth)

    def _for(self, node: Node, depth: int) -> Command:
        if node.children[0].type != "for":
            return Unsupported(what=node.children[0].type)
        body_node = _field(node, "body")
        body = self.statements(body_node.children[1:-1], depth)
        variable = _field(node, "variable")
        start = next((child.end_byte for child in node.children if child.type == "in"), None)
        name = self._words.source[slice(*variable.byte_range)]
        if start is None and self._words.source[variable.end_byte : body_node.start_byte].split(";")[0].strip() == "in":
            return For(name=name, words=(), body=body)
        if start is None:
            return For(name=name, words=(_ALL_ARGUMENTS,), body=body)
        end = next((child.start_byte for child in node.children if child.start_byte >= start and child.type in (";", "\n", "do_group")), body_node.start_byte)
        return For(name=name, words=self._words.list_of_words(start, end, depth), body=body)

    def _for_arithmetic(self, node: Node, depth: int) -> Command:
        opening = next(child for child in node.children if child.type == "((")
        closing = next(child for child in node.children if child.type == "))")
        separators = [child.start_byte for child in node.children if child.type == ";" and child.end_byte <= closing.start_byte]
        places = [opening.end_byte, separators[0], separators[0] + 1, separators[1], separators[1] + 1, closing.start_byte]
        first, condition, after = (self._words.quoted(places[index], places[index + 1], depth) for index in (0, 2, 4))
        body = self.statements(_field(node, "body").children[1:-1], depth)
        return ForArithmetic(first=first, condition=condition, after=after, body=body)

    def _case(self, node: Node, depth: int) -> Command:
        keyword = next(child for child in node.children if child.type == "in")
        word = self._words.list_of_words(node.children[0].end_byte, keyword.start_byte, depth)
        if len(word) != 1:
            raise SyntaxProblem("syntax error: case needs one word")
        items: list[tuple[tuple[Word, ...], Command, bool]] = []
        for item in node.children:
            if item.type != "case_item":
                continue
            # The first bracket that is not a word's own, and not the one that may stand before the patterns.
            closing = next(index for index, child in enumerate(item.children) if child.type == ")")
            start = item.children[0].end_byte if item.children[0].type == "(" else item.start_byte
            patterns = self._words.list_of_words(start, item.children[closing].start_byte, depth, separators="|")
            ending = {child.type for child in item.children[closing + 1 :]}
            body = [child for child in item.children[closing + 1 :] if child.type not in (";;", ";&", ";;&")]
            items.append((patterns, self.statements(body, depth), ";&" in ending))
        return Case(word=word[0], items=tuple(items))

    def _function(self, node: Node, depth: int) -> Command:
        body_node = _field(node, "body")
        name = self._words.source[slice(*_field(node, "name").byte_range)]
        return Function(name=name, body=self._command(body_node, node.end_byte, depth + 1))

    def _substitution(self, start: int, depth: int) -> tuple[Command, int] | None:
        """The `$(...)` that begins here and where it ends, if the grammar saw one."""
        node: Node | None = self._root.descendant_for_byte_range(start, start + 2)
        while node and node.start_byte == start and node.type != "command_substitution":
            node = node.parent
        if not node or node.start_byte != start or node.type != "command_substitution":
            return None
        return self.statements(node.children[1:-1], depth + 1), node.end_byte


def _and_or(command: Command, operator: str, rest: Command) -> Command:
    if isinstance(rest, AndOr):
        return AndOr(first=command, rest=((operator, rest.first), *rest.rest))
    return AndOr(first=command, rest=((operator, rest),))


def _piped(command: Command, rest: Command) -> Command:
    if isinstance(rest, Pipeline):
        return Pipeline(commands=(command, *rest.commands))
    return Pipeline(commands=(command, rest))


def _negated(command: Command) -> Command:
    if isinstance(command, Pipeline):
        return Pipeline(commands=command.commands, negated=not command.negated)
    return Pipeline(commands=(command,), negated=True)


def _only(node: Node) -> Node:
    return next(child for child in node.children if child.is_named and child.type != "comment")


def _field(node: Node, name: str) -> Node:
    child = node.child_by_field_name(name)
    if child is None:
        raise SyntaxProblem(f"syntax error: no {name}")
    return child


def _heredocs(root: Node, source: str) -> dict[int, Heredoc]:
    """Every here-document by the place of its delimiter."""
    found: dict[int, Heredoc] = {}
    if "<<" not in source:
        return found
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "heredoc_redirect":
            delimiter = next(child for child in node.children if child.type == "heredoc_start")
            body = next((child for child in node.children if child.type == "heredoc_body"), None)
            ending = next((child for child in node.children if child.type == "heredoc_end"), None)
            text = source[delimiter.start_byte : delimiter.end_byte]
            start = body.start_byte if body else (ending.start_byte if ending else delimiter.end_byte)
            end = body.end_byte if body else start
            found[delimiter.start_byte] = Heredoc(start, end, any(mark in text for mark in "'\"\\"), node.children[0].type == "<<-")
        waiting.extend(node.children)
    return found
