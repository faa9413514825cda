public import CollectorDomain
import Foundation
public import Hummingbird
public import Logging

/// The web side of a collector: everything between a store and a port.
public struct CollectorApplication: Sendable {
    let routes: [Route]
    let services: WebServices
    private let clients: ClientMiddleware

    /// Loads templates, strings and assets.
    ///
    /// - Throws: ``SetupError`` naming a bad setting; errors of the file system when resources are missing.
    public init(store: any CollectorStoring, configuration: WebConfiguration, logger: Logger) throws {
        services = try WebServices(store: store, configuration: configuration, logger: logger)
        clients = ClientMiddleware(
            proxies: try TrustedProxies(configuration.trustedProxies), servesTLS: configuration.servesTLS)
        routes = RouteList(services: services).all
    }

    /// Debian packages without which some pages show less than they could.
    public var missingPackages: [String] { services.pages.assets.missingPackages }

    /// Every route behind its gate. Nothing else registers routes.
    public func router() -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: clients)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: ErrorResponder(pages: services.pages, metrics: services.metrics))
        for route in routes {
            router.on(route.routerPath, method: route.method, use: services.gatekeeper.guarded(route))
        }
        return router
    }
}

extension WebServices {
    /// Loads what pages need.
    init(store: any CollectorStoring, configuration: WebConfiguration, logger: Logger) throws {
        // `resourceURL` already ends in "Resources" where a bundle has a folder of that name, and does not elsewhere.
        let resources = Bundle.module.bundleURL.appendingPathComponent("Resources")
        self.store = store
        self.configuration = configuration
        self.logger = logger
        gatekeeper = Gatekeeper(
            store: store, configuration: configuration,
            addressRequests: RateLimiter(configuration.limits.addressRequests))
        passwords = try PasswordDesk(cost: configuration.passwordCost)
        pages = PageRenderer(
            templates: try Templates(directory: resources.appendingPathComponent("Templates")),
            tables: try StringTables(directory: resources.appendingPathComponent("Strings")),
            assets: try Assets(
                directory: resources.appendingPathComponent("Assets"),
                vendorDirectories: configuration.vendorDirectories), collectorName: configuration.collectorName)
        metrics = RequestMetrics()
        streams = StreamRegister(
            total: configuration.limits.streams, perUser: configuration.limits.streamsPerUser)
        clipWaiting = ClipWaiting(total: configuration.limits.clipPolls)
        bodies = BodyBudget(limit: configuration.limits.bodyBytesInFlight)
    }
}
