// Feeds damaged files to every loader: none may crash, hang, use up memory, or give an item that is
// not as its layout says. `make fuzz` runs it under AddressSanitizer, `make test` without.
//
//   loader-fuzz SAMPLES [COUNT [SEED]]

import Foundation
import Modality

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
  FileHandle.standardError.write(Data("usage: loader-fuzz SAMPLES [COUNT [SEED]]\n".utf8))
  exit(64)
}
let count = arguments.count > 2 ? Int(arguments[2]) ?? 10_000 : 10_000
let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1
let memoryLimit = 2 << 30

let scratch = FileManager.default.temporaryDirectory
  .appendingPathComponent("loader-fuzz-\(getpid())")
try makeFolder(scratch)
let watch = Watch()
let all = try subjects(URL(fileURLWithPath: arguments[1]), scratch: scratch)
print("\(count) damaged files, seed \(seed); the one at work is in \(scratch.path)")

/// The first items in a file, each as the layout says.
/// - Throws: what the loader throws; `Disorder` for an item that is not.
func read(_ file: URL, _ modality: any DataModality) throws {
  let data = try modality.dataset(at: file)
  for index in 0..<min(3, data.count) {
    let item = try data.item(at: index, seed: 1)
    guard item.shape == modality.layout.shape, item.values.allSatisfy(\.isFinite) else {
      throw Disorder()
    }
  }
}
struct Disorder: Error {}

// A seed that is refused would test nothing.
for subject in all {
  for whole in subject.seeds {
    let file = scratch.appendingPathComponent("seed.\(subject.fileExtension)")
    try whole.write(to: file)
    try read(file, subject.modality)
  }
}

var failures = 0
for (place, subject) in all.enumerated() {
  var (taken, refused) = (0, 0)
  for number in stride(from: place, to: count, by: all.count) {
    var random = SplitMix64(seed: seed, UInt64(number))
    let whole = subject.seeds.randomElement(using: &random)!
    let file = scratch.appendingPathComponent("\(number).\(subject.fileExtension)")
    try mutated(whole, isText: subject.isText, using: &random).write(to: file)
    watch.begin(file.path)
    do {
      try read(file, subject.modality)
      taken += 1
    } catch let error as StirError where !error.message.isEmpty {
      refused += 1
    } catch {
      print("\(subject.format), file \(number): \(error)")
      failures += 1
    }
    try FileManager.default.removeItem(at: file)
  }
  print("\(subject.format): \(taken) read, \(refused) refused")
}
watch.end()
let peak = peakMemory()
print("peak memory \(peak >> 20) MB")
if peak > memoryLimit {
  print("that is more than \(memoryLimit >> 20) MB")
  failures += 1
}
try FileManager.default.removeItem(at: scratch)
exit(failures == 0 ? 0 : 1)
