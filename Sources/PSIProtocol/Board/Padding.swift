public import Agreement

/// How many items a list of n is padded to, so that its length says little. [P-31]
///
/// Padmé, from the PURB paper (Nikitin et al., 2019): only the leading bits of the length survive, about log log n of
/// them, so the overhead is at most 12 % and falls with n. Never fewer than 32 items, so that a register without people
/// looks like one with a few.
public enum Padding {
    public static let smallestSize = 32

    public static func size(of count: Int, mode: PaddingMode) -> Int {
        switch mode {
        case .none: return max(0, count)
        case .padme:
            guard count > smallestSize else { return smallestSize }
            let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
            let mantissaBits = Int.bitWidth - exponent.leadingZeroBitCount
            let mask = (1 << max(0, exponent - mantissaBits)) - 1
            let (sum, overflow) = count.addingReportingOverflow(mask)
            return overflow ? Int.max : sum & ~mask
        }
    }
}
