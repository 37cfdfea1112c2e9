/// The colours of the report's page, once for light and once for dark screens, as `#rrggbb`.
struct ReportPalette {
    let ground: String
    /// Behind boxes and heads of tables.
    let panel: String
    let ink: String
    /// Notes and axes.
    let muted: String
    let line: String
    /// Links, bars, focus.
    let accent: String
    /// Bars of what was not found.
    let second: String
    /// Text on `accent`.
    let onAccent: String

    static let light = ReportPalette(
        ground: "#ffffff", panel: "#f2f5f8", ink: "#17202a", muted: "#4d5966", line: "#c3ccd6", accent: "#0b5480",
        second: "#9a4a00", onAccent: "#ffffff")
    static let dark = ReportPalette(
        ground: "#11161c", panel: "#1a222b", ink: "#e9eef3", muted: "#aab6c2", line: "#3b4855", accent: "#7cc4ee",
        second: "#f0a35c", onAccent: "#0b1117")

    /// Pairs of a colour and what it stands on that must be told apart as text is.
    var textPairs: [(String, String)] {
        [
            (ink, ground), (ink, panel), (muted, ground), (muted, panel), (accent, ground), (accent, panel),
            (second, ground),
            (second, panel), (onAccent, accent),
        ]
    }

    var properties: String {
        "--ground:\(ground);--panel:\(panel);--ink:\(ink);--muted:\(muted);--line:\(line);--accent:\(accent);"
            + "--second:\(second);--on-accent:\(onAccent)"
    }
}

/// The page's style sheet.
enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;\(ReportPalette.light.properties)}
        @media screen and (prefers-color-scheme:dark){:root{\(ReportPalette.dark.properties)}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 "Source Sans 3","Segoe UI",Roboto,\
        "Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
        .skip{position:absolute;left:-100vw;top:0;padding:.6rem 1rem;background:var(--accent);color:var(--on-accent)}
        .skip:focus{left:0;z-index:1}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
        header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
        header{padding-top:2.5rem;border-top:.5rem solid var(--accent)}
        .kind{margin:0 0 .4rem;color:var(--muted);font-size:.9rem;letter-spacing:.06em;text-transform:uppercase}
        h1{font-size:2.1rem;line-height:1.2;margin:0 0 .8rem;overflow-wrap:anywhere;text-wrap:balance}
        h2{font-size:1.45rem;line-height:1.25;margin:3rem 0 .8rem;padding-top:.8rem;border-top:1px solid var(--line)}
        h3{font-size:1.1rem;margin:2rem 0 .6rem;overflow-wrap:anywhere}
        p{max-width:44rem;margin:.6rem 0;overflow-wrap:anywhere}
        .lead{font-size:1.1rem}
        .note{color:var(--muted);font-size:.9rem}
        a{color:var(--accent)}
        code{font:.9em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        pre{overflow:auto;margin:.6rem 0;padding:.8rem 1rem;background:var(--panel);\
        border:1px solid var(--line);border-radius:4px}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;\
        margin:1.5rem 0;padding:0}
        .facts div{padding:.8rem 1rem;background:var(--panel);border-left:4px solid var(--accent)}
        .facts dt{color:var(--muted);font-size:.9rem}
        .facts dd{margin:0;font-size:1.6rem;font-weight:600;font-variant-numeric:tabular-nums}
        nav ol{columns:16rem;column-gap:2rem;margin:.4rem 0 0;padding-left:1.4rem}
        nav li{margin:.15rem 0}
        .study{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr;gap:.5rem 1.25rem;margin:0}
        .study dt{color:var(--muted)}
        .study dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow:auto;max-height:36rem;margin:1rem 0;border:1px solid var(--line);border-radius:4px}
        table{border-collapse:collapse;width:100%;font-size:.92rem}
        caption{padding:.6rem .75rem;text-align:left;font-weight:600;position:sticky;left:0}
        th,td{padding:.42rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-weight:400}
        td{overflow-wrap:break-word;min-width:7rem}td.n{min-width:4.5rem}
        thead th{background:var(--panel);font-weight:600;position:sticky;top:0;vertical-align:bottom}
        tbody th{font-weight:600}tbody code{white-space:nowrap}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        thead .n{white-space:normal}
        .values{margin:0;padding:0;list-style:none}
        .limits{max-width:44rem;margin:.6rem 0;padding-left:1.3rem}
        .limits li{margin:.4rem 0}
        figure{margin:1rem 0}
        figure .scroll{max-height:none;padding:.5rem}
        figcaption{font-weight:600;margin-bottom:.3rem}
        svg{display:block;max-width:100%;height:auto;margin:0 auto;font-family:inherit}
        svg text{fill:var(--ink);font-size:13px}
        svg .small{font-size:12px;fill:var(--muted)}
        svg .strong{font-weight:600}
        svg .end{text-anchor:end}
        svg .mid{text-anchor:middle}
        svg .box{fill:var(--panel);stroke:var(--line)}
        svg .main{fill:var(--accent);stroke:none}
        svg .on{fill:var(--on-accent)}
        svg .bar{fill:var(--accent)}
        svg .rest{fill:var(--second)}
        svg .hidden{fill:none;stroke:var(--muted);stroke-dasharray:3 3}
        svg .axis{stroke:var(--line);fill:none}
        svg .arrow{stroke:var(--muted);fill:none;stroke-width:1.5}
        svg .head{fill:var(--muted)}
        svg .off{fill:var(--line)}
        .w40{min-width:40rem}
        .w56{min-width:56rem}
        footer{margin-top:3rem;padding-top:1rem;padding-bottom:2rem;border-top:1px solid var(--line);\
        color:var(--muted);font-size:.9rem}
        @media (max-width:40rem){h1{font-size:1.6rem}.study{grid-template-columns:1fr;gap:.1rem}\
        .study dd{margin-bottom:.7rem}}
        @media print{:root{color-scheme:light}html{font-size:9.5pt}\
        header,main,footer{max-width:none;padding-left:0;padding-right:0}\
        .skip,nav{display:none}.scroll{max-height:none;overflow:visible;border:0}\
        h2{margin-top:1.6rem}h1,h2,h3,caption,figcaption{break-after:avoid}figure,tr{break-inside:avoid}\
        thead th,caption{position:static}\
        thead{display:table-header-group}\
        table{font-size:8pt}th,td{padding:.2rem .4rem}td,td.n{min-width:0}tbody code{white-space:normal}\
        .w40,.w56{min-width:0}@page{size:A4;margin:16mm}}
        """
}
