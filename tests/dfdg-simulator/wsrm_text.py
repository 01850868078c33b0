# SPDX-License-Identifier: EUPL-1.2
# Elements of the messages of the WSRM queue, as text.
"""Prefix n is bound in the envelope."""

from xml.sax.saxutils import escape


class Inner(str):
    """Text that is XML already."""


def element(name, value):
    """One element; a boolean as true or false."""
    if isinstance(value, Inner):
        return Inner(f"<n:{name}>{value}</n:{name}>")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Inner(f"<n:{name}>{escape(text)}</n:{name}>")


def group(members):
    """Elements of [(name, value)], without those that are None."""
    return Inner("".join(element(name, value) for name, value in members if value is not None))
