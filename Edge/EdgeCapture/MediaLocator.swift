import Foundation

/// Where pictures come from.
public enum MediaLocator: Hashable, Sendable {
    /// A live camera.
    case rtsp(CameraURL)
    /// A file of this machine: a plain path, in which `#`, `:`, `%` and blanks mean themselves.
    case file(String)

    /// Parses the address of a camera; see ``CameraURL/init(_:)``.
    public init(cameraURL text: String) throws(InvalidCameraURL) { self = .rtsp(try CameraURL(text)) }

    /// True for a source that goes on for ever: its end is a fault.
    public var isLive: Bool {
        if case .rtsp = self { return true }
        return false
    }
}

extension MediaLocator: CustomStringConvertible, CustomDebugStringConvertible {
    /// The path, or the address without user name, password and query.
    public var description: String {
        switch self {
        case .file(let path): path
        case .rtsp(let url): url.description
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }
}

extension CameraURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address without user name, password and query. Some cameras carry the password in the path
    /// (`/user=admin_password=x_channel=1`): a path with an `=` is therefore left out as well.
    public var description: String {
        let path = target.prefix { $0 != "?" }
        return "\(scheme)://\(authority)\(path.contains("=") ? "/…" : String(path))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows no credentials.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// The address as libavformat wants it, with the credentials: for its ears only.
    var withCredentials: String {
        let userInfo = credentials.map { Self.escape($0.user) + ":" + Self.escape($0.password) + "@" } ?? ""
        return "\(scheme)://\(userInfo)\(authority)\(target)"
    }

    /// libavformat 5.1 keeps user name and password in 128 bytes and cuts off the rest without a word.
    var hasRoomForCredentials: Bool {
        credentials.map { (Self.escape($0.user) + ":" + Self.escape($0.password)).utf8.count < 128 } ?? true
    }

    private var authority: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(shownHost):\($0)" } ?? shownHost
    }

    private static func escape(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
