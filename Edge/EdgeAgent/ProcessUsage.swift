import Foundation

/// What this process has used so far, as the kernel counts it.
enum ProcessUsage {
    /// User and system CPU seconds of all threads.
    static var cpuSeconds: Double {
        let usage = resourceUsage
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The largest resident set so far, in bytes.
    static var peakMemoryBytes: Int { resourceUsage.ru_maxrss * 1024 }

    /// The resident set now, in bytes; 0 where /proc does not say.
    static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),  // absent outside Linux
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// CPU time of the calling thread.
    static var threadCPUTime: Duration {
        // Not by `clock_gettime`: which module `timespec` belongs to depends on what else a build has loaded first.
        var usage = rusage()
        let thread: Int32 = 1  // RUSAGE_THREAD, which Swift does not see
        getrusage(__rusage_who_t(thread), &usage)
        return .seconds(seconds(usage.ru_utime) + seconds(usage.ru_stime))
    }

    private static var resourceUsage: rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
}
