# SPDX-License-Identifier: EUPL-1.2
# From windows to figures: medians, and medians of the ratios within a round; and the targets that they are held against.
"""Reads what `run --json` wrote; knows nothing of how it was measured."""

import statistics

READS = "reads"
US_PER_S = 1e6

# Columns of a table of contenders: heading, a window's figure, digits.
COLUMNS = [
    ("answers/s", lambda window: window["rate"], 0),
    ("CPU µs each", lambda window: window["server_us_each"], 1),
    ("p50 µs", lambda window: window[READS]["p50"], 0),
    ("p99 µs", lambda window: window[READS]["p99"], 0),
]


def condense(seen):
    """The same run with what the figures need: small enough to be kept beside the document."""

    def window_of(window):
        kinds = {kind: window[kind] for kind in (READS, "writes") if window.get(kind, {}).get("calls")}
        kinds = {kind: {part: round(row[part], 1) for part in ("calls", "p50", "p99", "p999")} for kind, row in kinds.items()}
        generator_share = window.get("generator_share", window.get("generator_us", 0) / window.get("all_us", 1))
        numbers = {"rate": round(window["rate"], 1), "server_us_each": round(window["server_us_each"], 2)}
        numbers |= {"generator_share": round(generator_share, 3), "other_share": round(window["other_share"], 3)}
        return numbers | {"calibration_us": window["calibration_us"]} | kinds

    tables = []
    for one in seen["tables"]:
        rows = [{**row, "windows": [window_of(window) for window in row["windows"]]} for row in one["contenders"]]
        tables.append({**one, "contenders": rows})
    return {**seen, "tables": tables}


# Looking up -----------------------------------------------------------------------------------------


def table(seen, name):
    """The table NAME, or None when it was not measured."""
    return next((one for one in seen["tables"] if one["name"] == name), None)


def contender(seen, name, who):
    """One row of it, or None."""
    found = table(seen, name)
    return next((one for one in found["contenders"] if one["name"] == who), None) if found else None


def median(row, figure):
    """Of one figure over a contender's windows."""
    return statistics.median([figure(window) for window in row["windows"]] or [0])


def ratio(row, other, figure):
    """Median of the ratios of two contenders in each round."""
    pairs = [(figure(a), figure(b)) for a, b in zip(row["windows"], other["windows"])]
    return statistics.median(a / b if b else 0 for a, b in pairs) if pairs else 0


def rate(window):
    """Answers a second."""
    return window["rate"]


def cpu(window):
    """Microseconds of the server's CPU for an answer."""
    return window["server_us_each"]


def latency(kind, part):
    """A latency of a window in microseconds."""
    return lambda window: window[kind][part]


def of(seen, name, who, figure):
    """Median of FIGURE, or None when that was not measured."""
    row = contender(seen, name, who)
    return median(row, figure) if row else None


def times(seen, name, own, other, figure=rate):
    """How many times as much of FIGURE has OWN than OTHER, in table NAME; None when either is missing."""
    rows = contender(seen, name, own), contender(seen, name, other)
    return ratio(*rows, figure) if all(rows) else None


def slot_search(seen, name):
    """Best microseconds of a row of bench-slot-search, or None."""
    return next((best for row, _, best, _ in seen["figures"].get("slot_search", []) if row == name), None)


def big(seen, *keys):
    """A figure of the big municipality, or None."""
    value = seen["figures"].get("big")
    for key in keys:
        value = value.get(key) if value else None
    return value


def sync(seen, server, case, key, who="plannerctl"):
    """Median of a figure of one case of the synchronisation on SERVER, over the runs that ended well; None without any."""
    rows = seen["figures"].get("sync", {}).get(server, {}).get(case, {}).get(who, [])
    values = [row[key] for row in rows if "failed" not in row]
    return statistics.median(values) if values else None


def sync_idle(seen, key, share=1):
    """A figure of the pass over many calendars, in which nothing changed."""
    found = seen["figures"].get("sync_idle")
    return statistics.median(row[key] for row in found["ours"]) / share if found else None


def idle_loss(seen):
    """Percent of the answers that 5,000 idle connections cost."""
    kept = times(seen, "idle-32", "5,000 idle", "0 idle")
    return None if kept is None else max(0, 100 * (1 - kept))


