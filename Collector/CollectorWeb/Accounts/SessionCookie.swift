import Foundation
import Hummingbird

/// The cookie that holds a session's token.
enum SessionCookie {
    static let name = "ngatu_session"

    /// The token that a request brings; nil without one.
    static func token(of request: Request) -> Data? {
        guard let text = request.cookies[name]?.value, let token = Token.bytes(text) else { return nil }
        return token.count == Token.sessionByteCount ? token : nil
    }

    /// Ends with the browser; the store ends it earlier.
    static func make(_ token: Data, isSecure: Bool) -> Cookie {
        Cookie(name: name, value: Token.text(token), path: "/", secure: isSecure, httpOnly: true, sameSite: .lax)
    }

    /// Makes the browser forget.
    static func removal(isSecure: Bool) -> Cookie {
        Cookie(name: name, value: "", maxAge: 0, path: "/", secure: isSecure, httpOnly: true, sameSite: .lax)
    }
}
