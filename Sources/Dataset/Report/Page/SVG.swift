/// A drawing of the report: shapes and text, described for those who don't see it.
///
/// Colours come from the page's style sheet by class. Lengths are in the drawing's own units, one of which is about a
/// pixel at full width.
struct SVG {
    private let width: Int
    private let height: Int
    private let title: String
    private let description: String
    private var shapes: [String] = []

    init(width: Int, height: Int, title: String, description: String) {
        self.width = width
        self.height = height
        self.title = title
        self.description = description
    }

    mutating func rectangle(x: Int, y: Int, width: Int, height: Int, _ style: String, radius: Int = 0) {
        shapes.append(
            "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(max(0, width))\" height=\"\(max(0, height))\" rx=\"\(radius)\" "
                + "class=\"\(style)\"/>")
    }

    mutating func circle(x: Int, y: Int, radius: Int, _ style: String) {
        shapes.append("<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" class=\"\(style)\"/>")
    }

    mutating func line(_ points: [(Int, Int)], _ style: String) {
        let path = points.enumerated().map { "\($0 == 0 ? "M" : "L")\($1.0) \($1.1)" }.joined()
        shapes.append("<path d=\"\(path)\" class=\"\(style)\"/>")
    }

    /// A line with an arrow's head at its end, which is drawn to the right or down.
    mutating func arrow(_ points: [(Int, Int)], down: Bool = false) {
        line(points, "arrow")
        guard let (x, y) = points.last else { return }
        let head =
            down
            ? "M\(x - 5) \(y - 7)L\(x + 5) \(y - 7)L\(x) \(y)Z" : "M\(x - 7) \(y - 5)L\(x - 7) \(y + 5)L\(x) \(y)Z"
        shapes.append("<path d=\"\(head)\" class=\"head\"/>")
    }

    mutating func text(_ text: String, x: Int, y: Int, _ style: String = "") {
        let attribute = style.isEmpty ? "" : " class=\"\(style)\""
        shapes.append("<text x=\"\(x)\" y=\"\(y)\"\(attribute)>\(HTML.escaped(text))</text>")
    }

    /// The figure: caption, and the drawing in a box that scrolls where the page is narrow.
    ///
    /// - Parameters:
    ///   - id: unique in the page.
    ///   - style: a class that says how narrow the drawing may become.
    func figure(id: String, style: String) -> [String] {
        [
            "<figure>", HTML.element("figcaption", title),
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(HTML.escaped("Drawing: " + title))\">",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
                + "class=\"\(style)\" role=\"img\" "
                + "aria-labelledby=\"\(id)-t \(id)-d\">",
            HTML.element("title", [("id", id + "-t")], title), HTML.element("desc", [("id", id + "-d")], description),
        ] + shapes + ["</svg>", "</div>", "</figure>"]
    }

    /// A text cut to about a width, with an ellipsis where it was cut. The table beside a drawing has it whole.
    static func fitted(_ text: String, width: Int, size: Int = 13) -> String {
        let room = width * 100 / size
        let widths = text.map { character in
            let isWide = character.unicodeScalars.contains { $0.value >= 0x2E80 }
            return isWide ? 105 : character.isUppercase ? 68 : 56
        }
        guard widths.reduce(0, +) > room else { return text }
        var used = 0
        var shown = ""
        for (character, width) in zip(text, widths) {
            used += width
            guard used <= room - 60 else { break }
            shown.append(character)
        }
        return shown + "…"
    }
}