def milliseconds(seen, kind):
    """99th of 100 latencies of the open loop with slow flushes."""
    value = of(seen, "open-loop", "2 ms more a flush", latency(kind, "p99"))
    return None if value is None else value / 1000


# Targets --------------------------------------------------------------------------------------------

OWN, MUTUAL, SINGLE = "plannerd", "plannerd, client certificate", "one transaction a request"


def against(name, other, own=OWN):
    """A target that is a ratio: (answers, answers by CPU) of OWN over those of OTHER, in table NAME."""

    def measure(seen):
        answers = times(seen, name, own, other)
        return None if answers is None else (answers, times(seen, name, other, own, cpu))

    return measure


def capacity(name, who=OWN):
    """A target in answers a second: (seen, what a core could do at the CPU that an answer takes)."""

    def measure(seen):
        answers, each = of(seen, name, who, rate), of(seen, name, who, cpu)
        return None if answers is None else (answers, US_PER_S / each if each else 0)

    return measure


def peers_of(what, other, must, near):
    """Two rows of targets for a peer: an answer of the same bytes as the limits were set with, and one of as many times."""
    return [
        (f"{what}, 4.8 kB, 18 times", True, must, near, "×", 2, against("listing-morning", other)),
        (f"{what}, 14 kB, 55 times", True, must, near, "×", 2, against("listing-day", other)),
    ]


def sync_of(case, key, server="Cyrus"):
    """A target of the synchronisation."""
    return lambda seen: sync(seen, server, case, key)


# What, is more better, must, near the limit, unit, digits, measured: a figure, or one with its like by CPU.
TARGETS = [
    *peers_of("full read against bare epoll with the same operation", "bare epoll", 0.70, 0.85),
    *peers_of("… bare libsoup, fixed reply", "libsoup, fixed reply", 1.0, 2.7),
    *peers_of("… gSOAP", "gSOAP", 2, 5.3),
    *peers_of("… php-soap on nginx and fpm", "php-soap", 7, 18),
    *peers_of("… node soap", "node soap", 8, 11),
    ("full read, one core", True, 15000, 50000, "/s", 0, capacity("listing-morning")),
    ("one connection, p50", False, 100, 60, "µs", 0, lambda seen: of(seen, "listing-alone", OWN, latency(READS, "p50"))),
    ("one connection, p99", False, 300, 100, "µs", 0, lambda seen: of(seen, "listing-alone", OWN, latency(READS, "p99"))),
    ("2,400/s open loop, 10 % writes, 2 ms flush: reads, p99", False, 20, 2, "ms", 2, lambda seen: milliseconds(seen, READS)),
    ("… bookings, p99", False, None, 15, "ms", 2, lambda seen: milliseconds(seen, "writes")),
    ("durable bookings, 32 clients, against a transaction each", True, 2, None, "×", 2, against("booking-create-32-native", SINGLE)),
    ("… native disk", True, None, 6000, "/s", 0, capacity("booking-create-32-native")),
    ("… 2 ms more a flush", True, None, 4500, "/s", 0, lambda seen: of(seen, "booking-create-32-slow", OWN, rate)),
    ("slot search, 50 advisors × 60 days, all", False, 100, 30, "µs", 1, lambda seen: slot_search(seen, "all, as bits")),
    ("… first 50", False, None, 2, "µs", 2, lambda seen: slot_search(seen, "first 50")),
    ("loss with 5,000 idle connections", False, 20, 5, "%", 1, idle_loss),
    ("TLS with client certificate against plain, kept", True, 0.7, None, "×", 2, against("tls-kept", "plannerd, plain", MUTUAL)),
    ("TLS, kept, fixed reply on the same library", True, None, 45000, "/s", 0, capacity("tls-kept", "fixed reply, TLS")),
    ("mutual TLS handshakes, each with a call", True, 500, 700, "/s", 0, capacity("tls-new", MUTUAL)),
    ("memory, 10,000 advisors, bookings of 200,000 citizens: RSS", False, 150, 80, "MB", 0, lambda seen: big(seen, "memory_started", "rss")),
    ("… of it the process's own", False, 150, 80, "MB", 0, lambda seen: big(seen, "memory_started", "anonymous")),
    *[
        (f"calendar of {size} on Cyrus, first read, whole process", False, must, near, "s", 2, sync_of(f"initial {size}", "s"))
        for size, must, near in (("1,000", 1.0, 0.5), ("10,000", 7.4, 4.0))
    ],
    ("… memory, 10,000 events", False, 113, 60, "MB", 0, sync_of("initial 10,000", "mb")),
    ("… nothing changed, 10,000 events: time", False, 0.44, 0.05, "s", 3, sync_of("quiet 10,000", "s")),
    ("… requests", False, 1, 1, "", 0, sync_of("quiet 10,000", "requests")),
    ("… both ways", False, 53, 1, "kB", 2, sync_of("quiet 10,000", "kb")),
    ("… ten changes, 10,000 events", False, 1.74, 0.2, "s", 3, sync_of("changes 10,000", "s")),
    ("… 200 meetings sent", False, 3.4, None, "s", 2, sync_of("upload 200", "s")),
    ("10,000 events on Xandikos, first read", False, 300, None, "s", 1, sync_of("initial 10,000", "s", "Xandikos")),
    ("1,000 calendars, nothing changed, Cyrus: one pass", False, 440, 10, "s", 1, lambda seen: sync_idle(seen, "s")),
    ("… memory", False, None, 40, "MB", 0, lambda seen: sync_idle(seen, "mb")),
    ("start to first answer", False, 2, 0.5, "s", 2, lambda seen: big(seen, "first_answer_median_s")),
]


