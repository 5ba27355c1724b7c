import Core
import Tensors

/// A part of a network that holds parameters, directly or in the modules it is made of.
///
/// A parameter's name is the path of property names that leads to it (`down.0.blocks.1.conv1.weight`),
/// read by reflection. So a module is a class with its layers as properties, and nothing else to
/// keep in step.
public protocol Module: AnyObject {}

/// A tensor that training changes.
public final class Parameter: @unchecked Sendable {
  public var tensor: Tensor
  /// The path from the network's root; empty until `Module.nameParameters()`.
  public internal(set) var name = ""

  /// A parameter starting at `tensor`, with gradients gathered for it.
  public init(_ tensor: Tensor) throws { self.tensor = try tensor.requiringGradient() }
}

extension Parameter {
  /// Runs what a layer does with its weight; an error gets the layer's path put before it, where
  /// the layer has one.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as StirError {
      throw name.hasSuffix(".weight") ? error.located(String(name.dropLast(7))) : error
    }
  }
}

extension Module {
  /// Every parameter below this module in the order of declaration.
  public var parameters: [Parameter] { namedParameters().map(\.parameter) }

  /// Every parameter below this module with its path from here.
  public func namedParameters() -> [(name: String, parameter: Parameter)] {
    collect(from: self, path: "")
  }

  /// Tells each parameter its path, for error messages and files. Call once, on the root.
  func nameParameters() {
    for (name, parameter) in namedParameters() { parameter.name = name }
  }

  /// The number of trained values.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// Copies `tensors` into the parameters of the same names.
  ///
  /// - Throws: `StirError.Code.invalidData` listing what is missing, what is too much and what has
  ///   another shape. Nothing is copied then.
  public func load(_ tensors: [String: Tensor], from source: String) throws {
    let parameters = namedParameters()
    var faults: [String] = []
    for (name, parameter) in parameters {
      guard let found = tensors[name] else {
        faults.append("missing: \(name) \(parameter.tensor.shape)")
        continue
      }
      if found.shape != parameter.tensor.shape {
        faults.append("\(name): expected \(parameter.tensor.shape), found \(found.shape)")
      }
    }
    let known = Set(parameters.map(\.name))
    faults += tensors.keys.filter { !known.contains($0) }.sorted().map { "not expected: \($0)" }
    guard faults.isEmpty else {
      let shown = faults.prefix(8).joined(separator: "\n  ")
      let more = faults.count > 8 ? "\n  and \(faults.count - 8) more" : ""
      throw StirError(
        .invalidData, "\(source) does not hold this network's weights:\n  \(shown)\(more)")
    }
    for (name, parameter) in parameters {
      if let tensor = tensors[name] { try parameter.tensor.copy(from: tensor) }
    }
  }
}

private func collect(from value: Any, path: String) -> [(name: String, parameter: Parameter)] {
  if let parameter = value as? Parameter { return [(path, parameter)] }
  let mirror = Mirror(reflecting: value)
  guard
    value is any Module || mirror.displayStyle == .collection || mirror.displayStyle == .optional
  else { return [] }
  return mirror.children.enumerated().flatMap { index, child in
    // An optional's payload stands under the optional's own name.
    let key = mirror.displayStyle == .optional ? nil : child.label ?? "\(index)"
    return collect(
      from: child.value, path: [path, key ?? ""].filter { !$0.isEmpty }.joined(separator: "."))
  }
}
