import BatchCodec
import CollectorDomain
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Tells an agent which films of its cameras people asked for, over the connection that the agent made.
struct ClipRequestController: Sendable {
    let services: WebServices
    let door: AgentDoor

    /// Answers at once when something is wanted, else when it is, or with nothing after a while.
    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard request.headers[.authorization] != nil else {
            throw WebError(.unknownAgent, "Authorization is missing")
        }
        let run = request.uri.queryParameters[Substring(WantedClips.runName)].map(String.init) ?? ""
        guard WantedClips.isRun(run) else { throw WebError(.malformed, "run must be 1 to 64 letters and digits") }
        let agent = try await door.sender(of: request, fields: [run])
        let entry = services.clipWaiting.enter(agent.id)
        if case .tooMany = entry {
            throw WebError(.tooMany, "this agent asks already", retryAfterSeconds: 10)
        }
        if let answer = try await wanted(agent, run) { return answer }
        // Nothing is handed to an agent that hung up: it would only be told again minutes later.
        if case .place(let place) = entry, await isStillThere(after: place, request) {
            if let answer = try await wanted(agent, run) { return answer }
        }
        return try answer([])
    }

    /// Waits for a ring or for the limit; false when the agent hung up, or the collector is asked to end.
    private func isStillThere(after place: ClipPlace, _ request: Request) async -> Bool {
        let limit = services.configuration.limits.clipPoll
        return await cancelWhenGracefulShutdown {
            let isThere = try? await request.body.consumeWithCancellationOnInboundClose { _ in
                await place.wait(atMost: limit)
                return !Task.isCancelled
            }
            return isThere ?? false  // the connection broke
        }
    }

    private func wanted(_ agent: Agent, _ run: String) async throws -> Response? {
        let due = try await services.store.handOutClips(
            agent: agent.id, run: run, limit: WantedClips.limit, now: services.configuration.now())
        return due.isEmpty ? nil : try answer(due)
    }

    private func answer(_ requests: [ClipRequest]) throws -> Response {
        let clips = requests.map {
            WantedClip(
                id: $0.id.uuidString.lowercased(), camera: $0.cameraID.rawValue, fromMicros: $0.from.unixMicroseconds,
                toMicros: $0.to.unixMicroseconds)
        }
        return .data(try JSONEncoder().encode(WantedClips(clips: clips)), "application/json")
    }
}