def verdict(is_more_better, limit, value):
    """Whether a figure reaches a limit."""
    if limit is None or value is None:
        return ""
    return "yes" if (value >= limit if is_more_better else value <= limit) else "**no**"


def limit_of(is_more_better, limit, unit):
    """A limit in words."""
    if limit is None:
        return ""
    return f"{'≥' if is_more_better else '≤'} {number(limit, 0 if limit >= 10 else 2).removesuffix('.00')} {unit}"


def lines_of_targets(seen):
    """Markdown: each target, what was seen, whether it is reached; and the same by CPU, which others' load disturbs least."""
    lines = ["| target | must | | near the limit | | seen | by CPU |", "|---|---|---|---|---|---|---|"]
    for what, is_more_better, must, near, unit, digits, measure in TARGETS:
        found = measure(seen)
        value, by_cpu = found if isinstance(found, tuple) else (found, None)
        cells = []
        for limit in (must, near):
            cells += [limit_of(is_more_better, limit, unit), verdict(is_more_better, limit, value)]
        cells.append("not measured" if value is None else f"{number(value, digits)} {unit}")
        cells.append("" if by_cpu is None else f"{number(by_cpu, digits)} {unit}")
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return lines


# Tables ---------------------------------------------------------------------------------------------


def number(value, digits=0):
    """As it stands in a table."""
    return f"{value:,.{digits}f}"


def lines_of_table(one):
    """Markdown of a table: the first contender's answers over each one's, and its CPU under each one's."""
    own = one["contenders"][0]
    headings = ["", f"{own['name']} answers × as many", "CPU ×", *(name for name, *_ in COLUMNS)]
    has_memory = "pss_mb" in own
    headings += ["RSS (PSS) MB"] if has_memory else []
    has_each = any("kb_each" in row for row in one["contenders"])
    headings += ["kB an idle connection"] if has_each else []
    has_resumed = any("resumed_percent" in row for row in one["contenders"])
    headings += ["resumed"] if has_resumed else []
    lines = ["| " + " | ".join(headings) + " |", "|---" * len(headings) + "|"]
    for row in one["contenders"]:
        cells = [number(ratio(own, row, rate), 2), number(ratio(row, own, cpu), 2)]
        cells += [number(median(row, figure), digits) for _, figure, digits in COLUMNS]
        cells += [f"{number(row['rss_mb'])} ({number(row['pss_mb'])})"] if has_memory else []
        cells += [number(row["kb_each"], 1) if "kb_each" in row else ""] if has_each else []
        cells += [f"{row['resumed_percent']} %"] if has_resumed else []
        lines.append(f"| {row['name']} | " + " | ".join(cells) + " |")
    return lines


