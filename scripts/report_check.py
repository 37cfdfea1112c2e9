"""Checks a report.html in headless Chromium, over its debugging pipe: no library is needed.

For each of two widths and two colour schemes: nothing but the file is loaded, nothing is said on the console, the page does
not scroll sideways, and every text stands out from its ground by 4.5 to 1. Pictures and a PDF are left to be looked at.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

CONTRAST = """(() => {
  const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const part = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4); };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faults = [];
  for (const element of document.querySelectorAll('body *')) {
    const isText = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!isText || element.closest('.skip')) continue;
    const inDrawing = element.closest('svg');
    if (inDrawing && (element.localName !== 'text' || element.classList.contains('on'))) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(inDrawing ? style.fill : style.color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faults.push(element.localName + ' ' + contrast.toFixed(2));
  }
  return faults.slice(0, 10);
})()"""

WIDE = """(() => {
  const room = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll('body *')].filter(element => !element.closest('.scroll, pre, .skip')
    && element.getBoundingClientRect().right > room + 1).map(element => element.localName + '.' + element.className);
  return {room, page: document.documentElement.scrollWidth, wide: wide.slice(0, 10)};
})()"""


class Browser:
    """A Chromium that is told what to do in JSON, messages ending with a zero byte."""

    def __init__(self, profile):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def pipes():
            # Chromium reads from 3 and writes to 4, which the pipes may have as numbers already.
            source, sink = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(source, 3)
            os.dup2(sink, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader = os.fdopen(ours_in, "rb", buffering=0)
        self.writer = os.fdopen(ours_out, "wb", buffering=0)
        self.rest = b""
        self.number = 0
        self.events = []

    def _message(self):
        while b"\0" not in self.rest:
            block = self.reader.read(1 << 16)
            if not block:
                sys.exit("report-check: Chromium ended early")
            self.rest += block
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.writer.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"report-check: {method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._message())


def main(report, output):
    address = pathlib.Path(report).resolve().as_uri()
    output = pathlib.Path(output)
    output.mkdir(parents=True, exist_ok=True)
    faults = []
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            browser.call(f"{domain}.enable", session)
        for width in (1280, 375):
            for scheme in ("light", "dark"):
                name = f"{width}-{scheme}"
                browser.events.clear()
                browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1,
                             mobile=width < 600)
                browser.call("Emulation.setEmulatedMedia", session, media="screen",
                             features=[{"name": "prefers-color-scheme", "value": scheme}])
                browser.call("Page.navigate", session, url=address)
                browser.wait("Page.loadEventFired")

                def evaluate(text):
                    answer = browser.call("Runtime.evaluate", session, expression=text, returnByValue=True)
                    return answer["result"]["value"]

                room = evaluate(WIDE)
                if room["page"] > room["room"] or room["wide"]:
                    faults.append(f"{name}: the page is {room['page']} wide in {room['room']}: {room['wide']}")
                contrast = evaluate(CONTRAST)
                if contrast:
                    faults.append(f"{name}: too little contrast: {contrast}")
                loaded = {event["params"]["request"]["url"] for event in browser.events
                          if event.get("method") == "Network.requestWillBeSent"} - {address}
                if loaded:
                    faults.append(f"{name}: loads {sorted(loaded)}")
                said = [event["params"] for event in browser.events
                        if event.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]
                if said:
                    faults.append(f"{name}: says {json.dumps(said)[:400]}")
                picture = browser.call("Page.captureScreenshot", session, captureBeyondViewport=True, format="png")
                (output / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))
        browser.call("Emulation.setEmulatedMedia", session, media="", features=[])
        paper = browser.call("Page.printToPDF", session, preferCSSPageSize=True, generateTaggedPDF=True)
        (output / "report.pdf").write_bytes(base64.b64decode(paper["data"]))
        browser.call("Browser.close")
        browser.process.wait(timeout=30)
    for fault in faults:
        print(f"report-check: {fault}", file=sys.stderr)
    print(f"Pictures and report.pdf are in {output}.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
