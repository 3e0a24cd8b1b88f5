"""设置: campaigns, the post, accounts, days off, looks."""
