import Foundation
import Glibc
import Synchronization

/// A TCP peer on loopback that misbehaves in one way; speaks just enough RTSP to do so.
final class FakeCamera: Sendable {
    /// What it does with each connection.
    enum Behaviour: Sendable {
        /// Takes the connection and never says a word.
        case mute
        /// Closes at once.
        case hangsUp
        /// Answers every request with this status line and these headers.
        case answers(String, headers: String = "")
        /// Sends bytes that are no RTSP.
        case talksGarbage
    }

    /// The port it listens on.
    let port: UInt16
    private let listener: Int32
    private let behaviour: Behaviour
    private let connections = Mutex<[Int32]>([])
    private let count = Atomic<Int>(0)

    /// Listens on a free port.
    init(_ behaviour: Behaviour) throws {
        self.behaviour = behaviour
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard bound else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [self] in acceptConnections() }
    }

    /// Connections it has taken.
    var connectionCount: Int { count.load(ordering: .relaxed) }

    /// Ends all connections and stops listening.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        connections.withLock { list in
            for connection in list { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptConnections() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            count.add(1, ordering: .relaxed)
            connections.withLock { $0.append(connection) }
            Thread.detachNewThread { [self] in serve(connection) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer {
            connections.withLock { list in list.removeAll { $0 == connection } }
            close(connection)
        }
        switch behaviour {
        case .mute: while !receive(connection).isEmpty {}
        case .hangsUp: return
        case .talksGarbage:
            _ = receive(connection)
            send(connection, String(repeating: "\u{1}#garbage;", count: 2000))
        case .answers(let status, let headers): answer(connection, status, headers)
        }
    }

    private func answer(_ connection: Int32, _ status: String, _ headers: String) {
        while case let request = receive(connection), !request.isEmpty {
            let sequence = request.firstMatch(of: /CSeq: *([0-9]+)/)?.1 ?? "1"
            send(connection, "RTSP/1.0 \(status)\r\nCSeq: \(sequence)\r\n\(headers)\r\n")
        }
    }

    private func receive(_ connection: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = recv(connection, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }

    private func send(_ connection: Int32, _ text: String) {
        _ = Glibc.send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }
}
