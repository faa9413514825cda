import CollectorDomain
import Hummingbird

/// Every address of the collector. A test walks this list for every role and scope.
struct RouteList: Sendable {
    let services: WebServices

    var all: [Route] { agentRoutes + operationRoutes + accountRoutes + pageRoutes }

    private var agentRoutes: [Route] {
        let rates = RateLimiter(services.configuration.limits.agentRequests)
        let batches = BatchController(services: services, rates: rates)
        let door = AgentDoor(services: services, rates: rates)
        let evidence = EvidenceController(services: services, door: door)
        let clips = ClipRequestController(services: services, door: door)
        let enrolment = EnrolmentController(
            services: services, rates: RateLimiter(services.configuration.limits.enrolments))
        return [
            Route(
                method: .post, path: "/v1/batches", gate: .agentKey, operation: .postBatch,
                handler: .plain(batches.accept)),
            Route(
                method: .head, path: "/v1/evidence/{sha256}", gate: .agentKey, operation: .headEvidence,
                handler: .plain(evidence.head)),
            Route(
                method: .put, path: "/v1/evidence/{sha256}", gate: .agentKey, operation: .putEvidence,
                handler: .plain(evidence.put)),
            Route(
                method: .get, path: "/v1/evidence/{sha256}", gate: .personByObject, operation: .getEvidence,
                handler: .visit(evidence.get)),
            Route(
                method: .get, path: "/v1/clip-requests", gate: .agentKey, operation: .getClipRequests,
                handler: .plain(clips.get)),
            Route(
                method: .post, path: "/v1/enrolments", gate: .everyone, operation: .postEnrolment,
                handler: .plain(enrolment.enrol)),
        ]
    }

    private var operationRoutes: [Route] {
        let health = HealthController(services: services)
        let description = OpenAPIController(describe: { OpenAPIDocument(routes: RouteList(services: services).all) })
        return [
            Route(
                method: .get, path: "/healthz", gate: .loopback(orPerson: .page(.live)), operation: .getHealth,
                handler: .plain(health.alive)),
            Route(
                method: .get, path: "/readyz", gate: .loopback(orPerson: .page(.live)), operation: .getReadiness,
                handler: .plain(health.ready)),
            Route(
                method: .get, path: "/metrics", gate: .loopback(orPerson: .audit), operation: .getMetrics,
                handler: .plain(health.metrics)),
            Route(
                method: .get, path: "/openapi.json", gate: .everyone, operation: .getOpenAPI,
                handler: .plain(description.get)),
        ]
    }

    private var accountRoutes: [Route] {
        let login = LoginController(services: services)
        let password = PasswordController(services: services)
        return [
            Route(method: .get, path: "/login", gate: .everyone, operation: .getLogin, handler: .plain(login.form)),
            Route(method: .post, path: "/login", gate: .everyone, operation: .postLogin, handler: .plain(login.logIn)),
            Route(
                method: .post, path: "/logout", gate: .person(.change, .ownAccount), operation: .postLogout,
                handler: .visit(login.logOut)),
            Route(
                method: .get, path: "/password", gate: .person(.view, .ownAccount), operation: .getPassword,
                handler: .visit(password.form)),
            Route(
                method: .post, path: "/password", gate: .person(.change, .ownAccount), operation: .postPassword,
                handler: .visit(password.change)),
            Route(
                method: .get, path: "/language/{code}", gate: .everyone, operation: .getLanguage,
                handler: .plain(LanguageController().choose)),
        ]
    }

    private var pageRoutes: [Route] {
        let live = LiveController(services: services)
        let cameras = CameraController(services: services)
        let films = FilmController(services: services, cameras: cameras)
        let agents = AgentsController(services: services)
        let assets = services.pages.assets
        return [
            Route(
                method: .get, path: "/", gate: .everyone, operation: .getRoot,
                handler: .plain { _, _ in .seeOther("/live") }),
            Route(
                method: .get, path: "/live", gate: .person(.view, .page(.live)), operation: .getLive,
                handler: .visit(live.page)),
            Route(
                method: .get, path: "/live/stream", gate: .person(.view, .liveStream), operation: .getLiveStream,
                handler: .visit(live.stream)),
            Route(
                method: .get, path: "/cameras", gate: .person(.view, .page(.cameras)), operation: .getCameras,
                handler: .visit(cameras.list)),
            Route(
                method: .get, path: "/cameras/{id}", gate: .personByObject, operation: .getCamera,
                handler: .visit(cameras.page)),
            Route(
                method: .get, path: "/cameras/{id}/films", gate: .personByObject, operation: .getFilms,
                handler: .visit(films.list)),
            Route(
                method: .post, path: "/cameras/{id}/films", gate: .personByObject, operation: .postFilm,
                handler: .visit(films.ask)),
            Route(
                method: .post, path: "/cameras/{id}/films/{film}/cancel", gate: .personByObject,
                operation: .postFilmCancellation, handler: .visit(films.cancel)),
            Route(
                method: .get, path: "/agents", gate: .person(.view, .page(.agents)), operation: .getAgents,
                handler: .visit(agents.page)),
            Route(
                method: .post, path: "/agents/codes", gate: .person(.change, .page(.agents)), operation: .postCode,
                handler: .visit(agents.makeCode)),
            Route(
                method: .get, path: "/agents/{id}/revoke", gate: .personByObject, operation: .getRevocation,
                handler: .visit(agents.confirmRevocation)),
            Route(
                method: .post, path: "/agents/{id}/revoke", gate: .personByObject, operation: .postRevocation,
                handler: .visit(agents.revoke)),
            Route(
                method: .get, path: "/assets/{name}", gate: .everyone, operation: .getAsset,
                handler: .plain { request, context in
                    try assets.response(context.parameters.get("name") ?? "", isVendor: false, request: request)
                }),
            Route(
                method: .get, path: "/assets/vendor/{name}", gate: .everyone, operation: .getVendorAsset,
                handler: .plain { request, context in
                    try assets.response(context.parameters.get("name") ?? "", isVendor: true, request: request)
                }),
        ]
    }
}
