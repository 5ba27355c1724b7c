extension StirError.Code {
  /// A loaded plugin wrote outside the memory that it was lent.
  public static let bufferOverrun = StirError.Code("buffer overrun", exitStatus: 65)
  /// A loaded plugin's item or layout is not what it says that it is.
  public static let wrongLayout = StirError.Code("wrong layout", exitStatus: 65)
  /// A plugin of another version of the interface, or a model of another version of its modality.
  public static let wrongVersion = StirError.Code("wrong version", exitStatus: 69)
  /// A loaded plugin is not what its manifest says.
  public static let wrongManifest = StirError.Code("wrong manifest", exitStatus: 65)
}
