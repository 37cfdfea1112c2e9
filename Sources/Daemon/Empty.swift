// Filled by its own folder.
