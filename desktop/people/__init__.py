"""队伍: volunteers, the homes they answer for, and colleagues."""
