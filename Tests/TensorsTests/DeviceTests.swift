import Tensors
import TestSupport
import Testing

@Suite("Devices and threads") struct DeviceTests {
  @Test("The CPU is always there", arguments: ["cpu", "cpu:0"])
  func cpu(name: String) throws {
    #expect(try Device(named: name) == .cpu)
    #expect(Device.cpu.isAvailable && Device.available.first == .cpu)
    #expect(Device.cpu.description == "cpu")
  }

  @Test(
    "A name that is no device is refused with those that are",
    arguments: [
      "", "gpu", "CPU", "cpu:1", "cuda:", "cuda:x", "cuda:-1", "cuda:999", "mps:1", "cuda:0:0",
      " cpu",
    ])
  func unknown(name: String) throws {
    try expectError(
      .configuration, containing: "\"\(name)\" is not a device: expected cpu, cuda, cuda:INDEX"
    ) { _ = try Device(named: name) }
  }

  @Test(
    "A device that is not there is an error that names it and those that are",
    arguments: [("cuda", Device.cuda(0)), ("cuda:3", .cuda(3)), ("mps", .mps)])
  func absent(name: String, device: Device) throws {
    guard !device.isAvailable else {
      #expect(try Device(named: name) == device)
      return
    }
    let error = try expectError(.unavailable, containing: "the device \(device) is not there") {
      _ = try Device(named: name)
    }
    #expect(error.message.contains("sees cpu"))
    #expect(error.message.contains("LIBTORCH"))
    try expectError(.engine, containing: "not there") {
      _ = try Tensor.zeros([1]).to(device: device)
    }
  }

  @Test("A device far beyond those that any machine has is an error as well")
  func beyond() throws {
    #expect(!Device.cuda(999).isAvailable)
    try expectError(.engine, containing: "not there") {
      _ = try Tensor.zeros([1], device: .cuda(999))
    }
  }

  @Test("Every device that is there computes, in a layout of its own keeping")
  func computes() throws {
    for device in Device.available {
      let x = try Tensor([Float(1), 2], shape: [2]).to(device: device)
      #expect(x.device == device)
      #expect(try (x * 2).floats() == [2, 4])
      #expect(try (x * 2).device == device)
    }
  }

  @Test("The engine names its version and the kernels for this processor")
  func names() {
    #expect(Engine.version.contains("."))
    #expect(!Engine.cpuCapability.isEmpty)
  }

  // In a process of its own: the number of threads is the process's.
  @Test("The number of threads is what was asked for", arguments: [1, 2, 3])
  func threads(count: Int) async {
    await #expect(processExitsWith: .success) { [count = count as Int] in
      try Engine.start(threads: count)
      #expect(Engine.threads == count)
      let x = try Tensor.full(1, shape: [300, 300])
      #expect(try x.matmul(x).sum().item() == 300 * 300 * 300)
    }
  }
}
