/// What the addresses that agents and monitors use say of themselves.
extension Operation {
    private static let protobuf = "application/x-protobuf"

    private static func error(_ status: Int, _ note: String) -> Answer {
        Answer(status: status, note: note, mediaType: "application/json", schema: "Error")
    }

    private static let unknownAgent = error(401, "The key is unknown or revoked, or the signature does not fit.")
    private static let tooMany = error(429, "Wait as long as Retry-After says.")
    private static let unavailable = error(503, "Nothing was stored; wait as long as Retry-After says.")
    private static let tooSlow = error(408, "The body did not arrive in time.")
    private static let authorization = Parameter(
        place: .header, name: "Authorization", note: "The signature; see the security scheme agentKey.")

    static let postBatch = Operation(
        tag: .agents, summary: "Stores a batch of records once; answers after it is safe against power loss.",
        body: (protobuf, nil),
        answers: [
            Answer(status: 200, note: "ngatu.v1.BatchReceipt: stored, now or before.", mediaType: protobuf),
            error(400, "Not a batch."), unknownAgent, tooSlow,
            Answer(
                status: 409, note: "ngatu.v1.BatchReceipt: the head of the chain that is stored.", mediaType: protobuf),
            error(413, "The batch is too large."), error(422, "A record is bad; the message names its index."), tooMany,
            unavailable,
        ])

    static let headEvidence = Operation(
        tag: .agents, summary: "Tells how much of an evidence file is here.", parameters: [authorization],
        answers: [
            Answer(status: 200, note: "All of it."),
            Answer(status: 202, note: "A part; Upload-Offset says how many bytes."),
            Answer(status: 400, note: "Not a name."), Answer(status: 401, note: "Unknown agent."),
            Answer(status: 404, note: "No record of this agent names the file yet."),
            Answer(status: 429, note: "Wait."), Answer(status: 503, note: "Wait."),
        ])

    static let putEvidence = Operation(
        tag: .agents, summary: "Appends a piece to an evidence file.",
        parameters: [
            authorization,
            Parameter(
                place: .header, name: "Content-Range", note: "bytes first-last/total; the one field of the signature."),
        ], body: ("application/octet-stream", nil),
        answers: [
            Answer(status: 201, note: "The file is complete and matches its name."),
            Answer(status: 202, note: "Stored; Upload-Offset says how many bytes are here."),
            error(400, "Content-Range or length do not fit."), unknownAgent,
            error(404, "No record of this agent names the file yet."), tooSlow,
            error(409, "The piece does not begin at Upload-Offset."), error(413, "The piece is too large."),
            error(422, "The bytes do not match the name; begin again."), tooMany, unavailable,
        ])

    static let getEvidence = Operation(
        tag: .pages, summary: "An evidence file, for a person in whose scope it lies. Written into the audit.",
        parameters: [
            Parameter(place: .header, name: "Range", required: false, note: "bytes=first-last, first- or -count."),
            Parameter(place: .query, name: "download", required: false, note: "1: as a download."),
        ],
        answers: [
            Answer(status: 200, note: "The file.", mediaType: "image/jpeg"),
            Answer(status: 206, note: "The bytes that Range names.", mediaType: "video/mp4"),
            Answer(status: 304, note: "Unchanged."),
            error(400, "Not a name."), error(401, "Log in."), error(404, "Not here, not yet, or outside the scope."),
            error(416, "Range names no byte of the file; Content-Range says its size."),
            error(429, "Too many large files are on their way to the same person."),
        ])

    static let getClipRequests = Operation(
        tag: .agents,
        summary:
            "Films of the agent's cameras that people asked for; waits up to 20 s for one. Each is told again until a "
            + "Clip record with its id came.",
        parameters: [
            authorization,
            Parameter(
                place: .query, name: "run",
                note: "Names the agent's process, 1 to 64 letters, digits, dashes; the one field of the signature."),
        ],
        answers: [
            Answer(status: 200, note: "At most 16.", mediaType: "application/json", schema: "WantedClips"),
            error(400, "No run."), unknownAgent, error(429, "The agent asks already, or too often."), unavailable,
        ])

    static let postEnrolment = Operation(
        tag: .agents, summary: "Lets an agent in that brings a one-time code and signs with the key it brings.",
        parameters: [
            Parameter(
                place: .header, name: "Authorization",
                note: "Signature over POST, /v1/enrolments, the code and the public key.")
        ], body: ("application/json", "EnrolmentRequest"),
        answers: [
            Answer(status: 200, note: "Enrolled.", mediaType: "application/json", schema: "EnrolmentReceipt"),
            error(400, "Not an enrolment."), error(401, "The signature does not fit the key."),
            error(403, "The code is unknown, used or expired."), tooSlow, error(413, "Too large."), tooMany,
            unavailable,
        ])

    static let getHealth = Operation(
        tag: .operations, summary: "The process answers. Without log-in only from this machine.",
        answers: [Answer(status: 200, note: "Alive.", mediaType: "text/plain"), error(401, "Log in.")])

    static let getReadiness = Operation(
        tag: .operations, summary: "The store can write. Without log-in only from this machine.",
        answers: [Answer(status: 200, note: "Ready.", mediaType: "text/plain"), error(401, "Log in."), unavailable])

    static let getMetrics = Operation(
        tag: .operations, summary: "Prometheus text. Without log-in only from this machine.",
        answers: [
            Answer(status: 200, note: "Metrics.", mediaType: "text/plain"), error(401, "Log in."),
            error(403, "Only for administrators of all sites."),
        ])

    static let getOpenAPI = Operation(
        tag: .operations, summary: "This description.",
        answers: [Answer(status: 200, note: "OpenAPI 3.1.", mediaType: "application/json")])
}
