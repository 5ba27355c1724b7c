// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "piano-roll",
  platforms: [.macOS(.v15)],
  products: [.library(name: "PianoRoll", type: .dynamic, targets: ["PianoRoll"])],
  dependencies: [.package(name: "stir", path: "../../..")],
  targets: [
    .target(
      name: "PianoRoll", dependencies: [.product(name: "PluginKit", package: "stir")],
      path: "Sources")
  ]
)
