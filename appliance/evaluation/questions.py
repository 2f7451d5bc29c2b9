"""A question set: conversations with the decision that is expected on their last turn."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from appliance.conversation.outcome import ACTIONS
from appliance.conversation.turn import Modality
from appliance.errors import Permanent


class QuestionSetError(Permanent):
    """A line of a question set is wrong; file, line and field are named."""


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a character (a lone surrogate) is no text") from error
    return text


Text = Annotated[str, AfterValidator(_encodable)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Said(_Line):
    """One message; an assistant's message is only context and is not run."""

    role: Literal["user", "assistant"] = "user"
    text: Text
    modality: Modality = "text"


class Expected(_Line):
    """What should be decided; `a|b` means either."""

    action: str
    reply_lang: str
    statements: tuple[str, ...] = ()
    note: Text = ""

    @field_validator("action")
    @classmethod
    def _known(cls, action: str) -> str:
        if unknown := set(action.split("|")) - set(ACTIONS):
            raise ValueError(f"no such action: {', '.join(sorted(unknown))}; there are: {', '.join(ACTIONS)}")
        return action

    @property
    def actions(self) -> frozenset[str]:
        """The actions that are right."""
        return frozenset(self.action.split("|"))


class Item(_Line):
    """One conversation."""

    id: Text
    lang: Text
    category: Text
    turns: tuple[Said, ...] = Field(min_length=1)
    profile_name: Text | None = None
    expected: Expected

    @field_validator("turns")
    @classmethod
    def _patient_speaks(cls, turns: tuple[Said, ...]) -> tuple[Said, ...]:
        if all(said.role != "user" for said in turns):
            raise ValueError("expected at least one turn of the patient (role user)")
        return turns


def read_questions(file: Path) -> tuple[Item, ...]:
    """The items of a JSON-lines file.

    Raises:
        QuestionSetError: the file cannot be read, or a line is not of the form.
    """
    try:
        # Not splitlines(): JSON may hold U+2028 and its like as they are.
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{file}: expected a readable JSON-lines file: {error}") from error
    return tuple(_item(file, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _item(file: Path, number: int, line: str) -> Item:
    try:
        return Item.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise QuestionSetError(f"{file}, line {number}: not JSON: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        field = ".".join(map(str, problem["loc"]))
        raise QuestionSetError(f"{file}, line {number}, {field}: {problem['msg']}") from error
