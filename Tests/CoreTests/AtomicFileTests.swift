import Core
import Foundation
import TestSupport
import Testing

private struct Interruption: Error {}

@Suite("Atomic files") struct AtomicFileTests {
  @Test("A file is written, replaced, and alone in its folder")
  func writes() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      for text in ["old", "a longer new one", ""] {
        try writeAtomically(Data(text.utf8), to: url)
        #expect(try Data(contentsOf: url) == Data(text.utf8))
        #expect(try names(in: folder) == ["a.bin"])
      }
    }
  }

  @Test("Pieces stand in the file in their order")
  func pieces() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      try writeAtomically(
        to: url,
        pieces: { append in
          for byte in UInt8(0)..<200 { try append(Data(repeating: byte, count: 1_000)) }
        })
      let expected = (UInt8(0)..<200).flatMap { [UInt8](repeating: $0, count: 1_000) }
      #expect(try Data(contentsOf: url) == Data(expected))
    }
  }

  @Test("Missing folders are made")
  func makesFolders() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a/b/c.bin")
      try writeAtomically(Data([1]), to: url)
      #expect(try Data(contentsOf: url) == Data([1]))
    }
  }

  @Test("A symbolic link stays one, and its file keeps its permissions")
  func keepsLinkAndPermissions() async throws {
    try await withTemporaryFolder { folder in
      let (file, link) = (
        folder.appendingPathComponent("a.bin"), folder.appendingPathComponent("link")
      )
      try writeAtomically(Data("old".utf8), to: file)
      chmod(file.path, 0o600)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
      try writeAtomically(Data("new".utf8), to: link)
      #expect(try Data(contentsOf: file) == Data("new".utf8))
      let linked = try FileManager.default.attributesOfItem(atPath: link.path)
      #expect(linked[.type] as? FileAttributeType == .typeSymbolicLink)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("A folder or a device is not renamed away")
  func refusesWhatIsNoFile() async throws {
    try await withTemporaryFolder { folder in
      let inner = folder.appendingPathComponent("inner")
      try makeFolder(inner)
      for url in [inner, URL(fileURLWithPath: "/dev/null")] {
        let error = #expect(throws: StirError.self) { try writeAtomically(Data([1]), to: url) }
        #expect(error?.code == .unwritableOutput)
        #expect(error?.message.contains("no plain file") == true)
      }
    }
  }

  @Test("The old file is whole, and the only one, while and after a body that throws")
  func bodyThrows() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      try writeAtomically(Data("old".utf8), to: url)
      #expect(throws: Interruption.self) {
        try writeAtomically(to: url) { temporary in
          try Data("half of the ne".utf8).write(to: temporary)
          #expect(try Data(contentsOf: url) == Data("old".utf8))
          #expect(temporary.deletingLastPathComponent().path == folder.path)
          throw Interruption()
        }
      }
      #expect(throws: (any Error).self) {
        try writeAtomically(
          to: url,
          pieces: { append in
            try append(Data("half of the ne".utf8))
            throw Interruption()
          })
      }
      #expect(try Data(contentsOf: url) == Data("old".utf8))
      #expect(try names(in: folder) == ["a.bin"])
    }
  }

  @Test("A body that writes nothing is an error, not an empty file")
  func bodyWritesNothing() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      _ = try expectError(.unwritableOutput) {
        try writeAtomically(to: url) { (_: URL) in }
      }
      #expect(try names(in: folder) == [])
    }
  }

  // Permissions stop no superuser, so these are places that refuse everybody.
  @Test(
    "A place that takes no file is an error that names it",
    arguments: ["plain/a.bin", "plain/deeper/a.bin", "folder", "name", "/dev/null/a.bin"])
  func unwritable(_ place: String) async throws {
    try await withTemporaryFolder { folder in
      try Data("keep".utf8).write(to: folder.appendingPathComponent("plain"))
      try makeFolder(folder.appendingPathComponent("folder/inside"))
      let name = place == "name" ? String(repeating: "n", count: 300) : place
      let url =
        name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appendingPathComponent(name)
      let before = try names(in: folder)
      let error = try expectError(.unwritableOutput) { try writeAtomically(Data([1]), to: url) }
      #expect(
        error.message.contains(url.path)
          || error.message.contains(url.deletingLastPathComponent().path), "\(error)")
      #expect(try names(in: folder) == before)
      #expect(
        try Data(contentsOf: folder.appendingPathComponent("plain")) == Data("keep".utf8))
    }
  }

  @Test("A folder that cannot be made is an error with the system's reason")
  func unmakeableFolder() async throws {
    try await withTemporaryFolder { folder in
      try Data().write(to: folder.appendingPathComponent("plain"))
      let inside = folder.appendingPathComponent("plain/inside")
      let error = try expectError(.unwritableOutput) { try makeFolder(inside) }
      #expect(error.message.hasPrefix("cannot make the folder \(inside.path): "), "\(error)")
    }
  }

  @Test("Writers of one name, at work together, leave one of their files, whole")
  func concurrent() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      DispatchQueue.concurrentPerform(iterations: 4) { index in
        do {
          try writeAtomically(
            to: url,
            pieces: { append in
              for _ in 0..<20 {
                try append(Data(repeating: UInt8(index), count: 1_000 + index))
                usleep(1_000)
              }
            })
        } catch {
          Issue.record(error)
        }
      }
      let data = try Data(contentsOf: url)
      let writer = try #require(data.first)
      #expect(data == Data(repeating: writer, count: 20 * (1_000 + Int(writer))))
      #expect(try names(in: folder) == ["a.bin"])
    }
  }
}

