"""住户: the homes of the post, and how they are looked after."""