def lines_of_open_loop(one):
    """Markdown of the open loop: reads and writes apart."""
    lines = ["| | calls/s | CPU µs each | reads p50 | p99 | p99.9 ms | bookings p50 | p99 | p99.9 ms |", "|---" * 9 + "|"]
    for row in one["contenders"]:
        cells = [number(median(row, rate)), number(median(row, cpu), 1)]
        for kind in (READS, "writes"):
            for part in ("p50", "p99", "p999"):
                cells.append(number(median(row, latency(kind, part)) / 1000, 2))
        lines.append(f"| {row['name']} | " + " | ".join(cells) + " |")
    return lines


def lines_of_slot_search(seen):
    """Markdown of bench-slot-search."""
    lines = ["| in process | starts | best µs | median µs |", "|---|---|---|---|"]
    for name, n_starts, best, middle in seen["figures"].get("slot_search", []):
        lines.append(f"| {name} | {number(n_starts)} | {number(best, 2)} | {number(middle, 2)} |")
    return lines


def lines_of_big(seen):
    """Markdown of the big municipality."""
    found, filled = seen["figures"].get("big"), seen["figures"].get("fill")
    if not found or not filled:
        return ["Not measured."]
    started, loaded = found["memory_started"], found["memory_loaded"]
    memory = "RSS {rss} MB, PSS {pss} MB, of it the process's own {anonymous} MB"
    starts = ", ".join(number(one, 2) for one in found["first_answer_s"])
    return [
        "| | |",
        "|---|---|",
        f"| advisors; bookings, of a citizen each | {found['advisors']:,}; {found['bookings']:,} |",
        f"| database | {number(found['database_mb'])} MB |",
        f"| filled by CreateBooking from 256 connections in | {number(filled['s'])} s |",
        f"| import of so many advisors, s | {', '.join(f'{int(size):,}: {s}' for size, s in seen['figures']['import_s'].items())} |",
        f"| memory after the first answer | {memory.format(**started)} |",
        f"| memory after load | {memory.format(**loaded)} |",
        f"| start of the process to the first good answer, s | {starts}; median {number(found['first_answer_median_s'], 2)} |",
    ]


def _cells_of_sync(rows):
    """Figures of one contender's runs, or what it said when it failed."""
    good = [row for row in rows if "failed" not in row]
    if not good:
        return ["failed after", number(rows[-1]["s"], 1) + " s"] + [""] * 4 if rows else ["not run"] + [""] * 5
    middle = {key: statistics.median(row[key] for row in good) for key in good[0]}
    cells = [(middle["s"], 3), (middle["cpu_s"], 3), (middle["requests"], 0), (middle["kb"], 1), (middle["mb"], 0)]
    return [number(value, digits) for value, digits in cells] + [str(len(good))]


def lines_of_sync(seen):
    """Markdown: each case on each server, ours and vdirsyncer's."""
    found = seen["figures"].get("sync")
    if not found:
        return ["Not measured."]
    lines = ["| server, case, events | | s | CPU s | requests | kB both ways | peak MB | runs |", "|---" * 8 + "|"]
    for server, cases in found.items():
        for case, contenders in cases.items():
            for who, rows in contenders.items():
                lines.append(f"| {server}, {case} | {who} | " + " | ".join(_cells_of_sync(rows)) + " |")
    return lines


def lines_of_sync_idle(seen):
    """Markdown: one pass over many calendars."""
    found = seen["figures"].get("sync_idle")
    if not found:
        return ["Not measured."]
    n_calendars, n_theirs = found["calendars"], len(found["theirs"])
    ours = {key: statistics.median(row[key] for row in found["ours"]) for key in ("s", "cpu_s", "requests", "kb", "mb")}
    theirs = {key: sum(row[key] for row in found["theirs"]) / n_theirs for key in ("s", "cpu_s", "requests", "kb", "mb")}
    each = [number(ours[key] * 1000 / n_calendars, 2) for key in ("s", "cpu_s")]
    their_each = [number(theirs[key] * 1000, 0) for key in ("s", "cpu_s")]
    return [
        f"| {n_calendars:,} calendars of Cyrus, nothing changed | one pass, s | ms a calendar | CPU ms a calendar | requests each |"
        " kB each | peak MB |",
        "|---" * 7 + "|",
        f"| plannerctl sync run --all | {number(ours['s'], 2)} | {each[0]} | {each[1]} | {number(ours['requests'] / n_calendars, 2)} |"
        f" {number(ours['kb'] / n_calendars, 2)} | {number(ours['mb'])} |",
        f"| … the first pass, which reads everything | {number(found['first']['s'], 2)} | | | | | {number(found['first']['mb'])} |",
        f"| vdirsyncer, a process each (measured on {n_theirs}) | {number(theirs['s'] * n_calendars)} | {their_each[0]} | {their_each[1]} |"
        f" {number(theirs['requests'], 2)} | {number(theirs['kb'], 2)} | {number(theirs['mb'])} |",
    ]


