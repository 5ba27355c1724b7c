import ArgumentParser

struct Plugins: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, begin and check kinds of data.",
    discussion: """
      A plugin is a folder with a plugin.json and a library. stir looks for plugins in --plugin, in \
      the folders of STIR_PLUGIN_PATH, and in $XDG_DATA_HOME/stir/plugins (~/.local/share/stir/plugins); \
      never in the current folder.
      """,
    subcommands: [
      PluginsList.self, PluginsInspect.self, PluginsNew.self, PluginsCheck.self,
    ])
}
