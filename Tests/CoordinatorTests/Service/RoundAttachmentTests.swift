import Testing

@testable import Agreement
@testable import Coordinator

@Suite("What a board keeps with its round")
struct RoundAttachmentTests {
    @Test("The agreement's bytes and the signatures come back to the byte")
    func exact() throws {
        let study = try TestStudy()
        // Bytes that are no text, too: what was signed is not for the board to judge.
        for file in [study.file, (0...255).map { UInt8($0) }, []] {
            let signed = SignedAgreement(bytes: file, signatures: [try study.signature("mixer0", of: file)])
            let attachment = try RoundAttachment(decoding: try RoundAttachment(signed).encoded())
            #expect(Array(attachment.agreement) == file)
            let signatures = try attachment.signatures.map { try AgreementSignature(json: Array($0)) }
            #expect(signatures == signed.signatures)
        }
    }

    @Test(
        "What is none is refused and no trap",
        arguments: ["", "{", "null", "[]", "{}", "{\"agreement\":\"AAAA\"}", "{\"agreement\":1,\"signatures\":[]}"])
    func rubbish(_ text: String) {
        #expect(throws: (any Error).self) { try RoundAttachment(decoding: Array(text.utf8)) }
    }
}
