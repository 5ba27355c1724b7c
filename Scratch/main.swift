import Foundation
import Networks
import Tensors

func seconds(_ body: () throws -> Void) rethrows -> Double {
  func cpu() -> Double {
    var t = timespec()
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
  let t = cpu()
  try body()
  return cpu() - t
}
let threads = Int(ProcessInfo.processInfo.environment["T"] ?? "2")!
try Engine.start(threads: threads)
func median(_ n: Int, _ body: () throws -> Void) rethrows -> Double {
  try body(); try body()
  var all: [Double] = []
  for _ in 0..<n { all.append(try seconds(body)) }
  return all.min()!
}
let dtypes: [DType] = CommandLine.arguments.contains("bf16") ? [.bfloat16] : CommandLine.arguments.contains("f32") ? [.float32] : [.float32, .bfloat16]
if CommandLine.arguments.contains("conv") {
  for (b, c, n, l, k, s, norm) in [(8, 32, 32, 8192, 3, 1, true), (4, 64, 64, 16384, 3, 1, true), (4, 128, 128, 4096, 3, 1, true), (4, 256, 256, 1024, 3, 1, true), (4, 512, 512, 256, 3, 1, true), (4, 64, 64, 16384, 3, 1, false),(4, 64, 64, 16384, 1, 1, false), (4, 64, 128, 16384, 8, 4, false), (4, 128, 256, 4096, 3, 1, false), (4,1,64,16384,7,1,false), (4,64,1,16384,3,1,true)] {
    for dtype in dtypes {
      let random = try RandomSource(seed: 1, item: 0)
      let x = try random.normal([b, c, 1, l]).to(dtype).channelsLast().detached().requiringGradient()
      let w = try random.normal([n, c, 1, k]).detached().requiringGradient()
      let bias = try random.normal([n]).detached().requiringGradient()
      let g = GroupNormalization(groups: min(8, c), weight: try .full(1, shape: [c]).requiringGradient(), bias: try .zeros([c]).requiringGradient(), silu: true)
      func run() throws -> Tensor {
        try .convolution(of: [x], normalization: norm ? g : nil, weight: w, bias: bias, stride: [1, s], padding: [0, (k - s) / 2], dilation: [1, 1])
      }
      let flops = 2.0 * Double(b * c * n * k * l / s)
      let f = try median(9) { _ = try withoutGradient { try run() } }
      let fb = try median(9) {
        x.clearGradient(); w.clearGradient()
        let y = try run()
        try y.sum().backward()
      }
      print("conv b\(b) \(c)->\(n) l\(l) k\(k) s\(s) norm \(norm) \(dtype): fwd \(String(format: "%.2f ms %.0f GF, fwd+bwd %.2f ms %.0f GF", f * 1e3, flops / f / 1e9, fb * 1e3, 3 * flops / fb / 1e9))")
    }
  }
} else {
  let args = CommandLine.arguments
  for (width, batch, length) in (args.contains("tiny") ? [(32, 1, 1024), (64, 1, 1024)] : [(32, 8, 8192), (64, 4, 16384)]) where !args.contains("w\(96 - width)") {
    var configuration = UNetConfiguration()
    configuration.width = width
    let network = try UNet(configuration, seed: 1)
    let x = try RandomSource(seed: 1, item: 0).normal([batch, 1, length])
    for dtype in dtypes {
      network.computeType = dtype
      let levels = (0..<batch).map { 0.1 + 0.1 * Double($0) }
      let f = args.contains("train") ? 0 : try median(9) { _ = try withoutGradient { try network(x, noiseLevels: levels) } }
      let parameters = network.parameters
      let fb = args.contains("fwd") ? 0 : try median(7) {
        for p in parameters { p.tensor.clearGradient() }
        let y = try network(x, noiseLevels: levels)
        try (y - x).abs().mean().backward()
      }
      print("unet w\(width) \(dtype): fwd \(String(format: "%.1f ms, fwd+bwd %.1f ms", f * 1e3, fb * 1e3))")
    }
  }
}
