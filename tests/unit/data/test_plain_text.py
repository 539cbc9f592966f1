from __future__ import annotations

import pytest

from tradewind_tools.data.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("No markup at all, 3 < 4", "No markup at all, 3 < 4"),
        ("<p>Thrown by hand.</p>", "Thrown by hand."),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("caf&eacute;&nbsp;&amp; bar", "café & bar"),
        ("<style>p { color: red }</style><p>seen<script>alert(1)</script></p>", "seen"),
        ("<b>bold</b> and\n  <i>slanted</i>", "bold and slanted"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("</script>still seen", "still seen"),
        ("<template>unseen</template>seen<div style='display:none'>unseen</div>", "seen"),
        ("<table><tr><th>Size</th><td>Large</td></tr></table>", "Size Large"),
        ("<ul>\n<li><p>a</p></li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ("<pre>One\n  Two</pre>", "One\nTwo"),
        ("<article>One</article><aside>Two</aside>", "One\nTwo"),
        ("Trade<b>wind</b>", "Tradewind"),
        ("One<br><br>Two", "One\nTwo"),
    ],
)
def test_the_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert plain_text(html) == text
