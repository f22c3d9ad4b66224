"""民主评议: four numbers, whether they can be, whether enough were there, whether it passed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Votes:
    """应到, 实到, 同意, 不同意; who was there and said neither abstained."""

    entitled: int
    present: int
    agreed: int
    against: int

    @property
    def unsound(self) -> str:
        """What is wrong with the numbers in themselves; '' where nothing is."""
        if min(self.entitled, self.present, self.agreed, self.against) < 0:
            return "票数不能是负数"
        if not self.entitled:
            return "应到人数没有填写"
        if self.present > self.entitled:
            return f"实到 {self.present} 人多于应到 {self.entitled} 人"
        if self.agreed + self.against > self.present:
            return f"同意、不同意共 {self.agreed + self.against} 票，多于实到 {self.present} 人"
        return ""

    def quorate(self, percent: int) -> bool:
        """Whether at least this share of the entitled were there."""
        return self.present * 100 >= self.entitled * percent

    def passed(self, percent: int) -> bool:
        """Whether at least this share of those who were there agreed."""
        return self.present > 0 and self.agreed * 100 >= self.present * percent

    @property
    def words(self) -> str:
        """``应到 30 实到 25 同意 20 不同意 3``."""
        return f"应到 {self.entitled} 实到 {self.present} 同意 {self.agreed} 不同意 {self.against}"
