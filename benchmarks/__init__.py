"""Side by side with named peers: `python3 tasks.py bench [name...]`; see docs/PERFORMANCE.md."""
