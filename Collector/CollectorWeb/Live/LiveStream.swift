import CollectorDomain
import Foundation
import Hummingbird
import Logging
import NIOCore

/// Tells one live page what changes.
///
/// Subscribes first and reads second, so that nothing falls between. Totals are told, not increments, and lists are told
/// by record number: a page that hears something twice shows it once.
struct LiveStream: Sendable {
    let services: WebServices
    let visit: Visit
    let strings: Strings
    let logger: Logger

    /// Runs until the reader or the session ends.
    ///
    /// - Parameter cursor: what the page knows already; nil, unknown or too long ago: it gets a snapshot.
    func run(from cursor: StoreCursor?, to writer: inout any ResponseBodyWriter) async throws {
        let changes = services.store.changes()
        let start = try await services.store.currentCursor()
        let mailbox = LiveMailbox(cursor: start)
        let clock = WriteClock()
        let pipe = WriterBox(writer)
        defer { writer = pipe.writer }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await listen(to: changes, mailbox) }
            group.addTask { try await beat(mailbox, clock) }
            // A child as well: its writes can wait for ever, and only a cancelled task stops waiting.
            group.addTask { try await tell(from: cursor, start: start, mailbox, clock, to: &pipe.writer) }
            defer { group.cancelAll() }
            // Whichever ends first ends the stream.
            try await group.next()
        }
    }

    private func listen(to changes: AsyncStream<StoreChange>, _ mailbox: LiveMailbox) async {
        for await change in changes {
            switch change {
            case .records(let after, let upTo, let items):
                mailbox.add(items.filter { visit.scope.contains($0.origin.site) }, after: after, upTo: upTo)
            case .evidence(let sha256, let site, _):
                if visit.scope.contains(site) { mailbox.add(evidence: sha256) }
            }
        }
        mailbox.close()
    }

    private func beat(_ mailbox: LiveMailbox, _ clock: WriteClock) async throws {
        let limits = services.configuration.limits
        while true {
            try await Task.sleep(for: limits.heartbeat)
            guard !clock.isStuck(longerThan: limits.slowReaderTimeout) else { throw CancellationError() }
            mailbox.beat()
        }
    }

    private func tell(
        from cursor: StoreCursor?, start: StoreCursor, _ mailbox: LiveMailbox, _ clock: WriteClock,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var teller = LiveTeller(services: services, scope: visit.scope, strings: strings)
        try await clock.write(ServerEvent.retry(milliseconds: 2_000), to: &writer)
        for event in try await teller.begin(after: cursor, start: start) { try await clock.write(event, to: &writer) }
        mailbox.settle(at: teller.cursor)
        for await _ in mailbox.rings {
            let content = mailbox.take()
            if content.isBeat, try await isOver() {
                try await clock.write(ServerEvent(name: "ended", id: nil, data: "{}"), to: &writer)
                return
            }
            for event in try await teller.update(content) { try await clock.write(event, to: &writer) }
            mailbox.settle(at: teller.cursor)
            if !content.isBeat { try await Task.sleep(for: services.configuration.limits.updateInterval) }
        }
    }

    /// Whether the person was logged out, shut out, or given another scope or role meanwhile.
    private func isOver() async throws -> Bool {
        guard let session = try await services.gatekeeper.session(token: visit.token) else { return true }
        return session.user != visit.user || Access.decide(session.user, .view, on: .liveStream) != .allowed
    }
}
