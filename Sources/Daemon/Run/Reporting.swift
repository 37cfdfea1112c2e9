public import Agreement
public import Exchange
public import PSIProtocol

// How the errors of the layers below are told to an operator.

extension AgreementError: ReportableError { public var exitStatus: ExitStatus { .badData } }
extension AgreementSignatureError: ReportableError { public var exitStatus: ExitStatus { .refused } }
extension SignedAgreementError: ReportableError { public var exitStatus: ExitStatus { .refused } }
extension ProtocolViolation: ReportableError { public var exitStatus: ExitStatus { .protocolViolation } }
extension TLSRefusal: ReportableError { public var exitStatus: ExitStatus { .unavailable } }

extension ExchangeProblem: ReportableError {
    public var exitStatus: ExitStatus {
        switch knownCode {
        case .callerUnknown, .callerNotAllowed, .callerNotOperator: .noPermission
        case .agreementRefused, .entryRefused, .roundClosed: .refused
        case .storeDiskFull, .storeQuotaReached, .storeFailed, .requestTooSoon: .temporary
        default: .unavailable
        }
    }
}

extension ExchangeClientError: ReportableError {
    public var exitStatus: ExitStatus { self == .invalidBaseURL ? .configuration : .unavailable }
}

extension ProxyFailure: ReportableError { public var exitStatus: ExitStatus { .unavailable } }

extension StoreError: ReportableError {
    public var exitStatus: ExitStatus { self == .diskFull ? .inputOutput : .unavailable }
}

extension CourierError: ReportableError {
    public var exitStatus: ExitStatus {
        switch self {
        case .notADisk: .noInput
        case .badSignature, .damaged, .damagedMailbox: .badData
        case .forAnother, .fromAnother, .older, .early: .refused
        case .forked: .protocolViolation
        case .exists: .cannotCreate
        case .cellsNotCarried: .configuration
        }
    }
}

extension SealedStreamError: ReportableError { public var exitStatus: ExitStatus { .protocolViolation } }
