// What the system has and lets this process have. Knows nothing of control groups, which are the kernel's files.

internal import Glibc

package enum SystemLimits {
    /// Bytes of the machine's memory.
    package static var memory: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

    /// How many files this process may have open; nil where the system does not say.
    package static var openFiles: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}
