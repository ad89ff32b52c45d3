"""The native plugin: the second way to the lifecycle, for imports, YAML and TypeScript."""
