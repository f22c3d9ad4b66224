"""Which days are worked: the State Council's holidays and make-up days, behind what the county says itself."""
