/// The one place that says who may do what. Pages, media, streams and the API ask it, each for every request.
public enum Access {
    /// What is to be done.
    public enum Action: String, CaseIterable, Hashable, Sendable {
        /// Read or watch.
        case view
        /// Make, edit, revoke.
        case change
    }

    /// What it is to be done with.
    public enum Resource: Hashable, Sendable {
        /// A page that shows only what lies in the person's scope.
        case page(Page)
        /// A camera: its pictures, counts and records.
        case camera(site: String)
        /// A film that was asked for: viewed by whoever sees the camera, taken back by who asked, operators and administrators.
        case film(site: String, isOwn: Bool)
        /// An evidence file, by the sites of the records that name it.
        case evidence(sites: Set<String>)
        /// The stream of live changes, filtered by the person's scope.
        case liveStream
        /// Agents of a site.
        case agents(site: String)
        /// Enrolment codes for a site.
        case enrolmentCodes(site: String)
        /// Other people's accounts.
        case users
        /// Who did what.
        case audit
        /// One's own password and sessions.
        case ownAccount
    }

    /// Pages that are not about one thing.
    public enum Page: String, CaseIterable, Hashable, Sendable {
        /// Counts, newest alerts, health.
        case live
        /// The list of cameras.
        case cameras
        /// The list of agents, and of enrolment codes.
        case agents
    }

    /// Why not.
    public enum Refusal: String, Hashable, Sendable {
        /// Nobody is logged in.
        case notLoggedIn
        /// The account is out of service.
        case disabled
        /// The first password has to be changed before anything else.
        case passwordChangeDue
        /// The role does not allow it.
        case role
        /// It lies outside the person's sites.
        case site
    }

    /// The answer.
    public enum Decision: Hashable, Sendable {
        /// Go on.
        case allowed
        /// Stop, and write it into the audit.
        case refused(Refusal)
    }

    /// Decides. Where nothing is said, the answer is no.
    public static func decide(_ user: User?, _ action: Action, on resource: Resource) -> Decision {
        guard let user else { return .refused(.notLoggedIn) }
        if user.isDisabled { return .refused(.disabled) }
        if user.mustChangePassword && resource != .ownAccount { return .refused(.passwordChangeDue) }
        guard allows(user.role, action, on: resource) else { return .refused(.role) }
        return isInside(user.scope, resource) ? .allowed : .refused(.site)
    }

    private static func allows(_ role: Role, _ action: Action, on resource: Resource) -> Bool {
        switch resource {
        case .ownAccount: true
        case .page(.live), .page(.cameras), .camera, .evidence, .liveStream: action == .view || role == .administrator
        case .film(_, let isOwn): action == .view || isOwn || role != .viewer
        case .page(.agents), .agents: role == .administrator || (role == .operatorRole && action == .view)
        case .enrolmentCodes, .users, .audit: role == .administrator
        }
    }

    private static func isInside(_ scope: SiteScope, _ resource: Resource) -> Bool {
        switch resource {
        case .page, .liveStream, .ownAccount: true
        case .camera(let site), .film(let site, _), .agents(let site), .enrolmentCodes(let site): scope.contains(site)
        case .evidence(let sites): scope == .all || sites.contains(where: scope.contains)
        case .users, .audit: scope == .all
        }
    }
}
