"""What markup shows to those who see neither scripts nor formulas, put in the place of both."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Attributes that hold the address of a picture until a reader scrolls to it.
LAZY_ATTRIBUTES = ("data-src", "data-original", "data-lazy-src")

#: Signs before the second and third part of a formula's elements, where text has no heights
#: (https://www.w3.org/TR/mathml-core/).
FORMULA_SIGNS = {
    "mfrac": ("/",),
    "msup": ("^",),
    "msub": ("_",),
    "msubsup": ("_", "^"),
    "munder": ("_",),
    "mover": ("^",),
    "munderover": ("_", "^"),
}


def show_alternatives(root: LexborHTMLParser | LexborNode) -> None:
    """Show what ``<noscript>`` holds, and formulas as text. Scripts are never run where we and our readers
    are. A request to switch them on is no text, and a picture that loads late is not shown twice."""
    for node in reversed(root.css("noscript")):
        _show_noscript(node)
    for formula in root.css("math"):
        _show_formula(formula)


def _show_noscript(node: LexborNode) -> None:
    text, images = node.text().strip(), node.css("img")
    if "javascript" in text.lower() or (not text and not images and node.css_first("iframe, a") is None):
        node.decompose()
        return
    image = _image_before(node) if images and not text else None
    if image is not None and _is_second_print(images[0], image):
        node.decompose()
        return
    if image is not None and _is_placeholder(image):
        image.decompose()
    node.unwrap()


def _image_before(node: LexborNode) -> LexborNode | None:
    """The picture that stands just before a node, if there is one."""
    before = node.prev
    while before is not None and not before.is_element_node and not before.text().strip():
        before = before.prev
    if before is None or not before.is_element_node:
        return None
    return before if before.tag == "img" else next(iter(reversed(before.css("img"))), None)


def _is_second_print(image: LexborNode, first: LexborNode) -> bool:
    """Whether a picture is that of the one before it, which has its address at once or loads late."""
    is_late = any(first.attributes.get(name) for name in LAZY_ATTRIBUTES)
    return is_late or image.attributes.get("src") == first.attributes.get("src")


def _is_placeholder(image: LexborNode) -> bool:
    """Whether a picture only keeps the place of one that a script puts there."""
    source = image.attributes.get("src") or ""
    return not source or source.startswith("data:") or "lazy" in (image.attributes.get("class") or "")


def _show_formula(formula: LexborNode) -> None:
    for annotation in reversed(formula.css("annotation, annotation-xml")):
        annotation.decompose()
    for node in formula.css(", ".join(FORMULA_SIGNS)):
        parts = [child for child in node.iter() if child.is_element_node]
        for sign, part in zip(("", *FORMULA_SIGNS[node.tag or ""]), parts, strict=False):
            is_long = part.tag == "mrow" and len([c for c in part.iter() if c.is_element_node]) > 1
            part.insert_before(f"{sign}(" if is_long else sign)
            part.insert_after(")" if is_long else "")
    for root in formula.css("msqrt"):
        root.insert_before("√(")
        root.insert_after(")")
    text = " ".join(formula.text().split()) or formula.attributes.get("alttext") or ""
    formula.replace_with(text)
