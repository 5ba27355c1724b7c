import Networks

/// The multiplications and additions of a U-Net for signals, by its shapes: those of convolutions
/// and of attention's two matrix products, each multiply-add counted as two. Taps on padding count;
/// normalisations and activations do not.
struct Operations {
  private(set) var forward = 0
  /// The gradients of weights, and of inputs where something before them learns.
  private(set) var backward = 0

  var training: Int { forward + backward }

  /// - Parameters:
  ///   - length: of one item; the mirrored margin at its ends is added here.
  init(_ network: UNetConfiguration, batch: Int, length: Int) {
    precondition(network.rank == 1 && network.patch == 1, "signals without patches")
    let multiple = network.admittedMultiple
    let margin = min(multiple, length - 1)
    let top = (length + 2 * margin + multiple - 1) / multiple * multiple
    let lengths = network.downFactors.reduce(into: [top]) { $0.append($0[$0.count - 1] / $1) }
    let channels = network.channelMultipliers.map { $0 * network.width }
    let embedding = 4 * network.width
    let bottom = channels.count - 1

    func level(_ index: Int, input: Int) {
      let (c, n) = (channels[index], batch * lengths[index])
      for block in 0..<network.blocksPerLevel {
        let input = block == 0 ? input : c
        convolution(input, c, kernel: 3, positions: n)
        convolution(embedding, 2 * c, kernel: 1, positions: batch)
        convolution(c, c, kernel: 3, positions: n)
        if input != c { convolution(input, c, kernel: 1, positions: n) }
      }
      guard network.attentionLevels.contains(index) else { return }
      convolution(c, 3 * c, kernel: 1, positions: n)
      attention(c, positions: lengths[index])
      convolution(c, c, kernel: 1, positions: n)
    }
    func convolution(
      _ input: Int, _ output: Int, kernel: Int, positions: Int, isFirst: Bool = false
    ) {
      let operations = 2 * input * output * kernel * positions
      forward += operations
      backward += isFirst ? operations : 2 * operations
    }
    func attention(_ channels: Int, positions: Int) {
      let operations = 2 * 2 * batch * channels * positions * positions
      forward += operations
      backward += 2 * operations
    }

    convolution(network.width, embedding, kernel: 1, positions: batch, isFirst: true)
    convolution(embedding, embedding, kernel: 1, positions: batch)
    convolution(
      network.inputChannels, channels[0], kernel: 7, positions: batch * top, isFirst: true)
    for index in 0..<bottom {
      let factor = network.downFactors[index]
      level(index, input: channels[index])
      convolution(
        channels[index], channels[index + 1], kernel: factor + factor / 2 * 2,
        positions: batch * lengths[index + 1])
    }
    level(bottom, input: channels[bottom])
    for index in (0..<bottom).reversed() {
      convolution(
        channels[index + 1], network.downFactors[index] * channels[index], kernel: 3,
        positions: batch * lengths[index + 1])
      level(index, input: 2 * channels[index])
    }
    convolution(channels[0], network.inputChannels, kernel: 3, positions: batch * top)
  }

  /// - Returns: what PyTorch's own counter says otherwise, for a person; nil if they agree.
  func disagreement(with counted: Reply) -> String? {
    guard let pass = counted.forward, let back = counted.backward,
      (pass, back) != (forward, backward)
    else { return nil }
    return "operations by shape: \(forward) forward and \(backward) back; "
      + "by PyTorch's counter \(pass) and \(back)"
  }
}
