import HTTPTypes

/// Names of headers that only tests send.
enum HTTPFieldName {
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site")
}
