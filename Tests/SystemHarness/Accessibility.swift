import Foundation

extension Browser {
    /// What of the page somebody could not use who sees, hears or moves otherwise, in words; nothing where all is well.
    ///
    /// Names of everything that can be used, labels of fields, one heading of the first level and no level left out,
    /// headers of tables, unique ids, the page's language, landmarks, contrast of texts by WCAG 2.2 (4.5 to 1), the
    /// size of what is pressed (24 CSS pixels), and no scrolling sideways.
    func barriers() async throws -> [String] {
        let own = try await run(Self.checks) as? [String] ?? ["the checks did not run"]
        guard let file = ProcessInfo.processInfo.environment["SIDOS_AXE"] else { return own }
        // The same page before a judge of others.
        _ = try await run(String(contentsOfFile: file, encoding: .utf8) + "; return 1")
        let found = try await runLong(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})
              .then(r => done(r.violations.map(v => 'axe ' + v.id + ': ' + v.nodes.map(n => n.html).join(' '))),
                e => done(['axe failed: ' + e]));
            """)
        return own + (found as? [String] ?? ["axe did not run"])
    }

    private static let checks = #"""
        const faults = [];
        const say = (what, element) => faults.push(what + ': ' + (element ? element.outerHTML.slice(0, 120) : ''));
        const all = selector => [...document.querySelectorAll(selector)];
        const seen = element => {
          const box = element.getBoundingClientRect();
          return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible' && box.right > 0;
        };
        const name = element => {
          const labels = element.labels ? [...element.labels].map(l => l.textContent.trim()).join(' ') : '';
          return (element.getAttribute('aria-label') || labels || element.textContent || '').trim();
        };
        if (!document.documentElement.lang) say('no language');
        if (!document.title.trim()) say('no title');
        if (!document.querySelector('meta[name=viewport]')) say('no viewport');
        if (all('main').length !== 1) say('not one main part');
        const named = 'a, button, input:not([type=hidden]), select, textarea, progress, nav, [role=region]';
        for (const element of all(named))
          if (!name(element)) say('no name', element);
        for (const element of all('input:not([type=hidden]), select, textarea'))
          if (!element.labels.length) say('no label', element);
        const ids = all('[id]').map(e => e.id);
        for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) say('an id twice, ' + id);
        for (const element of all('[aria-describedby], label[for]')) {
          const id = element.getAttribute('aria-describedby') || element.htmlFor;
          if (!document.getElementById(id)) say('points to nothing', element);
        }
        const levels = all('h1, h2, h3, h4').map(e => Number(e.localName[1]));
        if (levels.filter(l => l === 1).length !== 1) say('not one first heading');
        levels.forEach((level, i) => { if (i > 0 && level > levels[i - 1] + 1) say('a heading\'s level left out'); });
        for (const table of all('table')) {
          if (!table.caption) say('a table without caption', table);
          for (const head of table.querySelectorAll('th')) if (!head.scope) say('a header without scope', head);
        }
        for (const image of all('img')) if (!image.hasAttribute('alt')) say('an image without words', image);
        for (const element of all('[tabindex]')) if (element.tabIndex > 0) say('an order of its own', element);
        const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
        const part = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
        const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
        const ground = element => {
          for (; element; element = element.parentElement) {
            const colour = parse(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
          }
          return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
        };
        for (const element of all('body *')) {
          const isText = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
          if (!isText || !seen(element)) continue;
          const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (contrast < 4.5) say('contrast of ' + contrast.toFixed(2), element);
        }
        for (const element of all('button, nav a, input[type=text], select, textarea')) {
          const box = element.getBoundingClientRect();
          if (seen(element) && (box.width < 24 || box.height < 24)) say('too small to press', element);
        }
        const room = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth > room + 1) say('the page scrolls sideways');
        for (const element of all('main *')) {
          const isWide = element.getBoundingClientRect().right > room + 1;
          if (isWide && !element.closest('.scroll, pre')) say('too wide', element);
        }
        return faults.slice(0, 20);
        """#
}
