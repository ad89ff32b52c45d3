"""The native plugin, for imports and for programs in YAML and TypeScript."""
