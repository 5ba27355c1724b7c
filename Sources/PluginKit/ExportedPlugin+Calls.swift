import CStirPlugin
import Foundation
import Modality

// What every function of an exported table does around its one line of work.

/// Runs `body` and turns what it throws into a status and a sentence.
func answering(_ error: UnsafeMutablePointer<stir_error>?, _ body: () throws -> Void) -> stir_status
{
  do {
    try body()
    return stir_status(STIR_OK)
  } catch let failure {
    let sentence = (failure as? StirError)?.description ?? "\(failure)"
    error?.pointee.set(sentence)
    if failure is Stopped { return stir_status(STIR_STOPPED) }
    return (failure as? StirError)?.code.exitStatus ?? stir_status(STIR_FAILURE)
  }
}

/// The host asked for an end while data was opened.
private struct Stopped: Error {}

func reporting(
  to progress: UnsafePointer<stir_progress>?
) -> (_ done: Int, _ total: Int) throws -> Void {
  { done, total in
    guard let progress = progress?.pointee, let report = progress.report else { return }
    if report(progress.context, UInt64(done), UInt64(total)) != 0 { throw Stopped() }
  }
}

/// The configuration that the settings spell, whose texts are strings where the default is one.
func configuration(
  _ settings: UnsafePointer<stir_setting>?, _ count: Int, defaults: [ModalityKind.Setting]
) throws -> JSONValue {
  var members: [String: JSONValue] = [:]
  for setting in UnsafeBufferPointer(start: settings, count: settings == nil ? 0 : count) {
    guard let key = setting.key, let value = setting.value else { throw missing("a setting") }
    let (name, text) = (String(cString: key), String(cString: value))
    if case .string? = defaults.first(where: { $0.key == name })?.value {
      members[name] = .string(text)
    } else {
      let parsed = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
      members[name] = parsed ?? .string(text)
    }
  }
  return .object(members)
}

func url(_ path: UnsafePointer<CChar>?) throws -> URL {
  guard let path else { throw missing("the path") }
  return URL(fileURLWithPath: String(cString: path))
}

func missing(_ what: String) -> StirError {
  StirError(Code.failure, "the host passed null for \(what)")
}

// MARK: - Handles

/// A value behind a handle.
final class Box<Value: Sendable>: Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

func kind(of plugin: UnsafePointer<stir_plugin>?) throws -> ModalityKind {
  guard let context = plugin?.pointee.context else { throw missing("the plugin") }
  return Unmanaged<Box<ModalityKind>>.fromOpaque(context).takeUnretainedValue().value
}

/// A handle that holds on to `box` until it is released.
func retained<Value>(_ box: Box<Value>) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(box).toOpaque())
}

func release<Value: Sendable>(_ handle: OpaquePointer?, _ type: Value.Type) {
  guard let handle else { return }
  Unmanaged<Box<Value>>.fromOpaque(UnsafeRawPointer(handle)).release()
}

extension OpaquePointer? {
  /// The value that the handle holds.
  func held<Value: Sendable>(_ type: Value.Type = Value.self) throws -> Value {
    guard let handle = self else { throw missing("a handle") }
    return Unmanaged<Box<Value>>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue().value
  }
}

/// A C string for the life of the process.
func permanentText(_ text: String) -> UnsafePointer<CChar>? { UnsafePointer(strdup(text)) }
