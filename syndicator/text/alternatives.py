"""What markup shows to those who see neither scripts nor formulas, put in the place of both."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
    are. A request to switch them on is no text. Pictures are settled before (``pictures.settle``)."""
    for node in reversed(root.css("noscript")):
        _show_noscript(node)
    for formula in root.css("math"):
        _show_formula(formula)


def _show_noscript(node: LexborNode) -> None:
    text, images = node.text().strip(), node.css("img")
    if "javascript" in text.lower() or (not text and not images and node.css_first("iframe, a") is None):
        node.decompose()
        return
    node.unwrap()


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
