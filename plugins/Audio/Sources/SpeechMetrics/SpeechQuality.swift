/// A measure of how good an estimate of speech is, against the clean recording. Raw values are the
/// keys in JSON.
public enum SpeechMeasure: String, CaseIterable, Sendable {
  case siSDR = "si_sdr"
  case sdr
  case segmentalSNR = "segmental_snr"
  case stoi, estoi
  /// The smaller the better.
  case logSpectralDistance = "log_spectral_distance"
  /// Which ``SpeechQuality/measure(clean:estimate:rate:)`` leaves out: another program measures it.
  case pesq

  /// The name for people, with the unit.
  public var title: String {
    switch self {
    case .siSDR: "SI-SDR (dB)"
    case .sdr: "SDR (dB)"
    case .segmentalSNR: "segSNR (dB)"
    case .stoi: "STOI"
    case .estoi: "ESTOI"
    case .logSpectralDistance: "LSD (dB)"
    case .pesq: "PESQ"
    }
  }

  /// How many digits after the point say something.
  public var digits: Int {
    switch self {
    case .siSDR, .sdr, .segmentalSNR, .logSpectralDistance: 1
    case .stoi, .estoi: 3
    case .pesq: 2
    }
  }
}

/// What each ``SpeechMeasure`` says of one recording; what cannot be said is missing.
public struct SpeechQuality: Hashable, Sendable {
  private var values: [SpeechMeasure: Double] = [:]

  public init() {}

  /// nil where the recordings admit no value.
  public subscript(_ measure: SpeechMeasure) -> Double? {
    get { values[measure] }
    set { values[measure] = newValue }
  }

  /// Measures one channel: SI-SDR, SDR, segmental SNR and log-spectral distance in dB, STOI and
  /// ESTOI between about 0 and 1. docs/denoising-metrics.md defines them.
  ///
  /// Nothing is measured against a silent `clean`. SI-SDR and SDR are missing for a silent estimate
  /// and for one without any distortion, STOI and ESTOI where there is less than 0.4 s of speech.
  ///
  /// - Parameters:
  ///   - clean: the truth, finite values.
  ///   - estimate: as many samples, finite values.
  ///   - rate: in Hz.
  public static func measure(clean: [Float], estimate: [Float], rate: Int) -> SpeechQuality {
    precondition(clean.count == estimate.count, "signals of the same length")
    precondition(rate > 0, "a rate of 1 Hz or more")
    var quality = SpeechQuality()
    guard clean.contains(where: { $0 != 0 }) else { return quality }
    let (x, y) = (clean.map(Double.init), estimate.map(Double.init))
    let intelligibility = Intelligibility(clean: x, estimate: y, rate: rate)
    quality[.siSDR] = scaleInvariantDistortionRatio(clean: x, estimate: y)
    quality[.sdr] = distortionRatio(clean: x, estimate: y)
    quality[.segmentalSNR] = segmentalSNR(clean: x, estimate: y, rate: rate)
    quality[.stoi] = intelligibility?.stoi
    quality[.estoi] = intelligibility?.estoi
    quality[.logSpectralDistance] = Audio.logSpectralDistance(
      clean: clean, estimate: estimate, rate: rate)
    return quality
  }

  /// The mean of each measure over those that have it.
  public static func mean(of all: [SpeechQuality]) -> SpeechQuality {
    var mean = SpeechQuality()
    for measure in SpeechMeasure.allCases {
      let values = all.compactMap { $0[measure] }
      if !values.isEmpty { mean[measure] = values.reduce(0, +) / Double(values.count) }
    }
    return mean
  }

  /// The difference of the measures that both have.
  public static func - (a: SpeechQuality, b: SpeechQuality) -> SpeechQuality {
    var difference = SpeechQuality()
    for (measure, value) in a.values { difference[measure] = b[measure].map { value - $0 } }
    return difference
  }
}
