"""The cooperation pyramid: levels by evidence and vetoes, golden shots, and the verdict per account.

A level is a kind of relation and not a band of profit. Levels and verdicts are computed twice, with
what is unknown at its worst and at its best; where the two differ and the stake is material, the
verdict is to find out first.

Sources
-------
Leroy, Mousseau and Pirlot (2011) for majority sorting; vetoes and ascending order as in the MCDA
package for R. Levels follow Millman and Wilson's stages of key account management. The limits are
our own judgement, not calibrated.
"""
