import Audio
import Foundation
import Modality

extension DenoisingEvaluation {
  /// One triple of files, read and measured.
  struct Measured: Sendable {
    /// nil if the clean recording is silent.
    var row: Row?
    var remarks: [String] = []

    init(_ triple: SoundTriple, pesq: PESQ?) throws {
      let clean = try Recording(at: triple.clean)
      let noisy = try matched(triple.noisy, "noisy recording", with: clean, of: triple.clean)
      let estimate = try matched(triple.estimate, "estimate", with: clean, of: triple.clean)
      guard clean.channels.contains(where: { $0.contains { $0 != 0 } }) else {
        remarks = ["clean recording is silent, left out"]
        return
      }
      var row = Row(
        name: triple.name, noisy: quality(of: noisy, against: clean),
        estimate: quality(of: estimate, against: clean))
      if let pesq {
        let scores = try pesq.scores(clean: clean, noisy: noisy, estimate: estimate)
        (row.noisy[.pesq], row.estimate[.pesq]) = (scores.noisy, scores.estimate)
        let text = "no PESQ, as where it finds no utterance"
        remark("noisy recording", row.noisy[.pesq] == nil, text)
        remark("estimate", row.estimate[.pesq] == nil, text)
      }
      remark("clean recording", row.noisy[.stoi] == nil, "too little speech for STOI, under 0.4 s")
      remark("clean recording", row.noisy[.segmentalSNR] == nil, "shorter than a frame of 32 ms")
      for (name, quality) in [("noisy recording", row.noisy), ("estimate", row.estimate)] {
        remark(
          name, quality[.siSDR] == nil || quality[.sdr] == nil,
          "silent, or without distortion: its SI-SDR or SDR is no number")
      }
      self.row = row
    }

    private mutating func remark(_ name: String, _ isSo: Bool, _ text: String) {
      if isSo { remarks.append("\(name): \(text)") }
    }

    /// The recording at `url`, at the rate of `clean` and of its shape.
    private mutating func matched(
      _ url: URL, _ name: String, with clean: Recording, of cleanURL: URL
    ) throws -> Recording {
      let found = try Recording(at: url)
      var matched = found
      if found.rate != clean.rate {
        do {
          matched = try found.converted(to: clean.rate, near: clean.frames)
        } catch let error as StirError { throw error.located(url.path) }
        remarks.append(
          "\(name): converted from \(found.rate) Hz to the clean recording's \(clean.rate) Hz")
      }
      guard matched.frames == clean.frames else {
        throw StirError(
          .invalidData,
          "\(url.path): the \(name) has \(length(matched)), the clean recording \(cleanURL.path) "
            + "\(length(clean)); expected the same length")
      }
      guard matched.channels.count == clean.channels.count else {
        throw StirError(
          .invalidData,
          "\(url.path): the \(name) has \(counted(matched.channels.count, "channel")), the clean "
            + "recording \(cleanURL.path) \(clean.channels.count); expected as many")
      }
      return matched
    }
  }
}

private func quality(of recording: Recording, against clean: Recording) -> SpeechQuality {
  .mean(
    of: zip(clean.channels, recording.channels).map {
      .measure(clean: $0, estimate: $1, rate: clean.rate)
    })
}

private func length(_ recording: Recording) -> String {
  let seconds = Double(recording.frames) / Double(recording.rate)
  return "\(counted(recording.frames, "frame")) at \(recording.rate) Hz "
    + String(format: "(%.3f s)", seconds)
}
