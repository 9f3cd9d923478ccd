"""Days as people read them, in the language of whoever asks; what programs read has ISO's form."""

from datetime import date, datetime, time

from babel.dates import format_date

from verhm.language import _, locale, pgettext


def long_date(day: date) -> str:
    """A date as it is read aloud: 3 Sep 2027."""
    return _written(day, _("d MMM y"))


def long_moment(moment: datetime, day: str = "") -> str:
    """A moment as it is read aloud: 3 Sep 2027, 14:05.

    Midnight itself is a day of which the time is not told, and is written as that day alone.

    Args:
        moment: in the reader's time zone
        day: what its day is called, where that is not the date
    """
    day = day or long_date(moment)
    return day if moment.time() == time.min else f"{day}, {moment:%H:%M}"


def typed_date(day: date) -> str:
    """A date as it is typed: 3 Sep 2027, or 03.09.2027 where months have longer names."""
    return _written(day, pgettext("typed", "d MMM y"))


def day_and_month(day: date) -> str:
    """A date without its year: 3 Sep."""
    return _written(day, _("d MMM"))


def month_and_year(day: date) -> str:
    """The month of a date, with its year: Sep 2027."""
    return _written(day, "LLL y")


def month_name(day: date) -> str:
    """The month of a date: Sep."""
    return _written(day, "LLL")


def short_date(day: date, today: date) -> str:
    """A date without its year where that is today's: 3 Sep."""
    return day_and_month(day) if day.year == today.year else long_date(day)


def _written(day: date, pattern: str) -> str:
    """A date by a pattern of the Unicode CLDR."""
    return format_date(day, pattern, locale())