// Each of these runs its first part in a process of its own.
@Suite("Atomic files in a process that fails") struct AtomicFileProcessTests {
  @Test("A refused write, as on a full disk, leaves the old file and is a sentence")
  func refused() async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      try writeAtomically(Data("old".utf8), to: url)
      await #expect(processExitsWith: .success) { [path = url.path as String] in
        limitFileSize(to: 4_096)
        let url = URL(fileURLWithPath: path)
        let error = try expectError(.unwritableOutput) {
          try writeAtomically(Data(repeating: 1, count: 100_000), to: url)
        }
        #expect(error.message.hasPrefix("cannot write \(path): "), "\(error)")
        #expect(error.message.hasSuffix(String(cString: strerror(EFBIG))), "\(error)")
      }
      #expect(try Data(contentsOf: url) == Data("old".utf8))
      #expect(try names(in: folder) == ["a.bin"])
    }
  }

  @Test("A process killed while it writes leaves the old or the new file", arguments: 1...6)
  func killed(_ round: Int) async throws {
    try await withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.bin")
      let size = 400_000
      try writeAtomically(Data(repeating: 0, count: size), to: url)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = url.path as String, size = size as Int, round = round as Int] in
        let url = URL(fileURLWithPath: path)
        Thread.detachNewThread {
          usleep(UInt32(10_000 + 7_919 * round))
          kill(getpid(), SIGKILL)
        }
        while true {
          for byte in UInt8(1)...255 {
            try writeAtomically(
              to: url,
              pieces: { append in
                for _ in 0..<40 { try append(Data(repeating: byte, count: size / 40)) }
              })
          }
        }
      }
      let data = try Data(contentsOf: url)
      #expect(data.count == size)
      #expect(Set(data).count == 1, "bytes of \(Set(data).count) different writes")
    }
  }
}

/// Lets this process write no byte of a file past `bytes`: the write then fails with `EFBIG`.
private func limitFileSize(to bytes: UInt) {
  signal(SIGXFSZ, SIG_IGN)
  #if canImport(Glibc)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  #else
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    setrlimit(RLIMIT_FSIZE, &limit)
  #endif
}
