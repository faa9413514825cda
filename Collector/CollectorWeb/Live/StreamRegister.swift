import Synchronization

/// Counts live streams, in all and by person, and refuses more than are allowed.
final class StreamRegister: Sendable {
    private let total: Int
    private let perUser: Int
    private let open = Mutex<[Int64: Int]>([:])

    init(total: Int, perUser: Int) {
        self.total = total
        self.perUser = perUser
    }

    /// Open streams.
    var count: Int { open.withLock { $0.values.reduce(0, +) } }

    /// Takes a place; nil when there is none.
    func place(for user: Int64) -> StreamPlace? {
        let isTaken = open.withLock { open in
            guard open.values.reduce(0, +) < total, open[user, default: 0] < perUser else { return false }
            open[user, default: 0] += 1
            return true
        }
        return isTaken ? StreamPlace(user: user, register: self) : nil
    }

    fileprivate func leave(_ user: Int64) {
        open.withLock { open in
            let rest = open[user, default: 1] - 1
            open[user] = rest > 0 ? rest : nil
        }
    }
}

/// A place for one stream; given back when nobody holds it any more, however the stream ended.
final class StreamPlace: Sendable {
    private let user: Int64
    private let register: StreamRegister

    fileprivate init(user: Int64, register: StreamRegister) {
        self.user = user
        self.register = register
    }

    deinit { register.leave(user) }
}
