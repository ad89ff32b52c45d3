"""What a preview says, for the people who approve it: as data, Markdown, a page or JSON."""
