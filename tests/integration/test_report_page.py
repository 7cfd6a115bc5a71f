#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nightly report as a browser shows and prints it: page one is one sheet of
A4, and of Letter, whatever happened; nothing sticks out at 1280 and 800 pixels;
each picture says when it was taken; nothing acts in it; the printed whole stays
short; without colours all states are still told apart. About 30 s."""
import re
import zlib

from browser import Browser
from report_pages import write

KINDS = ("night", "small", "quiet", "empty", "hostile", "fall", "spring", "month")
LONGEST = {"night": 60, "small": 8, "quiet": 8, "empty": 4, "hostile": 70, "fall": 16, "spring": 16, "month": 40}
A4, LETTER = dict(paperWidth=8.27, paperHeight=11.69), dict(paperWidth=8.5, paperHeight=11)


def pages(pdf):
    """Chromium writes page objects in the open; where it should pack them into object streams, look there."""
    plain = pdf
    for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        if b"/ObjStm" in pdf:
            try:
                plain += zlib.decompress(part)
            except zlib.error:
                pass
    found = len(re.findall(rb"/Type\s*/Page\b(?!s)", plain))
    assert found > 0, "no page found in the PDF"
    return found


def check_width(page, name):
    for width in (1280, 800):
        page.size(width, 900)
        wide = page.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{name}: {wide} pixels wide at {width}"
        # Text that leaves its own box without being cut there.
        out = page.run("""[...document.querySelectorAll("h1,h2,h3,h4,p,li,td,th,dd,figcaption")]
            .filter(e => getComputedStyle(e).overflow === "visible" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
            .slice(0, 3).map(e => e.outerHTML.slice(0, 200))""")
        assert out == [], (name, width, out)


def check_first_sheet(page, name):
    """The first page alone fills one sheet; with it the next begins on the second."""
    page.run("""document.head.insertAdjacentHTML("beforeend",
        "<style id=alone>main>section:not(#front){display:none}</style>")""")
    for paper in (A4, LETTER):
        count = pages(page.pdf(preferCSSPageSize=paper is A4, printBackground=True, marginTop=.51, marginBottom=.59,
                               marginLeft=.55, marginRight=.55, **paper))
        assert count == 1, f"{name}: page one takes {count} sheets"
    page.run("document.getElementById('alone').remove()")


def check_pictures(page, name):
    bad = page.run("""[...document.images].filter(i => !i.complete || i.naturalWidth === 0 || i.naturalWidth > 160 ||
        i.naturalHeight > 90 || !i.alt || !/\\d\\d:\\d\\d:\\d\\d/.test(i.closest("figure").querySelector("figcaption").textContent))
        .length""")
    assert bad == 0, f"{name}: {bad} pictures without a time, or too large"
    assert page.run("document.images.length") <= 60


def check_nothing_acts(page, name):
    found = page.run("""[...document.querySelectorAll("script,iframe,object,embed,form,link,base,a[href],[onload],[onerror]")]
        .map(e => e.outerHTML.slice(0, 100))""")
    assert found == [], (name, found)
    assert page.run("performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length") == 0


def check_grey(page):
    """What a printer without colour leaves: the luminance of each state, or its shape, must differ."""
    shapes = page.run("""[...document.querySelectorAll("#key .key path")].map(e => {
        const s = getComputedStyle(e); return [e.getAttribute("class"), s.strokeWidth, s.stroke, s.strokeDasharray]; })""")
    assert len(shapes) == 7, shapes
    told = {(width, dash, "url" in stroke) for _, width, stroke, dash in shapes}
    assert len(told) >= 6, f"only {len(told)} of 7 kinds of bars differ in more than colour: {shapes}"
    letters = page.run("[...document.querySelectorAll('symbol text')].map(e => e.textContent)")
    assert len(letters) == len(set(letters)) == 8, letters


def check(page, kind, language):
    name = f"{kind}-{language}"
    page.open("file://" + write(kind, language))
    check_width(page, name)
    check_pictures(page, name)
    check_nothing_acts(page, name)
    assert page.run("document.documentElement.lang") == language
    assert page.run("document.body.innerText.includes('undefined')") is False
    check_first_sheet(page, name)
    count = pages(page.pdf(preferCSSPageSize=True, printBackground=True))
    assert 2 <= count <= LONGEST[kind], f"{name}: {count} sheets"
    return count


def check_clock_change(page):
    """On a day of 25 hours the axis stands where the hours are: 6:00 is 7 hours after its beginning."""
    page.open("file://" + write("fall", "en"))
    ticks = dict(page.run("""[...document.querySelector(".curve").querySelectorAll("text")]
        .map(e => [e.textContent, +e.getAttribute("x") / 720])"""))
    for hour, x in (("6", 7 / 25), ("12", 13 / 25), ("18", 19 / 25), ("24", 1)):
        assert abs(ticks[hour] - x) < .003, ticks
    page.open("file://" + write("spring", "en"))
    ticks = dict(page.run("""[...document.querySelector(".curve").querySelectorAll("text")]
        .map(e => [e.textContent, +e.getAttribute("x") / 720])"""))
    for hour, x in (("6", 5 / 23), ("12", 11 / 23), ("18", 17 / 23), ("24", 1)):
        assert abs(ticks[hour] - x) < .003, ticks


def main():
    browser = Browser()
    page = browser.page("about:blank")
    for kind in KINDS:
        for language in ("en", "es"):
            print(f"{kind} {language}: {check(page, kind, language)} sheets")
    page.open("file://" + write("night", "es"))
    check_grey(page)
    check_clock_change(page)
    assert browser.trouble == [], browser.trouble
    browser.close()
    print("ok")


main()
