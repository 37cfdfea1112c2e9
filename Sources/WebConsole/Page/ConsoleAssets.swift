/// What pages load: all of it from the console itself.
enum ConsoleAssets {
    static let style = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --text: #1b1f24; --quiet: #4b5563; --line: #8a93a0; --soft: #f1f4f8;
          --accent: #0b4f8a; --on-accent: #ffffff; --good: #e3f4e6; --note: #fdf3d6; --alarm: #fde4e1;
          --grave: #a3170c;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --text: #eceff3; --quiet: #b6bfcb; --line: #7d8794; --soft: #20252c;
            --accent: #8ec5ff; --on-accent: #0c1a28; --good: #14351c; --note: #3c3210; --alarm: #4a1713;
            --grave: #ff9d92;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
        a { color: var(--accent); }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        main:focus { outline: none; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: 0.5rem; top: 0.5rem; background: var(--ground); padding: 0.5rem; z-index: 1; }
        header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding: 0.75rem 1rem;
          background: var(--soft); border-bottom: 1px solid var(--line); }
        header p { margin: 0; overflow-wrap: anywhere; }
        .owner { flex: 1 1 12rem; }
        .languages { display: flex; flex-wrap: wrap; gap: 0.25rem; }
        nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem; list-style: none; margin: 0; padding: 0.5rem 1rem;
          border-bottom: 1px solid var(--line); }
        nav a { display: block; padding: 0.4rem 0.7rem; border-radius: 0.4rem; }
        nav a[aria-current] { background: var(--accent); color: var(--on-accent); text-decoration: none; }
        main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin-top: 2rem; overflow-wrap: anywhere; }
        p, li, dd { overflow-wrap: anywhere; }
        .outline { padding-left: 1.2rem; }
        .l2 { margin-left: 1.2rem; }
        .l3 { margin-left: 2.4rem; }
        dl { margin: 0; }
        dl div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0 1rem; padding: 0.3rem 0;
          border-bottom: 1px solid var(--soft); }
        dt { color: var(--quiet); }
        dd { margin: 0; }
        .scroll, pre { margin: 1rem 0; overflow-x: auto; border: 1px solid var(--line); border-radius: 0.4rem; }
        pre { padding: 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9rem; }
        table { border-collapse: collapse; width: 100%; }
        td { overflow-wrap: anywhere; min-width: 5rem; }
        caption { text-align: left; padding: 0.5rem 0.6rem; color: var(--quiet); }
        th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-top: 1px solid var(--line); }
        .notice { padding: 0.6rem 0.9rem; border-left: 0.4rem solid var(--line); background: var(--note); }
        .notice.good { background: var(--good); }
        .notice.alarm { background: var(--alarm); border-left-color: var(--grave); }
        .bar { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0 1rem; align-items: center; }
        .bar progress { width: 100%; height: 1rem; accent-color: var(--accent); }
        .bar .text { grid-column: 2; color: var(--quiet); }
        .act { border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.9rem; margin: 1rem 0; }
        .field { margin-bottom: 0.9rem; }
        .field label { display: block; font-weight: 600; }
        .field .tick { font-weight: 400; }
        .hint { margin: 0; color: var(--quiet); }
        input[type=text], textarea, select { width: 100%; font: inherit; color: inherit; background: var(--ground);
          border: 1px solid var(--line); border-radius: 0.3rem; padding: 0.45rem 0.6rem; min-height: 2.75rem; }
        button { font: inherit; min-height: 2.75rem; padding: 0.4rem 1rem; border-radius: 0.4rem; cursor: pointer;
          border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); }
        header button { background: var(--ground); color: var(--accent); }
        header button[aria-pressed] { background: var(--accent); color: var(--on-accent); }
        button.grave { background: var(--ground); color: var(--grave); border-color: var(--grave); }
        @media (max-width: 40rem) {
          dl div, .bar { grid-template-columns: 1fr; }
          .bar .text { grid-column: 1; }
        }
        """

    /// Asks again for the parts that move. Without it a page shows how things were when it was opened.
    static let script = """
        "use strict";
        for (const box of document.querySelectorAll("[data-live]")) {
          let shown = "";
          const again = async () => {
            let wait = 2000;
            try {
              const answer = await fetch(box.dataset.live, { redirect: "error" });
              if (answer.status === 403) return;
              if (answer.ok) {
                const text = await answer.text();
                const isInUse = box.contains(document.activeElement);
                if (text !== shown && !isInUse) { box.innerHTML = text; shown = text; }
              }
            } catch { wait = 10000; }
            setTimeout(again, wait);
          };
          setTimeout(again, 2000);
        }
        """

    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="6" cy="8" r="5" fill="#0b4f8a"/>\
        <circle cx="10" cy="8" r="5" fill="#8ec5ff" fill-opacity=".8"/></svg>
        """
}
