/// How an agent knows that the collector itself answers.
///
/// A hotel's log-in page, a firewall or a proxy may answer a request with any status, 200 included. Only a marked answer
/// may make an agent let go of a record or a file. This is not a proof against a forger: that is what TLS is for.
public enum CollectorMark {
    /// The header on every answer of the collector below `/v1/`; lower case, its value is not looked at.
    public static let headerName = "ngatu-collector"
}
