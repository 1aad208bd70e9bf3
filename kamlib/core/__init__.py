"""What every room speaks: words, rules, exact sums, hand-over tables."""
