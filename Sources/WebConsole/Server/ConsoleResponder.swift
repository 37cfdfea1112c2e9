internal import Agreement
internal import Daemon
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Answers the console's requests: who asks, then what.
struct ConsoleResponder: HTTPResponder {
    /// A form's longest body: a signed answer and a note are far shorter.
    static let bodyLimit = 64 * 1_024

    let gate: ConsoleGate
    let sessions: ConsoleSessions
    let cookieName: String
    /// The command that opens the console, for those without its link.
    let command: String
    let owner: String
    let signer: String?
    let sections: [any ConsoleSection]
    let view: ConsoleView
    let logger: Logger

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard gate.allows(host: request.head.authority) else {
            return text("The console answers on this machine only.", .misdirectedRequest)
        }
        let parts = Self.parts(request.uri.path)
        switch (request.method, parts) {
        case (.get, ["console.css"]): return asset(ConsoleAssets.style, "text/css; charset=utf-8")
        case (.get, ["console.js"]): return asset(ConsoleAssets.script, "text/javascript; charset=utf-8")
        case (.get, ["console.svg"]): return asset(ConsoleAssets.icon, "image/svg+xml")
        case (.get, let parts?) where parts.count == 2 && parts[0] == "enter": return door(parts[1], request)
        case (.get, _), (.post, _): break
        default: return text("The console takes GET and POST.", .methodNotAllowed)
        }
        guard request.method == .get || gate.isOwn(request) else {
            return text("This did not come from a page of the console.", .forbidden)
        }
        var request = request
        let form: [String: String]
        do throws(FormFault) { form = try await Self.form(&request) } catch {
            return switch error {
            case .tooLong: text("A form may have \(Self.bodyLimit) bytes at most.", .contentTooLarge)
            case .malformed: text("This is no form of the console.", .badRequest)
            }
        }
        if request.method == .post, parts == ["enter"] { return enter(form, request) }
        let cookie = request.cookies[cookieName]?.value
        let isAskedByPage = parts?.last == "live"
        guard let cookie, let session = sessions.session(cookie, isUse: !isAskedByPage) else { return locked(request) }
        guard request.method == .get || ConsoleSessions.isToken(form["csrf"], of: session) else {
            return text("The form is of another session: open its page again.", .forbidden)
        }
        guard let parts else { return page(.notFound, "/", session, cookie) }
        switch (request.method, parts) {
        case (.post, ["leave"]):
            sessions.leave()
            return locked(request)
        case (.post, ["language"]):
            if let language = form["language"].flatMap(PlainLanguage.init(rawValue:)) {
                sessions.change(cookie) { $0.language = language }
            }
            let back = Self.parts(form["back"] ?? "/").map { "/" + $0.joined(separator: "/") }
            return redirect(to: back ?? "/")
        default: return await ask(parts, request, form, session, cookie)
        }
    }

    // MARK: Sections

    private func ask(
        _ parts: [String], _ request: Request, _ form: [String: String], _ session: ConsoleSessions.Session,
        _ cookie: String
    ) async -> Response {
        let here = "/" + parts.joined(separator: "/")
        guard let section = sections.first(where: { $0.path == parts.first ?? "" }) else {
            return page(.notFound, here, session, cookie)
        }
        let query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { $1 })
        let asked = ConsoleRequest(
            path: Array(parts.dropFirst()), query: query, form: form, say: Say(session.language))
        do {
            let reply =
                request.method == .post ? try await section.act(asked) : try await section.show(asked)
            return page(reply, here, session, cookie)
        } catch {
            let mistake = (error as? ConsoleMistake).map { ConsoleText($0.sentence) }
            let words = mistake ?? .english(ErrorReport(error).sentence)
            let back = ConsoleText(
                asked.say("Takaisin", "Tillbaka", "Back"), link: "/" + section.path)
            let shown = ConsolePage(
                section.title(asked.say), [.notice(.alarm, words), .paragraph(back)])
            return page(.page(shown), here, session, cookie, status: .badRequest)
        }
    }

    private func page(
        _ reply: ConsoleReply, _ path: String, _ session: ConsoleSessions.Session, _ cookie: String,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let say = Say(session.language)
        var frame = ConsoleView.Frame(say: say, owner: owner)
        frame.sections = sections.map { ($0.path, $0.title(say)) }
        frame.path = path
        frame.csrf = session.csrf
        frame.signer = signer
        switch reply {
        case .page(let page):
            frame.flash = sessions.takeFlash(cookie)
            return html(view.html(page, in: frame), status)
        case .blocks(let blocks): return html(view.html(blocks, in: frame), status)
        case .redirect(let path, let words):
            sessions.change(cookie) { $0.flash = words }
            return redirect(to: path)
        case .file(let name, let bytes):
            var response = response(bytes, "application/octet-stream", status)
            response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
            return response
        case .document(let bytes):
            var response = response(bytes, "text/html; charset=utf-8", status)
            for field in ConsoleGate.headers(policy: ConsoleGate.documentPolicy) {
                response.headers[field.name] = field.value
            }
            return response
        case .notFound:
            let words = say("Tätä sivua ei ole.", "Sidan finns inte.", "There is no such page.")
            let page = ConsolePage(
                words, [.paragraph(ConsoleText(say("Etusivulle", "Till startsidan", "To the first page"), link: "/"))])
            return html(view.html(page, in: frame), .notFound)
        }
    }

    // MARK: The door

    private func door(_ token: String, _ request: Request) -> Response {
        let say = Say(Self.language(request))
        let form = ConsoleForm(
            "/enter", submit: say("Avaa konsoli", "Öppna konsolen", "Open the console"),
            hidden: [("token", token)])
        let page = ConsolePage(
            say("Konsoli", "Konsol", "Console"),
            [
                .paragraph(
                    ConsoleText(
                        say(
                            "Tämä linkki toimii kerran.", "Länken fungerar en gång.", "This link works once."))),
                .form(form),
            ])
        return html(view.html(page, in: ConsoleView.Frame(say: say, owner: owner)))
    }

    private func enter(_ form: [String: String], _ request: Request) -> Response {
        guard let cookie = sessions.enter(form["token"] ?? "", language: Self.language(request)) else {
            return locked(request)
        }
        logger.notice("Somebody has opened the console by its link")
        var response = redirect(to: "/")
        response.setCookie(
            Cookie(name: cookieName, value: cookie, path: "/", secure: false, httpOnly: true, sameSite: .strict))
        return response
    }

    private func locked(_ request: Request) -> Response {
        let say = Say(Self.language(request))
        let page = ConsolePage(
            say("Konsoli on lukittu", "Konsolen är låst", "The console is locked"),
            [
                .paragraph(
                    ConsoleText(
                        say(
                            "Avaa linkki, jonka \(command) tulosti. Se toimii kerran ja kymmenen minuuttia. "
                                + "Saat uuden, kun käynnistät komennon uudelleen.",
                            "Öppna länken som \(command) skrev ut. Den fungerar en gång, i tio minuter. "
                                + "Du får en ny när du startar kommandot igen.",
                            "Open the link that \(command) printed. It works once, for ten minutes. "
                                + "Start the command again to get another.")))
            ])
        return html(view.html(page, in: ConsoleView.Frame(say: say, owner: owner)), .forbidden)
    }

    // MARK: Requests

    /// A path's parts; nil for one that no page has.
    static func parts(_ path: String) -> [String]? {
        guard path.utf8.count <= 512, path.hasPrefix("/") else { return nil }
        if path == "/" { return [""] }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let allowed = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { byte in
                    switch UInt8(byte) {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
        return allowed ? parts : nil
    }

    private enum FormFault: Error { case tooLong, malformed }

    private static func form(_ request: inout Request) async throws(FormFault) -> [String: String] {
        guard request.method == .post else { return [:] }
        let body: ByteBuffer
        do { body = try await request.collectBody(upTo: bodyLimit) } catch { throw .tooLong }
        guard request.headers[.contentType] == "application/x-www-form-urlencoded",
            let fields = try? URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))
        else { throw .malformed }
        return fields
    }

    /// The first of the console's languages that the browser asks for.
    private static func language(_ request: Request) -> PlainLanguage {
        let asked = (request.headers[.acceptLanguage] ?? "").split(separator: ",")
            .compactMap { PlainLanguage(rawValue: String($0.trimmingCharacters(in: .whitespaces).prefix(2))) }
        return asked.first ?? .english
    }

    // MARK: Answers

    private func response(_ bytes: [UInt8], _ mediaType: String, _ status: HTTPResponse.Status) -> Response {
        var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers = ConsoleGate.headers()
        response.headers[.contentType] = mediaType
        response.headers[.contentLength] = "\(bytes.count)"
        return response
    }

    private func html(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        response(Array(text.utf8), "text/html; charset=utf-8", status)
    }

    private func asset(_ text: String, _ mediaType: String) -> Response { response(Array(text.utf8), mediaType, .ok) }

    private func text(_ text: String, _ status: HTTPResponse.Status) -> Response {
        response(Array((text + "\n").utf8), "text/plain; charset=utf-8", status)
    }

    private func redirect(to path: String) -> Response {
        var response = response([], "text/plain; charset=utf-8", .seeOther)
        response.headers[.location] = path
        return response
    }
}
