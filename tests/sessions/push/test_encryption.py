"""What push services carry: as RFC 8291's own example has it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sessions.push.encryption import CURVE, bytes_of, encrypted, text_of

pytestmark = pytest.mark.once
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_example_of_the_standard() -> None:
    """Appendix A of RFC 8291."""
    own = ec.derive_private_key(
        int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), CURVE
    )
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        p256dh=bytes_of(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        auth=bytes_of("BTBZMqHH6r4Tts7J_aSIgg"),
        own=own,
        salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert text_of(body) == MESSAGE


def test_same_words_never_look_the_same() -> None:
    own = ec.generate_private_key(CURVE)
    point = bytes_of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    bodies = {encrypted(b"Hello", p256dh=point, auth=b"x" * 16, own=own) for _ in range(5)}
    assert len(bodies) == 5
