# SPDX-License-Identifier: EUPL-1.2
# HTML of the demo's page: plain functions from data to text; Danish first, English beside it.
"""Nothing comes from elsewhere: one style sheet of our own, no script."""

from html import escape

import clock

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; padding: 1rem; max-width: 76rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.25rem; margin: 0 0 .5rem }
[lang=en] { font-style: italic; opacity: .85 }
.columns { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)) }
section { border: 1px solid; border-radius: .5rem; padding: 1rem; overflow-x: auto }
label { display: block; margin-top: .5rem } input, select, button { font: inherit; padding: .4rem .6rem; min-height: 2.75rem; max-width: 100% }
button { cursor: pointer; margin: .5rem .5rem 0 0 } form.inline { display: inline }
:focus-visible, input:focus-within { outline: 3px solid; outline-offset: 2px }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid }
.said { border: 2px solid; border-radius: .5rem; padding: .5rem 1rem; margin: 1rem 0 } .id { font-family: monospace; overflow-wrap: anywhere }
iframe { width: 100%; height: 26rem; border: 1px solid }
.skip { position: absolute; left: -99rem } .skip:focus { position: static }
"""
STATES = {"aktiv": "aktiv / active", "aflyst": "aflyst / cancelled"}
MAKERS = {1: "borgeren / the citizen", 2: "sagsbehandler / caseworker", 3: "system"}


def both(danish, english):
    """A sentence in both languages."""
    return f'{escape(danish)} <span lang="en">{escape(english)}</span>'


def document(title, body, refresh_s=0):
    """A whole page."""
    refresh = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    return (
        f'<!doctype html><html lang="da"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{refresh}'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/stil.css"></head><body>{body}</body></html>'
    )


def form(token, action, inner, label, inline=False, **hidden):
    """A form that does one thing."""
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(str(value))}">' for name, value in {"token": token, **hidden}.items())
    kind = ' class="inline"' if inline else ""
    return f'<form method="post" action="/{action}"{kind}>{fields}{inner}<button>{label}</button></form>'


def field(name, label, control):
    """A control with its label; CONTROL has {id}."""
    return f'<label for="{name}">{label}</label>' + control.replace("{id}", name)


def choice(name, label, options, chosen=None, key=None):
    """A list to choose from: [(value, text)]. KEY is its id where NAME stands twice on a page."""
    rows = "".join(f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(text)}</option>' for value, text in options)
    return field(key or name, label, f'<select name="{name}" id="{{id}}">{rows}</select>')


def when(text):
    """An instant for people: local day and time."""
    return clock.parse(text).astimezone(clock.ZONE).strftime("%d.%m.%Y kl. %H.%M")


def booking_row(token, place, key, doc):
    """One booking with what the citizen and the caseworker may do about it."""
    maker, is_live = doc["oprettetAf"], doc["tilstand"] == "aktiv"
    buttons = ""
    if is_live:
        buttons += f'<a href="/tider?c={place}&amp;booking={escape(key)}">Ombook / Move</a> ' if doc["ombookningMulig"] else ""
        buttons += form(token, "borger-aflys", "", "Aflys / Cancel", True, c=place, id=key) if doc["aflysningMulig"] else ""
        if doc["skalAccepteres"] and not doc["accepteret"]:
            buttons += form(token, "borger-bekraeft", "", "Bekræft / Accept", True, c=place, id=key)
        if doc.get("_rolle") == "kss":
            buttons += form(token, "kss-flyt", "", "KSS: en dag senere / a day later", True, c=place, id=key)
            buttons += form(token, "kss-aflys", "", "KSS: aflys / cancel", True, c=place, id=key)
    accepted = ", bekræftet / accepted" if doc["accepteret"] else ""
    made = f"{MAKERS.get(maker['brugertype'], '')} ({escape(doc.get('_rolle', ''))})"
    person = doc.get("medarbejder", {})
    return (
        f"<tr><td>{when(doc['starttidspunkt'])}</td><td>{escape(doc['titel'])} ({doc['samtaleType']})</td>"
        f"<td>{escape(person.get('navn') or person.get('identifikation') or '')}</td><td>{made}</td>"
        f"<td>{STATES[doc['tilstand']]}{accepted}</td><td>{buttons}</td></tr>"
    )


def bookings(token, place, rows):
    """The citizen's bookings as DFDG has them."""
    if not rows:
        return f"<p>{both('Ingen samtaler endnu.', 'No interviews yet.')}</p>"
    heads = ["Tid / Time", "Samtale / Interview", "Vejleder / Advisor", "Lavet af / Made by", "Status", "Gør / Do"]
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>" + "".join(booking_row(token, place, *row) for row in rows) + "</tbody></table>"


def log(lines, is_moving):
    """What went over the wire, newest first."""
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Tid / Time", "Art / Kind", "Hvad / What", "Id", "Svar / Answer"))
    rows = "".join(
        f"<tr><td>{escape(line['tid'][11:23])}</td><td>{escape(line['art'])}</td><td>{escape(line['hvad'])}</td>"
        f'<td class="id">{escape(str(line["id"])[:13])}</td><td>{escape(str(line["svar"]))}</td></tr>'
        for line in lines
    )
    link = '<a href="/beskeder?stop=1">Stop opdatering / Stop updating</a>' if is_moving else '<a href="/beskeder">Følg med / Follow</a>'
    body = f"<main><p>{link}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></main>"
    return document("Beskeder / Messages", body, 3 if is_moving else 0)