def lines_of_dfdg(seen):
    """Markdown: DFDG's messages, from the first to the last that is applied."""
    found = seen["figures"].get("dfdg")
    if not found:
        return ["Not measured."]
    lines = ["| | messages | stored/s | applied/s | CPU µs a message | peak MB | CPU s of the truth | of generator or queue |", "|---" * 8 + "|"]
    for name, row in found.items():
        n_messages = row["messages"]
        stored = number(n_messages / row["pushed_s"]) if "pushed_s" in row else ""
        cells = [number(n_messages), stored, number(n_messages / row["s"]), number(row["cpu_s"] * US_PER_S / n_messages), number(row["mb"])]
        cells += [number(row["truth_cpu_s"], 1), number(row.get("generator_cpu_s", row.get("queue_cpu_s", 0)), 1)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def quiet(seen):
    """How quiet the machine was: share of all cores that others took, and the calibration loop, over all windows."""
    windows = [window for one in seen["tables"] for row in one["contenders"] for window in row["windows"]]
    others = sorted(window["other_share"] for window in windows) or [0]
    loops = sorted(window["calibration_us"] for window in windows) or [0]
    return {
        "windows": len(windows),
        "others_median": statistics.median(others),
        "others_most": others[-1],
        "loop_ms": [round(one / 1000, 1) for one in (loops[0], statistics.median(loops), loops[-1])],
    }


def lines_of_machine(seen):
    """Markdown: on what, of what, how quiet."""
    about, calm = seen["machine"], quiet(seen)
    loop = calm["loop_ms"]
    took = ", ".join(f"{name} {number(s)} s" for name, s in about["took_s"].items())
    lines = [
        f"Measured {about['time'][:16]}Z, commit {about['commit']}: {about['cores']} cores of {about['cpu']}, Linux {about['kernel']}.",
        f"{calm['windows']} windows of {about['window_ms']} ms; others took {100 * calm['others_median']:.0f} % of the machine in the"
        f" median window, {100 * calm['others_most']:.0f} % in the worst;",
        f"the calibration loop took {loop[0]} ms at best, {loop[1]} in the median, {loop[2]} at worst. Scenarios took: {took}.",
    ]
    for other in about.get("also", []):
        took = ", ".join(f"{name} {number(s)} s" for name, s in other["took_s"].items())
        lines.append(f"Measured {other['time'][:16]}Z, commit {other['commit']}: {took}.")
    if "flush_us" in seen["figures"]:
        flush = seen["figures"]
        lines.append(f"A flush of an appended page takes {flush['flush_us']} µs (p99 {flush['flush_p99_us']} µs).")
    lines += [f"Not measured: {name}: {reason}." for name, reason in seen["missing"].items()]
    return lines


def heading(one):
    """A table's title with the size of its answers."""
    size = f": {one['times']} times, {one['bytes']:,} bytes" if "bytes" in one else ""
    return one["title"] + size


def block(seen, name):
    """Markdown of one place of the document: a table by its name, or one of the others."""
    others = {"targets": lines_of_targets, "machine": lines_of_machine, "slot-search": lines_of_slot_search, "big": lines_of_big}
    others |= {"dfdg": lines_of_dfdg, "sync": lines_of_sync, "sync-idle": lines_of_sync_idle}
    if name in others:
        return "\n".join(others[name](seen))
    one = table(seen, name)
    if one is None:
        return "Not measured."
    lines = lines_of_open_loop(one) if name == "open-loop" else lines_of_table(one)
    return "\n".join([f"**{heading(one)}**", "", *lines])


def text_of(seen):
    """Everything, for whoever ran it."""
    names = [one["name"] for one in seen["tables"]]
    return "\n\n".join(block(seen, name) for name in ["machine", *names, "slot-search", "big", "dfdg", "sync", "sync-idle", "targets"])
