"""培训: sessions, and who came."""
