"""Messages and schemas as the stand-in writes them, and a type that has something of everything."""

import json


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def message(*fields):
    """(number, bytes, str, int or bool) of each field that is to be written."""
    out = b""
    for number, value in fields:
        if isinstance(value, (int, bool)):
            out += varint(number << 3) + varint(int(value))
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def attribute(name, type_json, *flags):
    """Flags: required 4, optional 5, computed 6, sensitive 7."""
    return message((1, name), (2, json.dumps(type_json)), *((flag, True) for flag in flags))


def block(*attributes, blocks=()):
    return message(*((2, a) for a in attributes), *((3, b) for b in blocks))


def schema(content, version=0):
    return message((1, version), (2, content)) if version else message((2, content))


def nested_block(name, nesting, content):
    """Nestings: single 1, list 2, set 3, map 4, group 5."""
    return message((1, name), (2, content), (3, nesting))


def nested_attribute(name, nesting, *attributes):
    """Of protocol 6; the same nestings."""
    return message((1, name), (10, message(*((1, one) for one in attributes), (3, nesting))), (5, True))


def dynamic(packed):
    return message((1, packed))


def msgpack(value):
    """Of None, a bool, an int up to 127, bytes, a text, a list or a dict."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return bytes([value])
    if isinstance(value, bytes):
        return b"\xc4" + bytes([len(value)]) + value
    size = len(value.encode() if isinstance(value, str) else value).to_bytes(2, "big")
    if isinstance(value, str):
        return b"\xda" + size + value.encode()
    if isinstance(value, list):
        return b"\xdc" + size + b"".join(map(msgpack, value))
    return b"\xde" + size + b"".join(msgpack(name) + msgpack(one) for name, one in value.items())


def rich_block():
    """An attribute of each kind and a block of each nesting."""
    parts = (attribute("n", "number", 5), attribute("t", "string", 5), attribute("known", "string", 6))
    nestings = {"single": 1, "list": 2, "set": 3, "map": 4, "group": 5, "none": 1}
    return block(
        attribute("id", "string", 5, 6),
        attribute("required", "string", 4),
        *(attribute(name, "string", 5) for name in ("text", "empty", "lines", "json")),
        attribute("number", "number", 5),
        attribute("flag", "bool", 5),
        attribute("list", ["list", "string"], 5),
        attribute("map", ["map", "string"], 5),
        attribute("object", ["object", {"a": "string", "b": ["list", "number"]}], 5),
        attribute("any", "dynamic", 5),
        attribute("secret", "string", 5, 7),
        attribute("old", "string", 5, 9),
        attribute("result", "string", 6),
        *(nested_attribute("a_" + name, nestings[name], *parts) for name in ("single", "list", "map", "none")),
        blocks=[nested_block("b_" + name, nesting, block(*parts)) for name, nesting in nestings.items()])


def vault_block():
    """Secrets of each kind: what a nested block or attribute of it holds, too."""
    parts = (attribute("name", "string", 5), attribute("password", "string", 5, 7))
    nestings = {"single": 1, "list": 2, "set": 3, "map": 4}
    return block(
        attribute("id", "string", 6),
        attribute("name", "string", 5),
        attribute("secret", "string", 5, 7),
        attribute("keys", ["map", "string"], 5, 7),
        attribute("token", "string", 6, 7),
        *(nested_attribute("a_" + name, nesting, *parts) for name, nesting in nestings.items()),
        blocks=[nested_block("b_" + name, nesting, block(*parts)) for name, nesting in nestings.items()])


PART = {"n": 1, "t": "x", "known": "k"}
RICH = {
    "id": "rich", "required": "r", "text": 'a "b" ${c} %{d} \\', "empty": "", "lines": "one\ntwo\n\ttab \u00e9\u0001",
    "json": '{"b": [1, true, null], "a": {"x y": "${z}"}}', "number": 12, "flag": False, "list": ["a", "b"],
    "map": {"k": "v", "x y": "z", "${a}": ""}, "object": {"a": None, "b": [1, 2]},
    "any": [b'["tuple",["string",["object",{"a":"number"}]]]', ["x", {"a": 1}]],
    "secret": "s", "old": "o", "result": "res",
    "a_single": PART, "a_list": [PART, {**PART, "t": ""}], "a_map": {"k": PART, "x y": PART}, "a_none": None,
    "b_single": PART, "b_list": [PART, {**PART, "n": None}], "b_set": [PART], "b_map": {"k": PART, "x y": PART},
    "b_group": PART, "b_none": None,
}

ENTRY = {"name": "x", "password": "p"}
VAULT = {
    "id": "vault", "name": "n", "secret": "s", "keys": {"a": "b"}, "token": "1",
    **{f"{kind}_{nesting}": value for kind in "ab" for nesting, value in (
        ("single", ENTRY), ("list", [ENTRY, {**ENTRY, "name": None}]), ("set", [ENTRY]), ("map", {"k": ENTRY}))},
}
