"""What proves a second factor: the code of an authenticator app, or one of ten recovery codes; each is good once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

import msgspec

from tradewind.identity import totp
from tradewind.identity.model import PendingFactor, Proof, SecondFactor
from tradewind.kernel.clock import Clock

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
"""80 random bits, 16 characters of base32: their hash needs no salt and no slow hash."""
_GROUP = 4


def new_recovery_codes(clock: Clock) -> list[str]:
    """Return as many as a factor has, in groups of four characters: `JBSW-Y3DP-EHPK-3PXP`."""
    return [_group(base64.b32encode(clock.entropy(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def hash_recovery_code(code: str) -> str:
    """SHA-256 in hex, the same however the code is spelt: with or without hyphens, in any case."""
    plain = "".join(filter(str.isalnum, code)).upper()
    return hashlib.sha256(plain.encode()).hexdigest()


def confirm_factor(pending: PendingFactor, code: str, recovery_codes: list[str], now: datetime) -> SecondFactor | None:
    """Return the factor that a right code confirms; None for a wrong one. That code is not good a second time."""
    step = totp.find_step(pending.secret, code, now)
    if step is None:
        return None
    return SecondFactor(
        user_id=pending.user_id,
        secret=pending.secret,
        added_at=now,
        last_step=step,
        recovery_hashes=[hash_recovery_code(each) for each in recovery_codes],
    )


def use_proof(factor: SecondFactor, proof: Proof, now: datetime) -> SecondFactor | None:
    """Return the factor after the proof was used; None for a wrong proof, and for one that was used before."""
    if proof.recovery_code is not None:
        return _use_recovery_code(factor, hash_recovery_code(proof.recovery_code))
    step = totp.find_step(factor.secret, proof.code or "", now)
    if step is None or step <= factor.last_step:
        return None
    return msgspec.structs.replace(factor, last_step=step)


def replace_recovery_codes(factor: SecondFactor, codes: list[str]) -> SecondFactor:
    """Return the factor with these recovery codes alone."""
    return msgspec.structs.replace(factor, recovery_hashes=[hash_recovery_code(each) for each in codes])


def _use_recovery_code(factor: SecondFactor, shown: str) -> SecondFactor | None:
    left = [each for each in factor.recovery_hashes if not hmac.compare_digest(each, shown)]
    return msgspec.structs.replace(factor, recovery_hashes=left) if len(left) < len(factor.recovery_hashes) else None


def _group(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
