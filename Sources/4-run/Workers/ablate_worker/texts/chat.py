"""Puts a template into the user's message of a tokenizer's own chat template: text before it, text after it.

Knows where a tokenizer folder keeps its chat template and how such templates are rendered. Does not know tokens.
"""

import json

from ..protocol.step import invalid

MARK = "\U000f0000\U000f0001"  # stands for the user's message; no template can hold these by chance
FILES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")


def wrap(folder, title, template, system):
    """The template's pieces with the chat's before and after them. The chat brings its special tokens as text."""
    before, after = surroundings(folder, title, system)
    pieces = []
    for piece in [{"text": before}, *template, {"text": after}]:
        if "text" in piece and pieces and "text" in pieces[-1]:
            pieces[-1] = {"text": pieces[-1]["text"] + piece["text"]}  # one text, so that its tokens are those of one text
        elif piece.get("text") != "":
            pieces.append(piece)
    return pieces


def surroundings(folder, title, system):
    """(text before the user's message, text after it: the end of the turn and the beginning of the assistant's)."""
    import jinja2
    source, special = read(folder, title)
    messages = [{"role": "system", "content": system}] * (system is not None) + [{"role": "user", "content": MARK}]
    try:
        text = environment().from_string(source).render(messages=messages, tools=None, documents=None,
                                                        add_generation_prompt=True, **special)
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        hint = ("its model may know no system role: set chat.system to null, and write the text into template"
                if system is not None else "use no chat")
        raise invalid(f"the chat template of {title} cannot be used ({str(error).splitlines()[0] if str(error) else error!r}): "
                      f"{hint}") from None
    if text.count(MARK) != 1:
        raise invalid(f"the chat template of {title} shows a user's message {text.count(MARK)} times: use no chat")
    if system is not None and system.strip() not in text:
        raise invalid(f"the chat template of {title} leaves the system message out: set chat.system to null, and write the text "
                      "into template")
    before, after = text.split(MARK)
    return before, after


def read(folder, title):
    """(the chat template, {name of a special token: its text})"""
    found = {name: (folder / name).read_text(encoding="utf-8") for name in FILES if (folder / name).exists()}
    configuration = json.loads(found.get("tokenizer_config.json", "{}"))
    source = found.get("chat_template.jinja") or json.loads(found.get("chat_template.json", "{}")).get("chat_template")
    source = source or configuration.get("chat_template")
    if isinstance(source, list):  # several by name
        source = {each["name"]: each["template"] for each in source}.get("default")
    if not source:
        raise invalid(f"{title} has no chat template: use a tokenizer of a model that was trained to chat, or no chat")
    if (folder / "special_tokens_map.json").exists():
        configuration = json.loads((folder / "special_tokens_map.json").read_text(encoding="utf-8")) | configuration
    word = lambda value: value["content"] if isinstance(value, dict) else value
    special = {k: word(v) for k, v in configuration.items() if k.endswith("_token")}
    return source, {k: v for k, v in special.items() if isinstance(v, str)}


def environment():
    """As transformers renders chat templates; but without a clock: equal inputs are to give equal tokens tomorrow.

    A template that asks whether there is one takes a fixed date then.
    """
    import jinja2
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """{% generation %}: marks what an assistant writes, for training of another kind; here it is its contents."""

        tags = {"generation"}

        def parse(self, parser):
            next(parser.stream)
            return parser.parse_statements(["name:endgeneration"], drop_needle=True)

    def refuse(message):
        raise jinja2.TemplateError(message)

    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = lambda value, indent=None, **_: json.dumps(value, ensure_ascii=False, indent=indent)
    made.globals["raise_exception"] = refuse
    return made
