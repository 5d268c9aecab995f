"""The audit trail: recording, words, anchors and proof."""
