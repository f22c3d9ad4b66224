"""Which days people go out on: workdays, not holidays, and the days before a festival."""

import numpy as np

_SPRING = (
    "2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10"
    " 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23"
)
_DRAGON_BOAT = (
    "2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05"
)
_MID_AUTUMN = (
    "2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12"
)
_SATURDAY, _SUNDAY, _HOLIDAY, _BEFORE_SPRING = 0.1, 0.07, 0.01, 1.5  # of what is visited on a workday
_EVES = ((_SPRING, 12), (_DRAGON_BOAT, 5), (_MID_AUTUMN, 5))  # days before a festival that visits are made for it


def _days(text: str) -> np.ndarray:
    return np.array(text.split(), "datetime64[D]")


def _within(days: np.ndarray, feasts: np.ndarray, before: int, after: int) -> np.ndarray:
    """Which days lie from so many before to so many after one of the feasts."""
    apart = (days[:, None] - feasts[None]).astype(np.int64)
    found: np.ndarray = ((apart >= -before) & (apart <= after)).any(axis=1)
    return found


def eves(days: np.ndarray) -> np.ndarray:
    """Which days are shortly before one of the three festivals."""
    found: np.ndarray = np.any([_within(days, _days(feasts), before, -1) for feasts, before in _EVES], axis=0)
    return found


def holidays(days: np.ndarray) -> np.ndarray:
    """Which days are off: the week of the Spring Festival, May Day, National Day, the days of the other festivals."""
    of_year = np.array([str(day)[5:] for day in days])
    fixed = (of_year == "01-01") | ((of_year >= "05-01") & (of_year <= "05-03"))
    fixed |= (of_year >= "10-01") & (of_year <= "10-07")
    moon = _within(days, np.concatenate([_days(_DRAGON_BOAT), _days(_MID_AUTUMN)]), 0, 0)
    found: np.ndarray = fixed | moon | _within(days, _days(_SPRING), 1, 6)
    return found


def weights(days: np.ndarray) -> np.ndarray:
    """How readily somebody goes out on each day, against a plain workday."""
    weekday = (days.astype(np.int64) + 3) % 7  # Monday is 0
    plain = np.select([weekday == 5, weekday == 6], [_SATURDAY, _SUNDAY], 1.0)
    plain = np.where(_within(days, _days(_SPRING), 12, -2) & (weekday < 5), _BEFORE_SPRING, plain)
    found: np.ndarray = np.where(holidays(days), _HOLIDAY, plain)
    return found
