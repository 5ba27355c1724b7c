// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The engine is Debian's own libtorch unless LIBTORCH names another one (a pip wheel's `torch`
// folder, a CUDA build). 1.13's headers are C++17; those of 2.x want C++20.
let libtorch = Context.environment["LIBTORCH"]

func torchCxxSettings() -> [CXXSetting] {
  // Optimised in debug builds too: the shim holds loops over every weight.
  // What the library exports it says itself.
  let common = ["-O2", "-fvisibility=hidden"]
  guard let libtorch else { return [.unsafeFlags(["-std=c++17"] + common)] }
  // C++20 would take CTorch for a compiled module, which nobody makes.
  return [.unsafeFlags(["-std=c++20", "-fno-cxx-modules", "-I\(libtorch)/include"] + common)]
}

func torchLinkerSettings() -> [LinkerSetting] {
  guard let libtorch else { return [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")] }
  #if os(macOS)
    let suffix = "dylib"
  #else
    let suffix = "so"
  #endif
  // By path: `-l` would find the system's libtorch first where there is one.
  var libraries = ["torch_cpu", "c10"].map { "\(libtorch)/lib/lib\($0).\(suffix)" }
  let cuda = ["torch_cuda", "c10_cuda"].map { "\(libtorch)/lib/lib\($0).\(suffix)" }
  if cuda.allSatisfy(FileManager.default.fileExists) {
    // Kernels register themselves on load, so the linker must keep a library nobody calls by name.
    libraries = ["--no-as-needed"] + cuda + libraries
  }
  return [.unsafeFlags((libraries + ["-rpath", "\(libtorch)/lib"]).flatMap { ["-Xlinker", $0] })]
}

// What `stir plugins new` writes, inside the tool.
let pluginTemplates: [Resource] = [
  "swift-Package.swift", "swift-Makefile", "swift-README.md", "swift-Modality.swift",
  "swift-DataSet.swift", "c-plugin.c", "c-Makefile", "c-README.md", "stir_plugin.h",
].map { .embedInCode("Templates/\($0).template") }

let package = Package(
  name: "stir",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "stir", targets: ["stir"]),
    .library(name: "Stir", targets: ["Pipelines", "Training", "Diffusion", "Networks", "Tensors"]),
    // Loaded on the first use of a tensor; a tool that has it beside itself starts without libtorch.
    .library(name: "StirEngine", type: .dynamic, targets: ["TorchEngine"]),
    .library(name: "Modality", targets: ["Modality"]),
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "Audio", targets: ["Audio"]),
    .library(name: "Image", targets: ["Image"]),
    .library(name: "Signal", targets: ["Signal"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "Core", path: "Sources/Core"),
    .target(name: "CTorch", path: "Sources/CTorch"),
    .target(
      name: "TorchEngine", dependencies: ["CTorch"], path: "Sources/TorchEngine",
      cxxSettings: torchCxxSettings(), linkerSettings: torchLinkerSettings()),
    .target(name: "Tensors", dependencies: ["CTorch", "Core"], path: "Sources/Tensors"),
    .target(name: "Schedules", dependencies: ["Core"], path: "Sources/Schedules"),
    .target(name: "Modality", dependencies: ["Core"], path: "Sources/Modality"),
    .target(name: "CStirPlugin", path: "Sources/CStirPlugin"),
    .target(
      name: "PluginKit", dependencies: ["Modality", "CStirPlugin"], path: "Sources/PluginKit"),
    .target(name: "Networks", dependencies: ["Tensors", "Core"], path: "Sources/Networks"),
    .target(
      name: "Diffusion", dependencies: ["Networks", "Tensors", "Schedules", "Core"],
      path: "Sources/Diffusion"),
    .target(
      name: "Training",
      dependencies: ["Diffusion", "Networks", "Tensors", "Schedules", "Modality"],
      path: "Sources/Training"),
    .target(
      name: "Pipelines",
      dependencies: [
        "Training", "Modality", "PluginKit", "Audio", "Image", "Signal", "CPNG", "Yams",
      ],
      path: "Sources/Pipelines", resources: pluginTemplates),
    .executableTarget(
      name: "stir",
      dependencies: [
        "Pipelines", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/stir"),

    .systemLibrary(
      name: "CPNG", path: "Sources/CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CSndfile", path: "plugins/Audio/CSndfile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "CSamplerate", path: "plugins/Audio/CSamplerate", pkgConfig: "samplerate",
      providers: [.apt(["libsamplerate0-dev"]), .brew(["libsamplerate"])]),
    .systemLibrary(
      name: "CKissFFT", path: "plugins/Audio/CKissFFT",
      providers: [.apt(["libkissfft-dev"]), .brew(["kissfft"])]),
    .target(
      name: "Audio", dependencies: ["Modality", "CSndfile", "CSamplerate", "CKissFFT"],
      path: "plugins/Audio/Sources"),
    .systemLibrary(
      name: "CTurboJPEG", path: "plugins/Image/CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .target(name: "Inflating", dependencies: ["CZlib", "Core"], path: "Sources/Inflating"),
    .target(
      name: "Image", dependencies: ["Modality", "CPNG", "CTurboJPEG", "Inflating"],
      path: "plugins/Image/Sources"),
    .target(
      name: "Signal", dependencies: ["Modality", "Inflating", "CZlib", "CKissFFT"],
      path: "plugins/Signal/Sources"),

    .executableTarget(
      name: "loader-fuzz", dependencies: ["Audio", "Image", "Signal"], path: "Tests/LoaderFuzz"),
    .target(name: "Peak", path: "Benchmarks/Peak"),
    .executableTarget(
      name: "stir-bench",
      dependencies: [
        "Training", "Audio", "Peak",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Runner"),
    .executableTarget(
      name: "compare-samplers",
      dependencies: [
        "Pipelines", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Samplers"),
    .target(name: "TestSupport", dependencies: ["Modality"], path: "Tests/TestSupport"),
    .testTarget(
      name: "CoreTests", dependencies: ["Core", "TestSupport"], path: "Tests/CoreTests"),
    .testTarget(
      name: "SchedulesTests", dependencies: ["Schedules", "TestSupport"],
      path: "Tests/SchedulesTests"),
    .testTarget(
      name: "ModalityTests", dependencies: ["Modality", "TestSupport"], path: "Tests/ModalityTests"),
    .testTarget(
      name: "PluginKitTests", dependencies: ["PluginKit", "TestSupport"],
      path: "Tests/PluginKitTests"),
    .testTarget(
      name: "TensorsTests", dependencies: ["Tensors", "TestSupport"], path: "Tests/TensorsTests"),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "TestSupport"], path: "Tests/NetworksTests"),
    .testTarget(
      name: "DiffusionTests", dependencies: ["Diffusion", "TestSupport"],
      path: "Tests/DiffusionTests"),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "Audio", "TestSupport"],
      path: "Tests/TrainingTests"),
    .testTarget(
      name: "PipelinesTests", dependencies: ["Pipelines", "Audio", "Image", "stir", "TestSupport"],
      path: "Tests/PipelinesTests", exclude: ["Help"]),
    .testTarget(
      name: "AudioTests", dependencies: ["Audio", "CSndfile", "TestSupport"],
      path: "plugins/Audio/Tests",
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ImageTests", dependencies: ["Image", "TestSupport"], path: "plugins/Image/Tests",
      exclude: ["Fixtures"]),
    .testTarget(
      name: "SignalTests", dependencies: ["Signal", "TestSupport"], path: "plugins/Signal/Tests",
      exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6]
)
