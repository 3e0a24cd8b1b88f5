"""今日: what is due, and how the week goes."""
