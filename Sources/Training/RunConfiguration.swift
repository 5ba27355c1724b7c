import Core
import Diffusion
import Modality
import Networks
import Schedules

/// Everything that makes a model what it is: what a recipe holds, and what its file remembers.
public struct RunConfiguration: Configuration {
  public var task = ModelTask.generate
  /// The kind of data, by its modality's identifier.
  public var modality = "audio"
  /// The version of the modality's encoding that the model is trained with; empty until then.
  public var modalityVersion = ""
  /// The modality's own configuration.
  public var data = JSONValue.object([:])
  public var network = UNetConfiguration.small
  public var process = NoiseSchedule.cosine
  public var objective = Objective()
  /// What the network is told besides the noise level.
  public var conditioning = Conditioning()
  /// What counts where the task is to denoise.
  public var denoising = DenoisingConfiguration()
  public var training = TrainingConfiguration()
  public var sampling = SamplingConfiguration()

  public init() {}

  enum CodingKeys: String, CodingKey {
    case task, modality, data, network, process, objective, conditioning, denoising, training
    case sampling
    case modalityVersion = "modality_version"
  }
}

extension UNet {
  /// A network for items of `layout`, beside each of which it is shown a recording where the task is
  /// to denoise.
  public convenience init(
    _ configuration: UNetConfiguration, layout: Layout, task: ModelTask = .generate,
    seed: UInt64 = 0
  ) throws {
    var fitting = configuration
    fitting.inputChannels = (task == .denoise ? 2 : 1) * layout.channels
    fitting.outputChannels = task == .denoise ? layout.channels : 0
    fitting.rank = layout.rank
    try self.init(fitting, seed: seed)
  }
}
