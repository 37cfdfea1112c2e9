internal import Glibc

/// How many files and connections this process may have open at once.
public enum OpenFileLimit {
    /// More than any limit of this project asks for.
    private static let wanted: rlim_t = 8_192

    /// Raises the limit as far as the system lets it and it is of use.
    ///
    /// - Returns: the limit from now on, or what is common where the system does not say.
    public static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < min(wanted, limit.rlim_max) {
            let before = limit.rlim_cur
            limit.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
