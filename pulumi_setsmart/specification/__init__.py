"""A portfolio as data: files, overlays, typed specifications. Nothing here knows Pulumi."""
