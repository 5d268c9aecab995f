"""Speed, as ratios to baselines of the same run. ``bin/bench`` starts it."""
