/// Which peers are reverse proxies, and what they say about the browser behind them.
struct TrustedProxies: Sendable {
    private var ranges: [AddressRange] = []
    private var trustsLocal = false

    /// Takes addresses, CIDR ranges, or `local`.
    ///
    /// - Throws: ``SetupError`` naming the entry that is none of these.
    init(_ entries: [String]) throws(SetupError) {
        for entry in entries {
            if entry == Client.local {
                trustsLocal = true
            } else if let range = AddressRange(entry) {
                ranges.append(range)
            } else {
                throw SetupError("trustedProxies: '\(entry)' is not an IP address, a CIDR range or 'local'")
            }
        }
    }

    /// Judges one request. The client is the rightmost forwarded address that is not itself a trusted proxy: what stands
    /// further left was written by strangers.
    func client(peer: String?, forwardedFor: [String], forwardedProto: String?, servesTLS: Bool) -> Client {
        let address = peer ?? Client.local
        guard trusts(address) else {
            return Client(
                address: address, isLoopback: forwardedFor.isEmpty && Self.isLoopback(address), isSecure: servesTLS)
        }
        let isSecure = servesTLS || forwardedProto?.lowercased() == "https"
        let hops = forwardedFor.flatMap { $0.split(separator: ",") }.map { String($0.filter { $0 != " " }) }
        guard let hop = hops.last(where: { !trusts($0) }) else {
            return Client(address: address, isLoopback: hops.isEmpty && Self.isLoopback(address), isSecure: isSecure)
        }
        let isAddress = AddressRange(hop) != nil
        return Client(address: isAddress ? hop : address, isLoopback: false, isSecure: isSecure)
    }

    private func trusts(_ address: String) -> Bool {
        if address == Client.local { return trustsLocal }
        guard let bytes = AddressRange.bytes(address) else { return false }
        return ranges.contains { $0.contains(bytes) }
    }

    static func isLoopback(_ address: String) -> Bool {
        guard let bytes = AddressRange.bytes(address) else { return address == Client.local }
        return bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
}
