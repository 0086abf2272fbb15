"""What does `$((expression))` come to? Signed 64-bit integers with C's operators, as in busybox' ash (shell/math.c)."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.shell.limits import MAX_EXPRESSION_DEPTH

_TOKEN = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+#[0-9A-Za-z]+|[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)"
    r"|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))"
)
_BINARY = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11,
}  # fmt: skip
_ASSIGNING = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
_NUMBER = re.compile(r"\s*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)\s*")


class ArithmeticProblem(Exception):
    """Not an expression, or a division by zero; the message is what a shell would say."""


def evaluate(text: str, lookup: Callable[[str], str], assign: Callable[[str, str], None], depth: int = 0) -> int:
    """The value of an expression; `lookup` gives a variable's text and `assign` sets one. Raises ArithmeticProblem."""
    expression = _Expression(text, lookup, assign, depth)
    if not expression.tokens:
        return 0
    value = expression.comma(True)
    if expression.position < len(expression.tokens):
        raise ArithmeticProblem("arithmetic syntax error")
    return value


class _Expression:
    """One pass over the tokens. `live` False: the branch not taken of `&&`, `||` and `?:` is read, not carried out."""

    def __init__(self, text: str, lookup: Callable[[str], str], assign: Callable[[str, str], None], depth: int) -> None:
        self.tokens = _tokens(text)
        self.position = 0
        self._lookup = lookup
        self._assign = assign
        self._depth = depth

    def comma(self, live: bool) -> int:
        """The whole expression, or what stands in brackets."""
        value = self._choice(live)
        while self._take(","):
            value = self._choice(live)
        return value

    def _choice(self, live: bool) -> int:
        self._depth += 1
        if self._depth > MAX_EXPRESSION_DEPTH:
            raise ArithmeticProblem("expression recursion level exceeded")
        kind, name = self._peek()
        following = self.tokens[self.position + 1][1] if self.position + 1 < len(self.tokens) else ""
        if kind == "name" and following in _ASSIGNING:
            self.position += 2
            value = self._choice(live)
            if live:
                value = value if following == "=" else _apply(following[:-1], self._value(name), value)
                self._assign(name, str(value))
        else:
            value = self._binary(1, live)
            if self._take("?"):
                first = self.comma(live and value != 0)
                if not self._take(":"):
                    raise ArithmeticProblem("malformed ?: operator")
                second = self._choice(live and value == 0)
                value = first if value else second
        self._depth -= 1
        return value

    def _binary(self, strength: int, live: bool) -> int:
        left = self._unary(live)
        while True:
            operator = self._peek()[1]
            mine = _BINARY.get(operator, 0)
            if mine < strength:
                return left
            self.position += 1
            needed = live and not (operator == "&&" and left == 0) and not (operator == "||" and left != 0)
            self._depth += 1
            if self._depth > MAX_EXPRESSION_DEPTH:
                raise ArithmeticProblem("expression recursion level exceeded")
            right = self._binary(mine + (operator != "**"), needed)
            self._depth -= 1
            left = _apply(operator, left, right) if needed or operator in ("&&", "||") else 0

    def _unary(self, live: bool) -> int:
        flips: list[str] = []
        while self._peek()[1] in ("-", "+", "!", "~"):
            flips.append(self._peek()[1])
            self.position += 1
        value = self._primary(live)
        for flip in reversed(flips):
            value = {"-": -value, "+": value, "!": int(value == 0), "~": ~value}[flip]
        return _wrapped(value)

    def _primary(self, live: bool) -> int:
        kind, token = self._peek()
        self.position += 1
        if token in ("++", "--"):
            kind, name = self._peek()
            self.position += 1
            if kind != "name":
                raise ArithmeticProblem("arithmetic syntax error")
            return self._stepped(name, token, live)
        if kind == "number":
            return _number(token)
        if kind == "name":
            step = self._peek()[1]
            if step in ("++", "--"):
                self.position += 1
                value = self._value(token)
                self._stepped(token, step, live)
                return value
            return self._value(token) if live else 0
        if token == "(":
            value = self.comma(live)
            if self._take(")"):
                return value
        raise ArithmeticProblem("arithmetic syntax error")

    def _stepped(self, name: str, operator: str, live: bool) -> int:
        value = _wrapped(self._value(name) + (1 if operator == "++" else -1))
        if live:
            self._assign(name, str(value))
        return value

    def _value(self, name: str) -> int:
        """A variable may hold an expression again."""
        text = self._lookup(name)
        if _NUMBER.fullmatch(text):
            digits = text.strip()
            return -_number(digits[1:]) if digits[0] == "-" else _number(digits.lstrip("+"))
        if self._depth > MAX_EXPRESSION_DEPTH // 2:
            raise ArithmeticProblem("expression recursion loop detected")
        return evaluate(text, self._lookup, self._assign, self._depth + 5)

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def _take(self, token: str) -> bool:
        if self._peek() != ("operator", token):
            return False
        self.position += 1
        return True


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    body = text.rstrip()
    while position < len(body):
        found = _TOKEN.match(body, position)
        if not found:
            raise ArithmeticProblem("arithmetic syntax error")
        number, name, operator = found.groups()
        tokens.append(("number", number) if number else ("name", name) if name else ("operator", operator))
        position = found.end()
    return tokens


def _number(token: str) -> int:
    """Decimal, `0x` hexadecimal, `0` octal, or bash's `base#digits`."""
    base, digits = 10, token
    if token[:2].lower() == "0x":
        base = 16
    elif "#" in token:
        prefix, digits = token.split("#", 1)
        base = int(prefix[:3])
    elif token.startswith("0") and len(token) > 1:
        base = 8
    try:
        # More digits than any 64-bit number has mean the largest one.
        return _wrapped(int(digits, base)) if len(digits) <= 64 else 2**63 - 1
    except ValueError:
        raise ArithmeticProblem(f"{token[:40]}: not a number") from None


def _apply(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            value = left + right
        case "-":
            value = left - right
        case "*":
            value = left * right
        case "/" | "%":
            if right == 0:
                raise ArithmeticProblem("divide by zero")
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            value = quotient if operator == "/" else left - quotient * right
        case "**":
            if right < 0:
                raise ArithmeticProblem("exponent less than 0")
            value = pow(left, right, 2**64)
        case "<<":
            value = left << (right & 63)
        case ">>":
            value = left >> (right & 63)
        case "&":
            value = left & right
        case "|":
            value = left | right
        case "^":
            value = left ^ right
        case "&&":
            value = int(left != 0 and right != 0)
        case "||":
            value = int(left != 0 or right != 0)
        case _:
            value = int({"==": left == right, "!=": left != right, "<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])
    return _wrapped(value)


def _wrapped(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63
