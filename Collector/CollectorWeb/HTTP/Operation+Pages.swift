/// What the addresses that browsers use say of themselves.
extension Operation {
    private static let html = "text/html"
    private static let shown = Answer(status: 200, note: "The page.", mediaType: html)
    private static let toLogin = Answer(status: 303, note: "To the log-in, or on to the next page.")
    private static let login = Answer(status: 401, note: "Nobody is logged in.", mediaType: html)
    private static let forbidden = Answer(status: 403, note: "The role does not allow it.", mediaType: html)
    private static let missing = Answer(status: 404, note: "Not here, or outside the scope.", mediaType: html)
    private static let formToken = Parameter(place: .form, name: "token", note: "From the form.")

    static let getRoot = Operation(
        tag: .pages, summary: "Leads to the live page.", answers: [Answer(status: 303, note: "To the live page.")])

    static let getLogin = Operation(
        tag: .pages, summary: "The log-in form.",
        parameters: [Parameter(place: .query, name: "to", required: false, note: "Where to go afterwards.")],
        answers: [shown, toLogin])

    static let postLogin = Operation(
        tag: .pages, summary: "Logs in.",
        parameters: [
            Parameter(place: .form, name: "login", note: "Name."),
            Parameter(place: .form, name: "password", note: "Password."), formToken,
            Parameter(place: .form, name: "to", required: false, note: "Where to go afterwards."),
        ],
        answers: [
            Answer(status: 200, note: "The form again: it was out of date.", mediaType: html),
            Answer(status: 303, note: "Logged in."), Answer(status: 403, note: "Wrong.", mediaType: html),
            Answer(status: 413, note: "Too large.", mediaType: html),
            Answer(status: 429, note: "Wait as long as Retry-After says.", mediaType: html),
            Answer(status: 503, note: "Too many at once.", mediaType: html),
        ])

    static let postLogout = Operation(
        tag: .pages, summary: "Ends the session.", parameters: [formToken], answers: [toLogin, login, forbidden])

    static let getPassword = Operation(
        tag: .pages, summary: "The form for a new password.", answers: [shown, toLogin, login])

    static let postPassword = Operation(
        tag: .pages, summary: "Changes the password; all other sessions end.",
        parameters: [
            Parameter(place: .form, name: "old", note: "The present password."),
            Parameter(place: .form, name: "new", note: "The new one."),
            Parameter(place: .form, name: "again", note: "The new one again."), formToken,
        ],
        answers: [
            toLogin, login, forbidden, Answer(status: 422, note: "Not good.", mediaType: html),
            Answer(status: 429, note: "Wait.", mediaType: html),
        ])

    static let getLanguage = Operation(
        tag: .pages, summary: "Switches the language of the pages.",
        parameters: [Parameter(place: .query, name: "to", required: false, note: "Where to go afterwards.")],
        answers: [Answer(status: 303, note: "Switched."), missing])

    static let getLive = Operation(
        tag: .pages, summary: "Counts, newest alerts and passages, health: kept up to date by the live stream.",
        answers: [shown, toLogin, login, forbidden])

    static let getLiveStream = Operation(
        tag: .pages, summary: "Server-sent events: snapshot, update, beat, ended. The id is the store's cursor.",
        parameters: [
            Parameter(place: .header, name: "Last-Event-ID", required: false, note: "Resume after this cursor."),
            Parameter(place: .query, name: "after", required: false, note: "The same, for the first connection."),
        ],
        answers: [
            Answer(status: 200, note: "The stream.", mediaType: "text/event-stream"), toLogin, login, forbidden,
            Answer(status: 429, note: "Too many live pages are open.", mediaType: "application/json", schema: "Error"),
        ])

    static let getCameras = Operation(
        tag: .pages, summary: "The cameras of the person's scope.", answers: [shown, toLogin, login, forbidden])

    static let getCamera = Operation(
        tag: .pages, summary: "One camera: last picture, state, counts of a day.",
        parameters: [Parameter(place: .query, name: "day", required: false, note: "As 2026-11-20; today without.")],
        answers: [
            shown, toLogin, Answer(status: 400, note: "Not a day.", mediaType: html), login, forbidden, missing,
        ])

    static let getFilms = Operation(
        tag: .pages, summary: "The list of a camera's films that were asked for, as a part of its page.",
        parameters: [
            Parameter(
                place: .query, name: "part", required: false, note: "1: the part, for the page's script; else the page."
            )
        ],
        answers: [shown, toLogin, login, forbidden, missing])

    static let postFilm = Operation(
        tag: .pages, summary: "Asks the camera's agent for a film.",
        parameters: [
            Parameter(place: .form, name: "date", note: "As 2026-11-20, in Vietnam."),
            Parameter(place: .form, name: "time", note: "Its begin, as 08:05:09."),
            Parameter(place: .form, name: "seconds", note: "Its length, 10 to 120."), formToken,
        ],
        answers: [
            toLogin, login, forbidden, missing,
            Answer(status: 422, note: "Not such a time, or too many wait.", mediaType: html),
        ])

    static let postFilmCancellation = Operation(
        tag: .pages, summary: "Takes back a film that was asked for and has not come.", parameters: [formToken],
        answers: [toLogin, login, forbidden, missing])

    static let getAgents = Operation(
        tag: .pages, summary: "The agents of the person's scope.", answers: [shown, toLogin, login, forbidden])

    static let postCode = Operation(
        tag: .pages, summary: "Makes a one-time enrolment code; the answer shows it once.",
        parameters: [Parameter(place: .form, name: "site", note: "The site the agent is for."), formToken],
        answers: [shown, toLogin, login, forbidden, missing, Answer(status: 422, note: "No site.", mediaType: html)])

    static let getRevocation = Operation(
        tag: .pages, summary: "Asks whether an agent shall be revoked.",
        answers: [shown, toLogin, login, forbidden, missing])

    static let postRevocation = Operation(
        tag: .pages, summary: "Revokes an agent.", parameters: [formToken],
        answers: [toLogin, login, forbidden, missing])

    static let getAsset = Operation(
        tag: .pages, summary: "A style sheet, script or picture of the pages.",
        answers: [
            Answer(status: 200, note: "The file.", mediaType: "text/css"), Answer(status: 304, note: "Unchanged."),
            missing,
        ])

    static let getVendorAsset = Operation(
        tag: .pages, summary: "A script that a Debian package brings.",
        answers: [
            Answer(status: 200, note: "The file.", mediaType: "text/javascript"),
            Answer(status: 304, note: "Unchanged."), missing,
        ])
}
