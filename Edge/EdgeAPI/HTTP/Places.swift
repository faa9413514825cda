import Synchronization

/// Bounds how many of something run at once.
final class Places: Sendable {
    private let limit: Int
    private let what: String
    private let taken = Mutex(0)

    /// - Parameter what: for the refusal: "live pictures are being watched".
    init(_ limit: Int, _ what: String) { (self.limit, self.what) = (limit, what) }

    /// Takes a place; it is given back when nobody holds it any more, however the work ended.
    ///
    /// - Throws: ``APIError`` `unavailable` when all are taken.
    func take() throws(APIError) -> Place {
        let isFree = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw APIError(
                .unavailable, "\(limit) \(what) already: end one, or try again in a while", retryAfterSeconds: 5)
        }
        return Place(self)
    }

    fileprivate func giveBack() { taken.withLock { $0 -= 1 } }

    final class Place: Sendable {
        private let places: Places

        fileprivate init(_ places: Places) { self.places = places }

        deinit { places.giveBack() }
    }
}
