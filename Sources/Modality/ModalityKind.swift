/// A kind of data that can be named in a recipe: what it is, what can be set, and how a modality is
/// made of that.
public struct ModalityKind: Sendable {
  public let identifier: String
  public let version: String
  /// What the data is, in one sentence.
  public let summary: String
  /// Where it comes from: `built in`, or the plugin's folder.
  public let origin: String
  private let listSettings: @Sendable () throws -> [Setting]
  private let makeModality: @Sendable (JSONValue) throws -> any DataModality

  /// A key of a modality's configuration.
  public struct Setting: Codable, Hashable, Sendable {
    public var key: String
    public var value: JSONValue
    public var help: String

    public init(key: String, value: JSONValue, help: String) {
      self.key = key
      self.value = value
      self.help = help
    }

    enum CodingKeys: String, CodingKey {
      case key, help
      case value = "default"
    }
  }

  /// A kind that is known by its name before it is loaded.
  public init(
    identifier: String, version: String, summary: String, origin: String,
    settings: @escaping @Sendable () throws -> [Setting],
    make: @escaping @Sendable (JSONValue) throws -> any DataModality
  ) {
    self.identifier = identifier
    self.version = version
    self.summary = summary
    self.origin = origin
    listSettings = settings
    makeModality = make
  }

  /// The kind that a type implements.
  public init<M: ConfigurableModality>(_ type: M.Type, origin: String = "built in") {
    self.init(
      identifier: M.identifier, version: M.version, summary: M.summary, origin: origin
    ) {
      try JSONValue(encoding: M.Settings()).members.map {
        Setting(key: $0.key, value: $0.value, help: M.Settings.help[$0.key] ?? "")
      }
    } make: {
      try M(configuration: M.Settings(overriding: $0, at: "data"))
    }
  }

  /// The keys of the configuration with their defaults, sorted.
  /// - Throws: what loading the plugin throws.
  public func settings() throws -> [Setting] {
    try listSettings().sorted { $0.key < $1.key }
  }

  /// The modality with `configuration` laid over the defaults.
  /// - Throws: `StirError.Code.configuration` for an unknown key or a value that is not admitted;
  ///   what loading the plugin throws.
  public func make(_ configuration: JSONValue = .object([:])) throws -> any DataModality {
    try makeModality(configuration)
  }
}
