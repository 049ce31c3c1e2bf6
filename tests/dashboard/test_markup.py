"""Text cannot become markup."""

from dashboard.markup import joined, lines, tag


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "<b>", tag("i", "&")) == "<p>&lt;b&gt;<i>&amp;</i></p>"
    assert joined('"', tag("br")) == "&quot;<br></br>"


def test_an_attribute_cannot_be_left() -> None:
    assert tag("a", "x", href='"><script>', class_="mp") == '<a href="&quot;&gt;&lt;script&gt;" class="mp">x</a>'


def test_a_line_of_text_is_an_element_and_an_empty_one_is_none() -> None:
    assert lines("a<\n\nb") == "<div>a&lt;</div><div>b</div>"


def test_what_is_made_of_markup_by_other_means_is_text_again() -> None:
    assert joined(tag("b", "x") + "<i>") == "&lt;b&gt;x&lt;/b&gt;&lt;i&gt;"
