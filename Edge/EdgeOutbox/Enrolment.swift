public import BatchCodec
import Crypto
public import Foundation

/// What an enrolled agent knows of its collector; kept beside the key.
public struct EnrolledCollector: Codable, Hashable, Sendable {
    /// The collector's address.
    public var collector: URL
    /// What it answered.
    public var receipt: EnrolmentReceipt
}

/// Makes an agent known to a collector.
public enum Enrolment {
    /// Registers the key with a one-time code and remembers the collector beside the key file.
    ///
    /// - Parameters:
    ///   - collector: its address.
    ///   - code: as the collector showed it; blanks, dashes and case do not matter.
    ///   - name: what the agent calls itself; shown to people.
    ///   - keyFile: where the private key is, or will be.
    ///   - certificateAuthority: a PEM file, for a collector with a certificate of its own.
    /// - Throws: ``OutboxError`` of kind `refusedCode`, `unreachable`, `untrusted`, `badAnswer`, `badKey`,
    ///   `badConfiguration` or `storage`.
    public static func enrol(
        collector: URL, code: String, name: String, keyFile: String, certificateAuthority: String? = nil
    ) async throws(OutboxError) -> EnrolledCollector {
        let transport = try HTTPTransport(collector: collector, certificateAuthority: certificateAuthority)
        do {
            let enrolled = try await enrol(
                collector: collector, code: code, name: name, keyFile: keyFile, transport: transport)
            await transport.shutdown()
            return enrolled
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    /// The same, over a given transport.
    static func enrol(
        collector: URL, code: String, name: String, keyFile: String, transport: any CollectorTransport
    ) async throws(OutboxError) -> EnrolledCollector {
        let key = try AgentKeyFile.loadOrCreate(keyFile)
        let response = try await transport.send(try makeRequest(code: code, name: name, key: key))
        let enrolled = EnrolledCollector(collector: collector, receipt: try receipt(response, code: code))
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try DurableFile.write(encoder.encode(enrolled), to: recordPath(keyFile))
        } catch { throw Store.storageError(error) }
        return enrolled
    }

    /// The collector that the agent was enrolled at.
    ///
    /// - Throws: ``OutboxError`` of kind `badKey` when it was not enrolled.
    public static func load(keyFile: String) throws(OutboxError) -> EnrolledCollector {
        let path = recordPath(keyFile)
        guard let content = FileManager.default.contents(atPath: path),
            let enrolled = try? JSONDecoder().decode(EnrolledCollector.self, from: content)  // said below
        else { throw OutboxError(.badKey, "\(path) is missing or broken: run edge-agent enroll URL CODE") }
        return enrolled
    }

    private static func recordPath(_ keyFile: String) -> String { keyFile + ".collector.json" }

    private static func makeRequest(
        code: String, name: String, key: Curve25519.Signing.PrivateKey
    ) throws(OutboxError) -> CollectorRequest {
        let code = EnrolmentRequest.normalized(code)
        let publicKey = key.publicKey.rawRepresentation.base64EncodedString()
        do {
            let signature = try RequestSignature.header(
                method: "POST", path: EnrolmentRequest.path, fields: [code, publicKey], key: key)
            let body = try JSONEncoder().encode(EnrolmentRequest(code: code, publicKey: publicKey, name: name))
            return CollectorRequest(
                method: "POST", path: EnrolmentRequest.path,
                headers: ["authorization": signature, "content-type": "application/json"], body: body)
        } catch { throw OutboxError(.badKey, "the request cannot be signed: \(error)") }
    }

    private static func receipt(_ response: CollectorResponse, code: String) throws(OutboxError) -> EnrolmentReceipt {
        switch response.status {
        case 200, 201:
            guard let receipt = try? JSONDecoder().decode(EnrolmentReceipt.self, from: response.body) else {
                throw OutboxError(.badAnswer, "the address answers, but not as a collector does: check it")
            }
            return receipt
        case 400, 401, 403, 409, 410, 422:
            throw OutboxError(
                .refusedCode,
                "the collector does not take this code: it is wrong, used, or older than 10 minutes; "
                    + "ask for a new one")
        case 404: throw OutboxError(.badAnswer, "the address answers, but there is no collector: check it")
        case 429, 503:
            throw OutboxError(.unreachable, "the collector is busy (\(response.status)): try again in a minute")
        default: throw OutboxError(.badAnswer, "the collector answers \(response.status)")
        }
    }
}
