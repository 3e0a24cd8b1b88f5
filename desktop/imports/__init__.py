"""数据: ledgers kept elsewhere come in, looked at before anything is written."""
