"""Who stays: each customer's own rhythm, the chances of return and of staying, and who is leaving.

Sources
-------
Wuebben and von Wangenheim (2008) for the silence that tells a customer lost; Mirkovic et al. (2022)
for standing on several days; Brier (1950) for the score by which a candidate wins.
"""

from kamlib.staying.chances import return_verdicts, staying_chances
from kamlib.staying.returns import repeat_rates, return_model, return_models

__all__ = ["repeat_rates", "return_model", "return_models", "return_verdicts", "staying_chances"]
