"""达标 and 参训时间: who lacks the week's contact or the month's training, and why that may be."""
