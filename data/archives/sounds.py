"""A voice note as a phone's browser records it: plain WAV, written anew, so that nothing else lies in it."""

import wave
from io import BytesIO

from data.archives.files import WAV, Material
from data.errors import Refused

LONGEST = 10 * 60  # seconds
_RATES = range(8_000, 48_001)
_NOT_SOUND = "录音没有录完整，或不是网页录下的录音，请重新录一次。"


def examine_sound(content: bytes) -> Material:
    """What was recorded, told by a whole reading; raises Refused with what to do for anything but sound of one or two
    channels of at most LONGEST seconds."""
    try:
        with wave.open(BytesIO(content)) as sound:
            channels, width, rate = sound.getnchannels(), sound.getsampwidth(), sound.getframerate()
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError, RuntimeError, ValueError) as error:
        raise Refused(_NOT_SOUND) from error
    if channels not in (1, 2) or width not in (1, 2) or rate not in _RATES or not frames:
        raise Refused(_NOT_SOUND)
    if len(frames) > LONGEST * rate * width * channels:
        raise Refused(f"录音超过 {LONGEST // 60} 分钟，请分成几段。")
    made = BytesIO()
    with wave.open(made, "wb") as anew:
        anew.setnchannels(channels)
        anew.setsampwidth(width)
        anew.setframerate(rate)
        anew.writeframes(frames)
    return Material(WAV, made.getvalue(), None)
