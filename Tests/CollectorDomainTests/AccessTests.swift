import CollectorDomain
import Foundation
import Testing

@Suite struct AccessTests {
    private func user(_ role: Role, _ scope: SiteScope) -> User {
        User(id: 1, login: "lan", displayName: "Lan", role: role, scope: scope)
    }

    /// Every resource, inside and outside the scope, by role: v = may view, c = may also change, - = refused.
    private static let matrix: [(Access.Resource, administrator: String, operatorRole: String, viewer: String)] = [
        (.page(.live), "c", "v", "v"), (.page(.cameras), "c", "v", "v"), (.page(.agents), "c", "v", "-"),
        (.camera(site: "a"), "c", "v", "v"), (.camera(site: "b"), "-", "-", "-"),
        (.evidence(sites: ["a", "b"]), "c", "v", "v"), (.evidence(sites: ["b"]), "-", "-", "-"),
        (.evidence(sites: []), "-", "-", "-"), (.liveStream, "c", "v", "v"),
        (.agents(site: "a"), "c", "v", "-"), (.agents(site: "b"), "-", "-", "-"),
        (.enrolmentCodes(site: "a"), "c", "-", "-"), (.enrolmentCodes(site: "b"), "-", "-", "-"),
        (.users, "-", "-", "-"), (.audit, "-", "-", "-"), (.ownAccount, "c", "c", "c"),
    ]

    @Test(arguments: Role.allCases) func theMatrixHolds(role: Role) {
        for row in Self.matrix {
            let expected =
                switch role {
                case .administrator: row.administrator
                case .operatorRole: row.operatorRole
                case .viewer: row.viewer
                }
            let person = user(role, .sites(["a"]))
            #expect((Access.decide(person, .view, on: row.0) == .allowed) == (expected != "-"), "\(role) \(row.0)")
            #expect((Access.decide(person, .change, on: row.0) == .allowed) == (expected == "c"), "\(role) \(row.0)")
        }
    }

    @Test func onlyAnAdministratorOfAllSitesSeesUsersAndAudit() {
        for resource in [Access.Resource.users, .audit] {
            #expect(Access.decide(user(.administrator, .all), .view, on: resource) == .allowed)
            #expect(Access.decide(user(.administrator, .sites(["a"])), .view, on: resource) == .refused(.site))
            #expect(Access.decide(user(.operatorRole, .all), .view, on: resource) == .refused(.role))
        }
    }

    @Test func strangersDisabledPeopleAndFirstPasswordsAreStopped() {
        for row in Self.matrix {
            var person = user(.administrator, .all)
            #expect(Access.decide(nil, .view, on: row.0) == .refused(.notLoggedIn))
            person.mustChangePassword = true
            let decision = Access.decide(person, .view, on: row.0)
            #expect(decision == (row.0 == .ownAccount ? .allowed : .refused(.passwordChangeDue)))
            person.isDisabled = true
            #expect(Access.decide(person, .view, on: row.0) == .refused(.disabled))
        }
    }
}
