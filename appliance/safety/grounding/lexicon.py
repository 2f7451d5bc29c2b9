"""The words that are known in a language, by what they do; every other word must be approved."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a word, or a phrase, does in a sentence."""

    WORD = "word"  # carries meaning: must stand in the statement
    GLUE = "glue"  # joins words into one expression: of, the, with, your
    LINK = "link"  # joins expressions: is, you, that
    AND = "and"
    OR = "or"
    NOR = "nor"  # only after a negation
    ANY = "any"  # only after a negation
    NONE = "none"  # after a negation, or as one
    BUT = "but"  # only between clauses
    HARMLESS = "harmless"  # may be added to anything: please, remember
    SETTING = "setting"  # may be added to what is neither allowed nor forbidden: hospital, day
    GO_BRING = "go_bring"  # may be added to places and lists: go to, bring
    CALL = "call"  # may be added to a telephone number
    EAT = "eat"
    DRINK = "drink"
    TAKE = "take"
    NO = "no"  # negates the expression that follows
    NOT = "not"  # negates the verb that follows
    AVOID = "avoid"
    FORBIDDEN = "forbidden"  # stands before or after what it forbids
    PERMIT = "permit"
    OBLIGE = "oblige"
    CONDITION = "condition"
    LEAST = "least"  # at least
    UNTIL = "until"  # up to
    BEFORE = "before"
    AFTER = "after"
    TIME = "time"  # midnight, noon
    QUANTITY = "quantity"  # a number with its unit
    PHONE = "phone"
    MARK = "mark"  # punctuation
    DOUBT = "doubt"  # changes the meaning in a way that is not followed


@dataclass(frozen=True)
class Lexicon:
    """One language. Lists are written with `|` between entries; `*` in an entry stands for any one word.

    Attributes:
        letters: the inside of a regular expression's class: the letters that the language is written in.
        groups: words that may stand for each other; each group is written as a list.
        food, fluid: words that make "eat" and "drink" fitting verbs for what they are in.
        units: `name: forms` for each unit; a form counts only after a number.
        times: `name: forms` for the times of day that have a name.
        numbers: `value: words`.
        prefixes: what may be written onto the front of a word without changing it, longest first.
        endings: what inflection may change at the end of a word; two forms that differ only so are one word.
        verb_apart: the verb may stand away from what is taken, at the beginning or the end (German).
        anchor_first: the event stands before "before" and "after" (Chinese).
    """

    letters: str
    glue: str
    link: str
    and_: str
    or_: str
    but: str
    harmless: str
    setting: str
    go_bring: str
    call: str
    eat: str
    drink: str
    take: str
    food: str
    fluid: str
    no: str
    not_: str
    avoid: str
    forbidden: str
    permit: str
    oblige: str
    condition: str
    least: str
    until: str
    before: str
    after: str
    units: str
    times: str
    numbers: str
    endings: str
    groups: tuple[str, ...]
    nor: str = ""
    any_: str = ""
    none: str = ""
    doubt: str = ""
    prefixes: tuple[str, ...] = field(default=())
    verb_apart: bool = False
    anchor_first: bool = False
