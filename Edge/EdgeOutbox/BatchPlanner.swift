/// Picks the records of the next batch, offered shelf by shelf and by number. Pure.
struct BatchPlanner {
    /// Most records.
    let limit: Int
    /// Records that were refused alone and wait for the proof that others are taken.
    let excluded: Set<UInt64>
    /// Most bytes before packing: half of what the collector unpacks.
    let byteLimit = 4 << 20

    private(set) var sequences = [[UInt64]](repeating: [], count: Shelf.allCases.count)
    private(set) var bodyBytes = [Int](repeating: 0, count: Shelf.allCases.count)
    private(set) var count = 0
    private var byteCount = 0

    init(limit: Int, excluded: Set<UInt64> = []) {
        self.limit = limit
        self.excluded = excluded
    }

    /// How many rows are worth reading from the next shelf.
    var wanted: Int { isFull ? 0 : limit - count + excluded.count }

    /// Nothing more fits.
    private(set) var isFull = false

    /// Takes a record, or leaves it for a later batch. A single record larger than the byte limit is taken alone.
    mutating func take(_ sequence: UInt64, byteCount bytes: Int, from shelf: Shelf) -> Bool {
        guard !isFull, !excluded.contains(sequence) else { return false }
        guard count == 0 || byteCount + bytes <= byteLimit else {
            isFull = true
            return false
        }
        sequences[shelf.rawValue].append(sequence)
        bodyBytes[shelf.rawValue] += bytes
        byteCount += bytes
        count += 1
        isFull = count >= limit
        return true
    }
}
