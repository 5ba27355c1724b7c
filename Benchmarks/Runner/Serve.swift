import ArgumentParser
import Core
import Foundation
import Modality
import Networks
import Tensors
import Training

/// This project's side: answers requests until its input ends.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)

  func run() throws {
    var server = Server()
    while let line = readLine() {
      var reply: Reply
      do {
        reply = try server.answer(JSONDecoder().decode(Request.self, from: Data(line.utf8)))
      } catch {
        reply = Reply(error: "\(error)")
      }
      try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(reply) + Data("\n".utf8))
    }
  }
}

private struct Server {
  private var step: ((Request) throws -> Reply)?
  private var isStarted = false

  mutating func answer(_ request: Request) throws -> Reply {
    switch request.command {
    case .load: return try load(request)
    case .step:
      guard let step else { throw StirError(.configuration, "step comes after load") }
      return try step(request)
    case .status:
      return Reply(memory: residentMemory(), peakMemory: peakMemory())
    case .count: throw StirError(.configuration, "only PyTorch's side counts")
    }
  }

  private mutating func load(_ request: Request) throws -> Reply {
    guard let folder = request.folder, let precision = request.precision, let task = request.task,
      let threads = request.threads
    else { throw StirError(.configuration, "load needs folder, precision, task and threads") }
    // The engine is started once in a process.
    if !isStarted { try Engine.start(threads: threads) }
    isStarted = true
    step = nil
    let inputs = Inputs(at: URL(fileURLWithPath: folder))
    let model = try DiffusionModel(contentsOf: inputs.model)
    model.network.use(precision.network)
    let memory: Int
    switch task {
    case .forward:
      let batch = try SafeTensors(contentsOf: inputs.batch(0)).tensors
      guard let x = batch["x"], let noiseLevels = try batch["noise_level"]?.doubles() else {
        throw StirError(.invalidData, "\(inputs.batch(0).path) holds no batch")
      }
      memory = residentMemory()
      step = { try forward(model.network, x, noiseLevels, output: $0.output) }
    case .train:
      let data = try MemoryDataSet(contentsOf: inputs.items)
      memory = residentMemory()
      var configuration = model.configuration
      configuration.training.precision = precision.network
      let trainer = try Trainer(network: model.network, data: data, configuration: configuration)
      step = { _ in
        let report = try trainer.trainStep()
        return Reply(seconds: report.seconds, waiting: report.waiting, loss: report.loss)
      }
    }
    return Reply(version: Engine.version, memory: memory, peakMemory: peakMemory())
  }
}

private func forward(
  _ network: UNet, _ x: Tensor, _ noiseLevels: [Double], output: String?
) throws -> Reply {
  let start = ContinuousClock.now
  let y = try withoutGradient { try network(x, noiseLevels: noiseLevels) }
  let seconds = (ContinuousClock.now - start).seconds
  if let output {
    try SafeTensors(tensors: ["output": y]).write(to: URL(fileURLWithPath: output))
  }
  return Reply(seconds: seconds)
}
