//! Stream image, manifest and trace formats.
